"""The records as frozen values. Never imported on Lambda.

    Begin   written before the handler runs     Message   one message that arrived with it
    End     written after it returned or raised Send      one message that it handed to a broker
    History part of an execution's history, written by the collector for its own store, never by the layer
    Span    one span of OpenTelemetry, as it came in over OTLP; written by the collector, never by the layer

Times are epoch microseconds, UTC, on the clock of the machine that ran the function unless the docstring names
another clock. `extra` keeps the fields this version does not know, so that they survive a round trip.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

Outcome = Literal["ok", "error"]
SpanKind = Literal["internal", "server", "client", "producer", "consumer"]
NOTHING: Mapping[str, Any] = MappingProxyType({})


def _nothing() -> Mapping[str, Any]:
    """One empty mapping for all: a read-only default costs no dict a record."""
    return NOTHING


@dataclass(frozen=True, slots=True)
class WireError:
    """What was raised, or what a broker said about an entry it did not take."""

    type: str
    """Exception class or AWS error code, such as `TimeoutError` or `InternalFailure`."""

    message: str = ""
    stack: str | None = None
    """Formatted traceback. None unless the layer is set to record it."""

    extra: Mapping[str, object] = field(default_factory=_nothing)


@dataclass(frozen=True, slots=True)
class Message:
    """One message that was delivered to an invocation, as the layer read it."""

    index: int
    """Position in the batch, from 0."""

    source: str
    """Who delivered it: `sqs`, `sns`, `events`, `apigateway`, `function-url`, `kinesis`, … `unknown`."""

    refs: tuple[str, ...] = ()
    """Outermost first. Empty when the provider gives no id."""

    trace_id: str | None = None
    """From the carrier, else the Root of the message's own trace header. None when the message brought neither."""

    carrier: str | None = None
    """Our context as it travelled (see `context.py`). None when it brought none."""

    root: str | None = None
    """Root of the message's own X-Ray header as 32 hex digits. None when it has no header."""

    name: str | None = None
    """What people call it: the detail-type, `POST /orders`. None when only the origin names it."""

    origin: str | None = None
    """ARN of the queue, topic, bus, rule, stream or API it came from. None when the event does not say."""

    sent_us: int | None = None
    """On the broker's clock; EventBridge rounds to a second. None when the event does not say."""

    attempt: int = 1
    """Which delivery of this message it is, from 1 (`ApproximateReceiveCount`)."""

    body_bytes: int | None = None
    body_hash: str | None = None
    """Sixteen hex digits over the body; equal bodies have equal hashes. None when it was not computed."""

    correlation_id: str | None = None
    """The id the caller brought in a header or a carrier. None when it brought none."""

    keys: Mapping[str, str] = field(default_factory=_nothing)
    attributes: Mapping[str, str] = field(default_factory=_nothing)
    """Facts of the delivery, such as `replay-name`, `dead-letter-source`, `message-group-id`."""

    extra: Mapping[str, object] = field(default_factory=_nothing)


@dataclass(frozen=True, slots=True)
class Send:
    """One message that an invocation handed to a broker."""

    send_id: str
    """Sixteen hex digits; the first twelve are those of the invocation."""

    service: str
    """AWS endpoint prefix: `sqs`, `sns`, `events`, …"""

    operation: str
    destination: str | None = None
    """ARN, URL or name as the function gave it. None when the call names none (default bus: `default`)."""

    name: str | None = None
    """What people call it: the detail-type. None when only the destination names it."""

    refs: tuple[str, ...] = ()
    """From the response, outermost first. Empty when it failed or the service gives no id."""

    sent_us: int | None = None
    duration_us: int | None = None
    """Of the whole call, on the monotonic clock. None when the response never came."""

    message_index: int | None = None
    """Which message of the batch it belongs to. None: to the batch as a whole."""

    trace_id: str | None = None
    """None when it is the record's own."""

    carried: bool = False
    """True when our carrier went along."""

    skipped: str | None = None
    """Why no carrier went along, such as `attribute_limit`. None when it did."""

    body_bytes: int | None = None
    body_hash: str | None = None
    keys: Mapping[str, str] = field(default_factory=_nothing)
    error: WireError | None = None
    """None when the broker took it."""

    extra: Mapping[str, object] = field(default_factory=_nothing)


@dataclass(frozen=True, slots=True)
class Begin:
    """An invocation started: who runs, why, and until when."""

    trace_id: str
    invocation_id: str
    """Sixteen hex digits, new for every attempt."""

    request_id: str
    """`context.aws_request_id`; async retries repeat it. Empty when the runtime gave none."""

    function: str
    start_us: int
    messages: tuple[Message, ...] = ()
    root: str | None = None
    """Root of the invocation's own `_X_AMZN_TRACE_ID`. None when the runtime gave none."""

    correlation_id: str | None = None
    """None when it is the trace id."""

    deadline_us: int | None = None
    """When Lambda will stop it. None when the context does not say."""

    cold_start: bool = False
    version: str | None = None
    arn: str | None = None
    """Invoked ARN, with its alias. None when the context has none."""

    keys: Mapping[str, str] = field(default_factory=_nothing)
    extra: Mapping[str, object] = field(default_factory=_nothing)


@dataclass(frozen=True, slots=True)
class End:
    """An invocation returned or raised: outcome and what it sent."""

    trace_id: str
    invocation_id: str
    request_id: str
    function: str
    start_us: int
    end_us: int
    duration_us: int
    """Of the handler, on the monotonic clock, at least 1."""

    outcome: Outcome
    error: WireError | None = None
    failed_messages: tuple[int, ...] = ()
    """Indexes that a partial batch response gave back."""

    sends: tuple[Send, ...] = ()
    root: str | None = None
    correlation_id: str | None = None
    keys: Mapping[str, str] = field(default_factory=_nothing)
    """Annotated by the function's own code, or read from what it sent."""

    extra: Mapping[str, object] = field(default_factory=_nothing)
    """Counters of the layer among them: `skipped`, `failures`."""


@dataclass(frozen=True, slots=True)
class History:
    """Part of the history of an execution, as AWS tells it but without payloads. Parts may overlap."""

    trace_id: str
    """Made from the ARN: nothing else has it."""

    invocation_id: str
    """Twelve digits made from the ARN and `0000`: the same for every part."""

    function: str
    """Name of the state machine, or of the durable function."""

    start_us: int
    """When the execution started: the same for every part."""

    request_id: str = ""
    """Empty: an execution has none."""

    refs: tuple[str, ...] = ()
    """`states/<arn>` (or `durable/<arn>`) first, then every ref that its tasks got, and `task-token/<hash>`."""

    started_by: str | None = None
    """The one of `refs` that names the event that started it. None when none did, or its input does not tell."""

    root: str | None = None
    """X-Ray Root that its tasks ran under. None when no answer tells."""

    correlation_id: str | None = None
    keys: Mapping[str, str] = field(default_factory=_nothing)
    documents: tuple[Mapping[str, object], ...] = ()
    """`{"events": […]}`, what DescribeExecution said, and so on: see `hopscope_collector.executions.history`."""

    extra: Mapping[str, object] = field(default_factory=_nothing)


@dataclass(frozen=True, slots=True)
class Span:
    """One span of OpenTelemetry. Which of them are hops and which are sends is decided when flows are read."""

    trace_id: str
    invocation_id: str
    """The span id."""

    function: str
    """Name of the service (`faas.name`, else `service.name`)."""

    start_us: int
    end_us: int
    name: str
    kind: SpanKind = "internal"
    parent: str | None = None
    """Span id of its parent. None for the root of its trace."""

    links: tuple[str, ...] = ()
    """Other spans it comes from, each as a W3C traceparent."""

    outcome: Outcome = "ok"
    error: WireError | None = None
    """None unless an exception was recorded, or its status says what went wrong."""

    request_id: str = ""
    """`faas.invocation_id`. Empty when it is no span of a Lambda function."""

    refs: tuple[str, ...] = ()
    """Of the messages it received or sent."""

    root: str | None = None
    correlation_id: str | None = None
    """From the attribute `hopscope.correlation_id`."""

    keys: Mapping[str, str] = field(default_factory=_nothing)
    """From the attributes `hopscope.key.<name>`."""

    attributes: Mapping[str, str] = field(default_factory=_nothing)
    """As they came, values that are no texts as JSON; without payloads and secrets."""

    resource: Mapping[str, str] = field(default_factory=_nothing)
    scope: str | None = None
    """Name of the instrumentation that made it."""

    extra: Mapping[str, object] = field(default_factory=_nothing)


Record = Begin | End | History | Span
