"""Bodies as they travel, to bytes: gzip and zstd, never more than the limit (pure)."""

import zlib

import zstandard

from hopscope_collector.api.refusals import RefusedError, too_large

_PIECE_BYTES = 1 << 20
_GZIP = 16 + zlib.MAX_WBITS


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
    """Every member of the stream, as gzip files may have several."""
    parts: list[bytes] = []
    left_bytes = limit_bytes
    while body:
        stream = zlib.decompressobj(_GZIP)
        while not stream.eof:
            part = stream.decompress(body, min(_PIECE_BYTES, left_bytes + 1))
            left_bytes -= len(part)
            if left_bytes < 0:
                raise too_large(limit_bytes, " when it is unpacked")
            if not part and not stream.unconsumed_tail and not stream.eof:
                raise _damaged("gzip", "it ends too early")
            parts.append(part)
            body = stream.unconsumed_tail
        body = stream.unused_data.lstrip(b"\0")
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
