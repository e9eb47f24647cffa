"""The words of the semantic conventions that tell which message a span moved (pure).

    messaging.*                           of messaging instrumentations, also by their older names
    rpc.system = aws-api, rpc.method      of instrumented AWS SDKs, with `aws.request_id` of the answer
    faas.*, aws.lambda.*, cloud.*         of functions

A ref is only made where the convention names an id of the provider itself.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

from hopscope_collector.span_names import KEY_PREFIX
from hopscope_wire.model import Span, SpanKind

Attributes = Mapping[str, str]
Direction = Literal["in", "out"]

INSTRUMENTED_BY = "instrumented-by"
"""Attribute of a hop that not our layer recorded."""

OPENTELEMETRY = "OpenTelemetry"
_SERVICES = MappingProxyType(
    {
        "simplequeueservice": "sqs",
        "simplenotificationservice": "sns",
        "eventbridge": "events",
        "cloudwatchevents": "events",
        "sfn": "states",
        "stepfunctions": "states",
        "kinesisfirehose": "firehose",
    }
)
"""What conventions and SDKs call a service, without its `aws_` or `Amazon`, where messages call it otherwise."""

_OF_AWS = frozenset({*_SERVICES.values(), "lambda", "kinesis", "scheduler"})
_OPERATIONS: Mapping[str, Mapping[str, Direction]] = MappingProxyType(
    {
        "sqs": {"ReceiveMessage": "in", "SendMessage": "out", "SendMessageBatch": "out"},
        "sns": {"Publish": "out", "PublishBatch": "out"},
        "events": {"PutEvents": "out"},
        "lambda": {"Invoke": "out", "InvokeAsync": "out"},
        "states": {"StartExecution": "out", "StartSyncExecution": "out"},
        "kinesis": {"PutRecord": "out", "PutRecords": "out", "GetRecords": "in"},
        "firehose": {"PutRecord": "out", "PutRecordBatch": "out"},
    }
)
"""Operations of AWS that move messages."""

_SEPARATORS = str.maketrans("", "", " ._-")
_WORDS: Mapping[str, Direction] = MappingProxyType(
    {"receive": "in", "process": "in", "deliver": "in", "publish": "out", "send": "out", "create": "out"}
)
_DESTINATIONS = (
    "aws.sqs.queue.url",
    "aws.queue.url",
    "aws.queue_url",
    "aws.sns.topic.arn",
    "aws.step_functions.state_machine.arn",
    "messaging.url",
    "messaging.destination.name",
    "messaging.destination",
    "faas.invoked_name",
    "aws.kinesis.stream_name",
    "aws.stream.name",
)


class Moved(NamedTuple):
    """What a span did with a message."""

    direction: Direction
    service: str
    operation: str
    is_receiving: bool
    """Whether it only fetched the message: what is done with it is another span's."""


def moved_by(kind: SpanKind, attributes: Attributes, name: str = "") -> Moved | None:
    """The message that a span moved. None when it moved none."""
    service, method = _service_of(attributes), _parts_of_method(attributes)[1]
    of_aws = _OPERATIONS.get(service, {}).get(method) if _is_aws_call(attributes) else None
    if of_aws is not None:
        return Moved(of_aws, service, method, is_receiving=of_aws == "in")
    if _is_aws_call(attributes) or not _is_messaging(attributes):
        return None
    word = first(attributes, "messaging.operation.type", "messaging.operation", "messaging.operation.name") or ""
    by_kind: Mapping[SpanKind, Direction] = {"producer": "out", "consumer": "in"}
    direction = _WORDS.get(word.lower()) or by_kind.get(kind)
    if direction is None:
        return None
    return Moved(direction, service, word or name, is_receiving=word.lower() == "receive")


def refs_of(kind: SpanKind, attributes: Attributes) -> tuple[str, ...]:
    """The provider's ids of the messages that a span moved, in the words of messages."""
    moved = moved_by(kind, attributes)
    if moved is None:
        return ()
    message_id = first(attributes, "messaging.message.id", "messaging.message_id")
    refs = [f"{moved.service}/{message_id}"] if message_id else []
    request_id = first(attributes, "aws.request_id", "aws.request.id", "aws.requestId")
    if moved.service == "lambda" and moved.direction == "out" and request_id:
        refs.append(f"lambda/{request_id}")  # Invoke answers with the id of the invocation
    return tuple(refs)


def destination_of(attributes: Attributes) -> str | None:
    """Queue, topic, bus or function, as exactly as it is named."""
    return first(attributes, *_DESTINATIONS)


def request_name_of(attributes: Attributes) -> str | None:
    """`POST /orders`; None when it is no request over HTTP, or its route is not known."""
    method = first(attributes, "http.request.method", "http.method")
    route = first(attributes, "http.route", "url.path", "http.target")
    return f"{method} {route}" if method and route else None


def tells_nothing(span: Span) -> bool:
    """Whether it is a call of AWS that stands for itself and moved no message: a poll of an empty queue, a delete."""
    if span.parent is not None or span.links or span.kind != "client" or not _is_aws_call(span.attributes):
        return False
    moved = moved_by(span.kind, span.attributes)
    return moved is None or (moved.direction == "in" and not span.refs)


def first(attributes: Attributes, *names: str) -> str | None:
    """The first of the attributes that is there and not empty."""
    return next((attributes[name] for name in names if attributes.get(name)), None)


def keys_of(attributes: Attributes) -> Iterator[tuple[str, str]]:
    """Business keys that the service named."""
    for name, value in attributes.items():
        if name.startswith(KEY_PREFIX) and len(name) > len(KEY_PREFIX) and value:
            yield name.removeprefix(KEY_PREFIX), value


def _service_of(attributes: Attributes) -> str:
    """`sqs` of `aws_sqs`, `aws.sqs`, `AmazonSQS`, `Sqs`; as it is what is none of AWS."""
    given = (first(attributes, "messaging.system", "rpc.service") or _parts_of_method(attributes)[0]).lower()
    bare = given.translate(_SEPARATORS).removeprefix("amazon").removeprefix("aws")
    service = _SERVICES.get(bare, bare)
    return service if service in _OF_AWS else given


def _parts_of_method(attributes: Attributes) -> tuple[str, str]:
    """Service and operation of `SQS/SendMessage`; newer conventions have both in one."""
    service, _, operation = attributes.get("rpc.method", "").replace(".", "/").rpartition("/")
    return service, operation


def _is_aws_call(attributes: Attributes) -> bool:
    return attributes.get("rpc.system", attributes.get("rpc.system.name")) == "aws-api"


def _is_messaging(attributes: Attributes) -> bool:
    return "messaging.system" in attributes
