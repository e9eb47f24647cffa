"""What a flow is called, from what is known of it (pure). docs/statuses.md is this table for people.

The worst thing that is still so decides: the first line that is true.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from hopscope_collector.flow import UNSUCCESSFUL, FlowStatus, Hop, HopStatus, Wait, attempts_of
from hopscope_collector.resource_names import resource_name
from hopscope_collector.rules import Rules
from hopscope_collector.stitch.budgets import ASYNCHRONOUS, ASYNCHRONOUS_ATTEMPTS, SYNCHRONOUS, retried_until_us
from hopscope_collector.stitch.settle import DEAD_LETTER_SOURCE, is_exhausted
from hopscope_collector.stitch.weave import PRODUCER_DIGITS

HOP_MEANING: Mapping[HopStatus, str] = MappingProxyType(
    {
        "running": "It began, its end is not known, and its deadline has not passed.",
        "done": "The handler returned, and did not give this message of its batch back.",
        "failed": "The handler raised, or gave this message of its batch back.",
        "timed-out": "Its deadline passed without an end: Lambda stopped it, it crashed, or the end was not collected.",
        "dead-lettered": "It failed, and it was the last try: the message went to a dead-letter queue or was given up.",
        "lost": "Only the platform says that it ran: its records are missing, though the function's others are there.",
        "not-instrumented": "Only the platform or a broker tells of it: the function carries no layer.",
    }
)

FLOW_MEANING: Mapping[FlowStatus, str] = MappingProxyType(
    {
        "dead-lettered": "A consumer gave a message up, and no later attempt of that consumer succeeded.",
        "failed": "A hop failed, no attempt succeeded since, and none is expected any more.",
        "timed-out": "A hop timed out, no attempt succeeded since, and none is expected any more.",
        "lost": "A message was sent, and its broker's retries are over without anybody having received it.",
        "overdue": "Something that a rule expects did not come in time.",
        "running": "A hop runs, or failed and its next attempt is still to come.",
        "waiting": "Something is expected and may still come in time: a message's consumer, or what a rule names.",
        "duplicated": "Everything is done, and one consumer handled the same message or business event twice.",
        "recovered": "Everything is done, after failed attempts.",
        "done": "Everything that is known of it is done.",
    }
)
"""Worst first: the first one that is true is the status."""


_ORCHESTRATED = frozenset({"states", "durable"})


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides the status of one flow."""

    hops: Sequence[Hop]
    waits: Sequence[Wait]
    has_duplicates: bool
    sends_by_hop: Mapping[str, frozenset[str]]
    """Ids of the sends that led to a hop, by hop."""


def flow_status(standing: Standing, now_us: int, rules: Rules) -> FlowStatus:
    """The first status of `FLOW_MEANING` that is true of the flow."""
    successes = _Successes(standing)
    open_failures = [group[-1] for group in attempts_of(standing.hops) if successes.lack(group)]
    final = {hop.status for hop in open_failures if not is_retried(hop, now_us, rules)}
    states = {wait.state for wait in standing.waits}
    is_true: dict[FlowStatus, bool] = {
        "dead-lettered": "dead-lettered" in final or _is_orphaned_dead_letter(standing.hops),
        "failed": "failed" in final,
        "timed-out": "timed-out" in final,
        "lost": "lost" in states or "lost" in final,
        "overdue": "overdue" in states,
        "running": bool(open_failures) or any(hop.status == "running" for hop in standing.hops),
        "waiting": "waiting" in states,
        "duplicated": standing.has_duplicates,
        "recovered": any(hop.status in UNSUCCESSFUL for hop in standing.hops),
    }
    for status in FLOW_MEANING:
        if is_true.get(status):
            return status
    return "done"


def is_retried(hop: Hop, now_us: int, rules: Rules) -> bool:
    """Whether the broker will hand the message of a failed hop over again, as far as is known."""
    if hop.status == "dead-lettered" or hop.source in SYNCHRONOUS or is_exhausted(hop, rules):
        return False
    if hop.source in ASYNCHRONOUS and hop.attempt >= ASYNCHRONOUS_ATTEMPTS:
        return False
    return now_us <= retried_until_us(hop, rules)


class _Successes:
    """What each function got done, and when last: a failure before that was made up for."""

    __slots__ = ("_executions_done", "_last_us", "_sends_by_hop")

    def __init__(self, standing: Standing) -> None:
        self._last_us: dict[object, int] = {}
        self._sends_by_hop = standing.sends_by_hop
        self._executions_done = {
            hop.invocation_id[:PRODUCER_DIGITS]
            for hop in standing.hops
            if hop.source in _ORCHESTRATED and hop.status == "done"
        }
        for hop in standing.hops:
            if hop.status == "done":
                for deed in self._deeds(hop):
                    self._last_us[deed] = max(hop.started_us, self._last_us.get(deed, 0))

    def lack(self, group: Sequence[Hop]) -> bool:
        """Whether the consumer failed at the message and did not succeed at it since, under whatever id."""
        last = group[-1]
        if last.status not in UNSUCCESSFUL or any(hop.status == "done" for hop in group):
            return False
        if any(sender[:PRODUCER_DIGITS] in self._executions_done for sender in self._sends_by_hop.get(last.id, ())):
            return False  # its execution succeeded: it caught the failure, or tried again
        return all(self._last_us.get(deed, -1) < last.started_us for deed in self._deeds(last))

    def _deeds(self, hop: Hop) -> Iterator[object]:
        """The same message by its send (redriven, its id is new), and the same request of a caller who tries again."""
        for send in self._sends_by_hop.get(hop.id, ()):
            yield hop.function, send
        if hop.source in SYNCHRONOUS and hop.keys:
            yield hop.function, hop.source, hop.name, frozenset(hop.keys.items())


def _is_orphaned_dead_letter(hops: Sequence[Hop]) -> bool:
    """Whether a dead letter was handled whose failed consumer is not recorded at all."""
    tried = {(hop.refs[0], resource_name(hop.origin)) for hop in hops if hop.refs}
    return any(
        (hop.refs[0], resource_name(hop.attributes[DEAD_LETTER_SOURCE])) not in tried
        for hop in hops
        if hop.refs and DEAD_LETTER_SOURCE in hop.attributes
    )
