"""Merges the runs of ids while nothing is written, a range of hashes at a time.

    runs    29 M   3.7 M × 7   0.4 M × 7      a look-up asks fifteen pages for every id
    ─▶      58 M                              it asks one

Writing waits for one range at most: the merged run is not known to anybody before it is whole. A run that a write or
prune takes away meanwhile ends the merge; what it wrote so far is removed by the next one.
"""

import sqlite3
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from hopscope_collector.store import id_runs
from hopscope_collector.store.id_runs import Run

FIRST_NUMBER = 1 << 19
"""Runs that are merged here are numbered from this on, those that writes make far below."""

LEAST_RUNS = 4
"""As many look-ups an id are nothing to write home about."""

RANGE_ENTRIES = 200_000
"""About so many are merged at once."""


class IdleMerge:
    """One merge at a time, remembered between its steps."""

    def __init__(self) -> None:
        self._merge: _Merge | None = None

    def step(self, connection: sqlite3.Connection) -> bool:
        """Inside the caller's transaction: one range; whether there is more to do."""
        runs = id_runs.runs_in(connection)
        if self._merge is not None and not self._merge.stands(runs):
            self._merge = None
        if self._merge is None:
            chosen = worth_merging(runs)
            if not chosen:
                return False
            self._merge = _Merge(connection, chosen, runs)
        if self._merge.step(connection):
            self._merge = None
        return True


def worth_merging(runs: Sequence[Run]) -> list[Run]:
    """The small ones that together outweigh, by half, the largest among them: an entry is moved a few times at most."""
    by_size = sorted(runs, key=lambda run: run.entries)
    before, best = 0, 0
    for count, run in enumerate(by_size, 1):
        if run.entries <= 2 * before and before + run.entries <= id_runs.LARGEST_MERGE_ENTRIES:
            best = count
        before += run.entries
    return by_size[:best] if best >= LEAST_RUNS else []


class _Merge:
    def __init__(self, connection: sqlite3.Connection, sources: Sequence[Run], runs: Sequence[Run]) -> None:
        taken = {each.run for each in runs}
        self._number = next(number for number in range(FIRST_NUMBER, 2 * FIRST_NUMBER) if number not in taken)
        self._sources = list(sources)
        self._entries = sum(each.entries for each in sources)
        self._ranges = self._entries // RANGE_ENTRIES + 1
        self._done = 0
        self._pages = id_runs.EntryPages(self._number)
        for left_over in range(FIRST_NUMBER, self._number + 2):
            if left_over not in taken:
                id_runs.drop_pages(connection, left_over)

    def stands(self, runs: Sequence[Run]) -> bool:
        """Whether everything that is being merged is still there."""
        return all(each in runs for each in self._sources)

    def step(self, connection: sqlite3.Connection) -> bool:
        """Whether it is finished."""
        start, end = (self._bound(number) for number in (self._done, self._done + 1))
        part: list[int] = []
        offset = 0
        for each in self._sources:
            part += [entry + offset for entry in _entries_between(connection, each.run, start, end)]
            offset += each.slots
        part.sort()
        id_runs.write_pages(connection, self._pages.of(part))
        self._done += 1
        if self._done == self._ranges:
            id_runs.replace_by_merged(connection, self._sources, self._number)
        return self._done == self._ranges

    def _bound(self, number: int) -> int:
        """The least entry of a range: a hash, and no number of a slot."""
        return ((number << id_runs.HASH_BITS) // self._ranges) << id_runs.NUMBER_BITS


def _entries_between(connection: sqlite3.Connection, run: int, start: int, end: int) -> Iterator[int]:
    """The entries of a run from `start` up to `end`, in order."""
    for entries in id_runs.pages_from(connection, run, start):
        first, last = bisect_left(entries, start), bisect_left(entries, end)
        yield from entries[first:last]
        if last < len(entries):
            return
