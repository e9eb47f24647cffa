"""How each state and iteration of a tree ended, or that it did not (pure).

A state ends well by its exit. It ends badly by its own abort or failure, or because it stood on the path of a failure
around it: `FailStateEntered` → `MapIterationFailed` says that the Fail state is what failed. What is still open when
the scope around it is over was cut off with it.
"""

from hopscope_collector.executions.event import HistoryEvent
from hopscope_collector.executions.model import Attempt, Status
from hopscope_collector.executions.nodes import Node, Place, Scope, nodes_from, scopes_from
from hopscope_collector.executions.tree import Tree

ENDINGS: dict[str, Status] = {
    "ExecutionStarted": "RUNNING",
    "ExecutionRedriven": "RUNNING",
    "ExecutionSucceeded": "SUCCEEDED",
    "ExecutionFailed": "FAILED",
    "ExecutionTimedOut": "TIMED_OUT",
    "ExecutionAborted": "ABORTED",
}
_BADLY: frozenset[Status] = frozenset({"FAILED", "TIMED_OUT", "ABORTED"})


def status_of_execution(tree: Tree) -> Status:
    """By its last event; RUNNING when the history does not reach its end."""
    known: list[Status] = [ENDINGS[event.type] for event in tree.root.events if event.type in ENDINGS]
    last: Status = known[-1] if known else "RUNNING"
    return last


class Outcomes:
    """What ended which node."""

    def __init__(self, tree: Tree, execution: Status) -> None:
        self._tree = tree
        self._execution = execution
        self._ended_by: dict[Node, HistoryEvent] = {}
        self._failed_with: dict[Node, HistoryEvent] = {}
        self._last_ids = _last_ids(tree)
        """Of each node and each scope."""

        for event in tree.events.values():
            self._note(event)

    def of_node(self, node: Node, attempts: tuple[Attempt, ...]) -> Status:
        """The status of a state."""
        if node.exited is not None:
            return "SUCCEEDED"
        ended_by = self.ended_by(node)
        if ended_by is not None and ended_by.type.endswith("Aborted"):
            return "ABORTED"
        if ended_by is not None:
            return attempts[-1].status if attempts and attempts[-1].status in _BADLY else "FAILED"
        if node.type == "Fail":
            return "FAILED"
        return self._cut_off(node) or "RUNNING"

    def of_iteration(self, scope: Scope) -> Status:
        """The status of an iteration."""
        ended = self._end_of(scope)
        if ended is not None:
            suffix = ended.type.removeprefix("MapIteration")
            return "SUCCEEDED" if suffix == "Succeeded" else "ABORTED" if suffix == "Aborted" else "FAILED"
        return self._cut_off(scope) or "RUNNING"

    def ended_by(self, node: Node) -> HistoryEvent | None:
        """The event that ended a state badly. None when none did, or a redrive went on with the state since."""
        event = self._ended_by.get(node)
        if event is None or self._tree.was_redriven_between(event.id, self._last_ids[node]):
            return None
        return event

    def failed_with(self, node: Node) -> HistoryEvent | None:
        """The execution's failure, if it went through the state. None when it did not, or a redrive went on since."""
        return self._failed_with.get(node) if self.ended_by(node) is not None else None

    def _end_of(self, scope: Scope) -> HistoryEvent | None:
        """The event that ended an iteration. None when none did, or a redrive went on with it since."""
        ended = scope.ended
        if ended is None or self._tree.was_redriven_between(ended.id, self._last_ids[scope]):
            return None
        return ended

    def _note(self, event: HistoryEvent) -> None:
        if event.type == "ExecutionFailed":
            self._path(event, until=None)
            around = nodes_from(self._tree.place_of(event.previous_id))
            self._failed_with.update({node: event for node in around if node.exited is None})
        elif event.type == "MapIterationFailed" or event.type in ("MapStateFailed", "ParallelStateFailed"):
            place = self._tree.place_of(event.id)
            self._path(event, until=place)
            if isinstance(place, Node):
                self._ended_by[place] = event
        elif event.type in ("MapStateStarted", "ParallelStateStarted"):
            self._path(event, until=self._tree.place_of(event.id))
        elif event.type.endswith("StateAborted"):
            place = self._tree.place_of(event.id)
            if isinstance(place, Node):
                self._ended_by[place] = event

    def _path(self, event: HistoryEvent, until: Place | None) -> None:
        """Every open state from the cause of a failure up to what failed by it."""
        owner = until.owner if isinstance(until, Scope) else until
        for node in nodes_from(self._tree.place_of(event.previous_id)):
            if node is owner:
                return
            if node.exited is None:
                self._ended_by.setdefault(node, event)

    def _cut_off(self, place: Place) -> Status | None:
        """How it ended by the end of a scope around it. None when all of them are open."""
        for scope in scopes_from(place):
            ended = self._end_of(scope)
            if ended is not None:
                return "UNKNOWN" if ended.type == "MapIterationSucceeded" else "ABORTED"
            owner = scope.owner
            if owner is None:
                break
            if owner.rounds > scope.round or self.ended_by(owner) is not None:
                return "ABORTED"
            if owner.exited is not None:
                return "UNKNOWN" if scope.kind == "iteration" and scope is place else "ABORTED"
        return None if self._execution in ("RUNNING", "PENDING_REDRIVE") else self._with_the_execution()

    def _with_the_execution(self) -> Status:
        if self._execution == "SUCCEEDED":
            return "UNKNOWN"
        return self._execution if self._execution in ("TIMED_OUT", "UNKNOWN") else "ABORTED"


def _last_ids(tree: Tree) -> dict[Place, int]:
    """The last thing that happened to each state and scope or inside it."""
    last: dict[Place, int] = {}
    for node in reversed(tree.nodes):  # children before parents
        for scope in node.scopes:
            last[scope] = max([0, *(event.id for event in scope.events), *(last[child] for child in scope.nodes)])
        last[node] = max([0, *(event.id for event in node.events), *(last[scope] for scope in node.scopes)])
    return last
