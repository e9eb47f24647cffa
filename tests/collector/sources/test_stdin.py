"""Standard input, plain and packed, whole and cut."""

import gzip
import io
import os
import random
from collections.abc import Callable

import pytest
import zstandard

from hopscope_collector.errors import SourceFailed
from hopscope_collector.sources.contract import Stop
from hopscope_collector.sources.stdin import StdinSource

PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "plain": lambda raw: raw,
    "gzip": gzip.compress,
    "zstd": zstandard.compress,
    "zstd of two frames": lambda raw: zstandard.compress(raw[:3]) + zstandard.compress(raw[3:]),
}


def read(packed: bytes) -> list[str]:
    """What comes out of a pipe that somebody wrote it to."""
    source, sink = os.pipe()
    with os.fdopen(sink, "wb") as writing:
        writing.write(packed)
    with io.BufferedReader(io.FileIO(source)) as pipe:
        return [text for lines in StdinSource(pipe).lines(None, Stop()) for text in lines.texts]


@pytest.mark.parametrize("pack", PACKERS.values(), ids=PACKERS)
def test_every_line_is_read_whatever_it_is_packed_with(pack: Callable[[bytes], bytes]) -> None:
    assert read(pack("one\nzwölf\n\nlast".encode())) == ["one", "zwölf", "", "last"]


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
def test_where_it_breaks_off_is_said(pack: Callable[[bytes], bytes]) -> None:
    packed = pack(random.Random(1).randbytes(400))

    with pytest.raises(SourceFailed, match="standard input cannot be read on"):
        read(packed[: len(packed) // 2])


def test_nothing_is_nothing() -> None:
    assert read(b"") == []
