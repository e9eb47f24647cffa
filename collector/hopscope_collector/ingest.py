"""From sources to the store: gathers lines, sorts them out, writes them in batches.

    sources ──Lines──▶ Gathering ──Batch──▶ store.write ──Written──▶ Watcher
    (a thread each when followed)           records and positions in one transaction

What was gathered and not yet written is lost when the process dies, and read again from the stored position.
"""

import gc
import itertools
import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from hopscope_collector.errors import CollectorError, HopscopeError, NotASource
from hopscope_collector.lag import NAME, Lag
from hopscope_collector.lines.facts import Fact
from hopscope_collector.lines.record_line import RecordLine
from hopscope_collector.lines.sorting import SortedLines
from hopscope_collector.sources.contract import Lines, Source, Stop
from hopscope_collector.store.contract import Batch, RefusedLine, Store, Written
from hopscope_collector.summaries.summarising import Idle, nothing_to_do
from hopscope_collector.wall_clock import wall_clock_us

BATCH_RECORDS = 10_000
"""A batch is written when it holds as many records, …"""

BATCH_S = 1.0
"""… when it is this old, or when its source has nothing more right now."""

SELDOM_ALLOCATIONS = 200_000

IDLE_S = 1.0
"""Time alone makes other work: after so long it is looked for again, though nothing arrived."""

LAST_WORK_S = 2.0
"""How long that work may keep a person waiting when all sources have ended."""

WAITING_LINES = 8
"""Reads that wait to be gathered, over all followed sources: what bounds the memory."""

_Arrival = tuple[str, Lines] | BaseException | None
"""Some lines of a source, what its thread died of, or None when it ended."""


@dataclass(slots=True)
class Collected:
    """What this run did, summed over its batches."""

    stored: int = 0
    repeated: int = 0
    refused: int = 0
    others: int = 0
    """Lines that were none of ours."""

    facts: int = 0
    """Lines of the platform and of brokers that were used, repeated ones too."""

    failed: list[HopscopeError] = field(default_factory=list)
    """Sources that could not go on, or turned out to be none."""

    reasons: set[str] = field(default_factory=set)
    """Why lines were refused; the first of each was said."""

    @property
    def received(self) -> int:
        """As in `Stats`."""
        return self.stored + self.repeated + self.refused

    def add(self, written: Written) -> None:
        """Count one batch."""
        self.stored += written.stored
        self.repeated += written.repeated
        self.refused += written.refused

    def include(self, other: "Collected") -> None:
        """Add what came in another way."""
        self.stored += other.stored
        self.repeated += other.repeated
        self.refused += other.refused
        self.others += other.others
        self.facts += other.facts
        self.failed += other.failed


class Watcher(Protocol):
    """Who is told how it goes."""

    def progress(self, source: str, collected: Collected) -> None:
        """A batch was stored, or the source has nothing more right now."""
        ...

    def say(self, words: str) -> None:
        """One thing the person should know now."""
        ...


@dataclass(slots=True)
class Gathering:
    """Lines of several sources on their way into one batch."""

    records: list[RecordLine] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    refused: list[RefusedLine] = field(default_factory=list)
    positions: dict[str, str] = field(default_factory=dict)
    stored: list[Callable[[], None]] = field(default_factory=list)
    """What to call when all this is durable."""

    began_at: float = field(default_factory=time.monotonic)

    def add(self, source: str, lines: Lines, collected: Collected) -> int | None:
        """Sort some lines out; when the last of them happened, if they tell."""
        kept = SortedLines(source, lines.function)
        places: Iterable[int | str] = itertools.count(lines.first_number) if lines.places is None else lines.places
        times: Iterable[int | None] = itertools.repeat(None) if lines.at_us is None else lines.at_us
        kept.add_all(lines.texts, places, times)
        self.records += kept.records
        self.facts += kept.facts
        self.refused += lines.refused
        self.refused += kept.refused
        collected.others += kept.others
        if lines.position is not None:
            self.positions[source] = lines.position
        if lines.stored is not None:
            self.stored.append(lines.stored)
        if lines.at_us:
            return lines.at_us[-1]
        return kept.records[-1].started_us if kept.records else None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to write."""
        return not (self.records or self.facts or self.refused or self.positions or self.stored)

    @property
    def is_due(self) -> bool:
        """Whether it is large or old enough to be written."""
        return len(self.records) >= BATCH_RECORDS or time.monotonic() - self.began_at >= BATCH_S

    def batch(self) -> Batch:
        """What is to be made durable together."""
        return Batch(self.records, self.facts, self.refused, self.positions)


def spare_the_garbage_collector() -> None:
    """Let it look seldom, for a process that does nothing but collect.

    Records come in tens of thousands, live for one batch and hold no cycles: looking through them for cycles would be
    a tenth of the work.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(SELDOM_ALLOCATIONS, 20, 20)


def collect(
    sources: Sequence[Source], store: Store, watcher: Watcher, stop: Stop, *, idle: Idle = nothing_to_do
) -> Collected:
    """Read the sources one after the other into the store, until they end or are told to stop.

    A source that fails is named in `Collected.failed`; what it gave before is stored, and the others go on. `idle` is
    done for a moment in the end.

    Raises:
        StoreError: the store failed; everything it acknowledged is stored.
    """
    collected = Collected()
    for source in sources:
        if not stop.is_set:
            _write_all(_guarded(source, store, stop, collected), store, watcher, collected)
    until_s = time.monotonic() + LAST_WORK_S
    while not stop.is_set and time.monotonic() < until_s and idle():
        pass
    return collected


def follow(
    sources: Sequence[Source], store: Store, watcher: Watcher, stop: Stop, *, idle: Idle = nothing_to_do
) -> Collected:
    """Read the sources all at once, a thread each, one writer. `idle` is done while nothing arrives.

    Raises:
        StoreError: the store failed; everything it acknowledged is stored.
    """
    collected = Collected()
    arrived: queue.Queue[_Arrival] = queue.Queue(WAITING_LINES)
    threads = [
        threading.Thread(target=_feed, args=(_guarded(each, store, stop, collected), arrived, stop), daemon=True)
        for each in sources
    ]
    for thread in threads:
        thread.start()
    try:
        _write_all(_until_all_ended(arrived, len(threads), idle), store, watcher, collected)
    finally:
        stop.set()
    return collected


def _write_all(arriving: Iterator[tuple[str, Lines]], store: Store, watcher: Watcher, collected: Collected) -> None:
    gathering = Gathering()
    lag = Lag(store.position(NAME) or "")
    reached: dict[str, str] = {}
    source = ""
    for source, lines in arriving:
        youngest_us = gathering.add(source, lines, collected)
        lag.heard(source, lines, youngest_us, wall_clock_us())
        if lines.reached is not None:
            reached[source] = f"{lines.reached} · {source}"
        if lines.notice is not None:
            watcher.say(f"{source}: {lines.notice}")
        if gathering.is_due or lines.is_idle:
            gathering.positions.update(lag.positions(wall_clock_us()))
        if not gathering.is_empty and (gathering.is_due or lines.is_idle):
            _write(gathering, store, watcher, collected)
            gathering = Gathering()
            watcher.progress(reached.get(source, source), collected)
    if not gathering.is_empty:
        _write(gathering, store, watcher, collected)
        watcher.progress(reached.get(source, source), collected)


def _write(gathering: Gathering, store: Store, watcher: Watcher, collected: Collected) -> None:
    written = store.write(gathering.batch())
    collected.add(written)
    for each in gathering.refused if written.refused else ():
        if each.reason not in collected.reasons:
            collected.reasons.add(each.reason)
            watcher.say(f"{each.source}: refused as {each.reason}, {each.place}: {each.message}")
    collected.facts += len(gathering.facts)
    for acknowledge in gathering.stored:
        try:
            acknowledge()
        except CollectorError as error:
            collected.failed.append(error)


def _guarded(source: Source, store: Store, stop: Stop, collected: Collected) -> Iterator[tuple[str, Lines]]:
    try:
        for lines in source.lines(store.position(source.name), stop):
            yield source.name, lines
        if not stop.is_set:
            yield source.name, Lines(is_idle=True)
    except (CollectorError, NotASource) as error:
        collected.failed.append(error)


def _feed(lines: Iterator[tuple[str, Lines]], arrived: "queue.Queue[_Arrival]", stop: Stop) -> None:
    try:
        for each in lines:
            if not _put(arrived, each, stop):
                return
    except BaseException as error:  # noqa: BLE001 - a thread's bug is raised where the writer can be seen to fail
        _put(arrived, error, stop)
    finally:
        _put(arrived, None, stop)


def _put(arrived: "queue.Queue[_Arrival]", item: "_Arrival", stop: Stop) -> bool:
    """Whether it was taken. After one that was not, none may follow: its position would skip what was dropped."""
    while True:
        try:
            arrived.put(item, timeout=0.2)
        except queue.Full:
            if stop.is_set and item is not None:
                return False
        else:
            return True


def _until_all_ended(arrived: "queue.Queue[_Arrival]", running: int, idle: Idle) -> Iterator[tuple[str, Lines]]:
    while running:
        if arrived.empty() and idle():
            continue
        try:
            item = arrived.get(timeout=IDLE_S)
        except queue.Empty:
            continue
        if item is None:
            running -= 1
        elif isinstance(item, BaseException):
            raise item
        else:
            yield item
