"""History events to a tree (pure).

    1 ExecutionStarted       <- 0        execution [1 9]
    2 ParallelStateEntered   <- 0   ->   └ Prepare  Parallel [2 3 8]
    3 ParallelStateStarted   <- 2          ├ Charge  Task [4 6]
    4 TaskStateEntered       <- 3          └ Pick    Task [5 7]
    5 TaskStateEntered       <- 3
    6 TaskStateExited        <- 4        branches interleave: only `previousEventId`
    7 TaskStateExited        <- 5        tells whose event it is, never "the last state seen"
    8 ParallelStateExited    <- 7
    9 ExecutionSucceeded     <- 8

Events are taken in the order of their ids, whatever order they came in, each once. An event goes where its cause is,
or, if its kind says so, to the nearest state around its cause that it can belong to. Names decide where AWS gives
them (exits, iterations, failed evaluations). Where the cause is not in the history, `orphans` looks at what followed.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from hopscope_collector.executions.event import HistoryEvent
from hopscope_collector.executions.nodes import Node, Place, Scope, nodes_from, scopes_from
from hopscope_collector.executions.orphans import Ahead

_ALWAYS_UNLINKED = 2
"""ExecutionStarted and the entry of the first state name no cause in any history."""

_CONTAINERS = ("Map", "Parallel")
_HAS_ENDED = ("Succeeded", "Failed", "Aborted", "Exited")


class Tree:
    """The nodes of one history, and where each event went."""

    def __init__(self, events: Iterable[HistoryEvent]) -> None:
        recorded = once_each(events)
        self.is_linked = any(event.previous_id for event in recorded.values()) or len(recorded) <= _ALWAYS_UNLINKED
        self.events = recorded if self.is_linked else chained(recorded)
        self.root = Scope("root")
        self.unattached: list[HistoryEvent] = []
        self.nodes: list[Node] = []
        """In the order they were entered: a parent stands before its children."""

        self.redrives = [event.id for event in self.events.values() if event.type == "ExecutionRedriven"]
        self._places: dict[int, Place] = {}
        self._by_name: dict[str, list[Node]] = {}
        self._ahead = Ahead(self.events.values())
        for event in self.events.values():
            self._put(event)

    def place_of(self, event_id: int) -> Place | None:
        """Where an event went. None when it is unattached, or not in this history."""
        return self._places.get(event_id)

    def was_redriven_between(self, earlier_id: int, later_id: int) -> bool:
        """Whether the execution was redriven after the one event and before the other."""
        return bisect_right(self.redrives, earlier_id) < bisect_right(self.redrives, later_id)

    def _put(self, event: HistoryEvent) -> None:
        place = _placer(event.type)(self, event)
        if place is None:
            self.unattached.append(event)
            return
        place.events.append(event)
        self._places[event.id] = place

    def _cause(self, event: HistoryEvent) -> HistoryEvent | None:
        return self.events.get(event.previous_id)

    def _around(self, event: HistoryEvent) -> Place | None:
        return self._places.get(event.previous_id)

    def _execution(self, _event: HistoryEvent) -> Place:
        return self.root

    # States

    def _enter(self, event: HistoryEvent) -> Node | None:
        name = event.text("name")
        if name is None:
            return None
        scope, is_assumed = self._scope_of(event, name)
        node = self._new_node(name, event.type.removesuffix("StateEntered"), scope, is_assumed=is_assumed)
        node.entered = event
        return node

    def _new_node(self, name: str, type_: str, scope: Scope, *, is_assumed: bool) -> Node:
        node = Node(name, type_, scope, is_assumed=is_assumed)
        self.nodes.append(node)
        self._by_name.setdefault(name, []).append(node)
        return node

    def _scope_of(self, event: HistoryEvent, name: str) -> tuple[Scope, bool]:
        """Where a state was entered, and whether that is only the likely place."""
        cause, place = self._cause(event), self._around(event)
        if event.previous_id == 0:
            return self.root, False
        if cause is None or place is None:
            return self._likely_scope(event, name), True
        if isinstance(place, Scope):
            before = self._by_name.get(name) if cause.type == "ExecutionRedriven" else None
            return (before[-1].scope if before else place), False
        if _opens_a_branch(place, cause, name):
            return Scope("branch", place, round_=max(place.rounds, 1)), False
        return place.scope, False

    def _likely_scope(self, event: HistoryEvent, name: str) -> Scope:
        index = self._ahead.iteration_of(event)
        if index is not None and (owner := self._last_open(index.name)):
            return _iteration(owner, index.index) or self.root
        if self._ahead.reaches_the_end_of_the_execution(event):
            return self.root
        before = self._by_name.get(name)
        return before[-1].scope if before and before[-1].scope.ended is None else self.root

    def _exit(self, event: HistoryEvent) -> Node | None:
        name = event.text("name")
        if name is None:
            return None
        node = self._open_around(event, name) or self._likely_node(event, event)
        if node is not None:
            node.exited = event
        return node

    def _likely_node(self, event: HistoryEvent, exited: HistoryEvent) -> Node | None:
        """The state that `exited` leaves: the only open one of its name, or one that nothing else is known of."""
        name = exited.text("name")
        if name is None:
            return None
        found = self._any_open(name)
        if len(found) > 1:
            scope = self._likely_scope(event, name)
            found = [node for node in found if node.scope is scope]
        elif not found:
            scope = next(scopes_from(self._around(event)), None) or self._likely_scope(event, name)
            return self._new_node(name, exited.type.removesuffix("StateExited"), scope, is_assumed=True)
        return found[0] if len(found) == 1 else None

    def _open_around(self, event: HistoryEvent, name: str) -> Node | None:
        around = nodes_from(self._around(event))
        return next((node for node in around if node.name == name and node.exited is None), None)

    def _any_open(self, name: str) -> list[Node]:
        return [node for node in self._by_name.get(name, ()) if node.exited is None]

    def _last_open(self, name: str) -> Node | None:
        found = self._any_open(name)
        return found[-1] if found else None

    # What happens inside a state

    def _own(self, event: HistoryEvent) -> Place | None:
        """To the same state as its cause."""
        place = self._around(event)
        if isinstance(place, Node):
            return place
        if place is not None:
            return self._reopened()
        exited = self._ahead.exit_of(event)
        return self._likely_node(event, exited) if exited else None

    def _reopened(self) -> Node | None:
        """The state that a redrive goes on with, when its events name the redrive as their cause."""
        return next((node for node in reversed(self.nodes) if node.type == "Task" and node.exited is None), None)

    def _evaluation(self, event: HistoryEvent) -> Node | None:
        """By name: its cause is what led to the state, or 0, never an event of the state."""
        name = event.text("state") or ""
        node = self._open_around(event, name)
        if node is not None:
            return node
        found = self._any_open(name)
        siblings = [node for node in found if node.entered and node.entered.previous_id == event.previous_id]
        candidates = siblings or found
        return candidates[-1] if candidates else None

    def _container(self, event: HistoryEvent) -> Node | None:
        """To the Map or Parallel whose start, success, failure or abort it is: AWS does not name it."""
        kind = "Map" if event.type.startswith("Map") else "Parallel"
        cause, place = self._cause(event), self._around(event)
        around = [node for node in nodes_from(place) if node.type == kind and node.exited is None]
        if not around:
            return self._only_open_of(kind)
        # The end of an inner Map causes the end (or the next try) of the one around it. After a redrive it may
        # cause the next try of the inner one itself.
        has_ended = place is around[0] and cause is not None and _is_end_of_container(cause.type)
        if has_ended and cause is not None and not self.was_redriven_between(cause.id, event.id) and len(around) > 1:
            return around[1]
        return around[0]

    def _only_open_of(self, kind: str) -> Node | None:
        found = [node for node in self.nodes if node.type == kind and node.exited is None]
        return found[0] if len(found) == 1 else None

    def _round(self, event: HistoryEvent) -> Node | None:
        node = self._container(event)
        if node is not None:
            node.rounds += 1
        return node

    def _map_run(self, event: HistoryEvent) -> Node | None:
        around = (node for node in nodes_from(self._around(event)) if node.type == "Map")
        return next(around, None) or self._only_open_of("Map")

    # Iterations

    def _iteration_starts(self, event: HistoryEvent) -> Scope | None:
        name, index = event.text("name"), event.number("index")
        if name is None or index is None:
            return None
        owner = self._open_around(event, name) or self._last_open(name)
        if owner is None:
            return None
        scope = Scope("iteration", owner, index=index, round_=max(owner.rounds, 1))
        scope.started = event
        return scope

    def _iteration_ends(self, event: HistoryEvent) -> Scope | None:
        name, index = event.text("name"), event.number("index")
        if name is None or index is None:
            return None
        scope = self._open_iteration_around(event, name, index)
        if scope is None:
            owner = self._open_around(event, name) or self._last_open(name)
            if owner is None:
                return None
            scope = _iteration(owner, index) or Scope("iteration", owner, index=index, round_=max(owner.rounds, 1))
        scope.ended = event
        return scope

    def _open_iteration_around(self, event: HistoryEvent, name: str, index: int) -> Scope | None:
        for scope in scopes_from(self._around(event)):
            if scope.kind == "iteration" and scope.index == index and scope.owner and scope.owner.name == name:
                return scope
        return None


def once_each(events: Iterable[HistoryEvent]) -> Mapping[int, HistoryEvent]:
    """By id, in the order of the ids. Of two events with one id the fuller one counts, whichever came first."""
    by_id: dict[int, HistoryEvent] = {}
    for event in events:
        other = by_id.get(event.id)
        by_id[event.id] = event if other is None else max(event, other, key=_fullness)
    return {event_id: by_id[event_id] for event_id in sorted(by_id)}


def chained(events: Mapping[int, HistoryEvent]) -> Mapping[int, HistoryEvent]:
    """Each caused by the one before: all that can be said where nothing names its cause, as in emulators' histories."""
    causes = (0, *events)
    return {event.id: replace(event, previous_id=cause) for event, cause in zip(events.values(), causes, strict=False)}


def _fullness(event: HistoryEvent) -> tuple[int, str]:
    text = repr(sorted(event.details.items(), key=lambda item: item[0]))
    return len(text), f"{text}{event.type}{event.time_us}{event.previous_id}"


def _iteration(owner: Node, index: int) -> Scope | None:
    """The latest iteration of that index that has not ended."""
    return next((scope for scope in reversed(owner.scopes) if scope.index == index and scope.ended is None), None)


def _opens_a_branch(place: Node, cause: HistoryEvent, name: str) -> bool:
    opened = place.type == "Parallel" and place.exited is None and place.name != name
    return opened and cause.type in ("ParallelStateStarted", "ParallelStateEntered")


def _is_end_of_container(type_: str) -> bool:
    return type_.startswith(("MapState", "ParallelState")) and type_.endswith(_HAS_ENDED)


_Placer = Callable[[Tree, HistoryEvent], Place | None]
_BY_START: tuple[tuple[str, _Placer], ...] = (
    ("Execution", Tree._execution),
    ("MapRun", Tree._map_run),
    ("MapIterationStarted", Tree._iteration_starts),
    ("MapIteration", Tree._iteration_ends),
    ("EvaluationFailed", Tree._evaluation),
)
_PLACERS: dict[str, _Placer] = {}
"""Filled as types are seen: AWS adds types, and a suffix tells most of what they mean."""


def _placer(type_: str) -> _Placer:
    if type_ not in _PLACERS:
        _PLACERS[type_] = _find_placer(type_)
    return _PLACERS[type_]


def _find_placer(type_: str) -> _Placer:
    if type_.endswith("StateEntered"):
        return Tree._enter
    if type_.endswith("StateExited"):
        return Tree._exit
    if type_.startswith(tuple(f"{kind}State" for kind in _CONTAINERS)):
        return Tree._round if type_.endswith("Started") else Tree._container
    return next((placer for start, placer in _BY_START if type_.startswith(start)), Tree._own)
