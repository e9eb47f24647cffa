"""The DynamoDB store: one table for any number of collectors and readers.

address   the URL                        writing    look, put, commit
keys      where an item stands           pointers   what a process need not write again
packing   lines as small as they go      counters   by day, added to in the commit
items     records and facts as items     changes    numbered, for views that follow
table     the calls, tried again         reading    from ids to lines;  newest: the list

Where it differs from a store in one file: a commit makes positions, counters and changes durable together, but records
of a batch can be seen a moment before; they are there after `write()` raised, too, and the same batch again counts them
as stored. There MAY be several writers at once, in different processes.
"""

from collections.abc import Callable, Iterable, Iterator
from threading import RLock
from types import TracebackType
from typing import Self

from hopscope_collector.errors import StoreMissing
from hopscope_collector.store.closing import closure_of
from hopscope_collector.store.connection import Waiting, unheard
from hopscope_collector.store.contract import Batch, Changes, Closure, Reach, Seen, Stats, Written
from hopscope_collector.store.dynamodb import changes, counters, keys, newest, pruning
from hopscope_collector.store.dynamodb.address import Address
from hopscope_collector.store.dynamodb.packing import unpacked
from hopscope_collector.store.dynamodb.reading import Reading
from hopscope_collector.store.dynamodb.table import Table
from hopscope_collector.store.dynamodb.writing import BatchWriter
from hopscope_collector.wall_clock import wall_clock_us

DEFAULT_REACH = Reach()

DAY_ROWS = 4 * counters.LANES
"""Counters that a look at the list begins with: of the newest days."""


class DynamoDbStore:
    """A `Store` in one table. May be used from several threads: writes wait for one another, reads do not."""

    def __init__(
        self, address: Address, *, waiting: Waiting = unheard, clock_us: Callable[[], int] = wall_clock_us
    ) -> None:
        self._open_table: Table | None = Table(address, waiting)
        self._clock_us = clock_us
        self._writing = RLock()
        self._writer = BatchWriter(self._table, address.days, clock_us)

    def write(self, batch: Batch) -> Written:
        """As in `Store`."""
        with self._writing:
            return self._writer.write(batch)

    def position(self, source: str) -> str | None:
        """As in `Store`."""
        item = self._table.item((keys.POSITION, keys.plain(source)))
        return unpacked(item["v"]["B"]) if item else None

    def records_of(self, ids: Iterable[str], reach: Reach = DEFAULT_REACH) -> Closure:
        """As in `Store`."""
        reading = Reading(self._table)
        return closure_of(ids, reach, reading.lookup, reading.facts_of)

    def newest(self, limit: int, before: Seen | None = None) -> list[Seen]:
        """As in `Store`."""
        return newest.newest(self._table, self._days(before), limit, before)

    def changes_since(self, token: int) -> Changes:
        """As in `Store`."""
        return changes.changes_since(self._table, token, self._clock_us())

    def stats(self) -> Stats:
        """As in `Store`."""
        counted = counters.counted_in(self._table.query(keys.STATS))
        now_s = self._clock_us() / 1_000_000
        days = sorted(name for name, day in counted.days.items() if day.kept and not day.is_over(now_s))
        first = newest.newest(self._table, reversed(days), 1, None)
        return counted.stats(now_s, (newest.oldest_us(self._table, days), first[0].started_us if first else None))

    def prune(self, older_than_us: int) -> int:
        """As in `Store`. Reads the whole table: `days=` in the URL lets DynamoDB do it for nothing."""
        with self._writing:
            removed = pruning.prune(self._table, older_than_us, self._clock_us())
            self._writer.forget()
        return removed

    def close(self) -> None:
        """As in `Store`."""
        if self._open_table is not None:
            self._open_table.close()
            self._open_table = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    @property
    def _table(self) -> Table:
        if self._open_table is None:
            raise StoreMissing("the store was closed; open it again")
        return self._open_table

    def _days(self, before: Seen | None) -> Iterator[str]:
        """The days that something began on and that are not over, the newest first: read no further than asked."""
        last = keys.day_of(before.started_us) if before else ""
        bounds = {"first": counters.DAY, "last": f"{counters.DAY}{last}~"}
        rows = self._table.query(keys.STATS, "sk BETWEEN :first AND :last", bounds, limit=DAY_ROWS)
        now_s = self._clock_us() / 1_000_000
        return (name for name, day in counters.days_in(rows) if day.kept and not day.is_over(now_s))
