"""CloudWatch Logs by Live Tail: what is logged from now on, within a second.

    ── stopped ──┬─────── gap ────────┬── session ──┬ gap ┬── session (three hours at most) ──▶
            `reached_ms`       FilterLogEvents       lost connection

A session tells only what is logged while it lasts; what was logged between two of them is asked for, and what comes
twice is a repeat. More than 500 lines a second AWS samples: said so, once a session; `logs:` misses none.

    position   {"reached_ms"}: when the youngest line that was handed over was logged
"""

import contextlib
import json
import time
from collections.abc import Callable, Iterator, Sequence

from hopscope_collector.errors import NotASource
from hopscope_collector.lines.envelopes import function_of
from hopscope_collector.sources.contract import Lines, Stop
from hopscope_collector.sources.live_tail import LiveLine, LiveTail, Update
from hopscope_collector.sources.log_events import GroupGone, LogEvents, LogGroup, groups_in_words, reached_in_words
from hopscope_collector.sources.log_pages import LogPages
from hopscope_collector.sources.patience import Passing, Patience, Waiting

MOST_GROUPS = 10
"""StartLiveTail takes no more."""

OVERLAP_MS = 60_000
"""A line may become readable later than younger ones."""

QUICK_MS = 2_000
"""A session is begun when asking for what was before took no longer."""

REGROUP_S = 60.0
"""How often new groups are looked for."""

SAMPLED = "AWS hands over a sample: more than 500 lines in a second; logs: misses none"


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


class LiveSource:
    """The lines of up to ten log groups as they are logged. Always followed."""

    def __init__(
        self, prefix: str, logs: LogEvents, tail: LiveTail, since_ms: int, *, now_ms: Callable[[], int] = _now_ms
    ) -> None:
        self.name = f"live:{prefix}" + (f" at {logs.endpoint}" if logs.endpoint else "")
        self._prefix = prefix
        self._logs = logs
        self._tail = tail
        self._since_ms = since_ms
        self._now_ms = now_ms
        first_pause_s = 0.05 if logs.endpoint else 1.0
        self._patience = Patience(self.name, first_pause_s=first_pause_s, is_followed=True)
        self._sessions = Patience(self.name, first_pause_s=first_pause_s, is_followed=True)
        self._pages = LogPages(logs, self._patience)
        self._reached_ms = now_ms()

    def lines(self, position: str | None, stop: Stop) -> Iterator[Lines]:
        """As in `Source`. The first time it begins now; later where it stood, but not before `since_ms`."""
        if position:
            self._reached_ms = max(self._since_ms, int(json.loads(position)["reached_ms"]))
        groups = yield from self._groups(stop)
        if not groups and not stop.is_set:
            raise NotASource(f"{self.name}: no log group's name begins so; expected such as live:/aws/lambda/orders-")
        yield Lines(notice=groups_in_words([each.name for each in groups]))
        while not stop.is_set:
            yield from self._before(groups, stop)
            try:
                yield from self._session(groups, stop)
            except Passing as error:  # what comes meanwhile is in the gap
                yield from self._sessions.bear(error, stop)
            before, groups = groups, (yield from self._groups(stop)) or groups
            if groups != before:
                yield Lines(notice=groups_in_words([each.name for each in groups]))

    def _groups(self, stop: Stop) -> Waiting[Sequence[LogGroup]]:
        found = (yield from self._patience.ask(lambda: list(self._logs.groups(self._prefix)), stop)) or []
        if len(found) > MOST_GROUPS:
            raise NotASource(
                f"{self.name}: {len(found)} log groups begin so, Live Tail takes {MOST_GROUPS}; "
                "give a longer prefix, or use logs:"
            )
        return found

    def _session(self, groups: Sequence[LogGroup], stop: Stop) -> Iterator[Lines]:
        """One session, until it ends or other groups are there."""
        regroup_at = time.monotonic() + REGROUP_S
        has_begun = has_said = False
        for update in self._tail.session(groups):
            if stop.is_set:
                return
            if not has_begun:
                has_begun = True
                yield from self._sessions.answered()
                yield from self._gap(groups, stop)
            notice = SAMPLED if update.is_sampled and not has_said else None
            has_said = has_said or update.is_sampled
            yield from self._handed_over(update)
            yield Lines(is_idle=True, notice=notice, is_sample=update.is_sampled)
            if time.monotonic() >= regroup_at:
                regroup_at = time.monotonic() + REGROUP_S
                if {each.name for each in (yield from self._groups(stop))} != {each.name for each in groups}:
                    return

    def _before(self, groups: Sequence[LogGroup], stop: Stop) -> Iterator[Lines]:
        """What was logged while no session was there, until what is left is asked for quickly.

        AWS keeps only some seconds of a session that is not read.
        """
        while not stop.is_set:
            began_ms = self._now_ms()
            yield from self._gap(groups, stop)
            if self._now_ms() - began_ms <= QUICK_MS:
                return
            self._reached_ms = max(self._reached_ms, began_ms)

    def _gap(self, groups: Sequence[LogGroup], stop: Stop) -> Iterator[Lines]:
        """What was logged since the youngest line; the position moves when all of it was handed over."""
        window = (max(0, self._reached_ms - OVERLAP_MS), None)
        reached_ms = self._reached_ms
        for group in groups:
            with contextlib.suppress(GroupGone):
                for events in self._pages.of(group, window, stop):
                    if isinstance(events, Lines):
                        yield events
                        continue
                    lines = [LiveLine(group.name, each.at_ms, each.message, each.stream) for each in events]
                    reached_ms = max(reached_ms, *(each.at_ms for each in lines))
                    yield _lines_of(group.name, lines, None)
        if not stop.is_set and reached_ms > self._reached_ms:
            self._reached_ms = reached_ms
            yield Lines(position=self._position())

    def _handed_over(self, update: Update) -> Iterator[Lines]:
        """The lines of an update, group by group."""
        by_group: dict[str, list[LiveLine]] = {}
        for line in update.lines:
            by_group.setdefault(line.group, []).append(line)
        self._reached_ms = max([self._reached_ms, *(line.at_ms for line in update.lines)])
        for group, lines in by_group.items():
            yield _lines_of(group, lines, self._position())

    def _position(self) -> str:
        return json.dumps({"reached_ms": min(self._reached_ms, self._now_ms())})


def _lines_of(group: str, lines: Sequence[LiveLine], position: str | None) -> Lines:
    texts, places, at_us = [], [], []
    for line in lines:
        for text in line.message.rstrip("\n").split("\n"):
            texts.append(text)
            places.append(f"{group} {line.stream}".rstrip())
            at_us.append(line.at_ms * 1_000)
    reached = reached_in_words(group, max(each.at_ms for each in lines))
    return Lines(texts, places=places, at_us=at_us, function=function_of(group), position=position, reached=reached)
