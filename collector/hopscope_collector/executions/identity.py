"""What the outside world knows a state's work by: the ids of the messages it sent and of the work it started (pure).

    lambda:invoke          SdkResponseMetadata.RequestId   lambda/<request id>
    a function's error     requestId in the cause          lambda/<request id>, as Python's and Ruby's runtimes write it
    events:putEvents       Entries[].EventId               events/<event id>, also of an attempt that failed in part
    sns:publish            MessageId                       sns/<message id>
    sqs:sendMessage        MessageId                       sqs/<message id>
    states:startExecution  ExecutionArn                    states/<execution ARN>
    …Batch                 Successful[].MessageId          one for each entry that was taken
    every service          X-Amzn-Trace-Id                 the X-Ray Root, where nothing else is there

`aws-sdk:` integrations answer with the same fields. A function that is invoked by its ARN alone and succeeds answers
with its own result only: its invocation is joined by the record that the layer wrote.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from hopscope_collector.executions.attempts import CALLBACK, resource_of
from hopscope_collector.executions.event import HistoryEvent
from hopscope_collector.executions.model import Identity
from hopscope_collector.executions.tokens import token_hash, tokens_in

_ROOT = re.compile(r"Root=1-([0-9a-fA-F]{8})-([0-9a-fA-F]{24})")
_ANSWERS = ("TaskSucceeded", "TaskSubmitted", "TaskFailed", "LambdaFunctionFailed")
_SERVICE_OF = {"sfn": "states", "eventbridge": "events"}
"""AWS SDK integrations name a service as the Java SDK does."""


def identity_of(events: Iterable[HistoryEvent]) -> Identity:
    """Everything the events of one state tell, each once, in the order it was learnt."""
    refs: dict[str, None] = {}
    hashes: dict[str, None] = {}
    roots: dict[str, None] = {}
    for event in events:
        hashes.update(dict.fromkeys(token_hash(token) for token in sorted(tokens_of(event))))
        if event.type in _ANSWERS:
            answer = event.text("output") or event.text("cause") or ""
            refs.update(dict.fromkeys(_refs(_service(event), answer)))
            roots.update(dict.fromkeys(f"{when}{rest}".lower() for when, rest in _ROOT.findall(answer)))
    return Identity(tuple(refs), tuple(hashes), tuple(roots)) if refs or hashes or roots else Identity()


def tokens_of(event: HistoryEvent) -> frozenset[str]:
    """The task tokens in what a task was given. Secret: hash them, show them nowhere."""
    is_callback = (event.text("resource") or "").endswith(CALLBACK)
    payloads = (event.text("parameters"), event.text("input"))
    return frozenset().union(*(tokens_in(text, is_callback=is_callback) for text in payloads if text))


def children_in(refs: Iterable[str]) -> tuple[str, ...]:
    """ARNs of the executions among refs."""
    return tuple(ref.removeprefix("states/") for ref in refs if ref.startswith("states/"))


def _service(event: HistoryEvent) -> str:
    """`sqs` for `sqs:sendMessage` and for `aws-sdk:sqs:sendMessage`."""
    if event.type.startswith("LambdaFunction"):
        return "lambda"
    words = (resource_of(event) or "").split(":")
    service = words[1] if words[0] == "aws-sdk" and len(words) > 1 else words[0]
    return _SERVICE_OF.get(service, service)


def _refs(service: str, answer: str) -> Iterator[str]:
    fields = _object(answer)
    match service:
        case "lambda":
            yield from _ref("lambda", _field(fields, "SdkResponseMetadata", "RequestId"))
            yield from _ref("lambda", fields.get("requestId") if "errorMessage" in fields else None)
        case "events" | "eventbridgev2":
            prefix = "events" if service == "events" else "eventsv2"
            for entry in _list(fields.get("Entries")):
                yield from _ref(prefix, _field(entry, "EventId"))
        case "sqs" | "sns":
            yield from _ref(service, _field(fields, "MessageId"))
            for entry in _list(fields.get("Successful")):
                yield from _ref(service, _field(entry, "MessageId"))
        case "states":
            yield from _ref("states", _field(fields, "ExecutionArn"))


def _ref(prefix: str, value: object) -> Iterator[str]:
    if isinstance(value, str) and value:
        yield f"{prefix}/{value}"


def _object(text: str) -> Mapping[str, object]:
    if not text.startswith("{"):
        return {}
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):  # a truncated payload; a hostile one
        return {}
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else ()


def _field(value: object, *path: str) -> object:
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value
