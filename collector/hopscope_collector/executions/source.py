"""`executions:ARN-OR-PREFIX`: Step Functions executions as a source of records.

    executions:arn:…:execution:orders:o-42     one
    executions:arn:…:stateMachine:orders       those of one state machine
    executions:orders-                         those of every state machine whose name begins so

A running execution has begun; its history is read once, when it is over, and with it those of its Map Runs' children.
A redrive is another run, and read when that is over. Followed, a poll asks for what started since the last one, what
was redriven, and how the running ones are: nothing that is over is read again.

    position   {state machine arn: {"from_us": …, "running": [arns], "redrives": {arn: count}}}
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field

from botocore.exceptions import BotoCoreError, ClientError

from hopscope_collector.errors import NotASource, SourceFailed
from hopscope_collector.executions.as_records import record_lines
from hopscope_collector.executions.assemble import execution_of
from hopscope_collector.executions.description import Description
from hopscope_collector.executions.history import History
from hopscope_collector.executions.model import Execution
from hopscope_collector.executions.step_functions import Executions
from hopscope_collector.sources.contract import Lines, Stop

POLL_S = 5.0
"""ListExecutions allows two to five requests a second in an account."""

OVERLAP_US = 60_000_000
"""An execution may be listed later than a younger one."""

PATIENCE = 10
LONGEST_PAUSE_S = 30.0


@dataclass(slots=True)
class _MachinePosition:
    from_us: int = 0
    """Start of the youngest execution that was seen."""

    running: list[str] = field(default_factory=list)
    """Those that were not over when they were last asked for."""

    redrives: dict[str, int] = field(default_factory=dict)
    """How often each redriven execution had been redriven when it was read."""


class ExecutionsSource:
    """Executions of Step Functions, as `Source` promises."""

    def __init__(
        self, text: str, executions: Executions, *, since_us: int = 0, is_followed: bool = False, poll_s: float = POLL_S
    ) -> None:
        if not text:
            raise NotASource("executions: names nothing; expected an ARN, or the beginning of a state machine's name")
        self.name = f"executions:{text}" + (f" at {executions.endpoint}" if executions.endpoint else "")
        self._text = text
        self._executions = executions
        self._since_us = since_us
        self._is_followed = is_followed
        self._poll_s = poll_s
        self._machines: dict[str, _MachinePosition] = {}
        self._position: str | None = None
        self._handed_over: set[str] = set()
        """Seen in this run: the overlap lists them again."""

    def lines(self, position: str | None, stop: Stop) -> Iterator[Lines]:
        """As in `Source`."""
        self._position = position
        stored = json.loads(position) if position else {}
        self._machines = {arn: _MachinePosition(**found) for arn, found in stored.items()}
        failures = 0
        while not stop.is_set:
            try:
                yield from self._poll(stop)
                failures = 0
            except (ClientError, BotoCoreError) as error:
                failures += 1
                if failures == PATIENCE:
                    raise SourceFailed(f"{self.name}: no answer after {PATIENCE} tries: {error}") from error
                stop.sleep(min(LONGEST_PAUSE_S, 2.0**failures))
                continue
            yield Lines(is_idle=True)
            if not self._is_followed or self._is_over():
                return
            stop.sleep(self._poll_s)

    def _poll(self, stop: Stop) -> Iterator[Lines]:
        if ":execution:" in self._text:
            yield from self._one(self._text)
            return
        machines = [self._text] if ":stateMachine:" in self._text else list(self._executions.machines(self._text))
        if not machines and not self._is_followed:
            raise NotASource(f"{self.name}: no state machine's name begins so; expected such as executions:orders-")
        for machine in machines:
            if stop.is_set:
                return
            yield from self._of_machine(machine, stop)

    def _is_over(self) -> bool:
        return ":execution:" in self._text and not self._machines[self._text].running

    def _one(self, arn: str) -> Iterator[Lines]:
        known = self._machines.setdefault(arn, _MachinePosition(running=[arn]))
        described = self._executions.described(arn)
        if described.status != "RUNNING":
            known.running = []
        yield from self._handed(described)

    def _of_machine(self, machine: str, stop: Stop) -> Iterator[Lines]:
        known = self._machines.setdefault(machine, _MachinePosition(self._since_us))
        running = {arn: self._executions.described(arn) for arn in known.running}
        found = [*running.values(), *self._new(machine, known), *self._redriven(machine, known)]
        for described in sorted(found, key=lambda each: each.started_us or 0):
            if stop.is_set:
                return
            still = described.status == "RUNNING"
            known.running = sorted({*known.running, described.arn} if still else {*known.running} - {described.arn})
            known.from_us = max(known.from_us, described.started_us or 0)
            if described.redrives:
                known.redrives[described.arn] = described.redrives
            yield from self._handed(described)

    def _new(self, machine: str, known: _MachinePosition) -> Iterator[Description]:
        for described in self._executions.started(machine):
            if (described.started_us or 0) < max(known.from_us - OVERLAP_US, self._since_us):
                return
            if described.arn not in self._handed_over and described.arn not in known.running:
                yield described

    def _redriven(self, machine: str, known: _MachinePosition) -> Iterator[Description]:
        for described in self._executions.started(machine, only_redriven=True):
            is_new = known.redrives.get(described.arn, 0) < described.redrives
            if is_new and described.arn not in known.running and (described.started_us or 0) >= self._since_us:
                yield described

    def _handed(self, described: Description) -> Iterator[Lines]:
        """The records of one execution; when it is over, after those of its Map Runs' children."""
        self._handed_over.add(described.arn)
        is_over = described.status != "RUNNING"
        run = execution_of(self._executions.history(described.arn) if is_over else History(description=described))
        children: list[str] = []
        for one in (each for state in run.walk() for each in state.map_runs if each.arn):
            for child in self._executions.children(one.arn or ""):
                children.append(child.arn)
                yield self._lines_of(execution_of(self._executions.history(child.arn)), [], self._position)
        self._position = json.dumps({arn: asdict(known) for arn, known in self._machines.items()})
        yield self._lines_of(run, children, self._position)

    def _lines_of(self, run: Execution, children: list[str], position: str | None) -> Lines:
        texts = list(record_lines(run, children))
        return Lines(texts, places=[run.arn or ""] * len(texts), position=position)
