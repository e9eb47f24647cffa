"""Facts about a flow that a person should know, in words (pure)."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from hopscope_collector.flow import Hop, Link, Send, attempts_of
from hopscope_collector.resource_names import resource_name
from hopscope_collector.rules import Rules
from hopscope_collector.stitch.clocks import KEEP_TIME, without_repeats
from hopscope_collector.stitch.hops import BEGIN
from hopscope_collector.stitch.platform import INIT_FAILURE
from hopscope_collector.stitch.settle import DEAD_LETTER_SOURCE

_REPLAY = "replay-name"
_STREAMS = frozenset({"kinesis", "dynamodb"})


def notes_of(hops: Sequence[Hop], sends: Sequence[Send], links: Sequence[Link], rules: Rules) -> list[str]:
    """What is odd about the flow, most general first; each once."""
    by_id = {hop.id: hop for hop in hops}
    found = [
        *_skew(links, by_id, {send.id: send for send in sends}, rules),
        *_missing_records(hops),
        *_cold_starts(hops),
        *_dead_letters(hops),
        *_bisected(hops),
        *_redriven(links, by_id, {send.id: send for send in sends}),
        *(
            f"replayed from archive {hop.attributes[_REPLAY]} to {hop.function}"
            for hop in hops
            if _REPLAY in hop.attributes
        ),
        *_deduplicated(sends),
        *(_not_sent(send, by_id[send.hop]) for send in sends if send.error is not None),
    ]
    return list(dict.fromkeys(found))


def _skew(links: Iterable[Link], hops: dict[str, Hop], sends: dict[str, Send], rules: Rules) -> Iterator[str]:
    """Received before it was sent: the largest disagreement of each pair of clocks.

    A broker that says when it took the message is a third clock between the two: then it is known which one is off.
    """
    worst: dict[tuple[str, str], int] = {}
    for link in without_repeats((link for link in links if link.is_exact), sends):
        send, hop = sends.get(link.from_id), hops[link.to_id]
        if send is None:
            continue
        sender = hops[send.hop].function
        for slow, fast, waited_us in _waits_between_clocks(send, sender, hop):
            if waited_us < -rules.windows.skew_us and slow != fast:
                worst[slow, fast] = min(waited_us, worst.get((slow, fast), 0))
    for (slow, fast), waited_us in sorted(worst.items()):
        yield f"clock of {slow} is at least {-waited_us / 1e6:.1f} s behind that of {fast}"


def _waits_between_clocks(send: Send, sender: str, hop: Hop) -> Iterator[tuple[str, str, int]]:
    """What should follow each other: the clock of the later event, of the earlier one, and the time between them."""
    broker = f"the broker ({hop.source})"
    if hop.sent_us is None or hop.source not in KEEP_TIME or not set(send.refs[:1]) & set(hop.refs[:1]):
        yield hop.function, sender, hop.started_us - send.sent_us
        return
    yield hop.function, broker, hop.started_us - hop.sent_us
    yield broker, sender, hop.sent_us - send.sent_us


def _missing_records(hops: Iterable[Hop]) -> Iterator[str]:
    for hop in hops:
        if hop.status == "lost":
            yield f"records of {hop.function} ({hop.request_id}) are missing: only the platform tells that it ran"
        elif BEGIN in hop.attributes and hop.status != "not-instrumented":
            yield f"begin of {hop.function} ({hop.request_id or hop.invocation_id}) was not recorded"


def _cold_starts(hops: Iterable[Hop]) -> Iterator[str]:
    for hop in hops:
        if INIT_FAILURE in hop.attributes:
            took_us = hop.attributes.get("init-us")
            after = f" after {int(took_us) / 1e6:.2f} s" if took_us else ""
            yield f"the cold start of {hop.function} failed{after}: {hop.attributes[INIT_FAILURE]}"


def _dead_letters(hops: Iterable[Hop]) -> Iterator[str]:
    for hop in hops:
        if hop.status == "dead-lettered":
            yield f"{hop.function} gave up after {hop.attempt} attempts"
        if DEAD_LETTER_SOURCE in hop.attributes:
            yield f"{hop.function} took a dead letter of {resource_name(hop.attributes[DEAD_LETTER_SOURCE])}"


def _bisected(hops: Sequence[Hop]) -> Iterator[str]:
    """A stream's batch that failed came again in smaller pieces."""
    for group in attempts_of(hop for hop in hops if hop.source in _STREAMS):
        sizes = [hop.batch_size for hop in group]
        if any(later < earlier for earlier, later in pairwise(sizes)):
            pieces = ", ".join(f"{size:,}" for size in sizes)
            yield f"{group[0].function} failed at a batch, which was cut in two: tried among {pieces} messages"


def _redriven(links: Iterable[Link], hops: dict[str, Hop], sends: dict[str, Send]) -> Iterator[str]:
    """Our context names the send, but the queue's id is another one: the queue was redriven or the message copied."""
    for link in links:
        send, hop = sends.get(link.from_id), hops[link.to_id]
        if send is None or not {"carrier", "inferred"} & {*link.evidence} or "ref" in link.evidence:
            continue
        if send.service == hop.source == "sqs" and send.refs and hop.refs:
            yield f"{send.refs[0]} came again as {hop.refs[0]}: redriven from a dead-letter queue, or copied"


def _deduplicated(sends: Iterable[Send]) -> Iterator[str]:
    """A broker that answers two sends with one id keeps one message."""
    by_ref: dict[str, int] = {}
    for send in sends:
        for ref in send.refs[:1]:
            by_ref[ref] = by_ref.get(ref, 0) + 1
    for ref, times in by_ref.items():
        if times > 1:
            yield f"{ref} was sent {times} times and kept once: deduplicated by the broker"


def _not_sent(send: Send, hop: Hop) -> str:
    assert send.error is not None, "only entries that were not taken"
    what = send.name or resource_name(send.destination or send.service)
    return f"{hop.function} could not send {what}: {send.error.type}"
