"""A made-up world whose flows are known: what stitching finds is compared with what really happened.

World     runs orders through functions, a bus, topics and queues with batches, partial failures, retries, dead
          letters, redrives, double deliveries, replays, people who come back by an API; writes the records
Faults    what happens to the records on their way: loss, repetition, disorder, skewed clocks, stripped carriers
Verdict   what was found, found wrongly, and what the surviving evidence would have allowed
"""

import heapq
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count
from typing import Any

from hopscope_collector.flow import EVIDENCE_ORDER, Evidence, Flow, Link
from hopscope_wire.model import Begin, End, Message, Record, Send, WireError

START_US = 1_763_725_867_000_000
_MS = 1_000
_SECOND = 1_000_000
_BUS_CONSUMERS = {"order_placed": ("notify", "promo"), "told": ("audit",), "accepted": ("thank", "ledger")}
_DEEPEST = 4
_AGAIN = 0.02
"""Share of messages that a queue delivers twice, and of events that an archive replays an hour later."""


@dataclass(frozen=True)
class Delivery:
    """A message under way: what its consumer will see, and what only the world knows."""

    flow: int
    message: Message
    depth: int
    sent_by: str | None
    """Id of the send that it came from: the truth. None for a request of a person."""

    bus_root: str | None = None
    """Root that a bus hands on to the function it invokes, outside of the message. None for other brokers."""


@dataclass
class Truth:
    """What really happened."""

    records: list[Record] = field(default_factory=list)
    sender_of: dict[str, str] = field(default_factory=dict)
    """Hop id → id of the send that led to it."""

    flow_of: dict[str, int] = field(default_factory=dict)
    """Hop id → number of its flow."""

    hop_of: dict[str, str] = field(default_factory=dict)
    """Send id → hop that sent it."""

    now_us: int = START_US


@dataclass(frozen=True)
class Faults:
    """What happens to records on their way, and how likely; skew in seconds, either way."""

    loss: float = 0
    repetition: float = 0
    disorder: bool = False
    skew_s: float = 0


@dataclass(frozen=True)
class Conditions:
    """How messages travel: how many at once, and how likely they lose what they carry on their way."""

    max_batch: int = 5
    carried: float = 1.0
    refs_lost: float = 0.0
    roots_lost: float = 0.0


class World:
    """Runs orders, one event after another in the order of time."""

    def __init__(self, seed: int, conditions: Conditions | None = None) -> None:
        self._chance = random.Random(seed)
        self._conditions = conditions or Conditions()
        self._numbers = count(1)
        self._due: list[tuple[int, int, Callable[[int], None]]] = []
        self._queues: dict[str, list[Delivery]] = {}
        self.truth = Truth()

    def run(self, flows: int) -> Truth:
        """What happened to so many orders that were placed a few milliseconds apart."""
        for number in range(flows):
            self._later(START_US + number * 7 * _MS, partial(self._place, number))
        while self._due:
            at_us, _, happens = heapq.heappop(self._due)
            self.truth.now_us = max(self.truth.now_us, at_us)
            happens(at_us)
        self.truth.now_us += 3600 * _SECOND
        return self.truth

    def _later(self, at_us: int, happens: Callable[[int], None]) -> None:
        heapq.heappush(self._due, (at_us, next(self._numbers), happens))

    def _id(self) -> str:
        return f"{self._chance.getrandbits(64):016x}"

    def _place(self, flow: int, at_us: int) -> None:
        self._request(flow, "place-order", "POST /orders", at_us)
        if self._chance.random() < 0.7:
            later_us = at_us + self._chance.randrange(60, 600) * _SECOND
            self._later(later_us, lambda now_us: self._request(flow, "accept-order", "POST /accept", now_us))

    def _request(self, flow: int, function: str, name: str, at_us: int) -> None:
        keys = {"order_id": f"o-{flow}"}
        message = Message(0, "apigateway", (f"apigateway/{self._id()}",), name=name, keys=keys)
        self._invoke(function, [Delivery(flow, message, 0, None)], at_us)

    def _invoke(self, function: str, deliveries: Sequence[Delivery], at_us: int, request_id: str | None = None) -> None:
        """One invocation; what fails of it comes again."""
        invocation = f"{self._chance.getrandbits(48):012x}"
        messages = [replace(self._arriving(each.message), index=index) for index, each in enumerate(deliveries)]
        fails = [self._fails(each) for each in deliveries]
        raises = all(fails)
        request_id = request_id or self._id()
        traces = {each.trace_id for each in messages}
        own_root = self._trace(at_us)
        root = deliveries[0].bus_root or own_root
        trace = (traces.pop() if len(traces) == 1 else None) or own_root
        for index, each in enumerate(deliveries):
            hop = f"{invocation}0000.{index}"
            self.truth.flow_of[hop] = each.flow
            if each.sent_by:
                self.truth.sender_of[hop] = each.sent_by
        sends: list[Send] = []
        for index, each in enumerate(deliveries):
            if not fails[index]:
                arrived = replace(each, message=messages[index])
                sends += self._sends(invocation, index, arrived, (trace, root, len(sends), at_us))
        identity: dict[str, Any] = {
            "trace_id": trace, "invocation_id": invocation + "0000", "request_id": request_id,
            "function": function, "start_us": at_us, "root": root,
        }  # fmt: skip
        took_us = self._chance.randrange(20, 300) * _MS
        self.truth.records += [
            Begin(**identity, messages=tuple(messages), deadline_us=at_us + 10 * _SECOND),
            End(
                **identity, end_us=at_us + took_us, duration_us=took_us, outcome="error" if raises else "ok",
                error=WireError("Boom") if raises else None, sends=tuple(sends),
                failed_messages=() if raises else tuple(index for index, failed in enumerate(fails) if failed),
            ),
        ]  # fmt: skip
        for index, each in enumerate(deliveries):
            if fails[index]:
                self._again(function, replace(each, message=messages[index]), at_us, request_id)

    def _arriving(self, message: Message) -> Message:
        """What is left of the refs and of the Root when it arrives."""
        if message.source == "apigateway":
            return message
        if self._chance.random() < self._conditions.refs_lost:
            message = replace(message, refs=())
        if message.root and self._chance.random() < self._conditions.roots_lost:
            message = replace(message, root=None, trace_id=message.trace_id if message.carrier else None)
        return message

    def _fails(self, delivery: Delivery) -> bool:
        return delivery.message.source != "apigateway" and self._chance.random() < 0.12

    def _again(self, function: str, delivery: Delivery, at_us: int, request_id: str) -> None:
        """SQS: the same message, counted; then a dead letter, or a redrive. Else: the same request."""
        message = delivery.message
        if message.source != "sqs":
            tries = int(message.attributes.get("tries", "1"))
            if tries < 3:
                again = replace(message, attributes={"tries": str(tries + 1)})
                self._later(
                    at_us + _SECOND,
                    lambda now_us: self._invoke(function, [replace(delivery, message=again)], now_us, request_id),
                )
        elif message.attempt < 3:
            self._enqueue(function, replace(delivery, message=replace(message, attempt=message.attempt + 1)), at_us)
        elif "dead-letter-source" not in message.attributes:
            if self._chance.random() < 0.5:
                back = replace(message, attempt=1, refs=(f"sqs/{self._id()}", *message.refs[1:]))
                self._enqueue(function, replace(delivery, message=back), at_us + 7200 * _SECOND)
                return
            letter = replace(
                message, attempt=1, origin=f"{message.origin}-dlq",
                attributes={"dead-letter-source": message.origin or ""},
            )  # fmt: skip
            self._enqueue(f"{function}-dlq", replace(delivery, message=letter), at_us)

    def _sends(
        self, invocation: str, index: int, delivery: Delivery, of_invocation: tuple[str, str, int, int]
    ) -> list[Send]:
        """What a function does about one message: nothing deep down, else up to two messages on any broker."""
        trace, root, before, at_us = of_invocation
        if delivery.depth >= _DEEPEST:
            return []
        sends: list[Send] = []
        for number in range(self._chance.choice((0, 1, 1, 2))):
            send_id = f"{invocation}{before + number + 1:04x}"
            carries = self._chance.random() < self._conditions.carried
            message_trace = delivery.message.trace_id or trace
            carrier = f"00-{message_trace}-{send_id}-01" if carries else None
            stamp = Message(0, "", (), trace_id=message_trace if carries else root, carrier=carrier, root=root)
            sent_us = at_us + (number + 1) * 5 * _MS
            hand_over = self._chance.choice((self._put, self._put, self._publish, self._queue))
            under_way = Delivery(delivery.flow, stamp, delivery.depth + 1, send_id)
            sends.append(replace(hand_over(send_id, under_way, sent_us), message_index=index, carried=carries))
            self.truth.hop_of[send_id] = f"{invocation}0000.{index}"
        return sends

    def _put(self, send_id: str, under_way: Delivery, at_us: int) -> Send:
        """An event on the bus: to functions, to a queue that holds it, or to nobody."""
        event_id = self._id()
        name = self._chance.choice((*_BUS_CONSUMERS, "ignored"))
        keys = {"order_id": f"o-{under_way.flow}"}
        stamp = under_way.message
        event = Message(
            0, "events", (f"events/{event_id}",), stamp.trace_id if stamp.carrier else None, stamp.carrier, None, name,
            keys=keys,
        )  # fmt: skip
        to_function = replace(under_way, message=event, bus_root=under_way.message.root)
        for function in _BUS_CONSUMERS.get(name, ()):
            due_us = at_us + self._chance.randrange(5, 90) * _MS
            self._later(due_us, partial(self._invoke, function, [to_function]))
            if self._chance.random() < _AGAIN:
                replayed = replace(to_function, message=replace(event, attributes={"replay-name": "again"}))
                self._later(due_us + 3600 * _SECOND, partial(self._invoke, function, [replayed]))
        if name == "told":
            held = replace(event, source="sqs", refs=(f"sqs/{self._id()}", f"events/{event_id}"))
            self._enqueue("archive", replace(under_way, message=held), at_us)
        return Send(send_id, "events", "PutEvents", "orders", name, (f"events/{event_id}",), sent_us=at_us, keys=keys)

    def _publish(self, send_id: str, under_way: Delivery, at_us: int) -> Send:
        """A message on a topic: to a function, to a queue in its envelope, and to a queue raw, where its id is lost."""
        message_id = self._id()
        direct = replace(
            under_way.message, source="sns", refs=(f"sns/{message_id}",), origin="topic", root=None,
            trace_id=under_way.message.trace_id if under_way.message.carrier else None,
        )  # fmt: skip
        self._later(
            at_us + 20 * _MS, lambda now_us: self._invoke("send-mail", [replace(under_way, message=direct)], now_us)
        )
        held = replace(under_way.message, source="sqs", refs=(f"sqs/{self._id()}", f"sns/{message_id}"))
        self._enqueue("print", replace(under_way, message=held), at_us)
        body_hash = self._id()
        raw = replace(under_way.message, source="sqs", refs=(f"sqs/{self._id()}",), body_hash=body_hash)
        self._enqueue("count", replace(under_way, message=raw), at_us)
        return Send(
            send_id, "sns", "Publish", "topic", None, (f"sns/{message_id}",), sent_us=at_us, body_hash=body_hash
        )

    def _queue(self, send_id: str, under_way: Delivery, at_us: int) -> Send:
        message_id = self._id()
        held = replace(under_way.message, source="sqs", refs=(f"sqs/{message_id}",))
        self._enqueue("cook", replace(under_way, message=held), at_us)
        return Send(send_id, "sqs", "SendMessage", "https://sqs/1/cook", None, (f"sqs/{message_id}",), sent_us=at_us)

    def _enqueue(self, function: str, delivery: Delivery, at_us: int) -> None:
        """Into the queue of a function: batches hold messages of whatever flows are there."""
        if delivery.message.origin is None:
            delivery = replace(delivery, message=replace(delivery.message, origin=f"arn:aws:sqs:eu:1:{function}"))
        self._queues.setdefault(function, []).extend([delivery] * (2 if self._chance.random() < _AGAIN else 1))
        self._later(at_us + self._chance.randrange(10, 200) * _MS, lambda now_us: self._poll(function, now_us))

    def _poll(self, function: str, at_us: int) -> None:
        waiting = self._queues[function]
        taken = waiting[: self._chance.randrange(1, self._conditions.max_batch + 1)]
        if taken:
            self._queues[function] = waiting[len(taken) :]
            self._invoke(function, taken, at_us)

    def _trace(self, at_us: int) -> str:
        return f"{at_us // _SECOND:08x}{self._chance.getrandbits(96):024x}"


def damaged(records: Iterable[Record], faults: Faults, seed: int) -> list[Record]:
    """The records as they arrive."""
    chance = random.Random(seed)
    skew_us: dict[str, int] = {}
    arrived: list[Record] = []
    for record in records:
        if chance.random() < faults.loss:
            continue
        by = skew_us.setdefault(record.function, round(chance.uniform(-faults.skew_s, faults.skew_s) * _SECOND))
        seen = _skewed(record, by)
        arrived += [seen] * (2 if chance.random() < faults.repetition else 1)
    if faults.disorder:
        chance.shuffle(arrived)
    return arrived


def _skewed(record: Record, by_us: int) -> Record:
    if isinstance(record, Begin):
        return replace(record, start_us=record.start_us + by_us, deadline_us=(record.deadline_us or 0) + by_us)
    assert isinstance(record, End), "the world keeps no histories"
    sends = tuple(replace(each, sent_us=(each.sent_us or 0) + by_us) for each in record.sends)
    return replace(record, start_us=record.start_us + by_us, end_us=record.end_us + by_us, sends=sends)


@dataclass(frozen=True)
class Verdict:
    """Links as (what led to it, hop); a producer whose sends are not recorded stands for its sends."""

    found: frozenset[tuple[str, str]]
    """Exact links that were given."""

    true: frozenset[tuple[str, str]]
    """Exact links that are so."""

    allowed: frozenset[tuple[str, str]]
    """Links that the surviving records prove."""

    melted: int
    """Flows that hold hops of more than one order."""

    torn: int
    """Orders whose hops are in more than one flow."""

    orders: int
    by_evidence: Mapping[Evidence, tuple[int, int]]
    """By the strongest evidence of a link: how many were given, and how many are so. A hop that made the send counts as
    the send; a key only says that both belong to one order."""

    @property
    def precision(self) -> float:
        """Of the exact links given, how many are so."""
        return len(self.found & self.true) / len(self.found) if self.found else 1.0

    @property
    def recall(self) -> float:
        """Of the links that the surviving evidence proves, how many were given."""
        return len(self.found & self.allowed) / len(self.allowed) if self.allowed else 1.0

    @property
    def seen(self) -> float:
        """Of the links between hops that are known at all, how many were given."""
        return len(self.found & self.true) / len(self.true) if self.true else 1.0


def judged(truth: Truth, arrived: Sequence[Record], flows: Iterable[Flow]) -> Verdict:
    """What stitching made of the records that arrived."""
    flows = list(flows)
    hops = {hop.id for flow in flows for hop in flow.hops}
    sends = {send.id for flow in flows for send in flow.sends}
    true = {(_origin(truth, send, sends), hop) for hop, send in truth.sender_of.items() if hop in hops}
    found = {(link.from_id, link.to_id) for flow in flows for link in flow.links if link.is_exact}
    by_evidence: dict[Evidence, tuple[int, int]] = dict.fromkeys(EVIDENCE_ORDER, (0, 0))
    for link in (link for flow in flows for link in flow.links):
        given, right = by_evidence[link.evidence[0]]
        by_evidence[link.evidence[0]] = given + 1, right + _is_right(truth, link)
    numbers = [{truth.flow_of.get(hop.id) for hop in flow.hops} - {None} for flow in flows]
    pieces: dict[int | None, int] = {}
    for each in numbers:
        for number in each:
            pieces[number] = pieces.get(number, 0) + 1
    return Verdict(
        found=frozenset(found),
        true=frozenset(true),
        allowed=frozenset(_allowed(truth, arrived, hops, sends)),
        melted=sum(len(each) > 1 for each in numbers),
        torn=sum(amount > 1 for amount in pieces.values()),
        orders=len(pieces),
        by_evidence=by_evidence,
    )


def _is_right(truth: Truth, link: Link) -> bool:
    send = truth.sender_of.get(link.to_id, "")
    if link.evidence[0] == "key":
        before = truth.hop_of.get(link.from_id, link.from_id)
        return truth.flow_of.get(before) == truth.flow_of.get(link.to_id)
    return link.from_id in (send, truth.hop_of.get(send))


def _origin(truth: Truth, send: str, recorded: set[str]) -> str:
    return send if send in recorded else truth.hop_of[send]


def _allowed(truth: Truth, arrived: Iterable[Record], hops: set[str], sends: set[str]) -> Iterable[tuple[str, str]]:
    refs_of = {send.send_id: set(send.refs) for each in arrived if isinstance(each, End) for send in each.sends}
    sizes: dict[str, int] = {}
    for hop in hops:
        sizes[hop.partition(".")[0]] = sizes.get(hop.partition(".")[0], 0) + 1
    for record in arrived:
        for message in record.messages if isinstance(record, Begin) else ():
            hop = f"{record.invocation_id}.{message.index}"
            send = truth.sender_of.get(hop)
            if send is None:
                continue
            producer = truth.hop_of[send]
            is_alone = sizes.get(producer.partition(".")[0]) == 1
            by_carrier = message.carrier is not None and (send in sends or (producer in hops and is_alone))
            by_ref = send in sends and not refs_of[send].isdisjoint(message.refs)
            if by_carrier or by_ref:
                yield _origin(truth, send, sends), hop
