"""The lines of a store by slot, in rows of their own and in blocks; inside the caller's transaction.

slot    a row for each slot: what came in small writes (until it is packed), late, or after a block was made of its slot
block   a row for many slots: see blocks.py. A file of an older version, read only, has none
"""

import json
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from heapq import merge
from operator import itemgetter

from hopscope_collector.store import blocks
from hopscope_collector.store.blocks import SlotLines, SlotTexts
from hopscope_collector.store.slots import texts_in


def texts_by_slot(connection: sqlite3.Connection, slots: Collection[int]) -> dict[int, list[str]]:
    """The lines of those of the slots that have any, in order of arrival."""
    found = dict(blocks.texts_of(connection, slots)) if _has_blocks(connection) else {}
    rows = connection.execute(
        "SELECT id, lines FROM slot WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(list(slots)),)
    )
    for slot, lines in rows:
        found.setdefault(slot, []).extend(texts_in(lines))
    return found


def add(connection: sqlite3.Connection, fresh: Sequence[SlotLines], known: Collection[int]) -> None:
    """Keep further lines of slots, given in order; `known` are those of the slots that have lines already."""
    rows = blocks.add(connection, [each for each in fresh if each[0] not in known])
    rows += [each for each in fresh if each[0] in known]
    connection.executemany(
        "INSERT INTO slot VALUES (?, ?)"
        " ON CONFLICT DO UPDATE SET lines = CAST(slot.lines || x'0a' || excluded.lines AS BLOB)",
        sorted(rows),
    )


def newest_first(connection: sqlite3.Connection, below: int) -> Iterator[SlotTexts]:
    """All slots below with their lines, the greatest first; one that has lines in both places comes twice."""
    rows = connection.execute("SELECT id, lines FROM slot WHERE id < ? ORDER BY id DESC", (below,))
    in_rows = ((slot, texts_in(lines)) for slot, lines in rows)
    in_blocks = blocks.newest_first(connection, below) if _has_blocks(connection) else iter(())
    return merge(in_rows, in_blocks, key=itemgetter(0), reverse=True)


def ends(connection: sqlite3.Connection) -> tuple[int | None, int | None]:
    """The least and the greatest slot that has lines. None when there are none."""
    found = connection.execute("SELECT (SELECT min(id) FROM slot), (SELECT max(id) FROM slot)").fetchone()
    if _has_blocks(connection):
        found += connection.execute(
            "SELECT (SELECT min(id) FROM block), (SELECT last FROM block ORDER BY id DESC LIMIT 1)"
        ).fetchone()
    there = [each for each in found if each is not None]
    return min(there, default=None), max(there, default=None)


def prune(connection: sqlite3.Connection, below: int, most: int) -> int:
    """Remove some of the oldest slots below, about `most`; how many lines went. 0 when there is none left."""
    rows = connection.execute("SELECT id, lines FROM slot WHERE id < ? ORDER BY id LIMIT ?", (below, most)).fetchall()
    if rows:
        connection.execute("DELETE FROM slot WHERE id <= ?", (rows[-1][0],))
    removed = sum(len(texts_in(lines)) for _, lines in rows)
    return removed + blocks.prune(connection, below, most // blocks.BLOCK_SLOTS + 1)


def _has_blocks(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'block'").fetchone() is not None
