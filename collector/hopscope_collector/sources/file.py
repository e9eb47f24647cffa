"""A log file: plain, gzip or zstd; read once, or followed as it grows and is rotated.

    position   {"offset", "number", "head", "head_bytes", "has_ended"}, offsets after decompression

`head` is a hash of the first bytes: a file that begins otherwise is another file, and is read from its start. Read
once, a file that was read to its end is read again from the start (and found to be a repeat); one whose reading was
interrupted goes on where it stood. Followed, it always goes on where it stood.
"""

import gzip
import json
import os
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from hashlib import blake2b
from io import BufferedReader
from pathlib import Path
from typing import cast

import zstandard

from hopscope_collector.errors import NotASource, SourceFailed
from hopscope_collector.lines.sorting import BROKEN_STREAM, fingerprint_of
from hopscope_collector.sources import zstd
from hopscope_collector.sources.contract import Lines, Stop
from hopscope_collector.sources.document import MAX_DOCUMENT_BYTES, lines_in_document, may_be_document
from hopscope_collector.sources.splitting import CHUNK_BYTES, Split, Splitter
from hopscope_collector.store.contract import RefusedLine

POLL_S = 0.1
"""How often a followed file is looked at: a line shall be on the screen within 300 ms."""

HEAD_BYTES = 1_024

_GZIP = b"\x1f\x8b"
_BROKEN = (OSError, EOFError, zlib.error, zstandard.ZstdError)


@dataclass(frozen=True, slots=True)
class FilePosition:
    """Where the reading of a file stands."""

    offset: int
    number: int
    head: str
    head_bytes: int
    has_ended: bool


class FileSource:
    """The lines of one file."""

    def __init__(self, path: Path, *, is_followed: bool) -> None:
        if not path.is_file():
            what = "is a folder" if path.is_dir() else "does not exist" if not path.exists() else "is not a plain file"
            raise NotASource(f"file:{path} {what}; expected a log file")
        self.name = f"file:{path.absolute()}"
        self._path = path
        self._is_followed = is_followed

    def lines(self, position: str | None, stop: Stop) -> Iterator[Lines]:
        """As in `Source`."""
        try:
            with self._path.open("rb") as raw:
                yield from self._read(raw, position, stop)
        except OSError as error:
            raise SourceFailed(f"{self.name} cannot be read: {error.strerror or error}") from error

    def _read(self, raw: BufferedReader, position: str | None, stop: Stop) -> Iterator[Lines]:
        start = self._start(raw, position)
        document = None if self._is_followed or start is not None else _document_in(self._path)
        if document is not None:
            yield from document
            return
        reading = _Reading(self.name, raw, start)
        yield from reading.lines_there(stop)
        if not self._is_followed or reading.is_compressed:
            if not stop.is_set:
                yield from reading.last_lines()
            return
        while not stop.is_set:
            yield Lines(is_idle=True)
            stop.sleep(POLL_S)
            if self._was_replaced(raw, reading):
                yield from reading.lines_there(stop)
                yield from reading.last_lines()
                yield from self.lines(None, stop)
                return
            yield from reading.lines_there(stop)

    def _start(self, raw: BufferedReader, position: str | None) -> FilePosition | None:
        if position is None:
            return None
        start = FilePosition(**json.loads(position))
        is_the_same_file = _head(raw, start.head_bytes) == start.head
        return start if is_the_same_file and (self._is_followed or not start.has_ended) else None

    def _was_replaced(self, raw: BufferedReader, reading: "_Reading") -> bool:
        """Rotated away (another file has its name) or cut back to less than was read (`copytruncate`)."""
        try:
            there = self._path.stat()
        except FileNotFoundError:
            return False  # between the two steps of a rotation
        ours = os.fstat(raw.fileno())
        return (there.st_dev, there.st_ino) != (ours.st_dev, ours.st_ino) or there.st_size < reading.read_bytes


class _Reading:
    """One opened file, and how far it was read."""

    def __init__(self, name: str, raw: BufferedReader, start: FilePosition | None) -> None:
        self._name = name
        self._raw = raw
        self._stream, self.is_compressed = _decompressed(raw)
        self._splitter = Splitter(name)
        self._broken: str | None = None
        self.read_bytes = 0
        if start is not None:
            self._skip(start.offset)
            self._splitter = Splitter(name, start.offset, start.number)

    def lines_there(self, stop: Stop) -> Iterator[Lines]:
        """What is there now, up to the last newline."""
        for split in self._splitter.split(self._next_bytes):
            yield self._lines(split, has_ended=False)
            if stop.is_set:
                return

    def last_lines(self) -> Iterator[Lines]:
        """What stands after the last newline, and that the end was reached."""
        rest = self._splitter.rest()
        if rest is not None:
            yield self._lines(rest, has_ended=False)
        refused = () if self._broken is None else (self._broken_stream(self._broken),)
        yield Lines(refused=refused, position=self._position(has_ended=True), is_idle=True)

    def _next_bytes(self, size: int) -> bytes:
        try:
            # At most one read of the file: a longer one would drop what it has when the next bytes are damaged.
            chunk = self._stream.read1(size)
        except _BROKEN as error:
            if not self.is_compressed:
                raise
            self._broken = str(error)
            return b""
        self.read_bytes += len(chunk)
        return chunk

    def _skip(self, offset: int) -> None:
        if not self.is_compressed:
            self._stream.seek(offset)
            self.read_bytes = offset
        while self.read_bytes < offset and self._next_bytes(min(CHUNK_BYTES, offset - self.read_bytes)):
            pass

    def _lines(self, split: Split, *, has_ended: bool) -> Lines:
        return Lines(
            texts=split.texts,
            first_number=split.first_number,
            refused=split.refused,
            position=self._position(has_ended=has_ended),
            reached=self._reached(),
        )

    def _reached(self) -> str | None:
        size_bytes = os.fstat(self._raw.fileno()).st_size
        return f"{min(100, 100 * self._raw.tell() // size_bytes)} %" if size_bytes else None

    def _position(self, *, has_ended: bool) -> str:
        return _position_at(self._raw, (self._splitter.offset, self._splitter.number), has_ended=has_ended)

    def _broken_stream(self, error: str) -> RefusedLine:
        message = f"the compressed file is damaged or cut ({error}); everything before was read"
        place = f"after line {self._splitter.number - 1}"
        return RefusedLine(BROKEN_STREAM, fingerprint_of(f"{self._name} {place} {error}"), self._name, place, message)


def _position_at(raw: BufferedReader, at: tuple[int, int], *, has_ended: bool) -> str:
    offset, number = at
    head_bytes = min(HEAD_BYTES, os.fstat(raw.fileno()).st_size)
    return json.dumps(asdict(FilePosition(offset, number, _head(raw, head_bytes), head_bytes, has_ended)))


def _document_in(path: Path) -> list[Lines] | None:
    """The lines of a file that is one JSON document; None when it is not."""
    with path.open("rb") as raw:
        try:
            stream, _ = _decompressed(raw)
            head = stream.read(HEAD_BYTES)
            whole = head + stream.read(MAX_DOCUMENT_BYTES) if may_be_document(head) else b""
        except _BROKEN:
            return None
        if not whole or len(whole) > MAX_DOCUMENT_BYTES:
            return None
        return lines_in_document(whole, _position_at(raw, (len(whole), 1), has_ended=True))


def _head(raw: BufferedReader, head_bytes: int) -> str:
    return blake2b(os.pread(raw.fileno(), head_bytes, 0), digest_size=8).hexdigest()


def _decompressed(raw: BufferedReader) -> tuple[BufferedReader, bool]:
    magic = os.pread(raw.fileno(), 4, 0)
    if magic.startswith(_GZIP):
        return cast(BufferedReader, gzip.GzipFile(fileobj=raw)), True
    if magic == zstd.MAGIC:
        return zstd.unpacked(raw), True
    return raw, False
