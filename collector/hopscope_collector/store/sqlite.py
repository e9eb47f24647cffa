"""The SQLite store: one file, one writer, any number of readers while it writes.

connection   the file, its pragmas, permissions and schema; SQLite's errors in our words
schema.sql   the tables, each with what it is for
summaries    flows as they were last assembled: a cache beside the records
slots        which slot a record line belongs to
kept_lines   the lines of slots: in rows of their own, and in blocks
closing      from some ids to everything connected with them
"""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from hashlib import blake2b
from itertools import chain, groupby
from pathlib import Path
from threading import RLock
from types import TracebackType
from typing import Self

from hopscope_collector.errors import StoreMissing
from hopscope_collector.lines.facts import Fact, about, fact_of, packed_fact
from hopscope_collector.lines.record_line import RecordLine, record_line_of
from hopscope_collector.store import connection as sqlite_file
from hopscope_collector.store import id_runs, kept_lines
from hopscope_collector.store.blocks import SlotLines, SlotTexts
from hopscope_collector.store.closing import Match, closure_of
from hopscope_collector.store.contract import (
    Batch,
    Changes,
    Closure,
    Example,
    Reach,
    RefusedLine,
    Seen,
    Stats,
    Written,
)
from hopscope_collector.store.idle_merging import IdleMerge
from hopscope_collector.store.idle_packing import IdlePacking
from hopscope_collector.store.ids import bare
from hopscope_collector.store.listing import seen_in
from hopscope_collector.store.slots import first_slot_at, packed, slot_of, started_us_of
from hopscope_collector.summaries.shelf import Shelf

DEFAULT_REACH = Reach()

CHANGES_KEPT = 10_000
"""Writes that `changes_since()` remembers."""

MOST_NAMED = 1_000
"""A write that touches more ids is remembered as one that touched everything."""

PRUNED_AT_ONCE = 20_000


class SqliteStore:
    """A `Store` in one file. May be used from several threads: calls wait for one another."""

    def __init__(
        self, path: Path, *, read_only: bool = False, waiting: sqlite_file.Waiting = sqlite_file.unheard
    ) -> None:
        self._path = path
        self._waiting = waiting
        self._lock = RLock()
        self._idle_merge = IdleMerge()
        self._idle_packing = IdlePacking()
        opened = sqlite_file.open_to_read(path) if read_only else sqlite_file.open_to_write(path, waiting)
        self._connection: sqlite3.Connection | None = opened

    def write(self, batch: Batch) -> Written:
        """As in `Store`."""
        by_slot = defaultdict[int, list[RecordLine]](list)
        for line in batch.records:
            by_slot[slot_of(line.started_us, line.invocation_id)].append(line)
        with self._lock, sqlite_file.writing(self._open, self._path, self._waiting):
            stored = self._store(by_slot)
            facts = self._store_facts(batch.facts)
            refused = self._refuse(batch.refused)
            written = Written(len(stored), len(batch.records) + len(batch.refused) - len(stored) - refused, refused)
            self._count(stored=written.stored, repeated=written.repeated)
            self._open.executemany("INSERT OR REPLACE INTO position VALUES (?, ?)", batch.positions.items())
            self._note_change(stored, facts)
            Shelf(self._open).touch(
                ((line.started_us, line.trace_id) for line in stored), filter(None, map(about, facts))
            )
        return written

    @property
    def shelves(self) -> "_FileShelves | None":
        """Where summaries are kept: in the same file. None when an older version made it, and nobody wrote since."""
        with self._reading() as connection:
            has_shelves = connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'summary'").fetchone()
        return _FileShelves(self._reading, self._writing) if has_shelves else None

    def tidy(self) -> bool:
        """One piece of work for when nothing arrives: merges runs of ids, packs rows; whether there is more."""
        with self._writing() as connection:
            return self._idle_merge.step(connection) or self._idle_packing.step(connection)

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._lock, sqlite_file.reading(self._open, self._path):
            yield self._open

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock, sqlite_file.writing(self._open, self._path, self._waiting):
            yield self._open

    def position(self, source: str) -> str | None:
        """As in `Store`."""
        with self._lock, sqlite_file.reading(self._open, self._path):
            row = self._open.execute("SELECT position FROM position WHERE source = ?", (source,)).fetchone()
        return row[0] if row else None

    def records_of(self, ids: Iterable[str], reach: Reach = DEFAULT_REACH) -> Closure:
        """As in `Store`."""
        with self._lock, sqlite_file.reading(self._open, self._path):
            return closure_of(ids, reach, self._lookup, self._facts_of)

    def newest(self, limit: int, before: Seen | None = None) -> list[Seen]:
        """As in `Store`."""
        below = first_slot_at(before.started_us + 1) if before else first_slot_at(1 << 54)
        seen: list[Seen] = []
        with self._lock, sqlite_file.reading(self._open, self._path):
            for group in _by_microsecond(kept_lines.newest_first(self._open, min(below, 2**63 - 1))):
                seen += seen_in(map(record_line_of, group), before)
                if len(seen) >= limit:
                    break
        return seen[:limit]

    def changes_since(self, token: int) -> Changes:
        """As in `Store`."""
        with self._lock, sqlite_file.reading(self._open, self._path):
            newest, oldest = self._open.execute("SELECT max(token), min(token) FROM change").fetchone()
            rows = self._open.execute(
                "SELECT ids FROM change WHERE token > ? ORDER BY token", (token or newest,)
            ).fetchall()
        if newest is None or not max(oldest - 1, 1) <= token <= newest or (None,) in rows:
            return Changes(newest or 0, is_everything=True)
        return Changes(newest, tuple(dict.fromkeys(each for (ids,) in rows for each in json.loads(ids))))

    def stats(self) -> Stats:
        """As in `Store`."""
        with self._lock, sqlite_file.reading(self._open, self._path):
            counts = dict(self._open.execute("SELECT name, value FROM counter"))
            refused = self._open.execute("SELECT reason, lines, source, place, message FROM refused").fetchall()
            (facts,) = self._open.execute("SELECT count(*) FROM fact").fetchone()
            oldest, newest = kept_lines.ends(self._open)
        return Stats(
            received=counts["stored"] + counts["repeated"] + sum(row[1] for row in refused),
            stored=counts["stored"],
            repeated=counts["repeated"],
            refused={row[0]: row[1] for row in refused},
            examples={row[0]: Example(*row[2:]) for row in refused},
            kept=counts["stored"] - counts["pruned"],
            pruned=counts["pruned"],
            facts=facts,
            oldest_us=None if oldest is None else started_us_of(oldest),
            newest_us=None if newest is None else started_us_of(newest),
        )

    def prune(self, older_than_us: int) -> int:
        """As in `Store`."""
        below = first_slot_at(older_than_us)
        removed = 0
        with self._lock:
            while part := self._prune_part(below):
                removed += part
            with sqlite_file.writing(self._open, self._path, self._waiting):
                id_runs.forget_before(self._open, below)
                self._open.execute("DELETE FROM fact WHERE at_us < ?", (older_than_us,))
                Shelf(self._open).prune(older_than_us)
                if removed:
                    self._open.execute("INSERT INTO change (ids) VALUES (NULL)")
        return removed

    def _prune_part(self, below: int) -> int:
        """Some of the oldest records in one transaction, so that a collector waits for moments only; how many."""
        with sqlite_file.writing(self._open, self._path, self._waiting):
            removed = kept_lines.prune(self._open, below, PRUNED_AT_ONCE)
            self._count(pruned=removed)
        return removed

    def close(self) -> None:
        """As in `Store`."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    @property
    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            raise StoreMissing(f"{self._path} was closed; open it again")
        return self._connection

    def _store(self, by_slot: Mapping[int, list[RecordLine]]) -> list[RecordLine]:
        """The lines that were not there yet."""
        known = self._known(by_slot)
        fresh: list[RecordLine] = []
        rows: list[SlotLines] = []
        filing = id_runs.Filing()
        # Everything that is done with the lines of one slot is done at once: a batch outgrows the processor's cache.
        for slot in sorted(by_slot):
            lines = by_slot[slot]
            if slot in known or (len(lines) > 1 and (len(lines) > 2 or lines[0].text == lines[1].text)):
                lines = _without_repeats(lines, known.get(slot, ()))
            if lines:
                fresh += lines
                rows.append((slot, packed([line.text for line in lines])))
                filing.add(slot, [line.ids for line in lines])
        kept_lines.add(self._open, rows, known)
        filing.write(self._open)
        return fresh

    def _known(self, slots: Iterable[int]) -> dict[int, list[str]]:
        """The lines that are there already. New slots are mostly younger than all there are."""
        _, youngest = kept_lines.ends(self._open)
        return kept_lines.texts_by_slot(
            self._open, [each for each in slots if youngest is not None and each <= youngest]
        )

    def _store_facts(self, facts: Sequence[Fact]) -> list[Fact]:
        """The facts that were not there yet."""
        rows = {_fact_key(body := packed_fact(each), each): (body, each) for each in facts}
        known = set(
            self._open.execute(
                "SELECT at_us, fact.id FROM json_each(?) JOIN fact ON at_us = value ->> 0 AND fact.id = value ->> 1",
                (json.dumps(list(rows)),),
            )
        )
        fresh = {key: row for key, row in rows.items() if key not in known}
        self._open.executemany(
            "INSERT INTO fact VALUES (?, ?, ?, ?)",
            [(*key, id_runs.hash_of(bare(about(each))), body) for key, (body, each) in sorted(fresh.items())],
        )
        return [each for _, each in fresh.values()]

    def _refuse(self, refused: Sequence[RefusedLine]) -> int:
        fresh = 0
        for each in refused:
            row = (each.fingerprint,)
            if self._open.execute("INSERT OR IGNORE INTO refused_line VALUES (?)", row).rowcount:
                fresh += 1
                self._open.execute(
                    "INSERT INTO refused VALUES (?, 1, ?, ?, ?) ON CONFLICT DO UPDATE SET lines = lines + 1",
                    (each.reason, each.source, each.place, each.message),
                )
        return fresh

    def _count(self, **more: int) -> None:
        self._open.executemany(
            "UPDATE counter SET value = value + ? WHERE name = ?", [(value, name) for name, value in more.items()]
        )

    def _note_change(self, lines: Iterable[RecordLine], facts: Iterable[Fact]) -> None:
        ids = chain((line.trace_id for line in lines), filter(None, map(about, facts)))
        named = _each_once(ids, MOST_NAMED + 1)
        if named:
            kept = json.dumps(named) if len(named) <= MOST_NAMED else None
            cursor = self._open.execute("INSERT INTO change (ids) VALUES (?)", (kept,))
            self._open.execute("DELETE FROM change WHERE token <= ?", ((cursor.lastrowid or 0) - CHANGES_KEPT,))

    def _lookup(self, ids: Sequence[str], most: int) -> Iterator[Match]:
        slots_by_text = id_runs.slots_of(self._open, {bare(each) for each in ids}, most + 1)
        wanted = sorted({slot for slots in slots_by_text.values() for slot in slots})
        kept = kept_lines.texts_by_slot(self._open, wanted)
        lines_by_slot = {slot: [record_line_of(text) for text in texts] for slot, texts in kept.items()}
        for each in ids:
            slots = slots_by_text[bare(each)]
            yield Match(each, [line for slot in slots for line in lines_by_slot.get(slot, ())])

    def _facts_of(self, bare_ids: Sequence[str]) -> list[Fact]:
        hashes = json.dumps([id_runs.hash_of(each) for each in bare_ids])
        rows = self._open.execute("SELECT body FROM fact WHERE hash IN (SELECT value FROM json_each(?))", (hashes,))
        wanted = set(bare_ids)
        return [fact for (body,) in rows if bare(about(fact := fact_of(body))) in wanted]


class _FileShelves:
    """The `Shelves` of a store."""

    def __init__(
        self,
        reading: Callable[[], AbstractContextManager[sqlite3.Connection]],
        writing: Callable[[], AbstractContextManager[sqlite3.Connection]],
    ) -> None:
        self._reading = reading
        self._writing = writing

    @contextmanager
    def reading(self) -> Iterator[Shelf]:
        """As in `Shelves`."""
        with self._reading() as connection:
            yield Shelf(connection, _token_in(connection))

    @contextmanager
    def writing(self) -> Iterator[Shelf]:
        """As in `Shelves`."""
        with self._writing() as connection:
            yield Shelf(connection, _token_in(connection))


def _each_once(texts: Iterable[str], most: int) -> list[str]:
    """In the order they come; not looked at any further when there are `most`."""
    found: dict[str, None] = {}
    for each in texts:
        found[each] = None
        if len(found) == most:
            break
    return list(found)


def _without_repeats(lines: Iterable[RecordLine], known: Collection[str]) -> list[RecordLine]:
    """The lines whose texts are not known, each once."""
    by_text: dict[str, RecordLine] = {}
    for line in lines:
        if line.text not in known:
            by_text.setdefault(line.text, line)
    return list(by_text.values())


def _token_in(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT coalesce(max(token), 0) FROM change").fetchone()[0])


def _fact_key(body: str, fact: Fact) -> tuple[int, int]:
    return fact.at_us, int.from_bytes(blake2b(body.encode(), digest_size=8).digest(), "big", signed=True)


def _by_microsecond(slots: Iterable[SlotTexts]) -> Iterator[list[str]]:
    """The lines of slots that share a start, together: within it, slots are not in the order of invocation ids."""
    for _, group in groupby(slots, lambda each: started_us_of(each[0])):
        yield [text for _, texts in group for text in texts]
