"""What a send should reach, by the declared topology (pure).

    bus orders ──rule, pattern matches──▶ function notify-restaurant          certain
               ──rule, pattern asks for detail.total──▶ queue audit ──▶ …     it may, its detail was not recorded
               ──rule, another detail-type──▶ …                               no

Silence of a certain consumer means something; silence of a possible one does not.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from hopscope_collector.topology.model import Node, Route, Topology
from hopscope_collector.topology.patterns import UNKNOWN, Verdict, matches, matches_any, passes_policy

_KIND_OF_SERVICE = {
    "events": "bus",
    "sns": "topic",
    "sqs": "queue",
    "kinesis": "stream",
    "lambda": "function",
    "states": "machine",
}
_CARRYING = frozenset({"rule", "subscription", "event-source", "pipe"})
"""Kinds of routes that every message takes which matches; the others are taken after failures, or by clock."""

_MAX_KEPT = 10_000
"""Answers that are kept: destinations, names and sources are few."""

_MAX_STEPS = 8
"""Buses that hand on to buses may form a circle."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What is known of a message that was sent."""

    service: str
    """AWS endpoint prefix: `sqs`, `sns`, `events`, …"""

    destination: str
    """Name, ARN or URL."""

    name: str | None = None
    """The detail-type of an event. None when only the destination names it."""

    source: str | None = None
    """The source of an event. None when it was not recorded."""


@dataclass(frozen=True, slots=True)
class Reach:
    """One node that a message should come to."""

    node: Node
    is_certain: bool
    """False where a pattern asks for what was not recorded."""

    route: str
    """Id of the route that leads there last."""


def reached(topology: Topology, sent: Sent) -> tuple[Reach, ...] | None:
    """Every node that the message should or may come to, nearest first; None when its destination is not declared."""
    if sent not in topology.reached:
        if len(topology.reached) >= _MAX_KEPT:
            topology.reached.clear()
        topology.reached[sent] = _reached(topology, sent)
    return cast("tuple[Reach, ...] | None", topology.reached[sent])


def _reached(topology: Topology, sent: Sent) -> tuple[Reach, ...] | None:
    kind = _KIND_OF_SERVICE.get(sent.service)
    start = topology.called(sent.destination, kind) if kind else None
    if start is None:
        return None
    found: dict[str, Reach] = {}
    for reach in _walk(topology, start, _Known.of(sent), _MAX_STEPS):
        before = found.get(reach.node.id)
        if before is None or (reach.is_certain and not before.is_certain):
            found[reach.node.id] = reach
    return tuple(found.values())


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of a message at one node."""

    event: Any = UNKNOWN
    """As rules see it."""

    attributes: Any = UNKNOWN
    """Message attributes, as subscriptions see them."""

    is_certain: bool = True

    @classmethod
    def of(cls, sent: Sent) -> "_Known":
        if sent.service != "events":
            return cls()
        return cls(event=_Event({"detail-type": sent.name or UNKNOWN, "source": sent.source or UNKNOWN}), attributes={})

    def after(self, route: Route, verdict: Verdict) -> "_Known":
        """What is known behind a route. A topic behind a bus gets the event; behind the topic it is in an envelope."""
        kept = self.event if route.keeps_event and route.kind != "subscription" else UNKNOWN
        return _Known(kept, self.attributes, self.is_certain and verdict is True)


class _Event(dict[str, Any]):
    """An event of which some fields are known: every other one may be there."""

    def get(self, name: str, _absent: Any = None) -> Any:
        """The field, or UNKNOWN: whether it is absent is not known either."""
        return super().get(name, UNKNOWN)


def _walk(topology: Topology, node: Node, known: _Known, steps_left: int) -> Iterator[Reach]:
    if steps_left == 0:
        return
    for route in topology.routes_from.get(node.id, ()):
        target = topology.nodes_by_id.get(route.target)
        if target is None or route.kind not in _CARRYING:
            continue
        verdict = _takes(route, known)
        if verdict is False:
            continue
        behind = known.after(route, verdict)
        yield Reach(target, behind.is_certain, route.id)
        yield from _walk(topology, target, behind, steps_left - 1)


def _takes(route: Route, known: _Known) -> Verdict:
    """Whether a message takes a route."""
    if route.kind == "rule":
        return True if route.pattern is None else matches(route.pattern, known.event)
    if route.kind == "subscription":
        if route.filter_policy is None:
            return True
        message = known.event if route.is_policy_of_body else known.attributes
        return passes_policy(route.filter_policy, message)
    return True if route.filters is None else matches_any(route.filters, _record(known))


def _record(known: _Known) -> Mapping[str, Any]:
    """A message as the filter of an event source sees it: its body, and fields of the queue that are not known."""
    return _Event({"body": known.event, "data": UNKNOWN})
