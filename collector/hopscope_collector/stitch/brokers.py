"""What brokers say of messages, beside our records (pure).

    bus: e1 delivered to function legacy              a hop that nobody recorded: not-instrumented
    bus: e1 gave up at function legacy, 4 attempts    a hop of it: dead-lettered, and why
    bus: e1 became sqs/m7 at the queue                the hop that received m7 received e1 as well, though a
                                                      transformer left nothing of the event in the message
    bus: no rule matched e1; attempts that failed     a note of the flow

A function of which other runs are recorded gets no hop here: its records may still come, and Lambda, which takes a
message before it runs the function, may still be busy. Facts about messages that no record knows say nothing.
"""

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field, replace
from hashlib import blake2b

from hopscope_collector.flow import Failure, Hop, Send
from hopscope_collector.lines.brokers import BrokerFact
from hopscope_collector.lines.platform import PlatformFact
from hopscope_collector.resource_names import resource_name
from hopscope_collector.stitch.ways import target_name

TOLD_BY = "told-by"
"""Attribute of a hop that a broker told of: the broker's ARN."""

_BROKERS = frozenset({"sqs", "sns", "events", "kinesis", "firehose", "logs", "states"})
"""Services that hand messages on, or whose runs are kept as executions: not consumers themselves."""

_ENDS = frozenset({"delivered", "gave-up", "dead-lettered"})
_WORDS = {"gave-up": "gave up handing", "dead-lettered": "put among the dead letters"}


@dataclass(frozen=True, slots=True)
class ToldByBrokers:
    """What brokers added."""

    hops: Sequence[Hop]
    """Sorted by start."""

    notes: Sequence[tuple[str, str]]
    """Hop id, and a fact a person should know of its flow; each once, sorted."""


@dataclass(slots=True)
class _Known:
    """What the records know of messages and functions."""

    hop_by_ref: dict[str, str] = field(default_factory=dict)
    """A hop of the flow of each message: of who sent it, else of who received it."""

    name_by_ref: dict[str, str] = field(default_factory=dict)
    functions: Set[str] = frozenset()
    """Those that carry the layer."""

    consumed: set[tuple[str, str]] = field(default_factory=set)
    """(function, ref) of every recorded hop."""

    @classmethod
    def of(cls, hops: Sequence[Hop], sends: Iterable[Send], functions: Set[str]) -> "_Known":
        known = cls(functions=functions)
        for send in sends:
            for ref in send.refs:
                known.hop_by_ref.setdefault(ref, send.hop)
                known.name_by_ref.setdefault(ref, send.name or ref)
        for hop in hops:
            for ref in hop.refs:
                known.hop_by_ref.setdefault(ref, hop.id)
                known.consumed.add((hop.function, ref))
        return known

    def name(self, ref: str) -> str:
        return self.name_by_ref.get(ref, ref)


def with_brokers(
    hops: Sequence[Hop],
    sends: Sequence[Send],
    brokers: Iterable[BrokerFact],
    platform: Iterable[PlatformFact],
    *,
    layered: Set[str],
) -> ToldByBrokers:
    """The hops with what brokers say of their messages, and hops for consumers that brokers alone know.

    `layered` are the functions that are known to carry the layer.
    """
    facts = sorted(set(brokers), key=lambda fact: (fact.at_us, fact.ref, repr(fact)))
    if not facts:
        return ToldByBrokers(hops, ())
    hops = _with_refs(hops, facts)
    known = _Known.of(hops, sends, layered)
    facts = [fact for fact in facts if fact.ref in known.hop_by_ref]
    unseen = [*_unseen(facts, known, list(platform))]
    notes = {(known.hop_by_ref[fact.ref], words) for fact in _worth_a_note(facts) for words in _words(fact, known)}
    return ToldByBrokers(sorted([*hops, *unseen], key=lambda hop: (hop.started_us, hop.id)), sorted(notes))


def _with_refs(hops: Sequence[Hop], facts: Iterable[BrokerFact]) -> Sequence[Hop]:
    """Hops that received what a message became, with the ref of that message after their own."""
    came_from: dict[str, list[str]] = {}
    for fact in facts:
        for ref in fact.led_to:
            came_from.setdefault(ref, []).append(fact.ref)
    return [_with_ref(hop, came_from) for hop in hops] if came_from else hops


def _with_ref(hop: Hop, came_from: dict[str, list[str]]) -> Hop:
    refs = dict.fromkeys(hop.refs)
    waiting = [*hop.refs, f"lambda/{hop.request_id}"]
    while waiting:
        before = [ref for ref in came_from.get(waiting.pop(), ()) if ref not in refs]
        refs.update(dict.fromkeys(before))
        waiting += before
    return replace(hop, refs=tuple(refs)) if len(refs) > len(hop.refs) else hop


def _unseen(facts: Iterable[BrokerFact], known: _Known, platform: Sequence[PlatformFact]) -> Iterator[Hop]:
    """A hop for each consumer without records, as the broker's last word on it has it."""
    last: dict[tuple[str, str], BrokerFact] = {}
    for fact in facts:
        if fact.kind in _ENDS:
            last.update({(fact.ref, target): fact for target in fact.targets})
    for (ref, target), fact in sorted(last.items()):
        function = _consumer_of(target)
        if function is None or (function, ref) in known.consumed:
            continue
        if fact.kind != "delivered" or function not in known.functions:
            yield _unseen_hop(fact, target, function, platform)


def _unseen_hop(fact: BrokerFact, target: str, function: str, platform: Sequence[PlatformFact]) -> Hop:
    digits = blake2b(f"{fact.ref} {target}".encode(), digest_size=6).hexdigest()
    request_id = next((ref.removeprefix("lambda/") for ref in fact.led_to if ref.startswith("lambda/")), "")
    ran = sorted(each.at_us for each in platform if each.request_id == request_id) if request_id else []
    is_over = any(each.kind != "start" for each in platform if each.request_id == request_id)
    is_delivered = fact.kind == "delivered"
    return Hop(
        id=f"{digits}0000.0",
        invocation_id=f"{digits}0000",
        function=function,
        request_id=request_id,
        status="not-instrumented" if is_delivered else "dead-lettered",
        trace_id=digits.zfill(32),
        started_us=ran[0] if ran else fact.at_us,
        ended_us=ran[-1] if ran and is_over else None if is_delivered else fact.at_us,
        attempt=1 if is_delivered else fact.attempts or 1,
        source=fact.ref.partition("/")[0],
        refs=(fact.ref,),
        origin=fact.broker,
        has_own_trace=False,
        attributes={TOLD_BY: fact.broker},
        error=None if is_delivered else Failure("NotDelivered", fact.error or ""),
    )


def _worth_a_note(facts: Iterable[BrokerFact]) -> list[BrokerFact]:
    """Of attempts that failed at one target, the last: a broker may try a hundred times."""
    last: dict[tuple[object, ...], BrokerFact] = {}
    for fact in facts:
        is_attempt = fact.kind == "attempt-failed"
        last[(fact.broker, fact.ref, fact.rule, fact.targets) if is_attempt else (fact,)] = fact
    return list(last.values())


def _words(fact: BrokerFact, known: _Known) -> Iterator[str]:
    broker, message = _broker_name(fact), known.name(fact.ref)
    targets = ", ".join(_consumer_of(each) or resource_name(each) for each in fact.targets)
    why = f": {fact.error}" if fact.error else ""
    if fact.kind == "refused":
        yield f"{broker} refused {message}{why}"
    elif fact.kind == "unmatched":
        yield f"no rule of {broker} matched {message}"
    elif fact.kind == "matched" and fact.rule is not None:
        yield f"rule {resource_name(fact.rule)} of {broker} matched {message}: for {targets or 'nobody'}"
    elif fact.kind == "attempt-failed":
        number = f"attempt {fact.attempts}" if fact.attempts else "an attempt"
        yield f"{broker} could not hand {message} to {targets}, {number}{why}"
    elif fact.kind in _WORDS:
        after = f" after {fact.attempts} attempts" if fact.attempts else ""
        yield f"{broker} {_WORDS[fact.kind]} {message} for {targets}{after}{why}"
    if fact.is_replay:
        yield f"{broker} replayed {message} for {targets}"


def _broker_name(fact: BrokerFact) -> str:
    _, subscriber, rest = fact.broker.partition(":subscriber/")
    return rest.partition("/")[0] if subscriber else resource_name(fact.broker)


def _consumer_of(target: str) -> str | None:
    """What people call the consumer; None when the target only hands messages on."""
    if not target.startswith("arn:"):
        return target  # an HTTP endpoint, an e-mail address
    parts = target.split(":")
    if len(parts) < 6 or parts[2] in _BROKERS:
        return None
    return target_name(target)
