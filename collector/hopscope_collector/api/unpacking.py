"""Bodies as they travel, to bytes: gzip and zstd, never more than the limit (pure)."""

import re
import zlib

import zstandard

from hopscope_collector.api.refusals import RefusedError, too_large

_PIECE_BYTES = 1 << 20
_FED_BYTES = 16 << 10
"""Of a gzip stream at a time: what a member leaves over is copied, and a body may hold a million empty members."""

_MEMBER_BYTES = 4 << 10
"""What a gzip member counts at least: it costs time, whatever is in it."""

_GZIP = 16 + zlib.MAX_WBITS
_ZEROS = re.compile(rb"\0*")


def unpacked(body: bytes, encoding: str, limit_bytes: int) -> bytes:
    """The body without its `Content-Encoding`.

    Raises:
        RefusedError: an encoding we do not know, damaged, or larger than the limit, which is never held.
    """
    name = encoding.strip().lower()
    if name in ("", "identity"):
        return body
    try:
        if name in ("gzip", "x-gzip"):
            return _ungzipped(body, limit_bytes)
        if name == "zstd":
            return _unzstd(body, limit_bytes)
    except zlib.error as error:
        raise _damaged(name, str(error)) from None
    except zstandard.ZstdError as error:
        if "too much memory" in str(error):
            raise too_large(limit_bytes, " when it is unpacked") from None
        raise _damaged(name, str(error)) from None
    raise RefusedError(
        415, "unknown_encoding", "the Content-Encoding is not one we read", encoding, expected="gzip, zstd or none"
    )


def _ungzipped(body: bytes, limit_bytes: int) -> bytes:
    """Every member of the stream, as gzip files may have several; zeros after the last one are padding."""
    parts: list[bytes] = []
    left_bytes = limit_bytes
    at = 0
    while at < len(body):
        stream = zlib.decompressobj(_GZIP)
        while not stream.eof:
            fed = stream.unconsumed_tail or body[at : at + _FED_BYTES]
            at += 0 if stream.unconsumed_tail else len(fed)
            part = stream.decompress(fed, min(_PIECE_BYTES, max(left_bytes, 0) + 1))
            left_bytes -= len(part)
            if left_bytes < 0:
                raise too_large(limit_bytes, " when it is unpacked")
            if not fed:
                raise _damaged("gzip", "it ends too early")
            parts.append(part)
        left_bytes -= _MEMBER_BYTES
        at -= len(stream.unused_data)
        padding = _ZEROS.match(body, at)
        at += len(padding[0]) if padding else 0
    return b"".join(parts)


def _unzstd(body: bytes, limit_bytes: int) -> bytes:
    """A frame says how large a window it wants: no more than the limit is given."""
    parts: list[bytes] = []
    left_bytes = limit_bytes
    unpacker = zstandard.ZstdDecompressor(max_window_size=limit_bytes)
    with unpacker.stream_reader(body, read_across_frames=True) as stream:
        while part := stream.read(_PIECE_BYTES):
            left_bytes -= len(part)
            if left_bytes < 0:
                raise too_large(limit_bytes, " when it is unpacked")
            parts.append(part)
    if body and not parts:
        raise _damaged("zstd", "it ends too early")
    return b"".join(parts)


def _damaged(name: str, why: str) -> RefusedError:
    return RefusedError(400, "damaged_body", f"the body is no {name} ({why[:80]})", expected=f"a whole {name} stream")
