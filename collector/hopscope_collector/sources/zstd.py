"""A zstd stream that says when it breaks off: `zstandard`'s own reader ends there as if that were the end."""

import io
from typing import TYPE_CHECKING, BinaryIO

import zstandard

if TYPE_CHECKING:
    from typing_extensions import Buffer

MAGIC = b"\x28\xb5\x2f\xfd"

FED_BYTES = 512
"""Packed bytes at once. Four of them may unpack to 128 KiB, so this is 16 MiB of a bomb."""

_WINDOW_BYTES = 128 << 20


def unpacked(raw: BinaryIO) -> io.BufferedReader:
    """The bytes within, over all frames. Reading raises `EOFError` where the last one breaks off."""
    return io.BufferedReader(_Frames(raw), buffer_size=1 << 16)


class _Frames(io.RawIOBase):
    """One frame after the other."""

    def __init__(self, raw: BinaryIO) -> None:
        self._packed = raw
        self._unpacker = zstandard.ZstdDecompressor(max_window_size=_WINDOW_BYTES)
        self._frame: zstandard.ZstdDecompressionObj | None = None
        """The one that is being read. None between two, and before the first."""

        self._there = memoryview(b"")

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: "Buffer", /) -> int:
        """As in `io.RawIOBase`."""
        while not self._there:
            chunk = self._next_packed()
            if not chunk:
                if self._frame is not None:
                    raise EOFError("it ends within a frame")
                return 0
            self._there = memoryview(self._unpacked(chunk))
        room = memoryview(buffer)
        size = min(len(room), len(self._there))
        room[:size] = self._there[:size]
        self._there = self._there[size:]
        return size

    def _next_packed(self) -> bytes:
        """What is there of a pipe, without waiting for more."""
        if isinstance(self._packed, io.BufferedReader):
            return self._packed.read1(FED_BYTES)
        return self._packed.read(FED_BYTES)

    def _unpacked(self, chunk: bytes) -> bytes:
        parts = []
        while chunk:
            frame = self._frame = self._frame or self._unpacker.decompressobj()
            parts.append(frame.decompress(chunk))
            chunk = b""
            if frame.eof:
                chunk, self._frame = frame.unused_data, None
        return b"".join(parts)
