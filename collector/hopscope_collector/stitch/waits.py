"""What a flow is waiting for (pure).

    expected by a rule     [[expect]] after = "restaurant_notified", expect = "order_accepted", within = "10m"
    a message              sent, taken by the broker, and not yet received by a consumer that is known to receive it

A consumer is known by a `[[consumer]]` rule, or because it received from the same queue or topic before. A bus hands
an event to whoever matches it, so an event that nobody receives is waited for only if a rule says so; and is lost at
once when the bus's own log says that no rule matched it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set

from hopscope_collector.flow import Hop, HopStatus, Link, Send, Wait
from hopscope_collector.lines.brokers import BrokerFact
from hopscope_collector.resource_names import resource_name
from hopscope_collector.rules import Expect, Rules
from hopscope_collector.stitch.budgets import ONE_TO_ONE, reachable_until_us
from hopscope_collector.stitch.declared import certain_functions
from hopscope_collector.stitch.weave import names_of

KnownConsumers = Mapping[str, Set[str]]
"""Functions that received from a queue or topic before, by its name; and those that were recorded at all, each under
a name that no queue has: see `recorded_functions()`."""

_RECORDED = "function "
_TOLD_BY_OTHERS: frozenset[HopStatus] = frozenset({"lost", "not-instrumented"})


def known_consumers_of(hops: Iterable[Hop]) -> dict[str, set[str]]:
    """Who received from which queue or topic, and who was recorded at all, as far as the hops show."""
    known: dict[str, set[str]] = {}
    for hop in hops:
        if hop.status not in _TOLD_BY_OTHERS:
            known.setdefault(_RECORDED + hop.function, {hop.function})
        if hop.origin is not None:
            known.setdefault(resource_name(hop.origin), set()).add(hop.function)
    return known


def recorded_functions(known: KnownConsumers) -> set[str]:
    """Those that carry the layer: one that is silent now lost its records."""
    return {function for name, functions in known.items() if name.startswith(_RECORDED) for function in functions}


def unmatched_of(facts: Sequence[BrokerFact]) -> frozenset[tuple[str, str]]:
    """Bus and ref of the events that no rule of the bus matched, and none did at another time."""
    unmatched = {(resource_name(fact.broker), fact.ref) for fact in facts if fact.kind == "unmatched"}
    return frozenset(unmatched - {(resource_name(fact.broker), fact.ref) for fact in facts if fact.kind == "matched"})


class Waiting:
    """Finds the waits of one flow after another, with the same rules and at the same moment."""

    __slots__ = ("_known", "_now_us", "_rules", "_unmatched")

    def __init__(
        self, known: KnownConsumers, now_us: int, rules: Rules, unmatched: Set[tuple[str, str]] = frozenset()
    ) -> None:
        """`unmatched`: bus and ref of every event of which its bus says that no rule matched it."""
        self._known = known
        self._now_us = now_us
        self._rules = rules
        self._unmatched = unmatched

    def waits(self, hops: Sequence[Hop], sends: Sequence[Send], links: Sequence[Link]) -> tuple[Wait, ...]:
        """What the flow waits for, earliest first."""
        receivers: dict[str, set[str]] = {}
        functions = {hop.id: hop.function for hop in hops}
        for link in links:
            receivers.setdefault(link.from_id, set()).add(functions[link.to_id])
        found = [
            *(wait for rule in self._rules.expect for wait in self._expected(rule, hops, sends)),
            *(wait for send in sends for wait in self._unreceived(send, receivers.get(send.id, set()))),
        ]
        return tuple(sorted(found, key=lambda wait: (wait.since_us, wait.after, wait.expected, wait.send or "")))

    def _expected(self, rule: Expect, hops: Sequence[Hop], sends: Sequence[Send]) -> Iterator[Wait]:
        """One wait a rule: it opened last, and nothing that closes it came since."""
        opened_us = max(moments(rule.after, hops, sends), default=None)
        if opened_us is None:
            return
        closed_us = max(moments(rule.expect, hops, sends), default=None)
        if closed_us is not None and closed_us >= opened_us - self._rules.windows.skew_us:
            return
        due_us = opened_us + rule.within_us
        yield Wait(
            after=rule.after,
            expected=rule.expect,
            since_us=opened_us,
            due_us=due_us,
            state="overdue" if self._now_us > due_us else "waiting",
        )

    def _unreceived(self, send: Send, received_by: Set[str]) -> Iterator[Wait]:
        if send.error is not None or send.destination is None:
            return
        destination = resource_name(send.destination)
        rules = [
            each
            for each in self._rules.consumers
            if each.of == destination and (not each.names or send.name in each.names)
        ]
        for rule in rules:
            if rule.function not in received_by:
                yield self._wait_for(send, rule.function, is_instrumented=rule.is_instrumented)
        if rules:
            return
        declared = certain_functions(send, self._rules.topology)
        for node in declared or ():
            if not any(node.is_called(function) for function in received_by):
                yield self._wait_for(send, node.label, is_instrumented=node.is_traced is not False)
        learned = self._known.get(destination, frozenset())
        if declared is None and learned and not received_by and send.service in ONE_TO_ONE:
            yield self._wait_for(send, " or ".join(sorted(learned)[:3]), is_instrumented=True)

    def _wait_for(self, send: Send, function: str, *, is_instrumented: bool) -> Wait:
        bus = resource_name(send.destination)
        is_over = self._now_us > reachable_until_us(send, self._rules)
        lost = is_over or any((bus, ref) in self._unmatched for ref in send.refs)
        return Wait(
            after=send.name or resource_name(send.destination or send.service),
            expected=function,
            since_us=send.sent_us,
            state="not-instrumented" if not is_instrumented else "lost" if lost else "waiting",
            send=send.id,
        )


def moments(name: str, hops: Sequence[Hop], sends: Sequence[Send]) -> Iterator[int]:
    """When something of that name happened: a hop of that event, request or function began, or a send left."""
    yield from (hop.started_us for hop in hops if name in names_of(hop))
    yield from (send.sent_us for send in sends if send.error is None and name in names_of(send))
