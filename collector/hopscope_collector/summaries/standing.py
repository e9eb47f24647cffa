"""Until when a flow's status stands if nothing more is recorded (pure).

    a hop runs                         until its deadline, and a little for late log lines
    a failed attempt is tried again    until its broker would have done so
    something is waited for            until it is overdue, or its broker's retries are over

It is cautious: at that moment the flow is assembled again, and may come out the same.
"""

from collections.abc import Iterator

from hopscope_collector.flow import UNSUCCESSFUL, Flow, Hop
from hopscope_collector.resource_names import resource_name
from hopscope_collector.rules import Rules
from hopscope_collector.stitch.budgets import DEFAULT_DELIVERY_US, DELIVERY_US
from hopscope_collector.stitch.hops import LONGEST_RUN_US

_ONE_TO_ONE = frozenset({"sqs", "sns"})


def stands_until_us(flow: Flow, now_us: int, rules: Rules) -> int | None:
    """The first moment after now at which time alone may change the flow. None: it stands for good."""
    return min((moment for moment in _moments(flow, rules) if moment > now_us), default=None)


def _moments(flow: Flow, rules: Rules) -> Iterator[int]:
    for hop in flow.hops:
        if hop.status == "running":
            yield (hop.deadline_us or hop.started_us + LONGEST_RUN_US) + rules.windows.late_us + 1
        elif hop.status in UNSUCCESSFUL:
            yield _given_up_us(hop, rules)
    sends = {send.id: send for send in flow.sends}
    for wait in flow.waits:
        if wait.due_us is not None:
            yield wait.due_us + 1
        if wait.send in sends:
            send = sends[wait.send]
            queue = rules.queues.get(resource_name(send.destination))
            budget_us = (queue.retention_us if queue else None) or DELIVERY_US.get(send.service, DEFAULT_DELIVERY_US)
            yield send.sent_us + budget_us + 1


def _given_up_us(hop: Hop, rules: Rules) -> int:
    queue = rules.queues.get(resource_name(hop.origin))
    within_us = (queue.retry_within_us if queue else None) or rules.windows.retry_us
    return (hop.ended_us or hop.deadline_us or hop.started_us) + within_us + 1


def silent_destinations(flow: Flow) -> tuple[str, ...]:
    """Queues and topics that the flow sent to and nobody is seen to have received from, sorted."""
    received = {link.from_id for link in flow.links}
    silent = (
        send.destination
        for send in flow.sends
        if send.destination and send.error is None and send.service in _ONE_TO_ONE and send.id not in received
    )
    return tuple(sorted({resource_name(each) for each in silent}))
