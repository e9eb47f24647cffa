"""What the API answers, for its OpenAPI document. docs/show.md says what each field means.

Answers are made by `flow_json()` and its neighbours, not by these models; a test holds them to it.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from hopscope_collector.flow import Evidence, FlowStatus, HopStatus

Version = Literal[1]


class Model(BaseModel):
    """A JSON object to which fields may be added."""

    model_config = ConfigDict(extra="allow")


class Failure(Model):
    """What was raised, or what a broker said."""

    type: str
    message: str
    stack: str | None


class Hop(Model):
    """One attempt of one consumer at one message."""

    id: str
    function: str
    request_id: str
    invocation_id: str
    message_index: int
    batch_size: int
    attempt: int
    refs: list[str]
    trace_id: str
    root: str | None
    status: HopStatus
    source: str
    name: str | None
    origin: str | None
    started_us: int
    ended_us: int | None
    deadline_us: int | None
    sent_us: int | None
    clock_offset_us: int
    correlation_id: str | None
    keys: dict[str, str]
    attributes: dict[str, str]
    body_bytes: int | None
    error: Failure | None


class Send(Model):
    """One message handed to a broker."""

    id: str
    hop: str
    refs: list[str]
    service: str
    operation: str
    destination: str | None
    name: str | None
    sent_us: int
    duration_us: int | None
    of_batch: bool
    carried: bool
    skipped: str | None
    keys: dict[str, str]
    body_bytes: int | None
    error: Failure | None


class Broker(Model):
    """One thing that a message passed on its way."""

    kind: str
    name: str
    reached_us: int | None


class Link(Model):
    """What led to a hop, and why that is believed."""

    from_: str = Field(alias="from")
    to: str
    evidence: Evidence
    all_evidence: list[Evidence]
    exact: bool
    detail: str
    waited_us: int | None
    through: list[Broker]


class Wait(Model):
    """What a flow waits for."""

    after: str
    expected: str
    since_us: int
    due_us: int | None
    state: str
    send: str | None


class Flow(Model):
    """One instance of a business process."""

    id: str
    status: FlowStatus
    correlation_id: str | None
    keys: dict[str, str]
    kind: str
    traces: list[str]
    started_us: int
    ended_us: int | None
    functions: list[str]
    attempts: int
    errors: list[str]
    hops: list[Hop]
    sends: list[Send]
    links: list[Link]
    waits: list[Wait]
    executions: list[str]
    notes: list[str]


class Execution(Model):
    """One run of a state machine: docs/executions.md."""

    arn: str | None
    kind: str
    status: str
    states: list[dict[str, Any]]


class ShownFlow(Flow):
    """A flow with what ran inside its executions."""

    execution_details: list[Execution]


class Answer(Model):
    """The version of the contract, and what was asked for."""

    hopscope: Version = 1


class FlowsAnswer(Answer):
    """One page of flows."""

    flows: list[Flow]
    more: bool
    next: str | None
    looked_at: int
    reached_us: int | None
    partial: bool


class FlowAnswer(Answer):
    """One flow."""

    flow: ShownFlow


class ExecutionAnswer(Answer):
    """One execution."""

    execution: Execution


class Window(Model):
    """A stretch of time in equal buckets."""

    since_us: int
    until_us: int
    buckets: int


class Kind(Model):
    """All flows of one kind."""

    name: str
    flows: int
    failed: int
    open: int
    statuses: dict[str, int]
    p50_us: int | None
    p95_us: int | None
    p99_us: int | None
    arrivals: list[int]
    failures: list[int]


class KindsAnswer(Answer):
    """The kinds of a window, most flows first."""

    window: Window
    kinds: list[Kind]
    arrivals: list[int]
    failures: list[int]
    partial: bool


class Example(Model):
    """The first line that was refused for a reason."""

    source: str
    place: str
    message: str


class Behind(Model):
    """How far what is stored lies behind what happens: all null while whoever collects keeps up."""

    up_to_us: int | None
    said_at_us: int | None
    sampled_us: int | None


class StatsAnswer(Answer):
    """Counters since the store was made."""

    received: int
    stored: int
    repeated: int
    refused: dict[str, int]
    examples: dict[str, Example]
    kept: int
    pruned: int
    facts: int
    oldest_us: int | None
    newest_us: int | None
    behind: Behind


class TakenAnswer(Answer):
    """What became of the lines of one request."""

    received: int
    stored: int
    repeated: int
    refused: dict[str, int]
    others: int
    facts: int


class ChangesAnswer(Answer):
    """What was stored since a token."""

    token: int
    ids: list[str]
    everything: bool


class Error(Model):
    """What is wrong, as given; what was expected; what to do."""

    type: str
    message: str
    given: str | None
    expected: str | None
    do: str | None


class ErrorAnswer(Answer):
    """Every answer from 400 on, but those to OTLP, which are a `google.rpc.Status`."""

    error: Error


class HealthAnswer(Answer):
    """The server answers."""

    ready: bool


_ALWAYS = (401, 403, 408, 429)
_MEANING = {
    400: "Something in the request is wrong.",
    401: "The token is missing or wrong.",
    403: "A page of another site asked.",
    404: "Nothing is known by it.",
    408: "The request did not arrive in time.",
    409: "The id names several.",
    413: "The body is too large.",
    415: "The body is of a type or encoding that is not read.",
    422: "The query costs too much.",
    429: "Too many requests; see Retry-After.",
    503: "Too much at once, or the store is busy; see Retry-After.",
}


def errors_of(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The errors of a route, and those that every route has."""
    return {each: {"model": ErrorAnswer, "description": _MEANING[each]} for each in sorted({*statuses, *_ALWAYS})}


class Status(BaseModel):
    """google.rpc.Status: how OTLP wants to be refused."""

    code: int
    message: str


def otlp_errors_of(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The errors of a route that speaks OTLP: in the encoding of the request."""
    return {
        each: {
            "model": Status,
            "description": f"{_MEANING[each]} A google.rpc.Status.",
            "content": {"application/x-protobuf": {"schema": {"type": "string", "format": "binary"}}},
        }
        for each in sorted({*statuses, *_ALWAYS})
    }
