"""Histories as records to be kept: without payloads, in parts that come out the same each time (pure).

history of 250 events     ─▶   record of events 1-100, of 101-200, of 201-250, of what describes it

What joins an execution to the hops around it is read from the payloads first: ids that its tasks got, hashes of the
task tokens it gave away, the event that started it, business keys. Then of every payload only the fields stay by which
the same can be read again: names and addresses, never the user's data.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from hashlib import blake2b
from typing import Any, TypeVar

from hopscope_collector.executions.as_records import invocation_id_of, machine_of, trace_id_of
from hopscope_collector.executions.assemble import execution_of
from hopscope_collector.executions.description import Description
from hopscope_collector.executions.durable_event import DurableEvent
from hopscope_collector.executions.errors import NotAnExecution
from hopscope_collector.executions.event import HistoryEvent
from hopscope_collector.executions.history import History, histories_in
from hopscope_collector.executions.identity import tokens_of
from hopscope_collector.executions.model import Execution
from hopscope_collector.executions.tokens import Redactor
from hopscope_collector.json_values import json_in, object_or_empty
from hopscope_collector.key_paths import KeyPaths, keys_at
from hopscope_wire import model as wire
from hopscope_wire.decode import object_of
from hopscope_wire.encode import line_of

Event = TypeVar("Event", HistoryEvent, DurableEvent)

EVENTS_A_RECORD = 100
MAX_CAUSE_CHARS = 1_024

_PAYLOADS = frozenset({"input", "output", "parameters", "result", "assignedVariables", "evaluationFailureCause"})
_FLAGS = frozenset({"inputDetails", "outputDetails", "taskCredentials", "roleArn", "heartbeatInSeconds"})
_NAMES = (
    *("EventId", "ErrorCode", "MessageId", "ExecutionArn", "EventBusName", "DetailType"),
    *("QueueUrl", "TopicArn", "TargetArn", "FunctionName", "StateMachineArn", "requestId"),
)
_INNER = ("Entries", "Successful", "SdkResponseMetadata")


def kept_lines(history: History, paths: KeyPaths) -> list[str]:
    """The same as lines, as a source hands them over."""
    return [line_of(object_of(record)) for record in kept(history, paths)]


def kept_of_line(line: str) -> wire.History | None:
    """What one log line tells of an execution: an event of an Express one, or a change of status on EventBridge.

    None when it tells of none, or not when.
    """
    try:
        history = histories_in(line)[0]
    except NotAnExecution:
        return None
    execution = execution_of(history)
    times = [execution.started_us, execution.ended_us, *(event.time_us for event in history.events)]
    known = [each for each in times if each is not None]
    if history.description is None or not known:
        return None
    clean = Redactor(token for event in history.events for token in tokens_of(event))
    described = _described(replace(history.description, status=execution.status))
    events = {"executionArn": history.description.arn, "events": [_event(each, clean) for each in history.events]}
    named = replace(execution, arn=history.description.arn, started_us=min(known))
    return replace(_identity(named, history, {}), documents=(described, events) if history.events else (described,))


def kept(history: History, paths: KeyPaths) -> Iterator[wire.History]:
    """The records of one history; none when neither its ARN nor its start is known: it could not be found again."""
    execution = execution_of(history)
    if execution.arn is None or execution.started_us is None:
        return
    record = _identity(execution, history, paths)
    described = history.description or Description(execution.arn, history.kind)
    yield replace(record, documents=(_described(replace(described, status=execution.status)),))
    clean = Redactor(token for event in history.events for token in tokens_of(event))
    for events in _parts(history.events):
        document = {"executionArn": execution.arn, "events": [_event(event, clean) for event in events]}
        yield replace(record, documents=(document,))
    for steps in _parts(history.durable_events):
        document = {"DurableExecutionArn": execution.arn, "Events": [_durable_event(each, clean) for each in steps]}
        yield replace(record, documents=(document,))


def token_ref(token: str) -> str:
    """The ref of a task token, the same that the layer gives the call that answers it; the token stays secret."""
    return f"task-token/{blake2b(token.encode(errors='surrogatepass'), digest_size=8).hexdigest()}"


def _identity(execution: Execution, history: History, paths: KeyPaths) -> wire.History:
    arn = execution.arn or ""
    started_by = _started_by(execution)
    return wire.History(
        trace_id=trace_id_of(execution, arn),
        invocation_id=invocation_id_of(arn, 1),
        function=machine_of(arn),
        start_us=execution.started_us or 0,
        refs=tuple(dict.fromkeys(_refs(execution, history, started_by))),
        started_by=started_by,
        keys=keys_at(paths, {"input": execution.input, **object_or_empty(json_in(execution.input))}),
    )


def _started_by(execution: Execution) -> str | None:
    """A rule hands the whole event over as input, unless it is told otherwise."""
    event = object_or_empty(json_in(execution.input))
    return f"events/{event['id']}" if "detail-type" in event and isinstance(event.get("id"), str) else None


def _refs(execution: Execution, history: History, started_by: str | None) -> Iterator[str]:
    yield f"{'durable' if execution.kind == 'durable' else 'states'}/{execution.arn}"
    if started_by is not None:
        yield started_by
    if execution.map_run_arn:
        yield f"map-run/{execution.map_run_arn}"
    for state in execution.walk():
        yield from state.identity.refs
        yield from (f"map-run/{each.arn}" for each in state.map_runs if each.arn)
    for event in history.events:
        yield from sorted(token_ref(token) for token in tokens_of(event))


def _parts(events: Iterable[Event]) -> Iterator[list[Event]]:
    """A hundred ids each: a part that is complete never changes."""
    by_part: dict[int, dict[int, Event]] = {}
    for event in events:
        by_part.setdefault((event.id - 1) // EVENTS_A_RECORD, {})[event.id] = event
    for _, part in sorted(by_part.items()):
        yield [part[each] for each in sorted(part)]


def _described(given: Description) -> Mapping[str, object]:
    """As DescribeExecution, or GetDurableExecution, would say it; what it said of input and output is left out."""
    if given.kind == "durable":
        said = {
            "DurableExecutionArn": given.arn,
            "Status": given.status,
            "DurableExecutionName": given.name,
            "FunctionArn": given.state_machine_arn,
            "StartTimestamp": _seconds(given.started_us),
            "EndTimestamp": _seconds(given.ended_us),
        }
    else:
        said = {
            "executionArn": given.arn,
            "status": given.status,
            "name": given.name,
            "stateMachineArn": given.state_machine_arn,
            "startDate": _seconds(given.started_us),
            "stopDate": _seconds(given.ended_us),
            "error": given.error,
            "cause": given.cause[:MAX_CAUSE_CHARS] if given.cause else None,
            "mapRunArn": given.map_run_arn,
            "traceHeader": given.trace_header,
            "redriveCount": given.redrives or None,
        }
    return {name: value for name, value in said.items() if value is not None}


def _event(event: HistoryEvent, clean: Redactor) -> Mapping[str, object]:
    """As GetExecutionHistory would give it."""
    details = {name: _detail(name, value, clean) for name, value in event.details.items() if name not in _FLAGS}
    said = {name: value for name, value in details.items() if value is not None}
    return {
        "id": event.id,
        "previousEventId": event.previous_id,
        "type": event.type,
        **({"timestamp": _seconds(event.time_us)} if event.time_us is not None else {}),
        **({"keptEventDetails": said} if said else {}),
    }


def _durable_event(event: DurableEvent, clean: Redactor) -> Mapping[str, object]:
    """As GetDurableExecutionHistory would give it. The id of a callback is a secret like a task token."""
    kind = f"{'ChainedInvoke' if event.kind == 'Invoke' else event.kind}{event.step}"
    cause = clean(event.cause)[:MAX_CAUSE_CHARS] if event.cause else None
    error = _said(ErrorType=event.error, ErrorMessage=cause)
    details = _said(
        Error={"Payload": error} if error else None,
        ScheduledEndTimestamp=_seconds(event.until_us),
        RetryDetails={"NextAttemptDelaySeconds": event.retries_in_s} if event.retries_in_s else None,
        DurableExecutionArn=event.child_arn,
        FunctionName=event.function,
        RequestId=event.request_id,
    )
    named = _said(Id=event.operation, ParentId=event.parent, Name=event.name, SubType=event.sub_type)
    when = _said(EventTimestamp=_seconds(event.time_us))
    inner = {f"{kind}Details": details} if details else {}
    return {"EventId": event.id, "EventType": kind, **when, **named, **inner}


def _said(**fields: object) -> dict[str, object]:
    return {name: value for name, value in fields.items() if value is not None}


def _detail(name: str, value: Any, clean: Redactor) -> object:
    if name in _PAYLOADS:
        named = _named(json_in(value))
        return json.dumps(named, separators=(",", ":")) if named else None
    if isinstance(value, str):
        return clean(value)[:MAX_CAUSE_CHARS] if name == "cause" else clean(value)
    return value if isinstance(value, (int, float, bool)) or name == "mapRunArn" else None


def _named(payload: object) -> dict[str, object]:
    """The fields of a payload that name or address something, nothing else."""
    if not isinstance(payload, Mapping):
        return {}
    found: dict[str, object] = {name: payload[name] for name in _NAMES if isinstance(payload.get(name), str)}
    for name in _INNER:
        inner = payload.get(name)
        if isinstance(inner, list):
            found[name] = [_named(each) for each in inner]
        elif isinstance(inner, Mapping) and isinstance(inner.get("RequestId"), str):
            found[name] = {"RequestId": inner["RequestId"]}
    return found


def _seconds(time_us: int | None) -> float | None:
    return None if time_us is None else round(time_us / 1_000_000, 6)
