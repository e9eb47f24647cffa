"""The brokers that a message passed between two functions (pure).

    PutEvents to bus orders   rule to-printers   topic tickets   queue tickets   print-ticket
    └ the send                └ the bus's log    └ the message   └ the hop's origin, and when it arrived there

What no record names is left out: a rule is known only where the bus logs what it matched.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from hopscope_collector.flow import BROKER_KINDS, Broker, Hop, Send
from hopscope_collector.lines.brokers import BrokerFact
from hopscope_collector.resource_names import resource_name

Matched = Mapping[str, Sequence[BrokerFact]]
"""By the ref of an event: what its bus says of the rules that matched it."""

TOPIC = "topic"
"""Attribute of a hop: ARN of the topic that filled its queue."""

_NAMES_ITS_SOURCE = frozenset({"bus", "state machine"})
"""What a hop that comes from there gives as its origin is no broker: an event's source, an execution."""


def matched_by_rules(facts: Iterable[BrokerFact]) -> dict[str, list[BrokerFact]]:
    """What buses say of rules that matched, by the event's ref."""
    matched: dict[str, list[BrokerFact]] = {}
    for fact in facts:
        if fact.kind == "matched" and fact.rule is not None:
            matched.setdefault(fact.ref, []).append(fact)
    return matched


def way_of(send: Send | None, hop: Hop, matched: Matched) -> tuple[Broker, ...]:
    """Every broker between a send and the hop that received it, in order; `send` is None when it is not known."""
    last = [*_behind(hop)]
    names = {hop.function, *(broker.name for broker in last)}
    rules = [Broker("rule", name) for name in sorted(_rules_to(hop, names, matched))]
    first = [] if send is None else [*_of_send(send)]
    way = {(broker.kind, broker.name): broker for broker in (*first, *rules)}
    way.update(((broker.kind, broker.name), broker) for broker in last)
    return tuple(way.values())


def _of_send(send: Send) -> Iterator[Broker]:
    kind = BROKER_KINDS.get(send.service)
    if kind is not None and send.destination:
        yield Broker(kind, resource_name(send.destination))


def _behind(hop: Hop) -> Iterator[Broker]:
    """What the message itself tells: the topic before its queue, and what the function was handed it by."""
    kind = BROKER_KINDS.get(hop.source)
    if TOPIC in hop.attributes and kind == "queue":
        yield Broker("topic", resource_name(hop.attributes[TOPIC]))
    if kind is not None and kind not in _NAMES_ITS_SOURCE and hop.origin:
        yield Broker(kind, resource_name(hop.origin), hop.sent_us)


def _rules_to(hop: Hop, names: set[str], matched: Matched) -> set[str]:
    """Rules that handed one of the hop's events to it, or to a broker before it."""
    return {
        resource_name(fact.rule)
        for ref in hop.refs
        for fact in matched.get(ref, ())
        if fact.rule is not None and (not fact.targets or not names.isdisjoint(map(target_name, fact.targets)))
    }


def target_name(arn: str) -> str:
    """What people call a target: of a function without its alias."""
    parts = arn.split(":")
    return parts[6] if len(parts) > 6 and parts[2] == "lambda" else resource_name(arn)
