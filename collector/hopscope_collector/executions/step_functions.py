"""Step Functions as we need it: the seam, the real one, and its fake.

Executions               what is asked
├── StepFunctionsApi     boto3
└── MemoryExecutions     given histories, for tests
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from hopscope_collector.executions.description import Description, description_of, is_arn
from hopscope_collector.executions.event import HistoryEvent
from hopscope_collector.executions.fetch import RETRIES, events_after
from hopscope_collector.executions.history import History
from hopscope_collector.sources.aws_client import client_of
from hopscope_collector.sources.aws_errors import in_our_words


class Executions(Protocol):
    """State machines and their executions.

    What may go well later (throttling, no connection) is raised as botocore raises it: `aws_errors.is_passing()`.
    """

    scheme: str
    """What their source is called: `executions`, `durable`."""

    endpoint: str | None
    """Where it is when not at AWS. None at AWS."""

    def machines(self, prefix: str) -> Iterator[str]:
        """ARNs of the state machines whose name begins so."""
        ...

    def started(self, machine_arn: str, *, only_redriven: bool = False) -> Iterator[Description]:
        """Executions of a state machine, the youngest first; asked for page by page, so stop when they are too old."""
        ...

    def children(self, map_run_arn: str) -> Iterator[Description]:
        """Executions of a Map Run."""
        ...

    def described(self, arn: str) -> Description:
        """One execution from outside."""
        ...

    def events(self, arn: str, after_id: int) -> list[HistoryEvent]:
        """The events of an execution past an id, in any order; none for one that has no history to ask for."""
        ...


class StepFunctionsApi:
    """`Executions` over boto3. AWS_ENDPOINT_URL and the other usual variables hold; an ARN brings its region.

    `before_request` is called before every request, each page and each second try too: it may wait.
    """

    scheme = "executions"

    def __init__(self, which: str = "", before_request: Callable[[], None] | None = None) -> None:
        region = which.split(":")[3] if is_arn(which) else None
        self._client, self.endpoint = client_of("stepfunctions", "executions", region=region, config=RETRIES)
        if before_request is not None:
            self._client.meta.events.register("before-send.sfn", lambda **_: before_request())

    def machines(self, prefix: str) -> Iterator[str]:
        """As in `Executions`."""
        for page in self._pages("list_state_machines"):
            found = page.get("stateMachines", [])
            yield from (each["stateMachineArn"] for each in found if each["name"].startswith(prefix))

    def started(self, machine_arn: str, *, only_redriven: bool = False) -> Iterator[Description]:
        """As in `Executions`."""
        only = {"redriveFilter": "REDRIVEN"} if only_redriven else {}
        return self._listed(stateMachineArn=machine_arn, **only)

    def children(self, map_run_arn: str) -> Iterator[Description]:
        """As in `Executions`."""
        return self._listed(mapRunArn=map_run_arn)

    def described(self, arn: str) -> Description:
        """As in `Executions`."""
        with in_our_words(arn):
            found = self._client.describe_execution(executionArn=arn)
        return description_of(found) or Description(arn)

    def events(self, arn: str, after_id: int) -> list[HistoryEvent]:
        """As in `Executions`."""
        with in_our_words(arn):
            return events_after(self._client, arn, after_id)

    def _listed(self, **asked: str) -> Iterator[Description]:
        for page in self._pages("list_executions", **asked):
            for each in page.get("executions", []):
                if (described := description_of(each)) is not None:
                    yield described

    def _pages(self, operation: str, **asked: str) -> Iterator[Mapping[str, Any]]:
        yield from self._client.get_paginator(operation).paginate(**asked)


@dataclass
class MemoryExecutions:
    """`Executions` of histories that were given."""

    histories: list[History] = field(default_factory=list)
    """A test may add to it, or replace one by a later state of the same execution."""

    read: list[str] = field(default_factory=list)
    """Which events were asked for, in order: `o-42 after 0`."""

    endpoint: str | None = "memory"
    scheme: str = "executions"

    def machines(self, prefix: str) -> Iterator[str]:
        """As in `Executions`."""
        found = {each.state_machine_arn for each in self._descriptions() if each.state_machine_arn}
        yield from sorted(arn for arn in found if arn.rpartition(":")[2].startswith(prefix))

    def started(self, machine_arn: str, *, only_redriven: bool = False) -> Iterator[Description]:
        """As in `Executions`."""
        for each in sorted(self._descriptions(), key=lambda one: -(one.started_us or 0)):
            if each.state_machine_arn == machine_arn and not each.map_run_arn and (each.redrives or not only_redriven):
                yield each

    def children(self, map_run_arn: str) -> Iterator[Description]:
        """As in `Executions`."""
        yield from (each for each in self._descriptions() if each.map_run_arn == map_run_arn)

    def described(self, arn: str) -> Description:
        """As in `Executions`."""
        return next(each for each in self._descriptions() if each.arn == arn)

    def events(self, arn: str, after_id: int) -> list[HistoryEvent]:
        """As in `Executions`."""
        self.read.append(f"{arn.rpartition(':')[2]} after {after_id}")
        history = next(each for each in self.histories if each.description and each.description.arn == arn)
        return [event for event in history.events if event.id > after_id]

    def _descriptions(self) -> Sequence[Description]:
        return [each.description for each in self.histories if each.description]
