"""Which slot a record belongs to, and how a slot's lines are kept (pure).

start 1790000000000001 µs, invocation 9f1c22ab03d40000   ->   slot 1790000000000001 · 512 + 0b…0001 0110 1
"""

from collections.abc import Iterable, Iterator, Mapping
from json import loads
from typing import Any
from zlib import crc32

from hopscope_collector.store.contract import RecordLine
from hopscope_collector.store.ids import bare

SLOTS_A_MICROSECOND = 512
"""Times are at most 2^53 µs, so that the product fits SQLite's signed 64 bits."""

_NEWLINE = b"\n"


def slot_of(found: Mapping[str, Any]) -> int:
    """The slot of a parsed record; grows with the start of its invocation."""
    slot: int = found["startUs"] * SLOTS_A_MICROSECOND + int(found["invocationId"][6:12], 16) % SLOTS_A_MICROSECOND
    return slot


def first_slot_at(started_us: int) -> int:
    """The least slot of an invocation that started then or later."""
    return started_us * SLOTS_A_MICROSECOND


def started_us_of(slot: int) -> int:
    """When the invocations of a slot started."""
    return slot // SLOTS_A_MICROSECOND


def hash_of(id_text: str) -> int:
    """What an id is filed under: 32 bits of its bare text."""
    return crc32(bare(id_text).encode("utf-8", "surrogatepass"))


def lines_in(kept: bytes) -> Iterator[RecordLine]:
    """The record lines of a slot."""
    for line in kept.split(_NEWLINE):
        yield RecordLine(line.decode("utf-8", "surrogatepass"), loads(line))


def packed(texts: Iterable[str]) -> bytes:
    """Lines as a slot keeps them."""
    return "\n".join(texts).encode("utf-8", "surrogatepass")


def texts_in(kept: bytes) -> list[str]:
    """The lines of a slot, not parsed."""
    return kept.decode("utf-8", "surrogatepass").split("\n")
