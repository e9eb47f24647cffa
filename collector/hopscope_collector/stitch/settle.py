"""Which failed hops were the last try of their consumer: dead letters (pure).

Three things tell it:

    the message arrived again from a dead-letter queue          attribute `dead-letter-source` names the queue it left
    Lambda handed over a failure record                         its `condition` is RetriesExhausted or EventAgeExceeded
    the rules name the queue's `max_receive_count`, and the failed attempt is that one
"""

from collections.abc import Sequence
from dataclasses import replace

from hopscope_collector.flow import UNSUCCESSFUL, Hop, attempts_of
from hopscope_collector.resource_names import resource_name
from hopscope_collector.rules import Rules
from hopscope_collector.stitch.weave import Weave

DEAD_LETTER_SOURCE = "dead-letter-source"
CONDITION = "condition"
_GAVE_UP = frozenset({"RetriesExhausted", "EventAgeExceeded"})


def with_dead_letters(weave: Weave) -> list[Hop]:
    """The hops, those marked that failed for the last time. Sorted as they were."""
    hops = weave.hops
    given_up = {
        (ref, resource_name(hop.attributes[DEAD_LETTER_SOURCE]))
        for hop in hops
        if DEAD_LETTER_SOURCE in hop.attributes
        for ref in hop.refs[:1]
    }
    recorded = {
        weave.index.sender_of(source).id
        for source, target in weave.evidence
        if weave.index.hops_by_id[target].attributes.get(CONDITION) in _GAVE_UP
    }
    dead = {
        group[-1].id
        for group in attempts_of(hops)
        if group[-1].status in UNSUCCESSFUL
        and (_left_for(group, given_up) or group[-1].id in recorded or is_exhausted(group[-1], weave.rules))
    }
    return [replace(hop, status="dead-lettered") if hop.id in dead else hop for hop in hops] if dead else list(hops)


def _left_for(group: Sequence[Hop], given_up: set[tuple[str, str]]) -> bool:
    last = group[-1]
    return bool(last.refs) and (last.refs[0], resource_name(last.origin)) in given_up


def is_exhausted(hop: Hop, rules: Rules) -> bool:
    """Whether the rules say that the queue makes no further attempt."""
    queue = rules.queues.get(resource_name(hop.origin))
    return queue is not None and queue.max_receive_count is not None and hop.attempt >= queue.max_receive_count
