"""An execution as one tree of frozen values.

    Execution
    └── State                    entered once; a loop enters it again: another State
        ├── attempts             each time its task was scheduled
        ├── branches             of a Parallel ──┐
        └── iterations           of a Map ───────┴─ each holds states again

Every event of the history has one place: the `events` of a state, of an iteration, of the execution, or `unattached`.
Times are epoch microseconds, UTC, on the clock of AWS.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

Status = Literal[
    "RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "PENDING_REDRIVE", "STOPPED", "PAUSED", "UNKNOWN"
]
"""AWS's words. `STOPPED` and `PAUSED` are those of durable executions; `UNKNOWN`: over, but how is not recorded."""

Kind = Literal["standard", "express", "durable"]
WaitsFor = Literal["callback", "job", "worker", "time", "retry"]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One time that a task was scheduled."""

    status: Status
    resource: str | None = None
    """`lambda:invoke`, `sqs:sendMessage.waitForTaskToken`, or the ARN of a function or an activity."""

    error: str | None = None
    cause: str | None = None
    scheduled_us: int | None = None
    started_us: int | None = None
    """None until something took it."""

    ended_us: int | None = None
    """None while it runs, or when its end is not recorded."""


@dataclass(frozen=True, slots=True)
class Wait:
    """What a running state waits for."""

    what: WaitsFor
    since_us: int | None = None
    until_us: int | None = None
    """When the wait ends or times out. None when nothing says."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One message that a state handed to a broker, or one piece of work that it started."""

    service: str
    """`events`, `sqs`, `sns`, `lambda`, `states`, …"""

    operation: str
    """As the task names it: `putEvents`, `sendMessage`, `startExecution`."""

    event_id: int
    """The event of the history that had the answer."""

    ref: str | None = None
    """In the words of messages: `events/<EventId>`, `states/<executionArn>`, … None when the broker did not take it."""

    destination: str | None = None
    """ARN, URL or name as the task gave it. None when it is not recorded."""

    name: str | None = None
    """The detail-type of an event. None when only the destination names it."""

    sent_us: int | None = None
    """When the attempt was scheduled. None when that is not recorded."""

    error: str | None = None
    """Why the broker did not take it."""


@dataclass(frozen=True, slots=True)
class Run:
    """An execution's first try, or one of its redrives."""

    first_event: int
    started_us: int | None
    status: Status
    ended_us: int | None = None
    """None while it runs."""

    error: str | None = None
    cause: str | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """What the outside world knows a state's work by."""

    refs: tuple[str, ...] = ()
    """In the words of messages: `events/<EventId>`, `sqs/<MessageId>`, `states/<executionArn>`, …"""

    sent: tuple[Sent, ...] = ()
    """The same with what else is known of each, and the entries that were not taken."""

    token_hashes: tuple[str, ...] = ()
    """SHA-256 of each task token it gave away, as hex digits. The tokens themselves are secret and kept nowhere."""

    roots: tuple[str, ...] = ()
    """X-Ray Roots seen in responses, 32 hex digits each."""


@dataclass(frozen=True, slots=True)
class Branch:
    """One branch of a Parallel, or one context of a durable execution."""

    states: tuple["State", ...]
    round: int = 1
    """Which try of the Parallel it belongs to, from 1."""


@dataclass(frozen=True, slots=True)
class Iteration:
    """One item of a Map that runs inside this execution."""

    index: int
    status: Status
    states: tuple["State", ...] = ()
    events: tuple[int, ...] = ()
    round: int = 1
    """Which try of the Map it belongs to, from 1."""

    started_us: int | None = None
    ended_us: int | None = None


@dataclass(frozen=True, slots=True)
class MapRun:
    """The children of a Distributed Map, which are executions of their own."""

    arn: str | None
    status: Status
    redrives: int = 0


@dataclass(frozen=True, slots=True)
class State:
    """A state that was entered."""

    name: str
    type: str
    """`Task`, `Pass`, `Choice`, `Wait`, `Succeed`, `Fail`, `Parallel`, `Map`; of durable executions `Step`, `Context`,
    `Callback`, `Wait`, `Invoke`."""

    status: Status
    entered_us: int | None = None
    """None when the history lacks the event."""

    exited_us: int | None = None
    """None while it runs, when it failed for good, or when the history lacks the event."""

    attempts: tuple[Attempt, ...] = ()
    branches: tuple[Branch, ...] = ()
    iterations: tuple[Iteration, ...] = ()
    map_runs: tuple[MapRun, ...] = ()
    events: tuple[int, ...] = ()
    error: str | None = None
    cause: str | None = None
    is_caught: bool = False
    """It failed, and a Catch led on from it: `status` is SUCCEEDED, `error` says what was caught."""

    is_assumed: bool = False
    """Its place in the tree is the likely one: the events that would prove it are missing."""

    rounds: int = 0
    """How often a Map or Parallel was started; more than 1 means it was retried."""

    items: int | None = None
    """How many items a Map has. None for other types, and until it started."""

    input: str | None = None
    output: str | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    """What it assigned, as JSON text by name."""

    waits: Wait | None = None
    """None unless it runs and waits."""

    identity: Identity = Identity()
    children: tuple[str, ...] = ()
    """ARNs of the executions it started."""


@dataclass(frozen=True, slots=True)
class Execution:
    """One run of a state machine or of a durable function."""

    status: Status
    states: tuple[State, ...] = ()
    events: tuple[int, ...] = ()
    unattached: tuple[int, ...] = ()
    """Events whose place the history does not tell."""

    arn: str | None = None
    """None when only a history without its description was given."""

    kind: Kind = "standard"
    started_us: int | None = None
    ended_us: int | None = None
    error: str | None = None
    cause: str | None = None
    input: str | None = None
    output: str | None = None
    name: str | None = None
    state_machine_arn: str | None = None
    map_run_arn: str | None = None
    """The Map Run it is a child of. None for every other execution."""

    redrives: int = 0
    runs: tuple[Run, ...] = ()
    """The first try and every redrive, in order. Empty for durable executions."""

    trace_header: str | None = None
    missing: tuple[int, ...] = ()
    """Events that others name as their cause, but that are not here."""

    is_linked: bool = True
    """False when no event names its cause: the order of the events was taken for it."""

    request_ids: tuple[str, ...] = ()
    """Lambda request ids of a durable execution's invocations, in order."""

    def walk(self) -> Iterator[State]:
        """Every state, parents before children, in the order they were entered within their scope."""
        yield from walk(self.states)


def walk(states: tuple[State, ...]) -> Iterator[State]:
    """Every state of these and below them, parents first; deep nesting costs no recursion."""
    pending = list(reversed(states))
    while pending:
        state = pending.pop()
        yield state
        inner = [*(s for b in state.branches for s in b.states), *(s for i in state.iterations for s in i.states)]
        pending.extend(reversed(inner))
