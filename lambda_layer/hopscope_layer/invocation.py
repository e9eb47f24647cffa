"""Begin and end of an invocation: what arrived, what became of it, and the two records that say so."""

import os
from time import perf_counter_ns, time_ns

from hopscope_layer import current, reading, transport
from hopscope_layer.guard import failures_taken, never_break_the_user, note
from hopscope_layer.sampling import flags_of, has_failed_before, is_chosen
from hopscope_wire.context import SAMPLED, new_invocation_id, new_trace_id, trace_id_of_root

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hopscope_layer.arrive.message import Arrived
    from hopscope_layer.current import Invocation
    from hopscope_layer.settings import Settings

    Record = dict[str, object]

LAYER_VERSION = "0.1.0"

_cold = True
"""Until the first invocation of this environment has begun."""


def begin(event: object, context: object, settings: "Settings") -> "tuple[Invocation, object]":
    """Writes the begin record; the invocation, and the event as the handler shall see it."""
    global _cold  # noqa: PLW0603  one flag of the execution environment, which is this process
    started_us = time_ns() // 1000
    messages: "list[Arrived]" = []
    # `never_break_the_user` is three calls; what runs in every invocation does without them.
    try:
        messages = reading.messages_of(event, settings, context)
    except Exception as fault:  # noqa: BLE001  as the guard does
        note("read the trigger", fault)
    root = trace_id_of_root(os.environ.get("_X_AMZN_TRACE_ID", ""))
    trace_id = _trace_id(messages) or root or new_trace_id(started_us // 1_000_000)
    invocation = current.Invocation(settings, new_invocation_id(), trace_id)
    invocation.arrived = messages
    if len(messages) > 1:
        with never_break_the_user("follow the batch"):
            event = _followed(event, invocation)
    _adopt(invocation, messages)
    invocation.identity = {
        "traceId": trace_id,
        "invocationId": invocation.invocation_id,
        "requestId": _text(context, "aws_request_id") or "",
        "function": _text(context, "function_name") or os.environ.get("AWS_LAMBDA_FUNCTION_NAME") or "unknown",
        "startUs": started_us,
    }
    if root is not None:
        invocation.identity["root"] = root
    if invocation.correlation is not None:
        invocation.identity["correlationId"] = invocation.correlation
    try:
        record = _begin_record(invocation, context)
        if invocation.flags & SAMPLED:
            transport.write(record)
        else:
            invocation.begin = record
    except Exception as fault:  # noqa: BLE001  as above
        note("write the begin record", fault)
    _cold = False
    current.invocation = invocation
    for observe in current.at_begin:
        with never_break_the_user("tell a library that an invocation began"):
            observe(invocation)
    invocation.started_ns = perf_counter_ns()
    return invocation, event


def end(invocation: "Invocation", result: object, error: "BaseException | None") -> None:
    """Writes the end record; of a flow that is not sampled only when it failed, after the begin record."""
    duration_us = max(1, (perf_counter_ns() - invocation.started_ns) // 1000)
    current.invocation = None
    for observe in current.at_end:
        with never_break_the_user("tell a library that an invocation ended"):
            observe(invocation)
    if invocation.untold:
        with never_break_the_user("describe what was sent"):
            invocation.tell_all()
    failed_messages = None
    if error is None and isinstance(result, dict) and result.get("batchItemFailures"):
        with never_break_the_user("read the partial batch response"):
            from hopscope_layer import outcome

            failed_messages = outcome.failed_messages(invocation.arrived, result["batchItemFailures"])
    if invocation.begin is not None:
        # A key that the function told, or that stood in what it sent, is known only now.
        if error is None and not failed_messages and not is_chosen(invocation.keys, invocation.settings.sample):
            return
        with never_break_the_user("write the begin record"):
            transport.write(invocation.begin)
    record: "Record" = {
        "record": "end",
        **invocation.identity,
        "endUs": time_ns() // 1000,
        "durationUs": duration_us,
        "outcome": "ok" if error is None else "error",
    }
    if error is not None:
        from hopscope_layer import outcome

        record["error"] = outcome.error_of(error, with_stack=invocation.settings.stack)
    if invocation.settings.capture != "off":
        with never_break_the_user("capture payloads"):
            from hopscope_layer import capture

            capture.add_to_end(invocation, record, failed=error is not None or bool(failed_messages))
    for name, value in (
        ("failedMessages", failed_messages),
        ("keys", invocation.keys),
        ("skipped", invocation.skipped),
        ("sends", invocation.sends),
        ("failures", failures_taken()),
    ):
        if value:
            record[name] = value
    transport.write(record)


def _begin_record(invocation: "Invocation", context: object) -> "Record":
    if invocation.settings.capture == "on":
        from hopscope_layer import capture

        for message in invocation.arrived:
            message.tell("payload", capture.of_message(message, invocation.settings))
    record: "Record" = {
        "record": "begin",
        **invocation.identity,
        "messages": [message.fields for message in invocation.arrived],
        "deadlineUs": _deadline_us(context),
        "coldStart": _cold,
        "version": _text(context, "function_version"),
        "arn": _text(context, "invoked_function_arn"),
        "layer": LAYER_VERSION,
    }
    if current.active_span_id is not None:
        record["spanId"] = current.active_span_id()
    return record


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
    """The invocation takes over what all its messages agree on; it is sampled when one of them is."""
    settings = invocation.settings
    if messages:
        first = messages[0].correlation
        if len(messages) == 1 or all(message.correlation == first for message in messages):
            invocation.correlation = first
    flags = 0
    is_decided = False
    for message in messages:
        if message.context is not None:
            flags |= message.context.flags
            is_decided = True
    if not is_decided and (settings.sample < 1.0 or settings.debug > 0.0):
        flags = flags_of(invocation.trace_id, settings.sample, settings.debug)
    elif not is_decided:
        flags = SAMPLED
    if not flags & SAMPLED:
        for message in messages:
            if has_failed_before(message.fields) or is_chosen(message.fields.get("keys"), settings.sample):
                flags |= SAMPLED
    invocation.flags = flags


def _followed(event: object, invocation: "Invocation") -> object:
    """The event with its batch replaced by one that remembers where the function is."""
    from hopscope_layer.batch import Records

    if isinstance(event, dict) and type(event.get("Records")) is list:
        invocation.records = event["Records"]
        event["Records"] = Records(event["Records"], invocation)
    elif type(event) is list:
        invocation.records = event
        return Records(event, invocation)
    return event


def _text(context: object, name: str) -> "str | None":
    value = getattr(context, name, None)
    return value if isinstance(value, str) else None
