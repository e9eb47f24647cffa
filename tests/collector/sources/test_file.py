"""Log files: plain and packed, read once or followed, interrupted and gone on with."""

import gzip
import json
import os
import random
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import zstandard

from hopscope_collector.errors import NotASource
from hopscope_collector.lines.sorting import MAX_LINE_BYTES
from hopscope_collector.sources.contract import Lines, Stop
from hopscope_collector.sources.file import FileSource
from hopscope_collector.sources.naming import Wanted, sources_of

PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "plain": lambda raw: raw,
    "gzip": gzip.compress,
    "gzip of two members": lambda raw: gzip.compress(raw[:7]) + gzip.compress(raw[7:]),
    "zstd": zstandard.compress,
    "zstd of two frames": lambda raw: zstandard.compress(raw[:7]) + zstandard.compress(raw[7:]),
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.log"


def once(path: Path, position: str | None = None) -> list[Lines]:
    return list(FileSource(path, is_followed=False).lines(position, Stop()))


def texts(batches: list[Lines]) -> list[str]:
    return [text for lines in batches for text in lines.texts]


def last_position(batches: list[Lines]) -> str | None:
    return next((lines.position for lines in reversed(batches) if lines.position), None)


@pytest.mark.parametrize("packed", PACKERS.values(), ids=PACKERS)
def test_a_file_is_read_whatever_it_is_packed_with(path: Path, packed: Callable[[bytes], bytes]) -> None:
    path.write_bytes(packed("one\nzwölf\n\nlast without a newline".encode()))

    assert texts(once(path)) == ["one", "zwölf", "", "last without a newline"]


def test_an_empty_file_has_no_lines(path: Path) -> None:
    path.touch()

    assert texts(once(path)) == []


def test_a_file_read_to_its_end_is_read_again_from_the_start(path: Path) -> None:
    path.write_bytes(b"one\ntwo\n")

    assert texts(once(path, last_position(once(path)))) == ["one", "two"]


@pytest.mark.parametrize("packed", PACKERS.values(), ids=PACKERS)
def test_it_says_how_far_it_is(path: Path, packed: Callable[[bytes], bytes]) -> None:
    path.write_bytes(packed(random.Random(1).randbytes(2_000_000).hex("\n", 40).encode()))

    reached = [int(each.reached.removesuffix(" %")) for each in once(path) if each.reached]

    assert len(reached) > 2
    assert reached == sorted(reached)
    assert (reached[0] < 60, reached[-1]) == (True, 100)


@pytest.mark.parametrize("packed", PACKERS.values(), ids=PACKERS)
def test_an_interrupted_reading_goes_on_where_it_stood(path: Path, packed: Callable[[bytes], bytes]) -> None:
    lines = [f"line {number} {'x' * 50_000}" for number in range(100)]
    path.write_bytes(packed("\n".join(lines).encode()))
    first = next(iter(FileSource(path, is_followed=False).lines(None, Stop())))

    rest = once(path, first.position)

    assert 0 < len(first.texts) < 100
    assert [*first.texts, *texts(rest)] == lines
    assert rest[0].first_number == len(first.texts) + 1


def test_another_file_under_the_same_name_is_read_from_its_start(path: Path) -> None:
    path.write_bytes(b"x" * MAX_LINE_BYTES + b"\ntwo\n" * 500_000)
    interrupted = next(iter(FileSource(path, is_followed=False).lines(None, Stop())))

    path.write_bytes(b"other\n")

    assert texts(once(path, interrupted.position)) == ["other"]


@pytest.mark.parametrize(
    "damage", [lambda raw: raw[:-20], lambda raw: raw[:60] + b"\xff" * 8 + raw[68:]], ids=["cut", "hurt"]
)
def test_a_damaged_archive_gives_what_it_can_and_is_refused_once(path: Path, damage: Callable[[bytes], bytes]) -> None:
    """Gzip knows its length and sum; zstd knows where a frame ends."""
    path.write_bytes(damage(gzip.compress(random.Random(1).randbytes(3_000).hex().encode() + b"\n")))

    first = [line for lines in once(path) for line in lines.refused]
    second = [line for lines in once(path) for line in lines.refused]

    assert [each.reason for each in first] == ["broken_stream"]
    assert first == second


def test_a_zstd_file_that_breaks_off_is_refused_once(path: Path) -> None:
    path.write_bytes(zstandard.compress("\n".join(f"line {number}" for number in range(9_000)).encode())[:-20])

    (refused,) = (line for lines in once(path) for line in lines.refused)

    assert (refused.reason, "it ends within a frame" in refused.message) == ("broken_stream", True)


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
def test_a_bomb_is_one_long_line_and_costs_no_memory(path: Path, pack: Callable[[bytes], bytes]) -> None:
    bomb = pack(b"\0" * (1 << 20)) * 200
    path.write_bytes(bomb)

    (refused,) = (line for lines in once(path) for line in lines.refused)

    assert refused.reason == "too_long"
    assert refused.message.startswith("line has 209,715,200 bytes")


def test_following_sees_lines_as_they_come_and_waits_for_their_newline(path: Path) -> None:
    path.write_bytes(b"one\ntw")
    stop = Stop()
    read: list[str] = []
    for lines in FileSource(path, is_followed=True).lines(None, stop):
        read += lines.texts
        if lines.is_idle and read == ["one"]:
            with path.open("ab") as log:
                log.write(b"o\nthree\n")
        elif read[-1:] == ["three"]:
            stop.set()

    assert read == ["one", "two", "three"]


def moved(path: Path) -> None:
    path.rename(path.with_suffix(".1"))
    path.write_bytes(b"after\n")


def cut_back(path: Path) -> None:
    path.with_suffix(".1").write_bytes(path.read_bytes())
    os.truncate(path, 0)
    with path.open("ab") as log:
        log.write(b"after\n")


@pytest.mark.parametrize("rotated", [moved, cut_back])
def test_a_rotated_file_is_followed_into_its_successor(path: Path, rotated: Callable[[Path], None]) -> None:
    path.write_bytes(b"before the rotation\n")
    stop = Stop()
    read: list[str] = []
    has_rotated = False
    for lines in FileSource(path, is_followed=True).lines(None, stop):
        read += lines.texts
        if lines.is_idle and not has_rotated:
            rotated(path)
            has_rotated = True
        elif "after" in read:
            stop.set()

    assert read == ["before the rotation", "after"]


def test_following_goes_on_where_it_stood_even_after_the_end(path: Path) -> None:
    path.write_bytes(b"one\n")
    position = last_position(once(path))
    with path.open("ab") as log:
        log.write(b"two\n")

    following: Iterator[Lines] = FileSource(path, is_followed=True).lines(position, Stop())

    assert next(following).texts == ["two"]


@pytest.mark.parametrize(
    "text", ["", "nowhere.log", "file:", "file:nowhere.log", "file:*.log", "sqs", "logs:", "file:empty"]
)
def test_what_is_no_source_is_refused_with_what_was_expected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()

    with pytest.raises(NotASource):
        sources_of(text, Wanted())


def test_a_path_without_its_kind_is_answered_with_the_right_word(path: Path) -> None:
    path.touch()

    with pytest.raises(NotASource, match=f"did you mean file:{path}"):
        sources_of(str(path), Wanted())


def test_a_folder_or_a_pattern_means_every_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("b.log", "a.log", "c.txt", ".hidden"):
        (tmp_path / name).touch()

    assert [each.name for each in sources_of(f"file:{tmp_path}", Wanted())] == [
        f"file:{tmp_path}/{name}" for name in ("a.log", "b.log", "c.txt")
    ]
    assert len(sources_of("file:*.log", Wanted())) == 2
    assert len(sources_of(f"file:{tmp_path}/*.log", Wanted())) == 2


def test_an_export_to_s3_is_a_folder_of_folders(tmp_path: Path) -> None:
    """`aws logs create-export-task`: task, log stream, numbered files; and a file that proves that it may write."""
    export = tmp_path / "exportedlogs"
    stream = export / "3f1c-task" / "2026-11-21-[$LATEST]4b1c"
    stream.mkdir(parents=True)
    (export / ".cache").mkdir()
    (export / ".cache" / "hidden").touch()
    (export / "aws-logs-write-test").write_text("Permission Check Successful")
    (stream / "000000.gz").write_bytes(gzip.compress(b"2026-11-21T10:00:00.123Z line 0\n"))
    (stream / "000001.gz").write_bytes(gzip.compress(b"2026-11-21T10:00:01.123Z line 1\n"))

    found = sources_of(f"file:{export}", Wanted())

    read = [text for source in found for text in texts(list(source.lines(None, Stop())))]
    assert [each[-6:] for each in read] == ["line 0", "line 1", "essful"]


@pytest.mark.parametrize("packed", [PACKERS["plain"], gzip.compress], ids=["plain", "gzip"])
def test_a_json_document_over_many_lines_gives_the_lines_within(path: Path, packed: Callable[[bytes], bytes]) -> None:
    """As `aws logs get-log-events` prints them."""
    events = [{"timestamp": 1_790_000_000_000 + number, "message": f"line {number}\n"} for number in range(3)]
    path.write_bytes(packed(json.dumps({"events": events, "nextForwardToken": "f/1"}, indent=4).encode()))

    batches = once(path)

    assert texts(batches) == ["line 0", "line 1", "line 2"]
    assert batches[0].at_us == [1_790_000_000_000_000, 1_790_000_000_001_000, 1_790_000_000_002_000]
    assert texts(once(path, last_position(batches))) == ["line 0", "line 1", "line 2"]


@pytest.mark.parametrize("raw", [b"{\n", b'{\n  "a": 1\n}\n', b"[\n", b"{\nnot json\n}", b"{"])
def test_a_log_that_begins_like_a_document_is_read_line_by_line(path: Path, raw: bytes) -> None:
    path.write_bytes(raw)

    assert texts(once(path)) == raw.decode().removesuffix("\n").split("\n")


@pytest.mark.parametrize("cut_at", [0.2, 0.5, 0.99])
def test_all_that_a_cut_file_still_holds_is_read(path: Path, cut_at: float) -> None:
    """However small it is: a copy that broke off, or a disk that was full."""
    packed = gzip.compress(b"".join(b"line %d of an export\n" % number for number in range(400)))
    cut = packed[: int(len(packed) * cut_at)]
    path.write_bytes(cut)
    there = zlib.decompressobj(wbits=31).decompress(cut).decode().split("\n")

    batches = once(path)

    assert len(there) > 1
    assert texts(batches) == [each for each in there if each]
    assert [refused.reason for lines in batches for refused in lines.refused] == ["broken_stream"]
