"""`executions:ARN-OR-PREFIX`: Step Functions executions as a source of lines.

    executions:arn:…:execution:orders:o-42     one
    executions:arn:…:stateMachine:orders       those of one state machine
    executions:orders-                         those of every state machine whose name begins so

`durable:FUNCTION` is the same for the durable executions of a function (`durable_functions`).

Followed, a poll asks for what started since the last one, what was redriven, and how the running ones are. Of a running
execution only new events are asked for; what is over is never read again. With an execution that is over come
those that it started: the children of its Map Runs, and nested executions.

    position   {state machine arn: {"from_us": …, "running": [arns], "redrives": {arn: count}}}
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field

from hopscope_collector.errors import NotASource, SourceFailed
from hopscope_collector.executions.description import Description
from hopscope_collector.executions.event import HistoryEvent
from hopscope_collector.executions.history import History
from hopscope_collector.executions.identity import children_in, identity_of
from hopscope_collector.executions.step_functions import Executions
from hopscope_collector.lines.sorting import fingerprint_of
from hopscope_collector.resource_names import resource_name
from hopscope_collector.shape.times import date_and_clock
from hopscope_collector.sources.contract import Lines, Stop
from hopscope_collector.sources.patience import Passing, Patience
from hopscope_collector.store.contract import RefusedLine

POLL_S = 5.0
"""ListExecutions allows two to five requests a second in an account."""

POLL_LOCAL_S = 0.25
"""An emulator allows more."""

OVERLAP_US = 60_000_000
"""An execution may be listed later than a younger one."""

MOST_KEPT_EVENTS = 200_000
"""Of running executions, over all of them; past that one is read again from its first event."""

STANDARD = ":execution:"
"""In the ARN of an execution that can be asked for; Express executions are in their log group only."""

UNREADABLE = "unreadable_execution"

LinesOf = Callable[[History], Iterable[str]]
"""A history to the lines that a store takes."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which executions, and for how long."""

    since_us: int = 0
    """Started at that moment or later, epoch microseconds."""

    is_followed: bool = False
    poll_s: float | None = None
    """Seconds between two polls. None: as often as the service allows."""


@dataclass(slots=True)
class _Known:
    """What is known of one state machine."""

    from_us: int = 0
    """Start of the youngest execution that was seen."""

    running: list[str] = field(default_factory=list)
    """Those that were not over when they were last asked for."""

    redrives: dict[str, int] = field(default_factory=dict)
    """How often each redriven execution had been redriven when it was read."""


class ExecutionsSource:
    """Executions of Step Functions, as `Source` promises."""

    def __init__(self, text: str, executions: Executions, lines_of: LinesOf, wanted: Wanted = Wanted()) -> None:
        if not text:
            expected = "expected an ARN, or the beginning of a state machine's name"
            raise NotASource(f"{executions.scheme}: names nothing; {expected}")
        self.name = f"{executions.scheme}:{text}" + (f" at {executions.endpoint}" if executions.endpoint else "")
        self._text = text
        self._executions = executions
        self._lines_of = lines_of
        self._wanted = wanted
        usual_s = POLL_LOCAL_S if executions.endpoint else POLL_S
        self._poll_s = usual_s if wanted.poll_s is None else wanted.poll_s
        first_pause_s = 0.1 if executions.endpoint else 1.0
        self._patience = Patience(self.name, first_pause_s=first_pause_s, is_followed=wanted.is_followed)
        self._machines: dict[str, _Known] = {}
        self._position: str | None = None
        self._handed_over: set[str] = set()
        """Seen in this run: the overlap lists them again."""

        self._events: dict[str, dict[int, HistoryEvent]] = {}
        """Of running executions, so that only new ones are asked for."""

    def lines(self, position: str | None, stop: Stop) -> Iterator[Lines]:
        """As in `Source`."""
        self._position = position
        stored = json.loads(position) if position else {}
        self._machines = {arn: _Known(**found) for arn, found in stored.items()}
        while not stop.is_set:
            try:
                yield from self._poll(stop)
            except Passing as error:
                yield from self._patience.bear(error, stop)
                continue
            yield from self._patience.answered()
            yield Lines(is_idle=True)
            if not self._wanted.is_followed or self._is_over():
                return
            stop.sleep(self._poll_s)

    def _poll(self, stop: Stop) -> Iterator[Lines]:
        if STANDARD in self._text:
            self._machines.setdefault(self._text, _Known(running=[self._text]))
            yield from self._handed(self._text, [self._executions.described(self._text)], stop)
            return
        machines = [self._text] if ":stateMachine:" in self._text else list(self._executions.machines(self._text))
        if not machines and not self._wanted.is_followed:
            raise NotASource(f"{self.name}: no state machine's name begins so; expected such as executions:orders-")
        for machine in machines:
            known = self._machines.setdefault(machine, _Known(self._wanted.since_us))
            running = [self._executions.described(arn) for arn in known.running]
            found = [*running, *self._new(machine, known), *self._redriven(machine, known)]
            yield from self._handed(machine, found, stop)

    def _is_over(self) -> bool:
        return STANDARD in self._text and not self._machines[self._text].running

    def _new(self, machine: str, known: _Known) -> Iterator[Description]:
        for described in self._executions.started(machine):
            if (described.started_us or 0) < max(known.from_us - OVERLAP_US, self._wanted.since_us):
                return
            if described.arn not in self._handed_over and described.arn not in known.running:
                yield self._executions.described(described.arn)  # a list does not tell the trace header

    def _redriven(self, machine: str, known: _Known) -> Iterator[Description]:
        for described in self._executions.started(machine, only_redriven=True):
            is_new = known.redrives.get(described.arn, 0) < described.redrives
            is_wanted = (described.started_us or 0) >= self._wanted.since_us
            if is_new and is_wanted and described.arn not in known.running:
                yield self._executions.described(described.arn)

    def _handed(self, machine: str, found: list[Description], stop: Stop) -> Iterator[Lines]:
        """Oldest first, so that the position never passes one that was not handed over."""
        known = self._machines[machine]
        for described in sorted({each.arn: each for each in found}.values(), key=lambda each: each.started_us or 0):
            if stop.is_set:
                return
            is_over = described.status != "RUNNING"
            known.running = sorted({*known.running} - {described.arn} if is_over else {*known.running, described.arn})
            known.from_us = max(known.from_us, described.started_us or 0)
            if described.redrives:
                known.redrives[described.arn] = described.redrives
            yield from self._of_execution(described)
            yield from self._patience.answered()  # a poll that fails further on came this far
            if is_over:
                self._events.pop(described.arn, None)

    def _of_execution(self, described: Description) -> Iterator[Lines]:
        """The execution's own lines come last: with their position its children are done, too."""
        before = self._events.get(described.arn, {})
        new = self._executions.events(described.arn, max(before, default=0))
        events = before | {event.id: event for event in new}
        self._keep(described.arn, events)
        is_known = described.arn in self._handed_over
        self._handed_over.add(described.arn)
        if described.status != "RUNNING":
            yield from self._started_by(events.values())
        if new or not is_known or described.status != "RUNNING":
            self._position = json.dumps({arn: asdict(each) for arn, each in self._machines.items()})
            yield self._lines(History(tuple(events.values()), described, described.kind), self._position)

    def _started_by(self, events: Iterable[HistoryEvent]) -> Iterator[Lines]:
        """The executions that an execution started: children of its Map Runs, and nested ones, however deep."""
        ordered = sorted(events, key=lambda each: each.id)
        map_runs = {each.text("mapRunArn") for each in ordered if each.type == "MapRunStarted"}
        for child in (each for run_arn in sorted(map_runs - {None}, key=str) for each in self._children(run_arn)):
            yield from self._nested(child)
        for arn in children_in(identity_of(ordered).refs):
            if STANDARD in arn and arn not in self._handed_over:
                try:
                    child = self._executions.described(arn)
                except SourceFailed as error:  # of another account, or gone: that is no reason to stop
                    yield Lines(refused=(self._unreadable(arn, error),))
                    continue
                yield from self._nested(child)

    def _children(self, map_run_arn: str | None) -> Iterator[Description]:
        return self._executions.children(map_run_arn or "")

    def _nested(self, child: Description) -> Iterator[Lines]:
        self._handed_over.add(child.arn)
        events = self._executions.events(child.arn, 0)
        yield self._lines(History(tuple(events), child, child.kind), self._position)
        yield from self._started_by(events)

    def _unreadable(self, arn: str, error: SourceFailed) -> RefusedLine:
        return RefusedLine(
            UNREADABLE, fingerprint_of(arn), self.name, arn, f"a nested execution cannot be read: {error}"
        )

    def _keep(self, arn: str, events: dict[int, HistoryEvent]) -> None:
        self._events[arn] = events
        while len(self._events) > 1 and sum(map(len, self._events.values())) > MOST_KEPT_EVENTS:
            del self._events[next(iter(self._events))]

    def _lines(self, history: History, position: str | None) -> Lines:
        texts = list(self._lines_of(history))
        arn = history.description.arn if history.description else ""
        started = date_and_clock(history.description.started_us if history.description else None)
        reached = f"{resource_name(arn)} of {started} UTC"
        return Lines(texts, places=[arn] * len(texts), position=position, reached=reached)
