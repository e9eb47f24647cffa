"""Packs rows of single slots into blocks while nothing is written.

    a write a second   ─▶ rows of their own: they fill no block, and take four times the room
    an hour later      ─▶ blocks of 32, the rows are gone: a thousand in one transaction

What lies within the stretch of a block, or comes after it was made, keeps its row.
"""

import sqlite3

from hopscope_collector.store import blocks, kept_lines
from hopscope_collector.store.slots import first_slot_at

SETTLED_US = 3_600_000_000
"""Before the newest invocation: what began so long ago has ended, and its log has come. An end that comes to a block
gets a row for good."""

ROWS_AT_ONCE = 1_024
"""10 ms of work."""


class IdlePacking:
    """Goes through the rows once, oldest first, and on when more have settled."""

    def __init__(self) -> None:
        self._after = -1

    def step(self, connection: sqlite3.Connection) -> bool:
        """Inside the caller's transaction: some rows; whether there is more to do."""
        _, youngest = kept_lines.ends(connection)
        rows = connection.execute(
            "SELECT id, lines FROM slot WHERE id > ? AND id < ? ORDER BY id LIMIT ?",
            (self._after, (youngest or 0) - first_slot_at(SETTLED_US), ROWS_AT_ONCE),
        ).fetchall()
        looked_at = rows[: len(rows) // blocks.BLOCK_SLOTS * blocks.BLOCK_SLOTS]
        if not looked_at:
            return False
        kept = dict(blocks.add(connection, looked_at))
        connection.executemany("DELETE FROM slot WHERE id = ?", [(slot,) for slot, _ in looked_at if slot not in kept])
        self._after = looked_at[-1][0]
        return True
