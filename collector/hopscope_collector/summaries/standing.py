"""Until when a flow's status stands if nothing more is recorded (pure).

    a hop runs                         until its deadline, and a little for late log lines
    a failed attempt is tried again    until its broker would have done so
    something is waited for            until it is overdue, or its broker's retries are over

It is cautious: at that moment the flow is assembled again, and may come out the same.
"""

from collections.abc import Iterator

from hopscope_collector.flow import UNSUCCESSFUL, Flow
from hopscope_collector.resource_names import resource_name
from hopscope_collector.rules import Rules
from hopscope_collector.stitch.budgets import ONE_TO_ONE, reachable_until_us, retried_until_us
from hopscope_collector.stitch.hops import LONGEST_RUN_US


def stands_until_us(flow: Flow, now_us: int, rules: Rules) -> int | None:
    """The first moment after now at which time alone may change the flow. None: it stands for good."""
    return min((moment for moment in _moments(flow, rules) if moment > now_us), default=None)


def _moments(flow: Flow, rules: Rules) -> Iterator[int]:
    for hop in flow.hops:
        if hop.status == "running":
            yield (hop.deadline_us or hop.started_us + LONGEST_RUN_US) + rules.windows.late_us + 1
        elif hop.status in UNSUCCESSFUL:
            yield retried_until_us(hop, rules) + 1
    sends = {send.id: send for send in flow.sends}
    for wait in flow.waits:
        if wait.due_us is not None:
            yield wait.due_us + 1
        if wait.send in sends:
            yield reachable_until_us(sends[wait.send], rules) + 1


def silent_destinations(flow: Flow) -> tuple[str, ...]:
    """Queues and topics that the flow sent to and nobody is seen to have received from, sorted."""
    received = {link.from_id for link in flow.links}
    silent = (
        send.destination
        for send in flow.sends
        if send.destination and send.error is None and send.service in ONE_TO_ONE and send.id not in received
    )
    return tuple(sorted({resource_name(each) for each in silent}))
