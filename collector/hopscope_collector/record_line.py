"""A record as a store takes it: its line, and what an index needs to know of it (pure)."""

import json
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from hopscope_collector.record_shape import RecordShape, glance
from hopscope_wire.decode import object_of, record_of_object
from hopscope_wire.encode import line_of
from hopscope_wire.errors import Malformed, NotARecord
from hopscope_wire.model import End, Record

DEEPEST = 100
"""Fields that this version does not know may be nested so deep. Readers must be able to follow."""


class RecordLine(NamedTuple):
    """One record as it travels. Made by `record_line_of()` or `record_line()`, which check; a store trusts it."""

    text: str
    """From `{"hopscope":` to the last brace, one line. Two records are the same record when their texts are equal."""

    started_us: int
    invocation_id: str
    trace_id: str
    is_end: bool
    ids: frozenset[str]
    """Every id that joins the record to others, in full: see `store/ids.py`."""


class Cut(NotARecord):
    """The line stops in the middle of its JSON."""

    reason = "cut"


def record_line_of(text: str) -> RecordLine:
    """The record that the text, from its first `{"hopscope":` on, holds.

    Raises:
        Refused: with the reason it is counted under.
    """
    text = text.rstrip()
    shape = glance(text)
    if shape is not None:
        return RecordLine(
            text, shape.start_us, shape.invocation_id, shape.trace_id, shape.record == "end", _ids_of(shape)
        )
    return _line(text, record_of_object(_object_in(text)))


def record_line(record: Record) -> RecordLine:
    """A decoded record as a store takes it."""
    return _line(line_of(object_of(record)), record)


def record_in(line: RecordLine) -> Record:
    """The record, decoded."""
    return record_of_object(json.loads(line.text))


def _line(text: str, record: Record) -> RecordLine:
    return RecordLine(
        text, record.start_us, record.invocation_id, record.trace_id, isinstance(record, End), _ids_of(record)
    )


def _object_in(text: str) -> dict[str, object]:
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        kind = Cut if _ends_early(error) else NotARecord
        raise kind(f"line is cut or damaged ({error.msg} at character {error.pos}); expected one JSON object") from None
    except (ValueError, RecursionError) as error:
        raise NotARecord(f"line is damaged ({error!s:.80}); expected one JSON object") from None
    if not isinstance(found, dict):
        raise NotARecord(f"line holds a {type(found).__name__}; expected one JSON object")
    if _is_deeper(found, DEEPEST):
        raise Malformed("…", "nested deeper and deeper", f"at most {DEEPEST} levels")
    return found


def _ends_early(error: json.JSONDecodeError) -> bool:
    """Whether the text would have gone on: a string that is not closed, or nothing where something must come."""
    return error.msg.startswith("Unterminated string") or error.pos >= len(error.doc)


def _is_deeper(found: object, levels: int) -> bool:
    inner: Iterable[object] = found.values() if isinstance(found, dict) else found if isinstance(found, list) else ()
    return levels == 0 or any(_is_deeper(each, levels - 1) for each in inner if isinstance(each, (dict, list)))


def _ids_of(record: RecordShape | Record) -> frozenset[str]:
    ids = {record.trace_id, record.invocation_id}
    if record.request_id:
        ids.add(f"lambda/{record.request_id}")
    _add(ids, record.root, record.correlation_id, record.keys)
    for message in getattr(record, "messages", None) or ():
        _add(ids, message.root, message.correlation_id, message.keys)
        _add(ids, message.trace_id, None, None)
        ids.update(message.refs or ())
    for send in getattr(record, "sends", None) or ():
        _add(ids, send.trace_id, None, send.keys)
        ids.update(send.refs or ())
    return frozenset(ids)


def _add(ids: set[str], one: str | None, other: str | None, keys: Mapping[str, str] | None) -> None:
    if one:
        ids.add(one)
    if other:
        ids.add(other)
    if keys:
        ids.update([f"{name}={value}" for name, value in keys.items()])
