"""Histories of Lambda durable executions to the same tree (pure).

    ExecutionStarted                      execution
    ContextStarted   Id c1  Parallel      └ Prepare  Parallel
    StepStarted      Id s1  ParentId c1     └ Charge  Step   attempts: StepStarted, StepFailed, StepStarted, …
    CallbackStarted  Id b1  ParentId c1     └ Approve Callback, waiting for callback since …
    InvocationCompleted                   execution: RequestId joins to the invocations' logs and records

An operation is a state: `Id` says which, `ParentId` where. The handler is replayed, operations are not: each has one
state. What an iteration of a Map did stands under the iteration. A callback's id lets anybody complete it: it is
hashed like a task token.
"""

from collections.abc import Iterable, Mapping, Sequence

from hopscope_collector.executions.description import Description
from hopscope_collector.executions.durable_event import DurableEvent
from hopscope_collector.executions.model import (
    Attempt,
    Branch,
    Execution,
    Identity,
    Iteration,
    State,
    Status,
    Wait,
)
from hopscope_collector.executions.tokens import token_hash

_ENDS: Mapping[str, Status] = {
    "Started": "RUNNING",
    "Paused": "PAUSED",
    "Resumed": "RUNNING",
    "Succeeded": "SUCCEEDED",
    "Failed": "FAILED",
    "TimedOut": "TIMED_OUT",
    "Stopped": "STOPPED",
    "Cancelled": "ABORTED",
}
_OPEN: frozenset[Status] = frozenset({"RUNNING", "PAUSED"})
_SCOPES = ("Map", "Parallel")
_Operation = list[DurableEvent]


def durable_execution(events: Sequence[DurableEvent], description: Description | None) -> Execution:
    """The execution that `GetDurableExecutionHistory` tells of, in any order of its events."""
    by_id = {event.id: event for event in sorted(events, key=repr)}  # of two with one id, always the same one
    ordered = [by_id[event_id] for event_id in sorted(by_id)]
    own = [event for event in ordered if event.kind in ("Execution", "Invocation") or event.operation is None]
    status = _status(own, description)
    operations = _operations(event for event in ordered if event not in own)
    return _described(own, _states(operations, status), status, description or Description(arn=""))


def _status(own: Iterable[DurableEvent], description: Description | None) -> Status:
    known: list[Status] = [_ENDS[event.step] for event in own if event.kind == "Execution" and event.step in _ENDS]
    by_events: Status = known[-1] if known else "RUNNING"
    return description.status if by_events in _OPEN and description and description.status else by_events


def _described(own: list[DurableEvent], states: tuple[State, ...], status: Status, known: Description) -> Execution:
    started = next((event for event in own if event.kind == "Execution" and event.step == "Started"), None)
    ends = [event for event in own if event.kind == "Execution" and _ENDS.get(event.step, "RUNNING") not in _OPEN]
    ended = ends[-1] if ends else None
    return Execution(
        status=status,
        states=states,
        events=tuple(event.id for event in own),
        arn=known.arn.strip() or None,
        kind="durable",
        started_us=started.time_us if started else known.started_us,
        ended_us=ended.time_us if ended else known.ended_us,
        error=(ended.error if ended else None) or known.error,
        cause=(ended.cause if ended else None) or known.cause,
        input=(started.payload if started else None) or known.input,
        output=(ended.payload if ended else None) or known.output,
        name=known.name,
        state_machine_arn=known.state_machine_arn,
        trace_header=known.trace_header,
        request_ids=tuple(event.request_id for event in own if event.request_id),
    )


def _operations(events: Iterable[DurableEvent]) -> dict[str, _Operation]:
    """The events of each operation, operations in the order they first appear."""
    operations: dict[str, _Operation] = {}
    for event in events:
        operations.setdefault(event.operation or "", []).append(event)
    return operations


def _states(operations: Mapping[str, _Operation], execution: Status) -> tuple[State, ...]:
    """The operations at the top, each with what is below it."""
    children: dict[str | None, list[str]] = {}
    for operation, events in operations.items():
        parent = next((event.parent for event in events if event.parent), None)
        children.setdefault(parent if parent in operations and parent != operation else None, []).append(operation)
    frozen: dict[str, State] = {}
    for operation in reversed(_parents_first(children)):
        below = [(each, frozen[each]) for each in children.get(operation, ())]
        frozen[operation] = _state(operations, operation, below, execution)
    return tuple(frozen[each] for each in children.get(None, ()) if each in frozen)


def _parents_first(children: Mapping[str | None, list[str]]) -> list[str]:
    order: list[str] = []
    pending = list(reversed(children.get(None, [])))
    while pending:
        operation = pending.pop()
        order.append(operation)
        pending.extend(reversed(children.get(operation, [])))
    return order


def _state(
    operations: Mapping[str, _Operation], operation: str, below: list[tuple[str, State]], execution: Status
) -> State:
    events = operations[operation]
    first, last = events[0], events[-1]
    status = _status_of(events, execution)
    type_ = first.sub_type if first.sub_type in _SCOPES else first.kind
    failed = last if status in ("FAILED", "TIMED_OUT", "STOPPED", "ABORTED") else None
    is_map = type_ == "Map"
    return State(
        name=first.name or operation,
        type=type_,
        status=status,
        entered_us=first.time_us if first.step == "Started" else None,
        exited_us=last.time_us if _ENDS.get(last.step, "RUNNING") not in _OPEN and not last.retries_in_s else None,
        attempts=_attempts(events),
        branches=() if is_map else _branches(below, type_),
        iterations=tuple(_iteration(index, each, operations) for index, each in enumerate(below)) if is_map else (),
        events=tuple(event.id for event in events),
        error=failed.error if failed else None,
        cause=failed.cause if failed else None,
        is_assumed=any(event.parent and event.parent not in operations for event in events),
        input=next((event.payload for event in events if event.step == "Started" and event.payload), None),
        output=next((event.payload for event in reversed(events) if event.step == "Succeeded"), None),
        waits=_wait(first, last) if status == "RUNNING" else None,
        identity=_identity(events),
        children=tuple(event.child_arn for event in events if event.child_arn),
    )


def _status_of(events: _Operation, execution: Status) -> Status:
    last = events[-1]
    status = _ENDS.get(last.step, "RUNNING")
    if status == "FAILED" and last.retries_in_s:
        status = "RUNNING"
    if status != "RUNNING" or execution in (*_OPEN, "PENDING_REDRIVE"):
        return status
    return "UNKNOWN" if execution == "SUCCEEDED" else execution if execution != "FAILED" else "ABORTED"


def _attempts(events: _Operation) -> tuple[Attempt, ...]:
    """Of steps and invokes: each start, and how it ended."""
    attempts: list[Attempt] = []
    for event in events:
        if event.kind not in ("Step", "Invoke"):
            return ()
        if event.step == "Started":
            attempts.append(Attempt("RUNNING", event.function, scheduled_us=event.time_us, started_us=event.time_us))
            continue
        is_open = attempts and attempts[-1].status == "RUNNING"
        begun = attempts.pop() if is_open else Attempt("RUNNING")
        status = _ENDS.get(event.step, "UNKNOWN")
        attempts.append(
            Attempt(
                status, begun.resource, event.error, event.cause, begun.scheduled_us, begun.started_us, event.time_us
            )
        )
    return tuple(attempts)


def _branches(below: list[tuple[str, State]], type_: str) -> tuple[Branch, ...]:
    """A Parallel has one for each of its children, every other context one for all of them."""
    states = tuple(state for _, state in below)
    if type_ == "Parallel":
        return tuple(Branch((state,)) for state in states)
    return (Branch(states),) if states else ()


def _iteration(index: int, below: tuple[str, State], operations: Mapping[str, _Operation]) -> Iteration:
    """A child context of a Map: its own events are the iteration's, its children run in it."""
    operation, state = below
    if operations[operation][0].kind != "Context":
        return Iteration(index, state.status, (state,))
    inner = tuple(each for branch in state.branches for each in branch.states)
    inner += tuple(each for iteration in state.iterations for each in iteration.states)
    return Iteration(index, state.status, inner, state.events, started_us=state.entered_us, ended_us=state.exited_us)


def _wait(first: DurableEvent, last: DurableEvent) -> Wait | None:
    match last.kind:
        case "Callback":
            return Wait("callback", last.time_us, last.until_us)
        case "Wait":
            return Wait("time", last.time_us, last.until_us)
        case "Invoke":
            return Wait("job", first.time_us)
        case "Step" if last.step == "Failed" and last.time_us is not None:
            return Wait("retry", last.time_us, last.time_us + last.retries_in_s * 1_000_000)
    return None


def _identity(events: _Operation) -> Identity:
    hashes = tuple(dict.fromkeys(token_hash(event.callback_id) for event in events if event.callback_id))
    refs = tuple(dict.fromkeys(f"durable/{event.child_arn}" for event in events if event.child_arn))
    return Identity(refs, token_hashes=hashes)
