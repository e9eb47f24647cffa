"""A record as a store takes it: its line, and what an index needs to know of it (pure)."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from hopscope_collector.lines.record_shape import EndShape, ids_in, shape_of
from hopscope_wire.context import context_of
from hopscope_wire.decode import object_in, object_of, record_of_object
from hopscope_wire.encode import line_of
from hopscope_wire.errors import Malformed, NotARecord
from hopscope_wire.model import Begin, End, Record, Span

DEEPEST = 100
"""Fields that this version does not know may be nested so deep. Readers must be able to follow."""


class RecordLine(NamedTuple):
    """One record as it travels. Made by `record_line_of()` or `record_line()`, which check; a store trusts it."""

    text: str
    """From `{"hopscope":` to the last brace, one line. Two records are the same record when their texts are equal."""

    started_us: int
    """Start of the invocation."""

    invocation_id: str
    """Sixteen hex digits."""

    trace_id: str
    """Of the record; its messages may be of other traces."""

    is_end: bool
    """Whether it is an end, not a begin."""

    ids: Sequence[str]
    """Every id that joins the record to others, in full: see `store/ids.py`. Some may come twice."""


_tuple = tuple.__new__
"""Makes a named tuple of its fields in half the time that calling its class takes."""


class Cut(NotARecord):
    """The line stops in the middle of its JSON."""

    reason = "cut"


def glance(text: str) -> RecordLine | None:
    """The record that the text certainly is; None when a closer look is needed."""
    shape = shape_of(text)
    ids = None if shape is None else ids_in(shape)
    if shape is None or ids is None:
        return None
    is_end = isinstance(shape, EndShape)
    return _tuple(RecordLine, (text, shape.start_us, shape.invocation_id, shape.trace_id, is_end, ids))


def record_line_of(text: str) -> RecordLine:
    """The record that the text, from its first `{"hopscope":` on, holds; see `hopscope_wire.decode.object_in`.

    Raises:
        Refused: with the reason it is counted under.
    """
    text = text.rstrip()
    found = glance(text)
    if found is None:
        record, start, end = _object_in(text)
        found = _line_of(record_of_object(record), text[start:end])
    return found


def record_line(record: Record) -> RecordLine:
    """A decoded record as a store takes it."""
    return _line_of(record, line_of(object_of(record)))


def _line_of(record: Record, text: str) -> RecordLine:
    is_end = isinstance(record, End)
    return RecordLine(text, record.start_us, record.invocation_id, record.trace_id, is_end, sorted(ids_of(record)))


def record_in(line: RecordLine) -> Record:
    """The record, decoded."""
    return record_of_object(json.loads(line.text))


def _object_in(text: str) -> tuple[dict[str, object], int, int]:
    try:
        found, start, end = object_in(text)
    except json.JSONDecodeError as error:
        kind = Cut if _ends_early(error) else NotARecord
        what = f"{error.msg.removesuffix(' at')} at character {error.pos}"
        raise kind(f"line is cut or damaged ({what}); expected one JSON object") from None
    except RecursionError:
        raise NotARecord(f"line is nested too deep; expected one JSON object of at most {DEEPEST} levels") from None
    except ValueError as error:
        raise NotARecord(f"line is damaged ({error}); expected one JSON object") from None
    if _is_deeper(found, DEEPEST):
        raise Malformed("…", "nested deeper and deeper", f"at most {DEEPEST} levels")
    return found, start, end


def _ends_early(error: json.JSONDecodeError) -> bool:
    """Whether the text would have gone on: a string that is not closed, or nothing where something must come."""
    return error.msg.startswith("Unterminated string") or error.pos >= len(error.doc)


def _is_deeper(found: object, levels: int) -> bool:
    inner: Iterable[object] = found.values() if isinstance(found, dict) else found if isinstance(found, list) else ()
    return levels == 0 or any(_is_deeper(each, levels - 1) for each in inner if isinstance(each, (dict, list)))


def ids_of(record: Record) -> frozenset[str]:
    """Every id that joins the record to others, in full."""
    ids = {record.trace_id, record.invocation_id, record.root, record.correlation_id}
    if record.request_id:
        ids.add(f"lambda/{record.request_id}")
    _add_keys(ids, record.keys)
    ids.update(getattr(record, "refs", ()))
    if isinstance(record, Span):
        ids.update(_traces_of(record.links))
    if isinstance(record, Begin):
        for message in record.messages:
            ids.update((message.trace_id, message.root, message.correlation_id, *message.refs))
            _add_keys(ids, message.keys)
    if isinstance(record, End):
        for send in record.sends:
            ids.update((send.trace_id, *send.refs))
            _add_keys(ids, send.keys)
    return frozenset(each for each in ids if each)


def _traces_of(carriers: Iterable[str]) -> set[str]:
    """Of the spans that a span comes from."""
    return {context.trace_id for context in map(context_of, carriers) if context is not None}


def _add_keys(ids: set[str | None], keys: Mapping[str, str]) -> None:
    ids.update([f"{name}={value}" for name, value in keys.items()])
