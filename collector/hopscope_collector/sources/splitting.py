"""A stream of bytes to lines, in bounded memory whatever comes.

A line longer than `MAX_LINE_BYTES` is hashed on its way past, never kept: a line of 1 GB costs a megabyte.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b

from hopscope_collector.lines.sorting import MAX_LINE_BYTES, TOO_LONG, fingerprint_of_digest
from hopscope_collector.store.contract import RefusedLine

CHUNK_BYTES = 1 << 18
"""Larger pieces are fetched from the operating system anew each time, and cost a page fault for every 4 KB."""

_BYTES_A_CHARACTER = 4
"""At most, in UTF-8."""


@dataclass(frozen=True, slots=True)
class Split:
    """Whole lines that stood together in the stream."""

    texts: list[str]
    first_number: int
    refused: tuple[RefusedLine, ...]


@dataclass(slots=True)
class Splitter:
    """Cuts a stream into lines. `rest()` is the last line, when it has no newline."""

    source: str
    offset: int = 0
    """Of the byte after the last line that was given, newline included."""

    number: int = 1
    """Of the line that comes next."""

    _kept: bytearray = field(default_factory=bytearray)
    _long: "_LongLine | None" = None

    def split(self, read: Callable[[int], bytes]) -> Iterator[Split]:
        """The lines that end within what `read` gives until it gives nothing; call again when more is there."""
        while chunk := read(CHUNK_BYTES):
            yield from self._fed(chunk)

    def rest(self) -> Split | None:
        """The bytes after the last newline, as a line. None when there are none. Only at the end of the stream."""
        if self._long is None and not self._kept:
            return None
        return next(self._fed(b"\n", newline_bytes=0))

    def _fed(self, chunk: bytes, newline_bytes: int = 1) -> Iterator[Split]:
        if self._long is not None:
            end = chunk.find(b"\n")
            self._long.add(chunk if end < 0 else chunk[:end])
            if end < 0:
                return
            yield self._after_long(newline_bytes)
            chunk = chunk[end + 1 :]
        end = chunk.rfind(b"\n")
        if end >= 0:
            whole = b"".join((self._kept, memoryview(chunk)[:end]))
            self._kept = bytearray(chunk[end + 1 :])
            yield self._of(whole, newline_bytes)
        else:
            self._kept += chunk
        if len(self._kept) > MAX_LINE_BYTES:
            self._long = _LongLine()
            self._long.add(bytes(self._kept))
            self._kept.clear()

    def _of(self, whole: bytes, newline_bytes: int) -> Split:
        first_number = self.number
        refused: tuple[RefusedLine, ...] = ()
        self.offset += len(whole) + newline_bytes
        texts = whole.decode("utf-8", "surrogateescape").split("\n")
        if len(whole) > MAX_LINE_BYTES and max(map(len, texts)) > MAX_LINE_BYTES // _BYTES_A_CHARACTER:
            whole, refused = self._without_long_lines(whole)
            texts = whole.decode("utf-8", "surrogateescape").split("\n")
        self.number += len(texts)
        return Split(texts, first_number, refused)

    def _without_long_lines(self, whole: bytes) -> tuple[bytes, tuple[RefusedLine, ...]]:
        """Long lines become empty ones, so that numbers stay right."""
        lines = whole.split(b"\n")
        refused = []
        for index, line in enumerate(lines):
            if len(line) > MAX_LINE_BYTES:
                long_line = _LongLine()
                long_line.add(line)
                refused.append(long_line.refused(self.source, self.number + index))
                lines[index] = b""
        return b"\n".join(lines), tuple(refused)

    def _after_long(self, newline_bytes: int) -> Split:
        assert self._long is not None
        refused = self._long.refused(self.source, self.number)
        self.offset += self._long.bytes + newline_bytes
        self.number += 1
        self._long = None
        return Split([], self.number, (refused,))


class _LongLine:
    """A line that is too long to keep."""

    def __init__(self) -> None:
        self._digest = blake2b(digest_size=8)
        self.bytes = 0

    def add(self, piece: bytes) -> None:
        self._digest.update(piece)
        self.bytes += len(piece)

    def refused(self, source: str, number: int) -> RefusedLine:
        return RefusedLine(
            TOO_LONG,
            fingerprint_of_digest(self._digest.digest()),
            source,
            f"line {number}",
            f"line has {self.bytes:,} bytes; expected at most {MAX_LINE_BYTES:,}",
        )
