"""One event of a durable execution's history, as the API, the CLI or boto3 gives it (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass

from hopscope_collector.executions.errors import BadEvent
from hopscope_collector.executions.times import epoch_us
from hopscope_collector.json_values import object_or_empty, text_or_none

_KINDS = ("Execution", "Invocation", "Context", "Wait", "Step", "ChainedInvoke", "Callback")


@dataclass(frozen=True, slots=True)
class DurableEvent:
    """What happened, with the fields of all kinds side by side; None where the kind has none."""

    id: int
    kind: str
    """`Execution`, `Invocation`, `Context`, `Step`, `Wait`, `Callback`, `Invoke`; AWS's own word for a kind to come."""

    step: str
    """`Started`, `Succeeded`, `Failed`, … `Completed`."""

    operation: str | None
    """Id of the operation. None for events of the execution itself."""

    parent: str | None
    name: str | None
    sub_type: str | None
    time_us: int | None
    payload: str | None = None
    error: str | None = None
    cause: str | None = None
    until_us: int | None = None
    """When a wait ends or a callback times out."""

    retries_in_s: int = 0
    """Seconds to the next attempt of a step; 0 when there is none."""

    callback_id: str | None = None
    """Secret: whoever has it can complete the callback."""

    child_arn: str | None = None
    function: str | None = None
    request_id: str | None = None


def durable_event(given: object, number: int) -> DurableEvent:
    """One element of `GetDurableExecutionHistory.Events`.

    Raises:
        BadEvent: when it has no id or no type.
    """
    where = f"event {number} of the durable history"
    if not isinstance(given, Mapping):
        raise BadEvent(where, "the value", given, "an object with EventId, EventType and EventTimestamp")
    event_id, type_ = given.get("EventId"), given.get("EventType")
    if not isinstance(event_id, int) or isinstance(event_id, bool):
        raise BadEvent(where, "EventId", event_id, "a whole number")
    if not isinstance(type_, str) or not type_:
        raise BadEvent(where, "EventType", type_, "the name of an event type, such as StepStarted")
    kind = next((each for each in _KINDS if type_.startswith(each)), type_)
    details = object_or_empty(given.get(f"{type_}Details"))
    time_us = epoch_us(given.get("EventTimestamp"))
    error = object_or_empty(object_or_empty(details.get("Error")).get("Payload"))
    result = object_or_empty(details.get("Result")) or object_or_empty(details.get("Input"))
    return DurableEvent(
        id=event_id,
        kind="Invoke" if kind == "ChainedInvoke" else kind,
        step=type_.removeprefix(kind),
        operation=text_or_none(given.get("Id")),
        parent=text_or_none(given.get("ParentId")),
        name=text_or_none(given.get("Name")),
        sub_type=text_or_none(given.get("SubType")),
        time_us=time_us,
        payload=text_or_none(result.get("Payload")),
        error=text_or_none(error.get("ErrorType")),
        cause=text_or_none(error.get("ErrorMessage")),
        until_us=epoch_us(details.get("ScheduledEndTimestamp")) or _after(time_us, details),
        retries_in_s=_seconds(object_or_empty(details.get("RetryDetails")).get("NextAttemptDelaySeconds")),
        callback_id=text_or_none(details.get("CallbackId")),
        child_arn=text_or_none(details.get("DurableExecutionArn")),
        function=text_or_none(details.get("FunctionName")),
        request_id=text_or_none(details.get("RequestId")),
    )


def _after(time_us: int | None, details: Mapping[str, object]) -> int | None:
    limits = [seconds for key in ("Timeout", "HeartbeatTimeout") if (seconds := _seconds(details.get(key)))]
    return None if time_us is None or not limits else time_us + min(limits) * 1_000_000


def _seconds(given: object) -> int:
    return given if isinstance(given, int) and not isinstance(given, bool) else 0
