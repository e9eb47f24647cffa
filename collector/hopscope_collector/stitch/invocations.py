"""Records to invocations (pure).

    begin 9f1c (messages 0-4)   ┐
    begin 9f1c (messages 5-9)   ├─▶  invocation 9f1c: ten messages, two sends
    end   9f1c (send 1)         │
    end   9f1c (send 2)         │
    end   9f1c (send 2)  again  ┘

Records come in any order, split in slices, and any number of times; the same set always gives the same
invocation. Slices of one record agree on everything but their lists. Should they not agree (a forged or damaged
line), the smallest value is taken, so that order still does not matter.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Protocol, TypeVar

from hopscope_collector.stitch.spans import records_of_spans
from hopscope_wire.model import Begin, End, Message, Record, Send, Span

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Invocation:
    """One run of one function: at least one of `begin` and `end`."""

    begin: Begin | None
    """None while only its end is known."""

    end: End | None
    """None while it runs, and for ever when it timed out or crashed."""

    @property
    def either(self) -> Begin | End:
        """The record that says who ran: the begin, if there is one."""
        found = self.begin or self.end
        assert found is not None, "an invocation has a begin or an end"
        return found


def invocations_of(records: Iterable[Record]) -> list[Invocation]:
    """One invocation for each invocation id, sorted by id."""
    begins: dict[str, list[Begin]] = {}
    ends: dict[str, list[End]] = {}
    records = list(records)
    spans = [record for record in records if isinstance(record, Span)]
    for record in (*records, *records_of_spans(spans, records)) if spans else records:
        if isinstance(record, Begin):
            begins.setdefault(record.invocation_id, []).append(record)
        elif isinstance(record, End):
            ends.setdefault(record.invocation_id, []).append(record)
    return [
        Invocation(_begin_of(begins.get(each, ())), _end_of(ends.get(each, ())))
        for each in sorted(begins.keys() | ends.keys())
    ]


def _begin_of(slices: Sequence[Begin]) -> Begin | None:
    base = _base_of(slices)
    if base is None or (len(slices) == 1 and _is_sorted([each.index for each in base.messages])):
        return base
    messages = _united((message.index, message) for each in slices for message in each.messages)
    return replace(base, messages=tuple(messages[index] for index in sorted(messages)), keys=_all_keys(slices))


def _end_of(slices: Sequence[End]) -> End | None:
    base = _base_of(slices)
    if base is None or (len(slices) == 1 and _is_sorted([each.send_id for each in base.sends])):
        return base
    sends = _united((send.send_id, send) for each in slices for send in each.sends)
    failed = {index for each in slices for index in each.failed_messages}
    return replace(
        base,
        sends=tuple(sends[send_id] for send_id in sorted(sends)),
        failed_messages=tuple(sorted(failed)),
        keys=_all_keys(slices),
    )


def _is_sorted(ids: Sequence[int] | Sequence[str]) -> bool:
    """Whether each is greater than the one before: a record that needs no merging."""
    return all(first < second for first, second in pairwise(ids))  # type: ignore[operator]  # all of one type


def _base_of(slices: Sequence[T]) -> T | None:
    """The slice that speaks for all of them."""
    return min(slices, key=repr) if len(slices) > 1 else next(iter(slices), None)


U = TypeVar("U", Message, Send)


def _united(found: Iterable[tuple[int, U]] | Iterable[tuple[str, U]]) -> dict[int | str, U]:
    by_id: dict[int | str, U] = {}
    for identity, each in found:
        known = by_id.get(identity)
        if known is None or (known != each and repr(each) < repr(known)):
            by_id[identity] = each
    return by_id


class _HasKeys(Protocol):
    @property
    def keys(self) -> Mapping[str, str]: ...


def _all_keys(slices: Sequence[_HasKeys]) -> Mapping[str, str]:
    return dict(sorted((pair for each in slices for pair in each.keys.items()), reverse=True))
