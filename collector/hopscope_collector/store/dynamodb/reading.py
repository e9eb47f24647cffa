"""From ids to record lines: the lookup of one closure.

    id  ─Query─▶  its partition  ─┬─ records whose trace id it is
                                  ├─ facts about it
                                  └─ pointers, newest first  ─Query each─▶  the records of their traces

A round of the closure asks for all its ids at once, fifty in a call; ids whose partitions are too large for that are
asked for one by one, newest first and no further than needed. What was read once in a closure is not read again. Facts
come with their id's own partition, so they seldom cost a read of their own.
"""

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from hopscope_collector.lines.facts import Fact
from hopscope_collector.lines.record_line import RecordLine
from hopscope_collector.store.closing import Match
from hopscope_collector.store.dynamodb import keys
from hopscope_collector.store.dynamodb.items import Item, facts_in, lines_in, traces_in
from hopscope_collector.store.dynamodb.table import PARTITIONS_AT_ONCE, Table
from hopscope_collector.store.ids import bare, holds

FEWEST_POINTERS = 100
"""So many are read even when fewer are asked for: then about the newest are the newest."""

MOST_ITEMS = 20_000
"""Records of one trace that are read at once, unless more are asked for; they lie in no order of time."""

TRACES_AT_ONCE = 64


@dataclass(slots=True)
class _Partition:
    """What is known about one id."""

    records: list[Item] = field(default_factory=list)
    pointers: list[str] = field(default_factory=list)
    """Sort keys, newest period first."""

    facts: list[Item] = field(default_factory=list)
    is_whole: bool = True
    """False when there was more than was read."""

    is_spread: bool = False


class Reading:
    """The lookups of one closure. Not for several threads."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._partitions: dict[str, _Partition] = {}
        self._lines: dict[str, list[RecordLine]] = {}
        self._rounds = 0

    def lookup(self, ids: Sequence[str], most: int) -> Iterator[Match]:
        """As `closing.Lookup`. Only the ids of the first round are asked for by a person."""
        self._rounds += 1
        self._read({bare(each) for each in ids}, most)
        pointers = max(most, FEWEST_POINTERS)
        for each in ids:
            is_shared = len(self._partitions[bare(each)].pointers) > pointers
            if is_shared and self._rounds > 1:
                yield Match(each, (), is_shared=True)
            else:
                yield Match(each, self._lines_about(each, most), is_shared=is_shared)

    def facts_of(self, bare_ids: Sequence[str]) -> list[Fact]:
        """As `closing.FactsOf`."""
        self._read(set(bare_ids), FEWEST_POINTERS)
        partial = [each for each in bare_ids if not self._partitions[each].is_whole]
        for each, facts in zip(partial, self._table.each(self._facts, partial) if partial else (), strict=True):
            self._partitions[each].facts = facts
            self._partitions[each].is_whole = True
        return [fact for each in bare_ids for fact in facts_in(self._partitions[each].facts)]

    def _lines_about(self, id_text: str, most: int) -> list[RecordLine]:
        """The lines of its own partition, and of the traces that it points to, until enough hold the id."""
        lines = list(self._own_lines(bare(id_text)))
        traces = traces_in(self._partitions[bare(id_text)].pointers)
        for start in range(0, len(traces), TRACES_AT_ONCE):
            some = traces[start : start + TRACES_AT_ONCE]
            self._read(set(some), most)
            lines += [line for each in some for line in self._own_lines(each)]
            if len(traces) > FEWEST_POINTERS and sum(holds(each.ids, id_text) for each in lines) > most:
                break
        return lines

    def _own_lines(self, trace_id: str) -> list[RecordLine]:
        if trace_id not in self._lines:
            self._lines[trace_id] = list(lines_in(self._partitions[trace_id].records))
        return self._lines[trace_id]

    def _read(self, bare_ids: set[str], most: int) -> None:
        asked = sorted(bare_ids - self._partitions.keys())
        parts = [asked[start : start + PARTITIONS_AT_ONCE] for start in range(0, len(asked), PARTITIONS_AT_ONCE)]
        if not parts:
            return
        large: list[str] = []
        for part, found in zip(parts, self._table.each(self._several, parts), strict=True):
            if found is None:
                large += part
            else:
                self._partitions.update({each: self._filled(each, found.get(each, ()), most) for each in part})
        if large:
            found_by_id = self._table.each(lambda each: self._partition(each, most), large)
            self._partitions.update(zip(large, found_by_id, strict=True))

    def _several(self, bare_ids: Sequence[str]) -> dict[str, list[Item]] | None:
        """All items about the ids, greatest sort key first. None when it is better to ask for one at a time."""
        items = self._table.several([keys.partition_of(each) for each in bare_ids]) if len(bare_ids) > 1 else None
        if items is None:
            return None
        by_partition: dict[str, list[Item]] = {}
        for item in sorted(items, key=lambda each: each["sk"]["S"], reverse=True):
            by_partition.setdefault(item["pk"]["S"], []).append(item)
        return {each: by_partition.get(keys.partition_of(each), []) for each in bare_ids}

    def _partition(self, bare_id: str, most: int) -> _Partition:
        page = max(most, FEWEST_POINTERS) + 1
        return self._filled(bare_id, self._table.query(keys.partition_of(bare_id), limit=page), most)

    def _filled(self, bare_id: str, items: Iterable[Item], most: int) -> _Partition:
        """What the items say, read no further than needed."""
        found = _Partition()
        pointers = max(most, FEWEST_POINTERS) + 1
        for item in items:
            kind = item["sk"]["S"][:2]
            if kind == keys.FACT:
                found.facts.append(item)
            elif kind == keys.POINTER:
                found.pointers.append(item["sk"]["S"])
            elif kind == keys.RECORD:
                found.records.append(item)
            else:
                found.is_spread = True
            if len(found.pointers) >= pointers or len(found.records) > max(most, MOST_ITEMS):
                found.is_whole = False
                break
        if found.is_spread:
            found.pointers = self._spread(bare_id, found.pointers, pointers)
        return found

    def _spread(self, bare_id: str, own: list[str], most: int) -> list[str]:
        """The newest of its own pointers and of those in the other partitions."""
        lanes = [
            (item["sk"]["S"] for item in self._table.query(keys.spread_partition_of(bare_id, lane), limit=most))
            for lane in range(keys.SPREAD_LANES)
        ]
        return list(islice(heapq.merge(own, *lanes, reverse=True), most))

    def _facts(self, bare_id: str) -> list[Item]:
        """All facts about an id whose partition was too full to be read as a whole."""
        partition = keys.partition_of(bare_id)
        return list(self._table.query(partition, "begins_with(sk, :fact)", {"fact": keys.FACT}))
