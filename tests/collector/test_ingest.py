"""From sources to the store: batches, failures, and the end."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from hopscope_collector import ingest
from hopscope_collector.errors import NotASource, SourceFailed, StoreFull
from hopscope_collector.ingest import Collected, collect, follow
from hopscope_collector.sources.contract import Lines, Stop
from hopscope_collector.sources.memory import MemorySource
from hopscope_collector.store.contract import Batch, Written
from hopscope_collector.store.memory import MemoryStore
from hopscope_wire.encode import line_of


class Watching:
    """Remembers what it is told."""

    def __init__(self) -> None:
        self.received: list[int] = []
        self.said: list[str] = []

    def progress(self, source: str, collected: Collected) -> None:  # noqa: ARG002 - as in `Watcher`
        self.received.append(collected.received)

    def say(self, words: str) -> None:
        self.said.append(words)


class Failing:
    """Gives some lines, then fails."""

    name = "failing"

    def __init__(self, error: Exception) -> None:
        self._error = error

    def lines(self, position: str | None, stop: Stop) -> Iterator[Lines]:  # noqa: ARG002 - as in `Source`
        yield Lines([a_line(900)], position="1")
        raise self._error


class Endless:
    """Gives the same line until it is told to stop."""

    def __init__(self, name: str) -> None:
        self.name = name

    def lines(self, position: str | None, stop: Stop) -> Iterator[Lines]:
        number = int(position or 0)
        while not stop.is_set:
            number += 1
            yield Lines([a_line(number)], position=str(number), is_idle=True)


class Silent:
    """Has nothing right now, twice."""

    name = "silent"

    def lines(self, position: str | None, stop: Stop) -> Iterator[Lines]:  # noqa: ARG002 - as in `Source`
        yield Lines(is_idle=True)
        yield Lines(is_idle=True)


class FullStore(MemoryStore):
    """Takes a few batches."""

    def __init__(self, batches: int) -> None:
        super().__init__()
        self._left = batches

    def write(self, batch: Batch) -> Written:
        self._left -= 1
        if self._left < 0:
            raise StoreFull("no room")
        return super().write(batch)


def a_line(number: int) -> str:
    return line_of(
        {
            "record": "begin",
            "traceId": f"{number:032x}",
            "invocationId": f"{number:012x}0000",
            "requestId": f"r-{number}",
            "function": "f",
            "startUs": number,
        }
    )


def some(count: int) -> list[str]:
    return [a_line(number) for number in range(count)]


@pytest.mark.parametrize("run", [collect, follow])
def test_every_line_of_every_source_is_stored_and_counted(run: object) -> None:
    store = MemoryStore()
    sources = [
        MemorySource([*some(7), "order placed", '{"hopscope":1,"rec'], name="a", batch=2),
        MemorySource(["START RequestId: r-1 Version: 7", *some(9)], name="b", batch=3),
    ]

    collected = run(sources, store, Watching(), Stop())  # type: ignore[operator] # two functions of one shape

    assert (collected.received, collected.stored, collected.repeated, collected.refused) == (17, 9, 7, 1)
    assert (collected.others, collected.facts, collected.failed) == (1, 1, [])
    assert store.stats().received == 17
    assert (store.position("a"), store.position("b")) == ("9", "10")


def test_a_second_run_goes_on_from_the_stored_position() -> None:
    store = MemoryStore()
    collect([MemorySource(some(4), name="a")], store, Watching(), Stop())

    collected = collect([MemorySource(some(6), name="a")], store, Watching(), Stop())

    assert (collected.stored, collected.repeated) == (2, 0)


@pytest.mark.parametrize("run", [collect, follow])
def test_a_source_that_fails_is_named_and_the_others_go_on(run: object) -> None:
    store = MemoryStore()
    sources = [Failing(SourceFailed("failing: no permission")), MemorySource(some(3), name="a")]

    collected = run(sources, store, Watching(), Stop())  # type: ignore[operator] # two functions of one shape

    assert [str(each) for each in collected.failed] == ["failing: no permission"]
    assert (collected.stored, store.position("failing")) == (4, "1")


@pytest.mark.parametrize("run", [collect, follow])
def test_a_bug_in_a_source_is_not_hidden(run: object) -> None:
    with pytest.raises(ZeroDivisionError):
        run([Failing(ZeroDivisionError())], MemoryStore(), Watching(), Stop())  # type: ignore[operator] # as above


def test_a_store_that_fails_ends_the_run_and_keeps_what_it_acknowledged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest, "BATCH_RECORDS", 2)
    store = FullStore(2)

    with pytest.raises(StoreFull):
        collect([MemorySource(some(9), name="a", batch=2)], store, Watching(), Stop())

    assert (store.stats().stored, store.position("a")) == (4, "4")


def test_a_store_that_fails_stops_the_sources_that_are_followed() -> None:
    stop = Stop()

    with pytest.raises(StoreFull):
        follow([Endless("a"), Endless("b")], FullStore(5), Watching(), stop)

    assert stop.is_set


def test_told_to_stop_it_stores_what_it_has_and_ends() -> None:
    stop, store = Stop(), MemoryStore()

    class Stopping(Watching):
        def progress(self, source: str, collected: Collected) -> None:  # noqa: ARG002 - as in `Watcher`
            if collected.received >= 5:
                stop.set()

    collected = follow([Endless("a"), Endless("b")], store, Stopping(), stop)

    assert collected.received == store.stats().received >= 5


def test_a_batch_is_written_when_it_is_large_and_positions_go_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest, "BATCH_RECORDS", 4)
    watching = Watching()

    collect([MemorySource(some(10), name="a", batch=2)], MemoryStore(), watching, Stop())

    assert watching.received == [4, 8, 10]


def test_the_person_sees_how_far_a_source_is() -> None:
    said: list[str] = []

    class Halfway(MemorySource):
        def lines(self, position: str | None, stop: Stop) -> Iterator[Lines]:
            yield from (replace(each, reached="50 %") for each in super().lines(position, stop))

    class Reading(Watching):
        def progress(self, source: str, collected: Collected) -> None:  # noqa: ARG002 - as in `Watcher`
            said.append(source)

    collect([Halfway(some(2), name="a")], MemoryStore(), Reading(), Stop())

    assert set(said) == {"50 % · a"}


def test_a_source_that_has_nothing_writes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long it is followed: an empty batch would be a write to the disk each second."""
    monkeypatch.setattr(ingest, "BATCH_S", 0.0)
    watching = Watching()

    collect([Silent()], FullStore(batches=0), watching, Stop())

    assert watching.received == []


def test_the_first_refused_line_of_each_reason_is_said() -> None:
    lines = [a_line(1), '{"hopscope":1,"rec', '{"hopscope":1,"record":', '{"hopscope":99}', a_line(2)]
    watching, store = Watching(), MemoryStore()

    collect([MemorySource(lines, name="a"), MemorySource(lines, name="b")], store, watching, Stop())

    assert [words.split(":")[:2] for words in watching.said] == [
        ["a", " refused as cut, line 2"],
        ["a", " refused as unknown_wire_version, line 4"],
    ]


@pytest.mark.parametrize("run", [collect, follow])
def test_a_source_that_turns_out_to_be_none_does_not_stop_the_others(run: Callable[..., Collected]) -> None:
    """A stream that does not exist is known when AWS is asked."""
    collected = run(
        [Failing(NotASource("no such stream")), MemorySource(some(3), name="b")], MemoryStore(), Watching(), Stop()
    )

    assert (collected.stored, [str(error) for error in collected.failed]) == (4, ["no such stream"])
