"""The events of one state to the attempts of its task, and what it waits for (pure)."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from hopscope_collector.executions.event import HistoryEvent
from hopscope_collector.executions.model import Attempt, Status, Wait

_ENDS: Mapping[str, Status] = {
    "Succeeded": "SUCCEEDED",
    "ScheduleFailed": "FAILED",
    "StartFailed": "FAILED",
    "SubmitFailed": "FAILED",
    "Failed": "FAILED",
    "TimedOut": "TIMED_OUT",
}
_TASKS = ("LambdaFunction", "Activity", "Task")


def attempts_of(events: Iterable[HistoryEvent]) -> tuple[Attempt, ...]:
    """One for each time the task was scheduled, or could not be, in order."""
    attempts: list[Attempt] = []
    for event in events:
        step = _step(event.type)
        if step == "Scheduled":
            attempts = [*_given_up(attempts), _scheduled(event)]
        elif step == "Started":
            attempts = [*attempts[:-1], replace(_last(attempts), started_us=event.time_us)]
        elif step in _ENDS:
            attempts = [*_without_open(attempts), _ended(_last(attempts), event, _ENDS[step])]
    return tuple(attempts)


def wait_of(type_: str, events: Iterable[HistoryEvent], attempts: tuple[Attempt, ...]) -> Wait | None:
    """What a running state waits for. None when it works."""
    last = None
    for last in events:  # noqa: B007 - only the last one matters
        pass
    if last is None:
        return None
    if type_ == "Wait":
        return Wait("time", since_us=last.time_us)
    step = _step(last.type)
    if step == "Submitted":
        callback = (last.text("resource") or "").endswith(".waitForTaskToken")
        return Wait("callback" if callback else "job", last.time_us, _deadline(attempts, events))
    if last.type == "ActivityScheduled":
        return Wait("worker", last.time_us, _deadline(attempts, events))
    if attempts and step in _ENDS and _ENDS[step] != "SUCCEEDED":
        return Wait("retry", last.time_us)
    return None


def is_failure(type_: str) -> bool:
    """Whether an event of this type ends an attempt, a state or an evaluation badly."""
    return type_.endswith(("Failed", "TimedOut")) and not type_.startswith("MapIteration")


def _step(type_: str) -> str:
    """`Scheduled`, `Started`, … of a task's event; empty for every other event."""
    if "State" in type_:
        return ""
    task = next((prefix for prefix in _TASKS if type_.startswith(prefix)), None)
    return type_.removeprefix(task) if task else ""


def _scheduled(event: HistoryEvent) -> Attempt:
    return Attempt("RUNNING", resource=_resource(event), scheduled_us=event.time_us)


def _resource(event: HistoryEvent) -> str | None:
    """In the words of the Amazon States Language: `sqs:sendMessage.waitForTaskToken`, or an ARN."""
    service, resource = event.text("resourceType"), event.text("resource")
    return f"{service}:{resource}" if service and resource else resource


def _ended(attempt: Attempt, event: HistoryEvent, status: Status) -> Attempt:
    return replace(
        attempt,
        status=status,
        resource=attempt.resource or _resource(event),
        error=event.text("error"),
        cause=event.text("cause"),
        ended_us=event.time_us,
    )


def _last(attempts: list[Attempt]) -> Attempt:
    """The open attempt, or a new one when the history lacks its start."""
    return attempts[-1] if attempts and attempts[-1].status == "RUNNING" else Attempt("RUNNING")


def _without_open(attempts: list[Attempt]) -> list[Attempt]:
    return attempts[:-1] if attempts and attempts[-1].status == "RUNNING" else attempts


def _given_up(attempts: list[Attempt]) -> list[Attempt]:
    """With the end of the last one marked as not recorded, should it still be open."""
    if attempts and attempts[-1].status == "RUNNING":
        return [*attempts[:-1], replace(attempts[-1], status="UNKNOWN")]
    return attempts


def _deadline(attempts: tuple[Attempt, ...], events: Iterable[HistoryEvent]) -> int | None:
    """When the attempt times out, by its heartbeat or its timeout, whichever is set and sooner."""
    scheduled = [event for event in events if event.type.endswith("Scheduled")]
    if not attempts or not scheduled or attempts[-1].scheduled_us is None:
        return None
    limits = [scheduled[-1].number(key) for key in ("timeoutInSeconds", "heartbeatInSeconds")]
    known = [limit for limit in limits if limit]
    return attempts[-1].scheduled_us + min(known) * 1_000_000 if known else None
