"""One write: what is new is put, then one transaction says that it was.

    1 look      which of the records, facts and refused lines are there already
    2 put       what is not, each under a key made from itself: a crash here leaves nothing that a second try minds
    3 commit    positions, counters, what changed, and that this write was finished: all or none of it

Whatever stands in the table but belongs to no finished write was not counted by anyone, so the next writer that brings
it counts it as stored. So the counters are right after any history of crashes. Only two writers that bring the same
line in the same second may both count it; the line itself is there once.
"""

import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from hopscope_collector.lines.facts import Fact, about
from hopscope_collector.lines.record_line import RecordLine
from hopscope_collector.store.contract import Batch, RefusedLine, Written
from hopscope_collector.store.dynamodb import changes, counters, keys
from hopscope_collector.store.dynamodb.items import Item, Writer, key_of, keyed
from hopscope_collector.store.dynamodb.keys import Key
from hopscope_collector.store.dynamodb.packing import packed
from hopscope_collector.store.dynamodb.pointers import Pointers
from hopscope_collector.store.dynamodb.table import Table

DAYS_AT_ONCE = 40
"""A commit takes a hundred changes; a batch about more days is written as several."""

CHANGES_AT_ONCE = 100
"""What DynamoDB takes in one transaction; without positions a write has fewer."""

REMEMBERED_WRITES = 50_000

Change = dict[str, dict[str, Any]]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Fresh:
    """What of a batch is not in the table, by the key of its first item."""

    records: dict[Key, RecordLine]
    facts: dict[Key, Fact]
    refused: dict[Key, RefusedLine]


class BatchWriter:
    """Writes batches into a table. One at a time."""

    def __init__(self, table: Table, days: int | None, clock_us: Callable[[], int]) -> None:
        self._table = table
        self._days = days
        self._clock_us = clock_us
        self._lane = secrets.randbelow(counters.LANES)
        self._pointers = Pointers()
        self._finished: set[str] = set()

    def write(self, batch: Batch) -> Written:
        """As in `Store`; a batch about very many days as one batch after the other, its positions last."""
        total = Written()
        for part in _by_days(batch):
            written = self._write(part)
            total = Written(
                total.stored + written.stored, total.repeated + written.repeated, total.refused + written.refused
            )
        return total

    def forget(self) -> None:
        """Items were removed: what this process remembers to have written may be gone."""
        self._pointers.forget()

    def _write(self, batch: Batch) -> Written:
        maker = Writer(secrets.token_hex(8), self._clock_us(), self._days)
        fresh = self._fresh_of(batch, maker)
        self._put(fresh, maker)
        received = len(batch.records) + len(batch.refused)
        stored, refused = len(fresh.records), len(fresh.refused)
        written = Written(stored, received - stored - refused, refused)
        self._commit(batch, fresh, written, maker)
        return written

    def _fresh_of(self, batch: Batch, maker: Writer) -> _Fresh:
        """Of several the first; in the order of the batch."""
        records, facts, refused = dict[Key, RecordLine](), dict[Key, Fact](), dict[Key, RefusedLine]()
        for line in batch.records:
            records.setdefault(keys.record_key(line), line)
        for fact in batch.facts:
            facts.setdefault(key_of(maker.fact(fact)), fact)
        for refusal in batch.refused:
            refused.setdefault(keys.refused_key(refusal.fingerprint), refusal)
        known = self._known_of([*records, *facts, *refused])
        return _Fresh(_without(records, known), _without(facts, known), _without(refused, known))

    def _known_of(self, wanted: Sequence[Key]) -> set[Key]:
        """Those that a finished write brought."""
        if len(self._finished) > REMEMBERED_WRITES:
            self._finished.clear()
        write_of = {key: item["w"]["S"] for key, item in self._table.get(wanted).items()}
        unsure = set(write_of.values()) - self._finished
        finished = self._table.get([keys.finished_key(each) for each in unsure])
        self._finished |= {partition.removeprefix(keys.WRITE) for partition, _ in finished}
        return {key for key, write in write_of.items() if write in self._finished}

    def _put(self, fresh: _Fresh, maker: Writer) -> None:
        pointers = self._pointers.needed(fresh.records.values())
        items: list[Item] = [item for line in fresh.records.values() for item in maker.records(line)]
        items += [maker.fact(each) for each in fresh.facts.values()]
        items += [maker.refused(each) for each in fresh.refused.values()]
        items += [maker.bare_item(key, at_us) for key, at_us in pointers.items()]
        self._table.put(items)
        self._pointers.wrote(pointers)

    def _commit(self, batch: Batch, fresh: _Fresh, written: Written, maker: Writer) -> None:
        touched = dict.fromkeys(line.trace_id for line in fresh.records.values())
        touched.update(dict.fromkeys(about(each) for each in fresh.facts.values() if about(each)))
        starts_us = [line.started_us for line in fresh.records.values()]
        days = counters.days_added(starts_us, [each.at_us for each in fresh.facts.values()])
        done: list[Change] = [
            *counters.day_changes(days, self._lane, self._days),
            *counters.repeated_change(written, self._lane),
            *counters.refused_changes(fresh.refused.values()),
        ]
        if fresh.records or fresh.facts or fresh.refused:
            done.append({"Put": {"Item": maker.finished()}})
        if touched:
            number = changes.next_number(self._table)
            done.append(changes.change(number, touched, maker.now_us))
        done += [{"Put": {"Item": position_item(*each)}} for each in batch.positions.items()]
        # Positions of very many sources come last: until they are written, what was read is read again.
        for start in range(0, len(done), CHANGES_AT_ONCE):
            self._table.commit(done[start : start + CHANGES_AT_ONCE], f"{maker.write}-{start}")
        self._finished.add(maker.write)


def position_item(source: str, position: str) -> Item:
    """Where a source goes on."""
    return {**keyed((keys.POSITION, keys.plain(source))), "v": {"B": packed(position)}}


def _without(given: dict[Key, T], known: set[Key]) -> dict[Key, T]:
    return {key: each for key, each in given.items() if key not in known}


def _by_days(batch: Batch) -> Iterator[Batch]:
    """The batch, in as many as a commit each has room for; positions and refused lines with the last."""
    days = sorted({keys.day_of(at_us) for at_us in (*_starts_us(batch), *(each.at_us for each in batch.facts))})
    for start in range(0, len(days) - DAYS_AT_ONCE, DAYS_AT_ONCE):
        some = set(days[start : start + DAYS_AT_ONCE])
        yield Batch(
            [each for each in batch.records if keys.day_of(each.started_us) in some],
            [each for each in batch.facts if keys.day_of(each.at_us) in some],
        )
        batch = Batch(
            [each for each in batch.records if keys.day_of(each.started_us) not in some],
            [each for each in batch.facts if keys.day_of(each.at_us) not in some],
            batch.refused,
            batch.positions,
        )
    yield batch


def _starts_us(batch: Batch) -> list[int]:
    return [each.started_us for each in batch.records]
