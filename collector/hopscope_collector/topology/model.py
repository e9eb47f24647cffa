"""The declared topology as frozen values (pure). plugin/README.md documents the file.

Topology  of one service in one stage and region, or of an account
├── nodes    what messages pass through: functions, queues, topics, buses, streams, machines, …
├── routes   who gets what: rules, subscriptions, event sources, pipes, redrives, …
└── sends    who publishes where, as far as it is declared
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from hopscope_collector.resource_names import resource_name

_PLACEHOLDER = re.compile(r"\$\{[^}]*\}")


@dataclass(frozen=True, slots=True)
class Node:
    """Something that messages pass through."""

    id: str
    """Logical id of the template, or the ARN (or bus name) of something that stands elsewhere."""

    kind: str
    """`function`, `queue`, `topic`, `bus`, `stream`, `table`, `bucket`, `machine`, `api`, …"""

    name: str | None = None
    """As deployed; `${…}` stands for what only AWS knows. None where CloudFormation chooses it."""

    is_traced: bool | None = None
    """Whether a function carries the layer. None for other nodes, and where the template does not tell."""

    visibility_s: int | None = None
    """Visibility timeout of a queue."""

    is_foreign: bool = False
    """Whether it is only named here and declared elsewhere."""

    def is_called(self, name: str) -> bool:
        """Whether something deployed under this name (or ARN, or URL) is this node."""
        name = resource_name(name)
        if self.name is None:
            # CloudFormation makes `<stack>-<logical id>-<random>`.
            return f"-{resource_name(self.id)}-" in f"-{name}"
        if "${" not in self.name:
            return resource_name(self.name) == name
        words = resource_name(_PLACEHOLDER.sub("\0", self.name))
        if not words.strip("\0"):
            return False  # nothing of the name is known: it could be any
        return re.fullmatch(".+".join(map(re.escape, words.split("\0"))), name) is not None

    @property
    def label(self) -> str:
        """What a person calls it."""
        return self.name or resource_name(self.id)


@dataclass(frozen=True, slots=True)
class Route:
    """One way that a message takes from one node to the next."""

    id: str
    kind: str
    """`rule`, `subscription`, `event-source`, `pipe`, `schedule`, `redrive`, `destination`, `notification`, `api`."""

    source: str | None
    """Id of a node. None for a schedule."""

    target: str
    """Id of a node."""

    pattern: Mapping[str, Any] | None = field(default=None, hash=False)
    """Of a rule. None: everything matches."""

    filters: Sequence[Any] | None = field(default=None, hash=False)
    """Of an event source or a pipe. None: everything passes."""

    filter_policy: Mapping[str, Any] | None = field(default=None, hash=False)
    """Of a subscription. None: everything passes."""

    is_policy_of_body: bool = False
    is_enabled: bool = True
    keeps_event: bool = True
    """False where a transformer, an input path or raw delivery takes the provider's id away."""

    dead_letters: str | None = None
    """Id of the node that takes what could not be delivered. None without one."""

    after_receives: int | None = None
    """Of a redrive: `maxReceiveCount`."""


@dataclass(frozen=True, slots=True)
class Sending:
    """Who may publish where (`by` is `role`), or does (`task`)."""

    by: str
    senders: tuple[str, ...]
    """Ids of nodes."""

    target: str
    actions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Topology:
    """Nodes, routes and sends that belong together."""

    nodes: tuple[Node, ...] = ()
    routes: tuple[Route, ...] = ()
    sends: tuple[Sending, ...] = ()
    about: Mapping[str, str] = field(default_factory=dict)
    """`service`, `stage` and `region`, or `account`."""

    @cached_property
    def nodes_by_id(self) -> Mapping[str, Node]:
        """Every node by its id."""
        return {node.id: node for node in self.nodes}

    @cached_property
    def routes_from(self) -> Mapping[str, tuple[Route, ...]]:
        """The enabled routes that begin at a node, by its id."""
        found: dict[str, tuple[Route, ...]] = {}
        for route in self.routes:
            if route.source is not None and route.is_enabled:
                found[route.source] = (*found.get(route.source, ()), route)
        return found

    def called(self, name: str, kind: str) -> Node | None:
        """The node of a kind that is deployed under a name, ARN or URL. None when none is declared."""
        own_first = sorted(self.nodes, key=lambda node: node.is_foreign)
        return next((node for node in own_first if node.kind == kind and node.is_called(name)), None)

    @cached_property
    def reached(self) -> dict[Any, Any]:
        """Answers of `reach.reached()`, kept: thousands of messages are sent alike."""
        return {}


NO_TOPOLOGY = Topology()
"""Nothing is declared."""


def merged(topologies: Sequence[Topology]) -> Topology:
    """Several topologies as one: the bus that one calls foreign is the one that another declares."""
    if len(topologies) == 1:
        return topologies[0]
    renamed = [_renamed(topology, str(number)) for number, topology in enumerate(topologies)]
    nodes: dict[str, Node] = {}
    for node in (node for each in renamed for node in each.nodes):
        if node.id not in nodes or nodes[node.id].is_foreign:
            nodes[node.id] = node
    return Topology(
        nodes=tuple(nodes.values()),
        routes=tuple(dict.fromkeys(route for each in renamed for route in each.routes)),
        sends=tuple(dict.fromkeys(sending for each in renamed for sending in each.sends)),
    )


def _renamed(topology: Topology, prefix: str) -> Topology:
    """The same, every node under a name that is its own among all files."""
    names = {node.id: _own_name(node, prefix) for node in topology.nodes}

    def new(node_id: str | None) -> str | None:
        return None if node_id is None else names.get(node_id, node_id)

    return Topology(
        nodes=tuple(replace(node, id=names[node.id]) for node in topology.nodes),
        routes=tuple(
            replace(
                route,
                source=new(route.source),
                target=names.get(route.target, route.target),
                dead_letters=new(route.dead_letters),
            )
            for route in topology.routes
        ),
        sends=tuple(
            replace(
                each,
                senders=tuple(names.get(sender, sender) for sender in each.senders),
                target=names.get(each.target, each.target),
            )
            for each in topology.sends
        ),
        about=topology.about,
    )


def _own_name(node: Node, prefix: str) -> str:
    """By kind and name where a name is known, so that two files agree; else by its place in the file."""
    if node.name is None or "${" in node.name:
        return f"{prefix}/{node.id}"
    return f"{node.kind}/{resource_name(node.name)}"
