"""Begin and end of an invocation: what arrived, what became of it, and the two records that say so."""

import os
from time import perf_counter_ns, time_ns

from hopscope_layer import current, reading, transport
from hopscope_layer.guard import failures_taken, never_break_the_user
from hopscope_wire.context import new_invocation_id, new_trace_id, trace_id_of_root
from hopscope_wire.fields import MAX_TEXT_CHARS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hopscope_layer.arrive.message import Arrived
    from hopscope_layer.current import Invocation
    from hopscope_layer.settings import Settings

_cold = True
"""Until the first invocation of this environment has begun."""


def begin(event: object, context: object, settings: "Settings") -> "tuple[Invocation, object]":
    """Writes the begin record; the invocation, and the event as the handler shall see it."""
    global _cold  # noqa: PLW0603  one flag of the execution environment, which is this process
    started_us = time_ns() // 1000
    messages: "list[Arrived]" = []
    with never_break_the_user("read the trigger"):
        messages = reading.messages_of(event, settings)
    root = trace_id_of_root(os.environ.get("_X_AMZN_TRACE_ID", ""))
    trace_id = _trace_id(messages) or root or new_trace_id(started_us // 1_000_000)
    invocation = current.Invocation(settings, new_invocation_id(), trace_id)
    invocation.arrived = messages
    with never_break_the_user("follow the batch"):
        event = _followed(event, invocation)
    _adopt(invocation, messages)
    invocation.identity = {
        "traceId": trace_id,
        "invocationId": invocation.invocation_id,
        "requestId": _text(context, "aws_request_id") or "",
        "function": _text(context, "function_name") or os.environ.get("AWS_LAMBDA_FUNCTION_NAME") or "unknown",
        "startUs": started_us,
        "root": root,
        "correlationId": invocation.correlation,
    }
    with never_break_the_user("write the begin record"):
        transport.write(_begin_record(invocation, context))
    _cold = False
    current.invocation = invocation
    invocation.started_ns = perf_counter_ns()
    return invocation, event


def end(invocation: "Invocation", result: object, error: "BaseException | None") -> None:
    """Writes the end record."""
    duration_us = max(1, (perf_counter_ns() - invocation.started_ns) // 1000)
    current.invocation = None
    record: "dict[str, object]" = {
        "record": "end",
        **invocation.identity,
        "endUs": time_ns() // 1000,
        "durationUs": duration_us,
        "outcome": "ok" if error is None else "error",
    }
    if error is not None:
        record["error"] = error_of(error)
    elif isinstance(result, dict) and result.get("batchItemFailures") and _is_batch(invocation.arrived):
        with never_break_the_user("read the partial batch response"):
            from hopscope_layer import partial

            record["failedMessages"] = partial.failed(invocation.arrived, result["batchItemFailures"])
    if invocation.sends:
        record["sends"] = invocation.sends
    record["keys"] = invocation.keys or None
    record["skipped"] = invocation.skipped or None
    record["failures"] = failures_taken()
    transport.write(record)


def _is_batch(messages: "list[Arrived]") -> bool:
    """Whether Lambda reads partial failures from the response: the event source mappings that poll."""
    return bool(messages) and messages[0].fields["source"] in ("sqs", "kinesis", "dynamodb", "kafka")


def error_of(error: BaseException) -> "dict[str, object]":
    """Type and message of an exception, cut to the wire's limit; one that cannot say its message says nothing."""
    message = ""
    with never_break_the_user("read the message of an exception"):
        message = str(error)[:MAX_TEXT_CHARS]
    return {"type": type(error).__name__, "message": message}


def _begin_record(invocation: "Invocation", context: object) -> "dict[str, object]":
    return {
        "record": "begin",
        **invocation.identity,
        "messages": [message.fields for message in invocation.arrived],
        "deadlineUs": _deadline_us(context),
        "coldStart": _cold,
        "version": _text(context, "function_version"),
        "arn": _text(context, "invoked_function_arn"),
    }


def _deadline_us(context: object) -> "int | None":
    """When Lambda stops the invocation: the runtime client keeps the exact moment, others tell what remains."""
    deadline_ms = getattr(context, "_epoch_deadline_time_in_ms", None)
    if isinstance(deadline_ms, int):
        return deadline_ms * 1000
    with never_break_the_user("read the deadline"):
        remaining = getattr(context, "get_remaining_time_in_millis", None)
        return time_ns() // 1000 + int(remaining()) * 1000 if remaining is not None else None
    return None


def _trace_id(messages: "list[Arrived]") -> "str | None":
    """The trace id that all messages share. A batch of several traces runs under the invocation's own."""
    if not messages:
        return None
    first = messages[0].fields.get("traceId")
    for message in messages:
        if message.fields.get("traceId") != first:
            return None
    return first  # type: ignore[return-value]


def _adopt(invocation: "Invocation", messages: "list[Arrived]") -> None:
    """The invocation takes over what all its messages agree on."""
    if messages:
        first = messages[0].correlation
        if all(message.correlation == first for message in messages):
            invocation.correlation = first
        if messages[0].context is not None:
            invocation.flags = messages[0].context.flags


def _followed(event: object, invocation: "Invocation") -> object:
    """The event with its batch replaced by one that remembers where the function is."""
    if len(invocation.arrived) < 2:
        return event
    from hopscope_layer.batch import Records

    if isinstance(event, dict) and type(event.get("Records")) is list:
        event["Records"] = Records(event["Records"], invocation)
    elif type(event) is list:
        return Records(event, invocation)
    return event


def _text(context: object, name: str) -> "str | None":
    value = getattr(context, name, None)
    return value if isinstance(value, str) else None
