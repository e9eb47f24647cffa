"""Lines from standard input, plain, gzip or zstd. It cannot be read twice, so it has no position."""

import gzip
import io
import select
import zlib
from collections.abc import Iterator
from typing import BinaryIO, cast

import zstandard

from hopscope_collector.errors import SourceFailed
from hopscope_collector.sources import zstd
from hopscope_collector.sources.contract import Lines, Stop
from hopscope_collector.sources.splitting import Splitter

WAIT_S = 0.1
_GZIP = b"\x1f\x8b"


class StdinSource:
    """The lines of a pipe, as they come."""

    name = "-"

    def __init__(self, raw: io.BufferedReader) -> None:
        self._raw = raw

    def lines(self, position: str | None, stop: Stop) -> Iterator[Lines]:  # noqa: ARG002 - a pipe has no position
        """As in `Source`."""
        splitter = Splitter(self.name)
        pipe = _Pipe(self._raw, stop)
        try:
            while not pipe.has_ended and not stop.is_set:
                for split in splitter.split(pipe.read_now):
                    yield Lines(split.texts, split.first_number, refused=split.refused)
                yield Lines(is_idle=True)
        except (OSError, EOFError, zlib.error, zstandard.ZstdError) as error:
            raise SourceFailed(f"standard input cannot be read on: {error}; everything before was read") from error
        rest = splitter.rest() if pipe.has_ended else None
        if rest is not None:
            yield Lines(rest.texts, rest.first_number, refused=rest.refused)


class _Pipe:
    """Reads what is there, and gives nothing when nothing is there for a moment."""

    def __init__(self, raw: io.BufferedReader, stop: Stop) -> None:
        self._raw = raw
        self._stop = stop
        self._lines: io.BufferedReader | None = None
        """What reads the lines: the pipe itself, or what unpacks it. None until its first bytes are there."""

        self.has_ended = False

    def read_now(self, size: int) -> bytes:
        """Up to `size` bytes. Nothing when none came for a moment, at the end, or when told to stop."""
        if self._stop.is_set or self.has_ended or not self._is_ready():
            return b""
        if self._lines is None:
            self._lines = _decompressed(self._raw)
        chunk = self._lines.read1(size)
        self.has_ended = not chunk
        return chunk

    def _is_ready(self) -> bool:
        """Whether reading would give bytes, or the end, at once."""
        try:
            if self._lines in (None, self._raw):
                return bool(select.select([self._raw], [], [], WAIT_S)[0])
        except (OSError, ValueError):
            return True  # not something that can be waited for: Windows, a test's buffer
        return True


def _decompressed(raw: io.BufferedReader) -> io.BufferedReader:
    """What reads the lines, by the first bytes that are there."""
    magic = raw.peek(len(zstd.MAGIC))
    if magic.startswith(_GZIP):
        return cast(io.BufferedReader, gzip.GzipFile(fileobj=cast(BinaryIO, raw)))
    return zstd.unpacked(raw) if magic.startswith(zstd.MAGIC) else raw
