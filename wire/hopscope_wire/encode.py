"""A record to the lines that carry it. Runs on Lambda: standard library only.

record with few messages      -> one line
record with 5,000 messages    -> several lines, each a whole record with a part of `messages` or `sends`
"""

from json import encoder

from hopscope_wire.fields import MAX_LINE_BYTES, WIRE_VERSION

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_NOTHING_ODD = encoder.JSONEncoder().default
"""Raises `TypeError` for what JSON cannot hold."""


def _made_once() -> "Callable[[object, int], tuple[str, ...]] | None":
    """The C encoder itself: `JSONEncoder.encode` makes one for every call, a tenth of what a line costs.

    None on an interpreter without it, or with another signature.
    """
    make: Callable[..., Callable[[object, int], tuple[str, ...]]] | None = getattr(encoder, "c_make_encoder", None)
    if make is None:
        return None
    try:
        # No markers, no indent, keys as they come, nothing skipped, NaN as Python writes it.
        return make(None, _NOTHING_ODD, encoder.encode_basestring_ascii, None, ":", ",", *(False, False, True))
    except TypeError:
        return None


_chunks = _made_once()
_encode = encoder.JSONEncoder(separators=(",", ":"), check_circular=False).encode
_LISTS = ("messages", "sends")


def line_of(record: "dict[str, object]") -> str:
    """The record as one line of ASCII JSON without its newline; `hopscope` comes first, absent values are left out."""
    present = {"hopscope": WIRE_VERSION, **record}
    if None in present.values():
        present = {name: value for name, value in present.items() if value is not None}
    return _encode(present) if _chunks is None else "".join(_chunks(present, 0))


def lines_of(record: "dict[str, object]") -> "list[str]":
    """The record as one or more lines, none longer than `MAX_LINE_BYTES` unless a single message is.

    Every line repeats the identity of the invocation and holds a slice of the list that was too long, so
    each of them can be read, lost or repeated alone. What fits is encoded once.
    """
    line = line_of(record)
    if len(line) <= MAX_LINE_BYTES:
        return [line]
    name = max(_LISTS, key=lambda each: len(_items(record, each)))
    items = _items(record, name)
    if len(items) < 2:
        return [line]
    # As many as fit when all are about as long; a slice of longer ones is cut again.
    count = max(1, min(len(items) // 2, len(items) * MAX_LINE_BYTES * 9 // (10 * len(line))))
    slices = [{**record, name: items[start : start + count]} for start in range(0, len(items), count)]
    return [each for part in slices for each in lines_of(part)]


def _items(record: "dict[str, object]", name: str) -> "list[object]":
    items = record.get(name)
    return items if isinstance(items, list) else []
