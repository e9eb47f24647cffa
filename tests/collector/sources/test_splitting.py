"""A stream of bytes to lines."""

import tracemalloc
from collections.abc import Callable, Iterator

from hypothesis import given
from hypothesis import strategies as st

from hopscope_collector.lines.sorting import MAX_LINE_BYTES
from hopscope_collector.sources.splitting import Split, Splitter


def reader(chunks: list[bytes]) -> Callable[[int], bytes]:
    waiting = iter([each for each in chunks if each])
    return lambda _size: next(waiting, b"")


def split(*chunks: bytes, splitter: Splitter | None = None) -> list[Split]:
    splitter = splitter or Splitter("file:a")
    found = list(splitter.split(reader(list(chunks))))
    rest = splitter.rest()
    return found if rest is None else [*found, rest]


def texts(found: list[Split]) -> list[str]:
    return [text for each in found for text in each.texts]


@given(st.lists(st.binary(max_size=20).map(lambda each: each.replace(b"\n", b"")), max_size=20), st.data())
def test_however_it_is_chopped_the_same_lines_come_out(lines: list[bytes], data: st.DataObject) -> None:
    stream = b"\n".join(lines)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    chunks = [stream[start:end] for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True)]

    splitter = Splitter("file:a")
    found = split(*chunks, splitter=splitter)

    expected = lines[:-1] + [lines[-1]] * bool(lines and lines[-1]) if lines else []
    assert texts(found) == [each.decode("utf-8", "surrogateescape") for each in expected]
    assert splitter.offset == len(stream)


def test_a_line_without_its_newline_waits_for_it() -> None:
    splitter = Splitter("file:a")

    first = texts(list(splitter.split(reader([b"one\ntw"]))))
    second = texts(list(splitter.split(reader([b"o\n"]))))

    assert (first, second, splitter.rest()) == (["one"], ["two"], None)


def test_a_long_line_is_refused_and_its_neighbours_are_kept() -> None:
    splitter = Splitter("file:a")

    found = split(b"one\n" + b"x" * (MAX_LINE_BYTES + 1) + b"\ntwo\n", splitter=splitter)

    (refused,) = (line for each in found for line in each.refused)
    assert [text for text in texts(found) if text] == ["one", "two"]
    assert (refused.reason, refused.place) == ("too_long", "line 2")
    assert splitter.number == 4


def test_a_line_of_exactly_the_limit_is_kept() -> None:
    found = split(b"x" * MAX_LINE_BYTES + b"\n")

    assert [len(text) for text in texts(found)] == [MAX_LINE_BYTES]


def test_long_lines_are_told_apart_by_their_bytes_however_they_are_chopped() -> None:
    line = b"y" * (2 * MAX_LINE_BYTES)

    fingerprints = {
        each.refused[0].fingerprint
        for chunks in ([line], [line[:7], line[7:]], [line[:MAX_LINE_BYTES], line[MAX_LINE_BYTES:], b"\nnext\n"])
        for each in split(*chunks)
        if each.refused
    }

    assert len(fingerprints) == 1


def test_a_line_of_a_gigabyte_costs_no_more_than_a_few_megabytes() -> None:
    chunk = b"z" * (1 << 20)

    def gigabyte() -> Iterator[bytes]:
        yield b"before\n"
        for _ in range(1_024):
            yield chunk
        yield b"\nafter\n"

    waiting = gigabyte()
    tracemalloc.start()
    splitter = Splitter("file:a")
    found = list(splitter.split(lambda _size: next(waiting, b"")))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert texts(found) == ["before", "after"]
    assert found[1].refused[0].message.startswith("line has 1,073,741,824 bytes")
    assert peak < 16 << 20
