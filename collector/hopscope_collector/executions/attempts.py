"""The events of one state to the attempts of its task, and what it waits for (pure)."""

from collections.abc import Iterable, Mapping, Sequence
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
_INTEGRATION_ARN = "arn:aws:states:::"
CALLBACK = ".waitForTaskToken"


def attempts_of(events: Iterable[HistoryEvent]) -> tuple[Attempt, ...]:
    """One for each time the task was scheduled, or could not be, in order."""
    attempts: list[Attempt] = []
    for event in events:
        step = _step(event.type)
        if step == "Scheduled":
            _give_up(attempts)
            attempts.append(_scheduled(event))
        elif step == "Started":
            attempts.append(replace(_take_open(attempts), started_us=event.time_us))
        elif step in _ENDS:
            attempts.append(_ended(_take_open(attempts), event, _ENDS[step]))
    return tuple(attempts)


def wait_of(type_: str, events: Sequence[HistoryEvent], attempts: tuple[Attempt, ...]) -> Wait | None:
    """What a running state waits for, by the last of its events. None when it works."""
    if not events:
        return None
    last = events[-1]
    if type_ == "Wait":
        return Wait("time", since_us=last.time_us)
    step = _step(last.type)
    is_callback = (last.text("resource") or "").endswith(CALLBACK)
    if step == "Submitted" or (step == "Scheduled" and is_callback):  # emulators record no more than Scheduled
        return Wait("callback" if is_callback else "job", last.time_us, _deadline(attempts, events))
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
    return Attempt("RUNNING", resource=resource_of(event), scheduled_us=event.time_us)


def resource_of(event: HistoryEvent) -> str | None:
    """In the words of the Amazon States Language: `sqs:sendMessage.waitForTaskToken`, or an ARN."""
    service, resource = event.text("resourceType"), event.text("resource")
    if resource is None or resource.startswith(_INTEGRATION_ARN):  # so do emulators name an integration
        return resource and resource.removeprefix(_INTEGRATION_ARN)
    return f"{service}:{resource}" if service and not resource.startswith("arn:") else resource


def _ended(attempt: Attempt, event: HistoryEvent, status: Status) -> Attempt:
    return replace(
        attempt,
        status=status,
        resource=attempt.resource or resource_of(event),
        error=event.text("error"),
        cause=event.text("cause"),
        ended_us=event.time_us,
    )


def _take_open(attempts: list[Attempt]) -> Attempt:
    """The open attempt, taken from the list, or a new one when the history lacks its start."""
    return attempts.pop() if attempts and attempts[-1].status == "RUNNING" else Attempt("RUNNING")


def _give_up(attempts: list[Attempt]) -> None:
    """The end of an attempt that is open when the next begins is not recorded."""
    if attempts and attempts[-1].status == "RUNNING":
        attempts[-1] = replace(attempts[-1], status="UNKNOWN")


def _deadline(attempts: tuple[Attempt, ...], events: Iterable[HistoryEvent]) -> int | None:
    """When the attempt times out, by its heartbeat or its timeout, whichever is set and sooner."""
    scheduled = [event for event in events if event.type.endswith("Scheduled")]
    if not attempts or not scheduled or attempts[-1].scheduled_us is None:
        return None
    limits = [scheduled[-1].number(key) for key in ("timeoutInSeconds", "heartbeatInSeconds")]
    known = [limit for limit in limits if limit]
    return attempts[-1].scheduled_us + min(known) * 1_000_000 if known else None
