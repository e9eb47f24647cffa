"""Records that the Kinesis Producer Library packed into one (pure).

    F3 89 9A C2 │ protobuf: 1 partition keys, 2 hash keys, 3 records (of which 3 is the data) │ MD5 of the protobuf

Source: "KPL aggregated record format", awslabs/amazon-kinesis-producer. Read by hand: it is three field numbers.
"""

from collections.abc import Iterator
from hashlib import md5

_MAGIC = b"\xf3\x89\x9a\xc2"
_DIGEST_BYTES = 16
_RECORDS = 3
_DATA = 3
_VARINT, _FIXED_64, _BYTES, _FIXED_32 = 0, 1, 2, 5
_FIXED_BYTES = {_FIXED_64: 8, _FIXED_32: 4}
_LONGEST_VARINT_BITS = 63


def packed_within(payload: bytes) -> list[bytes] | None:
    """The data of every record within; None when it is no aggregated record, or a damaged one."""
    body, digest = payload[len(_MAGIC) : -_DIGEST_BYTES], payload[-_DIGEST_BYTES:]
    if not payload.startswith(_MAGIC) or md5(body, usedforsecurity=False).digest() != digest:
        return None
    try:
        return [
            data
            for number, record in _fields(body)
            if number == _RECORDS
            for inner, data in _fields(record)
            if inner == _DATA
        ]
    except (IndexError, ValueError):
        return None


def _fields(body: bytes) -> Iterator[tuple[int, bytes]]:
    """Number and bytes of each field that has bytes.

    Raises:
        IndexError, ValueError: it is no protobuf message.
    """
    at = 0
    while at < len(body):
        tag, at = _varint(body, at)
        kind = tag & 7
        if kind == _BYTES:
            length, at = _varint(body, at)
            if at + length > len(body):
                raise ValueError("field is cut")
            yield tag >> 3, body[at : at + length]
            at += length
        elif kind == _VARINT:
            _, at = _varint(body, at)
        else:
            at += _FIXED_BYTES.get(kind) or _unknown(kind)


def _unknown(kind: int) -> int:
    raise ValueError(f"unknown wire type {kind}")


def _varint(body: bytes, at: int) -> tuple[int, int]:
    """A number, and where it ends."""
    number = shift = 0
    while True:
        byte = body[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, at
        shift += 7
        if shift > _LONGEST_VARINT_BITS:
            raise ValueError("number is too long")
