"""CloudWatch Logs by polling: every group whose name begins with a prefix, once or followed.

    time of the events ────────────────────────────────────────────────────▶
    settled: walked once, in slices │ open: asked for at every poll │ now
                            `from_ms` of the position

A line may become readable after younger ones. So the last `OPEN_MS` stay open: they are asked for at every poll, and
what was handed over before is recognised by its event id. A settled slice is done when its pages end (empty pages are
normal); when reading is interrupted inside one, that slice is read again.

    position   {group arn: {"began_ms": …, "from_ms": …, "seen": {hash of event id: at_ms}}}
"""

import contextlib
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

from hopscope_collector.errors import NotASource
from hopscope_collector.lines.envelopes import function_of
from hopscope_collector.sources.contract import Lines, Stop
from hopscope_collector.sources.log_events import (
    GroupGone,
    LogEvent,
    LogEvents,
    LogGroup,
    groups_in_words,
    reached_in_words,
)
from hopscope_collector.sources.log_pages import LogPages
from hopscope_collector.sources.patience import Patience

OPEN_MS = 600_000
"""How late a line may become readable and still be found. Half of it is for our clock: AWS refuses requests that are
more than five minutes off."""

SLICE_MS = 3_600_000
"""How much of the settled past is asked for at once; twice as much after a slice without a line."""

MOST_SEEN = 20_000
"""Event ids kept in a position, a group: after a restart, a busier one hands some lines over again."""


POLL_S = 1.0
PAUSE_S = 0.2
"""Between groups: FilterLogEvents is limited to a few requests a second in an account."""


@dataclass(slots=True)
class _GroupPosition:
    began_ms: int
    """Where reading began: an earlier beginning starts over."""

    from_ms: int
    seen: dict[str, int] = field(default_factory=dict)
    """When each event that was handed over since `from_ms` was logged, by a hash of its id."""

    def fresh(self, events: Sequence[LogEvent], *, to_remember: bool) -> list[LogEvent]:
        """The events that were not handed over yet."""
        digests = [blake2b(each.id.encode(), digest_size=6).hexdigest() for each in events]
        fresh = {digest: each for digest, each in zip(digests, events, strict=True) if digest not in self.seen}
        if to_remember:
            self.seen.update((digest, each.at_ms) for digest, each in fresh.items())
        return list(fresh.values())

    def settle(self, until_ms: int) -> None:
        """Everything before was read and will not be asked for again."""
        self.from_ms = until_ms
        self.seen = {digest: at_ms for digest, at_ms in self.seen.items() if at_ms >= until_ms}

    def kept(self) -> dict[str, object]:
        """As JSON: the youngest ids when there are many."""
        youngest = sorted(self.seen.items(), key=lambda each: each[1])[-MOST_SEEN:]
        return {"began_ms": self.began_ms, "from_ms": self.from_ms, "seen": dict(youngest)}


@dataclass(frozen=True, slots=True)
class Span:
    """Which part of the logs is wanted."""

    since_ms: int
    until_ms: int | None = None
    """Excluded. None: no end."""

    is_followed: bool = False


class CloudWatchSource:
    """The lines of every log group whose name begins with a prefix."""

    def __init__(
        self, prefix: str, logs: LogEvents, span: Span, now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000
    ) -> None:
        self.name = f"logs:{prefix}" + (f" at {logs.endpoint}" if logs.endpoint else "")
        self._prefix = prefix
        self._logs = logs
        self._span = span
        self._now_ms = now_ms
        self._pause_s = 0.0 if logs.endpoint else PAUSE_S
        first_pause_s = 0.1 if logs.endpoint else 1.0
        self._patience = Patience(self.name, first_pause_s=first_pause_s, is_followed=span.is_followed)
        self._pages = LogPages(logs, self._patience)
        self._positions: dict[str, _GroupPosition] = {}
        self._names: list[str] = []

    def lines(self, position: str | None, stop: Stop) -> Iterator[Lines]:
        """As in `Source`."""
        stored = json.loads(position) if position else {}
        self._positions = {arn: _GroupPosition(**found) for arn, found in stored.items()}
        while not stop.is_set:
            groups = (yield from self._patience.ask(lambda: list(self._logs.groups(self._prefix)), stop)) or []
            if not groups and not self._span.is_followed and not stop.is_set:
                raise NotASource(f"{self.name}: no log group's name begins so; expected such as logs:/aws/lambda/")
            yield from self._said(groups)
            for group in groups:
                with contextlib.suppress(GroupGone):
                    yield from self._of_group(group, stop)
                stop.sleep(self._pause_s)
            yield Lines(is_idle=True)
            if not self._span.is_followed:
                return
            stop.sleep(POLL_S if self._pause_s else POLL_S / 4)

    def _said(self, groups: Sequence[LogGroup]) -> Iterator[Lines]:
        """Which groups are read, when they are others than before."""
        if (names := [each.name for each in groups]) != self._names:
            self._names = names
            yield Lines(notice=groups_in_words(names))

    def _of_group(self, group: LogGroup, stop: Stop) -> Iterator[Lines]:
        position = self._position_in(group)
        settled_ms = min(self._now_ms() - OPEN_MS, self._span.until_ms or self._now_ms())
        if position.from_ms < settled_ms - OPEN_MS:
            yield from self._settled(group, position, (settled_ms, stop))
        for events in self._pages.of(group, (position.from_ms, self._span.until_ms), stop):
            if isinstance(events, Lines):
                yield events
            elif fresh := position.fresh(events, to_remember=True):
                yield self._lines(group, fresh)

    def _position_in(self, group: LogGroup) -> _GroupPosition:
        position = self._positions.get(group.arn)
        if position is None or self._span.since_ms < position.began_ms:
            position = self._positions[group.arn] = _GroupPosition(self._span.since_ms, self._span.since_ms)
        return position

    def _settled(self, group: LogGroup, position: _GroupPosition, until: tuple[int, Stop]) -> Iterator[Lines]:
        """The part that gets no new lines any more, slice by slice."""
        settled_ms, stop = until
        slice_ms = SLICE_MS
        while position.from_ms < settled_ms:
            end_ms = min(position.from_ms + slice_ms, settled_ms)
            slice_ms *= 2
            for events in self._pages.of(group, (position.from_ms, end_ms), stop):
                if isinstance(events, Lines):
                    yield events
                    continue
                slice_ms = SLICE_MS
                if fresh := position.fresh(events, to_remember=False):
                    yield self._lines(group, fresh)
            if stop.is_set:
                return
            position.settle(end_ms)
            yield Lines(position=self._position())

    def _lines(self, group: LogGroup, events: Sequence[LogEvent]) -> Lines:
        texts, places, at_us = [], [], []
        for event in events:
            for text in event.message.rstrip("\n").split("\n"):
                texts.append(text)
                places.append(" ".join(filter(None, (group.name, event.stream, "event", event.id))))
                at_us.append(event.at_ms * 1_000)
        reached = reached_in_words(group.name, events[-1].at_ms)
        return Lines(
            texts,
            places=places,
            at_us=at_us,
            function=function_of(group.name),
            position=self._position(),
            reached=reached,
        )

    def _position(self) -> str:
        return json.dumps({arn: each.kept() for arn, each in self._positions.items()})
