"""The rows of summaries in SQLite; inside the caller's transaction."""

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from heapq import merge
from itertools import islice
from typing import Protocol, runtime_checkable

from hopscope_collector.store.contract import Seen
from hopscope_collector.summaries.covered import Stretch, is_covered, united
from hopscope_collector.summaries.entry import Entry, Position, Row, keys_in_words
from hopscope_collector.summaries.packing import unpacked
from hopscope_collector.summaries.traits import Traits, text_of, traits_in

MOST_TRAITS = 20_000
"""Flows whose traits come after so many different ones get none."""

MOST_CURSORS = 64
"""With more traits than this that may fit, rows are read by time and compared one by one."""

_SHARED = "shared:"
"""Begins the name under which a shared key is kept among what was made."""

_HALF = 1 << 63
_COLUMNS = "last_us, invocation, flow, traits, started_us, took_us, hops, attempts, until_us, words, number"
_BELOW = "(last_us, invocation, flow) < (?, ?, ?) AND last_us >= ?"
_NEWEST_FIRST = "ORDER BY last_us DESC, invocation DESC, flow DESC"


class Shelves(Protocol):
    """Where a shelf is opened, for one transaction."""

    def reading(self) -> AbstractContextManager["Shelf"]:
        """To look at one state of it."""
        ...

    def writing(self) -> AbstractContextManager["Shelf"]:
        """To change it: all or nothing."""
        ...


@runtime_checkable
class KeepsSummaries(Protocol):
    """A store with a shelf of its own: its writes mark what they make stale on it."""

    @property
    def shelves(self) -> Shelves | None:
        """Where it is opened. None when this store has none yet."""
        ...

    def tidy(self) -> bool:
        """One piece of work that makes look-ups faster, for when nothing arrives; whether there is more."""
        ...


class Shelf:
    """Rows of flows, newest first, and what is known of how far they go."""

    def __init__(self, connection: sqlite3.Connection, token: int = 0) -> None:
        self._open = connection
        self.token = token
        """Changes with every write to the records beside it. Always 0 when none are."""

    def made(self, name: str) -> str:
        """A word that was kept; empty when it was not."""
        row = self._open.execute("SELECT value FROM summary_made WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else ""

    def begin_again(self, rules: str) -> None:
        """Throw everything away."""
        for table in ("", "_flow", "_traits", "_covered", "_stale", "_consumer"):
            self._open.execute(f"DELETE FROM summary{table}")  # noqa: S608 - one of the names above
        self._open.execute("DELETE FROM summary_made WHERE name GLOB ? || '*'", (_SHARED,))
        era = int(self.made("era") or 0) + 1
        self._open.executemany("INSERT OR REPLACE INTO summary_made VALUES (?, ?)", [("rules", rules), ("era", era)])

    def covered(self) -> list[Stretch]:
        """What is summarised but for what is stale, ascending."""
        return [Stretch(*row) for row in self._open.execute("SELECT * FROM summary_covered ORDER BY low_us")]

    def cover(self, more: Stretch) -> None:
        """A further stretch is summarised."""
        stretches = united([*self.covered(), more])
        self._open.execute("DELETE FROM summary_covered")
        self._open.executemany("INSERT INTO summary_covered VALUES (?, ?)", stretches)

    def touch(self, started_us: Iterable[tuple[int, str]], ids: Iterable[str]) -> None:
        """Invocations, by start and trace id, got a record, and ids got facts: what is covered of them is stale."""
        covered = self.covered()
        if covered:
            self.mark({trace_id for at_us, trace_id in started_us if is_covered(covered, at_us)} | set(ids))

    def mark(self, ids: Iterable[str]) -> None:
        """Their flows must be assembled again."""
        self._open.executemany("INSERT OR IGNORE INTO summary_stale VALUES (?)", [(each,) for each in ids])

    def stale(self, most: int) -> list[str]:
        """Ids whose flows must be assembled again."""
        return [each for (each,) in self._open.execute("SELECT id FROM summary_stale LIMIT ?", (most,))]

    def fresh(self, ids: Iterable[str]) -> None:
        """They were assembled again."""
        self._open.executemany("DELETE FROM summary_stale WHERE id = ?", [(each,) for each in ids])

    def expired(self, now_us: int, most: int) -> list[Row]:
        """Rows whose moment has come."""
        query = f"SELECT {_COLUMNS} FROM summary WHERE until_us <= ? LIMIT ?"  # noqa: S608
        return [_row_of(each) for each in self._open.execute(query, (now_us, most))]

    def put(self, places: Iterable[Position], entries: Iterable[Entry]) -> None:
        """Lay entries where their flows stand now; what stood at any of these places before is taken away.

        A flow that stays where it stood keeps its number, for whoever has just read its row.
        """
        keys = [(each.started_us, _number_of(each.invocation_id)) for each in places]
        before = {
            (*key, flow): number
            for key in keys
            for flow, number in self._open.execute(
                "SELECT flow, number FROM summary WHERE last_us = ? AND invocation = ?", key
            )
        }
        if before:
            self._open.executemany("DELETE FROM summary WHERE last_us = ? AND invocation = ?", keys)
        for entry in entries:
            key = (entry.row.last_us, _number_of(entry.row.invocation_id), entry.row.flow_id)
            self._lay(entry, before.pop(key, None))
        self._open.executemany("DELETE FROM summary_flow WHERE number = ?", [(each,) for each in before.values()])

    def _lay(self, entry: Entry, number: int | None) -> None:
        row = entry.row
        cursor = self._open.execute("INSERT OR REPLACE INTO summary_flow VALUES (?, ?)", (number, entry.packed))
        self._open.execute(
            "INSERT INTO summary VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                row.last_us, _number_of(row.invocation_id), row.flow_id, self._number_of_traits(entry.traits),
                row.started_us, row.took_us, row.hops, row.attempts, row.until_us, row.words,
                json.dumps(entry.silent) if entry.silent else None, cursor.lastrowid,
            ),
        )  # fmt: skip

    def _number_of_traits(self, traits: Traits | None) -> int:
        if traits is None:
            return 0
        text = text_of(traits)
        row = self._open.execute("SELECT number FROM summary_traits WHERE traits = ?", (text,)).fetchone()
        if row is None:
            (known,) = self._open.execute("SELECT coalesce(max(number), 0) FROM summary_traits").fetchone()
            if known >= MOST_TRAITS:
                return 0
            self._open.execute("INSERT INTO summary_traits VALUES (?, ?)", (known + 1, text))
            return int(known) + 1
        return int(row[0])

    def traits(self, above: int = 0) -> dict[int, Traits]:
        """By number; numbers are never given twice within an era."""
        rows = self._open.execute("SELECT number, traits FROM summary_traits WHERE number > ?", (above,))
        return {number: traits_in(text) for number, text in rows}

    def rows(self, below: Seen, low_us: int, most: int, traits: Collection[int] | None = None) -> list[Row]:
        """At most so many rows below a place, newest first, not older than `low_us`; only of these traits, if given."""
        place = (below.started_us, _number_of(below.invocation_id), below.trace_id, low_us)
        if traits is None or len(traits) > MOST_CURSORS:
            query = f"SELECT {_COLUMNS} FROM summary WHERE {_BELOW} {_NEWEST_FIRST} LIMIT ?"  # noqa: S608
            return [_row_of(each) for each in self._open.execute(query, (*place, most))]
        query = f"SELECT {_COLUMNS} FROM summary WHERE traits = ? AND {_BELOW} {_NEWEST_FIRST} LIMIT ?"  # noqa: S608
        found = [self._open.execute(query, (each, *place, most)) for each in traits]
        return [_row_of(each) for each in islice(merge(*found, key=_place, reverse=True), most)]

    def packed(self, numbers: Sequence[int]) -> Mapping[int, bytes]:
        """The packed flows of rows."""
        rows = self._open.execute(
            "SELECT number, packed FROM summary_flow WHERE number IN (SELECT value FROM json_each(?))",
            (json.dumps(numbers),),
        )
        return dict(rows)

    def consumers(self) -> set[tuple[str, str]]:
        """Who was seen to receive from where, as (destination, function)."""
        return set(self._open.execute("SELECT destination, function FROM summary_consumer"))

    def learn(self, consumers: Collection[tuple[str, str]]) -> None:
        """Consumers that were not known: what was sent there in vain is stale, for now it is waited for."""
        self._open.executemany("INSERT OR IGNORE INTO summary_consumer VALUES (?, ?)", consumers)
        self.mark(self.in_vain({destination for destination, _ in consumers}))

    def in_vain(self, destinations: Collection[str]) -> list[str]:
        """Flows that sent to one of these what nobody was seen to receive."""
        rows = self._open.execute(
            "SELECT flow FROM summary WHERE silent IS NOT NULL AND EXISTS "
            "(SELECT 1 FROM json_each(silent) WHERE value IN (SELECT value FROM json_each(?)))",
            (json.dumps(list(destinations)),),
        )
        return [flow for (flow,) in rows]

    def shared(self) -> set[str]:
        """Keys (`name=value`) that are known to be in too many records to join anything."""
        names = self._open.execute("SELECT name FROM summary_made WHERE name GLOB ? || '*'", (_SHARED,))
        return {name.removeprefix(_SHARED) for (name,) in names}

    def share(self, keys: Collection[str]) -> None:
        """Keys that were not known to be: what they joined when they were in fewer records is stale."""
        self._open.executemany("INSERT INTO summary_made VALUES (?, '')", [(_SHARED + each,) for each in keys])
        self.mark(self.joined_by(keys))

    def joined_by(self, keys: Collection[str]) -> list[str]:
        """Ids of everything that flows with one of the keys are made of."""
        rows = self._open.execute(
            "SELECT number, words FROM summary WHERE hops > 1 "
            "AND EXISTS (SELECT 1 FROM json_each(?) WHERE instr(words, value))",
            (json.dumps(list(keys)),),
        )
        joined = [number for number, words in rows if not set(keys).isdisjoint(keys_in_words(words))]
        flows = map(unpacked, self.packed(joined).values())
        return [hop.trace_id if hop.has_own_trace else hop.invocation_id for flow in flows for hop in flow.hops]

    def prune(self, older_than_us: int) -> None:
        """Records before were removed: flows that ended before go with them, what is left of others is stale."""
        old = "SELECT number FROM summary WHERE last_us < ?"
        self._open.execute(f"DELETE FROM summary_flow WHERE number IN ({old})", (older_than_us,))  # noqa: S608
        self._open.execute("DELETE FROM summary WHERE last_us < ?", (older_than_us,))
        cut = self._open.execute("SELECT number FROM summary WHERE started_us < ?", (older_than_us,)).fetchall()
        for (number,) in cut:  # what joined it may be gone: it may have become several flows
            flow = unpacked(self.packed([number])[number])
            self.mark({hop.invocation_id for hop in flow.hops})

    def size(self) -> int:
        """Rows on it."""
        return int(self._open.execute("SELECT count(*) FROM summary").fetchone()[0])


def _row_of(values: tuple[int, int, str, int, int, int | None, int, int, int | None, str, int]) -> Row:
    return Row(values[0], f"{values[1] + _HALF:016x}", *values[2:])


def _place(values: tuple[int, int, str]) -> tuple[int, int, str]:
    return values[:3]


def _number_of(invocation_id: str) -> int:
    return int(invocation_id, 16) - _HALF
