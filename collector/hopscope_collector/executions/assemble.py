"""A history to the execution it tells of (pure).

Events make the tree (`tree`), outcomes say how each part ended (`outcome`), and here both are frozen, children before
parents. Task tokens are taken out of every text on the way.
"""

from collections.abc import Iterable

from hopscope_collector.executions.attempts import attempts_of, is_failure, wait_of
from hopscope_collector.executions.description import Description
from hopscope_collector.executions.durable import durable_execution
from hopscope_collector.executions.event import HistoryEvent
from hopscope_collector.executions.history import History
from hopscope_collector.executions.identity import children_in, identity_of, tokens_of
from hopscope_collector.executions.model import (
    Attempt,
    Branch,
    Execution,
    Iteration,
    MapRun,
    Run,
    State,
    Status,
)
from hopscope_collector.executions.nodes import Node, Scope
from hopscope_collector.executions.outcome import ENDINGS, Outcomes, status_of_execution
from hopscope_collector.executions.tokens import Redactor
from hopscope_collector.executions.tree import Tree

_OVER: frozenset[Status] = frozenset({"SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"})


def execution_of(history: History) -> Execution:
    """The execution that a history tells of, whatever order its events are in."""
    if history.kind == "durable":
        return durable_execution(history.durable_events, history.description)
    tree = Tree(history.events)
    status = _status(status_of_execution(tree), history.description)
    assembly = _Assembly(tree, status)
    return _execution(tree, assembly, status, history)


def _status(by_events: Status, description: Description | None) -> Status:
    """The history's word, unless the description knows of something later."""
    described = description.status if description else None
    if described is None or (described == "RUNNING" and by_events in _OVER):
        return by_events
    return described if by_events == "RUNNING" or described == "PENDING_REDRIVE" else by_events


def _execution(tree: Tree, assembly: "_Assembly", status: Status, history: History) -> Execution:
    described = history.description or Description(arn="")
    started = next((event for event in tree.root.events if event.type == "ExecutionStarted"), None)
    ended = _end_of(tree)
    clean = assembly.clean
    return Execution(
        status=status,
        states=assembly.states_in(tree.root),
        events=_ids(tree.root.events),
        unattached=_ids(tree.unattached),
        arn=described.arn or None,
        kind=history.kind,
        started_us=started.time_us if started else described.started_us,
        ended_us=(ended.time_us if ended else described.ended_us) if status in _OVER else None,
        error=(ended.text("error") if ended else None) or described.error,
        cause=clean.maybe((ended.text("cause") if ended else None) or described.cause),
        input=clean.maybe((started.text("input") if started else None) or described.input),
        output=clean.maybe((ended.text("output") if ended else None) or described.output),
        name=described.name,
        state_machine_arn=described.state_machine_arn,
        map_run_arn=described.map_run_arn,
        redrives=max(len(tree.redrives), described.redrives),
        runs=_runs(tree),
        trace_header=described.trace_header,
        missing=_missing(tree),
        is_linked=tree.is_linked,
    )


def _end_of(tree: Tree) -> HistoryEvent | None:
    """The event that ended the execution. None while it runs, also again after a redrive."""
    last = tree.root.events[-1] if tree.root.events else None
    return last if last and last.type not in ("ExecutionStarted", "ExecutionRedriven") else None


def _runs(tree: Tree) -> tuple[Run, ...]:
    """A redrive begins another run; what ended the one before ends it."""
    runs: list[Run] = []
    for event in tree.root.events:
        if event.type in ("ExecutionStarted", "ExecutionRedriven") or not runs:
            runs.append(Run(event.id, event.time_us, "RUNNING"))
        if event.type in ENDINGS and ENDINGS[event.type] != "RUNNING":
            ended = (event.time_us, event.text("error"), event.text("cause"))
            runs[-1] = Run(runs[-1].first_event, runs[-1].started_us, ENDINGS[event.type], *ended)
    return tuple(runs)


def _missing(tree: Tree) -> tuple[int, ...]:
    named = {event.previous_id for event in tree.events.values()}
    return tuple(sorted(named - tree.events.keys() - {0}))


def _ids(events: Iterable[HistoryEvent]) -> tuple[int, ...]:
    return tuple(sorted(event.id for event in events))


class _Assembly:
    """Freezes the nodes of one tree."""

    def __init__(self, tree: Tree, status: Status) -> None:
        self._tree = tree
        self._outcomes = Outcomes(tree, status)
        self.clean = Redactor(token for event in tree.events.values() for token in tokens_of(event))
        self._frozen: dict[Node, State] = {}
        for node in reversed(tree.nodes):  # children before parents
            self._frozen[node] = self._state(node)

    def states_in(self, scope: Scope) -> tuple[State, ...]:
        """The states of a scope, in the order they were entered."""
        return tuple(self._frozen[node] for node in scope.nodes)

    def _state(self, node: Node) -> State:
        attempts = tuple(self._clean_attempt(each) for each in attempts_of(node.events))
        status = self._outcomes.of_node(node, attempts)
        identity = identity_of(node.events)
        error, cause = self._failure(node, status)
        return State(
            name=node.name,
            type=node.type,
            status=status,
            entered_us=node.entered.time_us if node.entered else None,
            exited_us=node.exited.time_us if node.exited else None,
            attempts=_closed(attempts, status),
            branches=tuple(Branch(self.states_in(each), each.round) for each in node.scopes if each.kind == "branch"),
            iterations=tuple(self._iteration(each) for each in node.scopes if each.kind == "iteration"),
            map_runs=_map_runs(node, status),
            events=_ids(node.events),
            error=error,
            cause=self.clean.maybe(cause),
            is_caught=self._is_caught(node),
            is_assumed=node.is_assumed,
            rounds=node.rounds,
            items=next((e.number("length") for e in reversed(node.events) if e.type == "MapStateStarted"), None),
            input=self.clean.maybe(node.entered.text("input") if node.entered else None),
            output=self.clean.maybe(node.exited.text("output") if node.exited else None),
            variables=self._variables(node),
            waits=wait_of(node.type, node.events, attempts) if status == "RUNNING" else None,
            identity=identity,
            children=children_in(identity.refs),
        )

    def _clean_attempt(self, attempt: Attempt) -> Attempt:
        if attempt.cause is None:
            return attempt
        return Attempt(
            status=attempt.status,
            resource=attempt.resource,
            error=attempt.error,
            cause=self.clean(attempt.cause),
            scheduled_us=attempt.scheduled_us,
            started_us=attempt.started_us,
            ended_us=attempt.ended_us,
        )

    def _iteration(self, scope: Scope) -> Iteration:
        return Iteration(
            index=scope.index,
            status=self._outcomes.of_iteration(scope),
            states=self.states_in(scope),
            events=_ids(scope.events),
            round=scope.round,
            started_us=scope.started.time_us if scope.started else None,
            ended_us=scope.ended.time_us if scope.ended else None,
        )

    def _is_caught(self, node: Node) -> bool:
        cause = self._tree.events.get(node.exited.previous_id) if node.exited else None
        return cause is not None and is_failure(cause.type)

    def _failure(self, node: Node, status: Status) -> tuple[str | None, str | None]:
        """Error and cause of a state that failed or was caught: its own words, else those of what failed inside it."""
        if status == "RUNNING" or (status == "SUCCEEDED" and not self._is_caught(node)):
            return None, None
        own = next((event for event in reversed(node.events) if is_failure(event.type) and event.text("error")), None)
        if own is not None:
            return own.text("error"), own.text("cause")
        inner = self._failed_inside(node)
        if inner is not None and inner.error:
            return inner.error, inner.cause
        failed_with = self._outcomes.failed_with(node)
        return (failed_with.text("error"), failed_with.text("cause")) if failed_with else (None, None)

    def _failed_inside(self, node: Node) -> State | None:
        """The state whose failure ended a Map or Parallel."""
        failed = [event for event in node.events if event.type.endswith("StateFailed")]
        place = self._tree.place_of(failed[-1].previous_id) if failed else None
        if isinstance(place, Scope):
            place = place.nodes[-1] if place.nodes else None
        return self._frozen.get(place) if place is not None and place is not node else None

    def _variables(self, node: Node) -> dict[str, str]:
        given = node.exited.details.get("assignedVariables") if node.exited else None
        if not isinstance(given, dict):
            return {}
        return {str(name): self.clean(str(value)) for name, value in sorted(given.items())}


def _closed(attempts: tuple[Attempt, ...], status: Status) -> tuple[Attempt, ...]:
    """An attempt does not outlive its state."""
    if not attempts or attempts[-1].status != "RUNNING" or status == "RUNNING":
        return attempts
    last = attempts[-1]
    end: Status = "UNKNOWN" if status == "SUCCEEDED" else status
    return (*attempts[:-1], Attempt(end, last.resource, last.error, last.cause, last.scheduled_us, last.started_us))


def _map_runs(node: Node, status: Status) -> tuple[MapRun, ...]:
    runs: list[MapRun] = []
    for event in node.events:
        match event.type:
            case "MapRunStarted":
                runs.append(MapRun(event.text("mapRunArn"), "RUNNING"))
            case "MapRunRedriven":
                runs = [*runs[:-1], MapRun(event.text("mapRunArn"), "RUNNING", event.number("redriveCount") or 1)]
            case "MapRunSucceeded" | "MapRunFailed" | "MapRunAborted":
                before = runs[-1] if runs else MapRun(None, "RUNNING")
                runs = [*runs[:-1], MapRun(before.arn, _map_run_end(event.type), before.redrives)]
    if runs and runs[-1].status == "RUNNING" and status != "RUNNING":
        runs[-1] = MapRun(runs[-1].arn, status if status != "SUCCEEDED" else "UNKNOWN", runs[-1].redrives)
    return tuple(runs)


def _map_run_end(type_: str) -> Status:
    return "SUCCEEDED" if type_.endswith("Succeeded") else "ABORTED" if type_.endswith("Aborted") else "FAILED"
