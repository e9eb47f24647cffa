"""Lines of many slots in one row, compressed together: how records that come in bulk are kept.

    a write   ─▶ 5,000 slots in order, all new ─▶ 156 blocks of 32    one row each, a fifth of the bytes
                                               └▶ what fills none     rows of their own (table `slot`)

Rows and bytes that are written are what costs, and the lines of neighbours are much alike. Blocks never overlap: the
one that may hold a slot is the last that begins there or before. A block is written once, and only pruning changes it:
what comes later for one of its slots, or between them, gets a row of its own. Rows become blocks in idle_packing.py.
"""

import json
import sqlite3
import sys
from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

import zstandard

from hopscope_collector.errors import StoreDamaged
from hopscope_collector.store.slots import first_slot_at, texts_in

BLOCK_SLOTS = 32
"""Large enough to compress well, small enough that one flow is read from few bytes: 20 µs a block."""

LONGEST_US = 3_600_000_000
"""A block stretches over no more: one clock that runs ahead must not keep all who follow from getting blocks."""

_LEVEL = 1
"""Of zstd. Twice the time at 3 is no byte less on lines like these."""

_BETWEEN_SLOTS = b"\0"
"""JSON has none, and one byte is looked for ten times as fast as two."""

SlotLines = tuple[int, bytes]
"""A slot and lines of it, as a row of its own would keep them."""

SlotTexts = tuple[int, list[str]]
"""A slot and lines of it."""


class _Block(NamedTuple):
    slots: "array[int]"
    lines: bytes

    def parts(self, unpack: zstandard.ZstdDecompressor) -> list[bytes]:
        """The lines of each slot, as a row of its own would keep them."""
        try:
            return unpack.decompress(self.lines).split(_BETWEEN_SLOTS)
        except zstandard.ZstdError as error:
            raise StoreDamaged(f"a block of the store is damaged ({error}); restore a copy, or collect again") from None


def add(connection: sqlite3.Connection, slots: Sequence[SlotLines]) -> list[SlotLines]:
    """Pack slots, given in order, of which no block holds lines; those that fill no block are given back."""
    pack = zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True)
    left: list[SlotLines] = []
    rows: list[tuple[int, int, bytes, bytes]] = []
    for start in range(0, len(slots), BLOCK_SLOTS):
        part = slots[start : start + BLOCK_SLOTS]
        if _is_whole(part) and not _is_overlapped(connection, part[0][0], part[-1][0]):
            rows.append(_row(pack, [slot for slot, _ in part], [lines for _, lines in part]))
        else:
            left += part
    connection.executemany("INSERT INTO block VALUES (?, ?, ?, ?)", rows)
    return left


def texts_of(connection: sqlite3.Connection, slots: Collection[int]) -> Iterator[SlotTexts]:
    """The lines of those of the slots that are in blocks."""
    rows = connection.execute(
        "SELECT slots, lines FROM block WHERE id IN"
        " (SELECT (SELECT id FROM block WHERE id <= value ORDER BY id DESC LIMIT 1) FROM json_each(?))",
        (json.dumps(list(slots)),),
    )
    wanted, unpack = set(slots), zstandard.ZstdDecompressor()
    for block in map(_block, rows):
        if not wanted.isdisjoint(block.slots):
            for slot, part in zip(block.slots, block.parts(unpack), strict=True):
                if slot in wanted:
                    yield slot, texts_in(part)


def newest_first(connection: sqlite3.Connection, below: int) -> Iterator[SlotTexts]:
    """The slots of all blocks, the greatest first."""
    unpack = zstandard.ZstdDecompressor()
    for block in map(
        _block, connection.execute("SELECT slots, lines FROM block WHERE id < ? ORDER BY id DESC", (below,))
    ):
        for slot, part in zip(reversed(block.slots), reversed(block.parts(unpack)), strict=True):
            if slot < below:
                yield slot, texts_in(part)


def prune(connection: sqlite3.Connection, below: int, most: int) -> int:
    """Remove the slots below from some of the oldest blocks, at most so many; how many lines went."""
    rows = connection.execute("SELECT slots, lines FROM block WHERE id < ? ORDER BY id LIMIT ?", (below, most))
    pack, unpack = zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True), zstandard.ZstdDecompressor()
    removed = 0
    for block in list(map(_block, rows)):
        parts = block.parts(unpack)
        end = bisect_left(block.slots, below)
        removed += sum(len(texts_in(each)) for each in parts[:end])
        connection.execute("DELETE FROM block WHERE id = ?", (block.slots[0],))
        if end < len(parts):
            connection.execute("INSERT INTO block VALUES (?, ?, ?, ?)", _row(pack, block.slots[end:], parts[end:]))
    return removed


def _is_whole(part: Sequence[SlotLines]) -> bool:
    return len(part) == BLOCK_SLOTS and part[-1][0] - part[0][0] <= first_slot_at(LONGEST_US)


def _is_overlapped(connection: sqlite3.Connection, first: int, last: int) -> bool:
    """Whether a block holds slots between these; the blocks that are being made do not, they come in order."""
    row = connection.execute("SELECT last FROM block WHERE id <= ? ORDER BY id DESC LIMIT 1", (last,)).fetchone()
    return row is not None and row[0] >= first


def _row(pack: zstandard.ZstdCompressor, slots: Sequence[int], parts: Sequence[bytes]) -> tuple[int, int, bytes, bytes]:
    return slots[0], slots[-1], _bytes_of(slots), pack.compress(_BETWEEN_SLOTS.join(parts))


def _block(row: tuple[bytes, bytes]) -> _Block:
    slots = array("q")
    slots.frombytes(row[0])
    if sys.byteorder == "little":
        slots.byteswap()
    return _Block(slots, row[1])


def _bytes_of(slots: Iterable[int]) -> bytes:
    values = array("q", slots)
    if sys.byteorder == "little":
        values.byteswap()
    return values.tobytes()
