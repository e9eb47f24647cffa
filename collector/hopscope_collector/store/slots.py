"""Which slot a record belongs to, and how a slot's lines are kept (pure).

start 1790000000000001 µs, invocation 9f1c22ab03d40000   ->   slot 1790000000000001 · 512 + 0b…0001 0110 1
"""

from collections.abc import Iterable

SLOTS_A_MICROSECOND = 512
"""Times are at most 2^53 µs, so that the product fits SQLite's signed 64 bits."""


def slot_of(started_us: int, invocation_id: str) -> int:
    """The slot of an invocation; grows with its start."""
    return started_us * SLOTS_A_MICROSECOND + int(invocation_id[9:12], 16) % SLOTS_A_MICROSECOND


def first_slot_at(started_us: int) -> int:
    """The least slot of an invocation that started then or later."""
    return started_us * SLOTS_A_MICROSECOND


def started_us_of(slot: int) -> int:
    """When the invocations of a slot started."""
    return slot // SLOTS_A_MICROSECOND


def packed(texts: Iterable[str]) -> bytes:
    """Lines as a slot keeps them."""
    return "\n".join(texts).encode("utf-8", "surrogatepass")


def texts_in(kept: bytes) -> list[str]:
    """The lines of a slot, not parsed."""
    return kept.decode("utf-8", "surrogatepass").split("\n")
