"""The tree while it is being built: states and the scopes they run in.

    Scope (root)
    └── Node  Prepare: Parallel
        ├── Scope (branch)      └── Node …
        └── Scope (branch)      └── Node …

Mutable, and never seen outside `tree` and what freezes it (`assemble`).
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from hopscope_collector.executions.event import HistoryEvent

ScopeKind = Literal["root", "branch", "iteration"]


class Scope:
    """Where states run one after the other: the execution itself, a branch or an iteration."""

    __slots__ = ("ended", "events", "index", "kind", "nodes", "owner", "round", "started")

    def __init__(self, kind: ScopeKind, owner: "Node | None" = None, *, index: int = 0, round_: int = 1) -> None:
        self.kind: ScopeKind = kind
        self.owner = owner
        self.index = index
        self.round = round_
        self.nodes: list[Node] = []
        self.events: list[HistoryEvent] = []
        self.started: HistoryEvent | None = None
        self.ended: HistoryEvent | None = None
        if owner is not None:
            owner.scopes.append(self)


class Node:
    """A state that was entered, and all that happened to it."""

    __slots__ = ("entered", "events", "exited", "is_assumed", "name", "rounds", "scope", "scopes", "type")

    def __init__(self, name: str, type_: str, scope: Scope, *, is_assumed: bool = False) -> None:
        self.name = name
        self.type = type_
        self.scope = scope
        self.is_assumed = is_assumed
        self.entered: HistoryEvent | None = None
        self.exited: HistoryEvent | None = None
        self.events: list[HistoryEvent] = []
        self.scopes: list[Scope] = []
        self.rounds = 0
        scope.nodes.append(self)


Place = Node | Scope
"""What an event belongs to. The root scope stands for the execution itself."""


def nodes_from(place: Place | None) -> Iterator[Node]:
    """The node itself (or the owner of the scope), then every node around it, innermost first."""
    while place is not None:
        if isinstance(place, Node):
            yield place
            place = place.scope
        else:
            place = place.owner


def scopes_from(place: Place | None) -> Iterator[Scope]:
    """The scope itself (or the scope of the node), then every scope around it, innermost first."""
    while place is not None:
        if isinstance(place, Scope):
            yield place
            place = place.owner
        else:
            place = place.scope
