"""The list of the newest: eight sorted partitions a day, merged.

Each partition is read a page at a time and only as far as the list goes; an invocation stands in one of them, under
its begin, and again under its end when that was written first.
"""

import heapq
from collections.abc import Iterable, Iterator
from itertools import groupby, islice

from hopscope_collector.store.contract import Seen
from hopscope_collector.store.dynamodb import keys
from hopscope_collector.store.dynamodb.table import Table

SMALLEST_PAGE = 8


def newest(table: Table, days: Iterable[str], limit: int, before: Seen | None) -> list[Seen]:
    """As `Store.newest()`; `days` are those that something began on, not after `before`, the newest first."""
    found: list[Seen] = []
    for day in days:
        found += islice(_of_day(table, day, limit - len(found), before), limit - len(found))
        if len(found) >= limit:
            break
    return found


def oldest_us(table: Table, days: Iterable[str]) -> int | None:
    """The start of the oldest invocation; None when there is none."""
    for day in sorted(days):
        lanes = [keys.list_partition(day, lane) for lane in range(keys.LIST_LANES)]
        firsts = table.each(lambda lane: next(table.query(lane, limit=1, oldest_first=True), None), lanes)
        starts_us = [int(item["sk"]["S"][:16]) for item in firsts if item]
        if starts_us:
            return min(starts_us)
    return None


def _of_day(table: Table, day: str, limit: int, before: Seen | None) -> Iterator[Seen]:
    """A day's invocations, newest first."""
    page = max(SMALLEST_PAGE, limit * 2 // keys.LIST_LANES)
    below = keys.listed_below(before.started_us, before.invocation_id) if before else "~"

    def begun(lane: int) -> Iterator[str]:
        items = (
            item["sk"]["S"]
            for item in table.query(keys.list_partition(day, lane), "sk < :below", {"below": below}, limit=page)
        )
        first = list(islice(items, page))
        return (name for part in (first, items) for name in part)

    lanes = table.each(begun, range(keys.LIST_LANES))
    merged = heapq.merge(*lanes, reverse=True)
    for _, names in groupby(merged, key=_invocation_of):
        # A begin sorts before an end, so it comes last.
        *_, name = names
        started_us, invocation_id, _, trace_id = name.split("#")
        yield Seen(int(started_us), invocation_id, trace_id)


def _invocation_of(name: str) -> str:
    """`<start>#<invocation>` of a list entry."""
    return name[:33]
