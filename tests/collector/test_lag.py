"""A collector that is behind says so in the store, one that keeps up says nothing."""

from collections.abc import Iterator

import pytest

from hopscope_collector import ingest
from hopscope_collector.ingest import Collected, collect
from hopscope_collector.lag import NAME, Behind, lag_in
from hopscope_collector.sources.contract import Lines, Stop
from hopscope_collector.sources.memory import MemorySource
from hopscope_collector.store.memory import MemoryStore

NOW_US = 1_800_000_000_000_000
HOUR_US = 3_600_000_000


class Watching:
    """Looks into the store after every batch."""

    def __init__(self, store: MemoryStore) -> None:
        self.store = store
        self.lags: list[Behind] = []

    def progress(self, source: str, collected: Collected) -> None:  # noqa: ARG002 - as in `Watcher`
        self.lags.append(lag_in(self.store))

    def say(self, words: str) -> None:
        """As in `Watcher`."""


class Catching:
    """Gives lines of an hour ago, then has nothing more."""

    name = "logs:orders"

    def lines(self, position: str | None, stop: Stop) -> Iterator[Lines]:  # noqa: ARG002 - as in `Source`
        yield Lines(["a line of the user"], at_us=[NOW_US - HOUR_US], position="1")
        yield Lines(["another"], at_us=[NOW_US - 2], position="2", is_idle=True)


class Sampled:
    """Gives what AWS left of too many lines."""

    name = "live:orders"

    def lines(self, position: str | None, stop: Stop) -> Iterator[Lines]:  # noqa: ARG002 - as in `Source`
        yield Lines(is_idle=True, is_sample=True)
        yield Lines(is_idle=True)


@pytest.fixture
def watching(monkeypatch: pytest.MonkeyPatch) -> Watching:
    """Every read is a batch, at one moment."""
    monkeypatch.setattr(ingest, "BATCH_S", 0.0)
    monkeypatch.setattr(ingest, "wall_clock_us", lambda: NOW_US)
    return Watching(MemoryStore())


def test_who_reads_what_is_old_is_behind_until_nothing_is_left(watching: Watching) -> None:
    collect([Catching()], watching.store, watching, Stop())

    assert watching.lags == [Behind(NOW_US - HOUR_US, NOW_US), Behind()]


def test_a_sample_is_remembered(watching: Watching) -> None:
    collect([Sampled()], watching.store, watching, Stop())

    assert watching.lags == [Behind(sampled_us=NOW_US)]


def test_who_keeps_up_writes_nothing_about_it(watching: Watching) -> None:
    collect([MemorySource(["a line of the user"] * 3)], watching.store, watching, Stop())

    assert watching.store.position(NAME) is None
