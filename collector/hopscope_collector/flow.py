"""What stitching gives: hops, sends, links and flows, as frozen values (pure).

    Flow  one instance of a business process
    ├── traces      ids of the traces it joins, earliest first
    ├── hops        one attempt of one consumer at one message, earliest first
    ├── sends       one message handed to a broker each, earliest first
    ├── links       what joins a send (or an earlier hop) to a hop, with its evidence
    └── waits       what the flow is waiting for, or waited for too long

Times are epoch microseconds, UTC, as recorded: clock skew is annotated (`Hop.clock_offset_us`), never corrected in
place.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

Evidence = Literal["carrier", "ref", "header", "key", "inferred"]
"""Why a link is believed, strongest first. `carrier` and `ref` are exact."""

EVIDENCE_ORDER: tuple[Evidence, ...] = ("carrier", "ref", "header", "key", "inferred")
EXACT: frozenset[Evidence] = frozenset({"carrier", "ref"})

HopStatus = Literal["running", "done", "failed", "timed-out", "dead-lettered", "lost", "not-instrumented"]
FlowStatus = Literal[
    "running", "waiting", "overdue", "lost", "failed", "timed-out", "dead-lettered", "recovered", "duplicated", "done"
]
"""See docs/statuses.md for the table that decides. `recovered`: done, after failed attempts.
`duplicated`: done, but a message or a business event was handled twice."""

UNFINISHED: frozenset[FlowStatus] = frozenset({"running", "waiting", "overdue"})
"""Statuses of a flow whose time goes on."""

UNSUCCESSFUL: frozenset[Literal["failed", "timed-out", "dead-lettered", "lost"]] = frozenset(
    {"failed", "timed-out", "dead-lettered", "lost"}
)
"""Statuses of a hop or a flow that came to no good end."""

NOTHING: Mapping[str, str] = MappingProxyType({})


def _nothing() -> Mapping[str, str]:
    return NOTHING


@dataclass(frozen=True, slots=True)
class Failure:
    """What was raised, or what a broker said about an entry it did not take."""

    type: str
    message: str = ""
    stack: str | None = None
    """Formatted traceback. None unless the layer recorded it."""


@dataclass(frozen=True, slots=True)
class Hop:
    """One attempt of one consumer at one message."""

    id: str
    """`<invocation id>.<message index>`; an invocation without messages is one hop, index 0."""

    invocation_id: str
    function: str
    request_id: str
    status: HopStatus
    trace_id: str
    started_us: int
    """On the function's clock."""

    message_index: int = 0
    attempt: int = 1
    """Which try of this consumer at this message it is, from 1."""

    source: str = "unknown"
    """Who delivered the message: `sqs`, `sns`, `events`, `apigateway`, …"""

    refs: tuple[str, ...] = ()
    """Outermost first."""

    name: str | None = None
    """The detail-type, `POST /orders`, …; None when only the origin names the message."""

    origin: str | None = None
    """ARN of the queue, topic, bus, … it came from."""

    ended_us: int | None = None
    """None while it runs, or when its end was never recorded."""

    deadline_us: int | None = None
    """When Lambda stops it. None when not recorded."""

    sent_us: int | None = None
    """When the broker took the message, on the broker's clock. None when the event does not say."""

    root: str | None = None
    """X-Ray Root of the invocation as 32 hex digits. None when the runtime gave none."""

    message_root: str | None = None
    """X-Ray Root that the message brought. None when it has no trace header of its own."""

    sent_by: str | None = None
    """Id of the send that the message's carrier names. None when it brought no carrier."""

    has_own_trace: bool = True
    """False for one of several messages that brought no trace id: `trace_id` is the invocation's and proves nothing."""

    batch_size: int = 1
    """How many messages came with the invocation, this one included, as far as is known: 2 when there were several."""

    correlation_id: str | None = None
    """None when it is the trace id."""

    keys: Mapping[str, str] = field(default_factory=_nothing)
    attributes: Mapping[str, str] = field(default_factory=_nothing)
    """Facts of the delivery (`replay-name`, `dead-letter-source`, …) and of the invocation (`cold-start`)."""

    body_bytes: int | None = None
    body_hash: str | None = None
    """Equal bodies have equal hashes. None when it was not computed."""

    error: Failure | None = None

    clock_offset_us: int = 0
    """What to add to its times, and to those of its sends, so that nothing comes before what led to it: by how much
    the function's clock is behind at least (negative: ahead). 0 when nothing shows that it is off."""

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come of this attempt."""
        return self.status != "running"

    @property
    def consumption(self) -> tuple[str, ...]:
        """What all attempts of one consumer at one message have in common.

        Its outermost ref; without a ref, the request id that Lambda repeats for its asynchronous retries.
        """
        if self.refs:
            return (self.function, self.origin or self.source, self.refs[0])
        return (self.function, self.request_id or self.invocation_id, str(self.message_index))


def attempts_of(hops: Iterable[Hop]) -> list[list[Hop]]:
    """The hops by consumer and message, each group in the order of its attempts."""
    groups: dict[tuple[str, ...], list[Hop]] = {}
    for hop in hops:
        groups.setdefault(hop.consumption, []).append(hop)
    return [sorted(group, key=lambda hop: (hop.attempt, hop.started_us, hop.id)) for group in groups.values()]


@dataclass(frozen=True, slots=True)
class Send:
    """One message that an invocation handed to a broker."""

    id: str
    hop: str
    """Id of the hop that sent it; the first hop of the invocation when it belongs to the batch as a whole."""

    service: str
    operation: str
    sent_us: int
    destination: str | None = None
    name: str | None = None
    source: str | None = None
    """Source of an event. None for other messages, and when it was not recorded."""

    refs: tuple[str, ...] = ()
    duration_us: int | None = None
    is_of_batch: bool = False
    """True when the layer could not tell which message of a batch it belongs to."""

    carried: bool = False
    skipped: str | None = None
    """Why no carrier went along. None when it did."""

    body_bytes: int | None = None
    body_hash: str | None = None
    keys: Mapping[str, str] = field(default_factory=_nothing)
    error: Failure | None = None
    """Set when the broker did not take it: the message was *not sent*."""

    @property
    def kind(self) -> str | None:
        """Its name, or that of the state machine it starts: an execution's name is that of one order, not of a kind."""
        if self.service == "states" and self.destination:
            return self.destination.rsplit(":", 1)[-1]
        return self.operation if self.is_answer else self.name

    @property
    def is_answer(self) -> bool:
        """Whether it answers a task token: what it leads to is inside of an execution, no hop."""
        return any(ref.startswith("task-token/") for ref in self.refs)


BrokerKind = Literal["bus", "rule", "topic", "queue", "stream", "table", "bucket", "state machine"]

BROKER_KINDS: Mapping[str, BrokerKind] = MappingProxyType(
    {
        "events": "bus",
        "eventsv2": "bus",
        "sns": "topic",
        "sqs": "queue",
        "kinesis": "stream",
        "dynamodb": "table",
        "s3": "bucket",
        "states": "state machine",
    }
)
"""What a message is handed to, by the service."""


@dataclass(frozen=True, slots=True)
class Broker:
    """One thing that a message passed on its way."""

    kind: BrokerKind
    name: str
    reached_us: int | None = None
    """When it took the message, on its own clock. None when it does not say."""


@dataclass(frozen=True, slots=True)
class Link:
    """A send (or, for `key` and `header` evidence, an earlier hop) that led to a hop."""

    from_id: str
    """Id of a send, or of a hop when no message is known in between."""

    to_id: str
    """Id of a hop."""

    evidence: tuple[Evidence, ...]
    """At least one kind, strongest first."""

    detail: str = ""
    """What was equal on both sides: `sqs/5812c969-…`, `order_id=o-42`."""

    waited_us: int | None = None
    """From the send to the start of the hop; negative when the clocks disagree. None when a time is missing."""

    through: tuple[Broker, ...] = ()
    """The brokers between both, as far as they are known, first to last."""

    @property
    def is_exact(self) -> bool:
        """Whether an id of the provider or our own context proves it."""
        return self.evidence[0] in EXACT


@dataclass(frozen=True, slots=True)
class Wait:
    """Something the flow is waiting for, or waited for too long."""

    after: str
    """Name of the event (or id of the send) after which the waiting began."""

    expected: str
    """Name of the event, or of the consumer, that should come."""

    since_us: int
    due_us: int | None = None
    """When it becomes overdue. None when no time was set."""

    state: Literal["waiting", "overdue", "lost", "not-instrumented"] = "waiting"
    send: str | None = None
    """Id of the send that nobody received yet, when it is a message that is waited for."""


@dataclass(frozen=True, slots=True)
class Flow:
    """One instance of a business process: all traces and executions joined by links and keys."""

    id: str
    """Trace id of its earliest hop, or that hop's own id when the trace id may stand for several flows (that of a
    batch, a Root that disagrees with itself). No two flows have the same; any other id of the flow finds it too."""

    status: FlowStatus
    started_us: int
    hops: tuple[Hop, ...]
    sends: tuple[Send, ...] = ()
    links: tuple[Link, ...] = ()
    traces: tuple[str, ...] = ()
    waits: tuple[Wait, ...] = ()
    correlation_id: str | None = None
    """The id that people know. None only when no record of the flow carried one."""

    keys: Mapping[str, str] = field(default_factory=_nothing)
    """Every business key seen in it; the earliest value when one name had several."""

    ended_us: int | None = None
    """Last thing known of it; None while something in it runs or waits."""

    executions: tuple[str, ...] = ()
    """ARNs of the Step Functions or durable executions in it."""

    notes: tuple[str, ...] = ()
    """Facts a person should know, in words: `clock of notify-user is 2.1 s ahead`, `duplicate of events/7bf7…`."""

    @property
    def kind(self) -> str:
        """How it began and what it is about, such as `POST /orders › order_placed`."""
        first = self.hops[0]
        began = first.name or first.origin or first.source
        event = next((send.kind for send in self.sends if send.kind), None)
        return f"{began} › {event}" if event else began
