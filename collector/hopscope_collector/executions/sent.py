"""The messages a task sent and the work it started, from what it asked for and what it was answered (pure).

    lambda:invoke          SdkResponseMetadata.RequestId   lambda/<request id>
    a function's error     requestId in the cause          lambda/<request id>, as Python's and Ruby's runtimes write it
    events:putEvents       Entries[].EventId               events/<event id>, also of an attempt that failed in part
    sns:publish            MessageId                       sns/<message id>
    sqs:sendMessage        MessageId                       sqs/<message id>
    …Batch                 Successful[].MessageId          one for each entry that was taken
    states:startExecution  ExecutionArn                    states/<execution ARN>

`aws-sdk:` integrations answer with the same fields. A function that is invoked by its ARN alone and succeeds answers
with its own result only: its invocation is joined by the record that the layer wrote.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from hopscope_collector.executions.attempts import resource_of
from hopscope_collector.executions.event import HistoryEvent
from hopscope_collector.executions.model import Sent
from hopscope_collector.json_values import json_in, object_or_empty, text_or_none

_SERVICE_OF = {"sfn": "states", "eventbridge": "events"}
"""AWS SDK integrations name a service as the Java SDK does."""

_DESTINATIONS = ("QueueUrl", "TopicArn", "TargetArn", "FunctionName", "StateMachineArn")


def sent_of(scheduled: HistoryEvent | None, answered: HistoryEvent, answer: str) -> Iterator[Sent]:
    """One for each message, in the order of the answer. Nothing when the answer names none.

    Args:
        scheduled: What the task asked for; None when the history lacks it.
        answered: The event with the answer.
        answer: Its output or cause, as JSON text.
    """
    fields = object_or_empty(json_in(answer))
    if not fields:
        return
    call = _call(scheduled, answered)
    match call.service:
        case "lambda":
            request_id = _field(fields, "SdkResponseMetadata", "RequestId")
            failed_id = fields.get("requestId") if "errorMessage" in fields else None
            yield from call.sent("lambda", request_id or failed_id)
        case "events" | "eventbridgev2":
            yield from _put_events(call, fields)
        case "sqs" | "sns":
            yield from call.sent(call.service, fields.get("MessageId"))
            for entry in _list(fields.get("Successful")):
                yield from call.sent(call.service, _field(entry, "MessageId"))
        case "states":
            yield from call.sent("states", fields.get("ExecutionArn"))


@dataclass(frozen=True, slots=True)
class _Call:
    service: str
    operation: str
    event_id: int
    sent_us: int | None
    parameters: Mapping[str, object]

    def sent(self, prefix: str, value: object) -> Iterator[Sent]:
        if isinstance(value, str) and value:
            found = (self.parameters.get(key) for key in _DESTINATIONS)
            destination = next((each for each in found if isinstance(each, str)), None)
            yield Sent(
                self.service, self.operation, self.event_id, f"{prefix}/{value}", destination, sent_us=self.sent_us
            )


def _put_events(call: _Call, fields: Mapping[str, object]) -> Iterator[Sent]:
    """Entries are answered in the order they were given."""
    prefix = "events" if call.service == "events" else "eventsv2"
    given = _list(call.parameters.get("Entries"))
    for index, entry in enumerate(_list(fields.get("Entries"))):
        asked = given[index] if index < len(given) else None
        event_id, error = text_or_none(_field(entry, "EventId")), text_or_none(_field(entry, "ErrorCode"))
        if event_id or error:
            yield Sent(
                call.service,
                call.operation,
                call.event_id,
                f"{prefix}/{event_id}" if event_id else None,
                text_or_none(_field(asked, "EventBusName")) or "default",
                text_or_none(_field(asked, "DetailType")),
                call.sent_us,
                error if not event_id else None,
            )


def _call(scheduled: HistoryEvent | None, answered: HistoryEvent) -> _Call:
    """`sqs` for `sqs:sendMessage` and for `aws-sdk:sqs:sendMessage`."""
    words = (resource_of(answered) or (resource_of(scheduled) if scheduled else None) or "").split(":")
    words = words[1:] if words[0] == "aws-sdk" else words
    asked = object_or_empty(json_in(scheduled.text("parameters"))) if scheduled else {}
    if answered.type.startswith("LambdaFunction"):  # invoked by its ARN, which stands in the place of an integration
        return _Call(
            "lambda", "invoke", answered.id, scheduled.time_us if scheduled else None, {"FunctionName": ":".join(words)}
        )
    return _Call(
        service=_SERVICE_OF.get(words[0], words[0]),
        operation=words[1].partition(".")[0] if len(words) > 1 else "",
        event_id=answered.id,
        sent_us=scheduled.time_us if scheduled else None,
        parameters=asked,
    )


def _list(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else ()


def _field(value: object, *path: str) -> object:
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value
