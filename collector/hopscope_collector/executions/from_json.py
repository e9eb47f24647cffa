"""The JSON of an execution back to the frozen tree: `execution_as_json()` of the result is the same JSON again (pure).

Payloads are in it only when they were asked for; a collector never gives them out.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from hopscope_collector.executions.model import (
    Attempt,
    Branch,
    Execution,
    Identity,
    Iteration,
    MapRun,
    Run,
    Sent,
    State,
    Wait,
)

JsonObject = Mapping[str, Any]


def execution_from_json(found: JsonObject) -> Execution:
    """The execution that the JSON describes; deep nesting costs no recursion.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: a field is missing or of another type.
    """
    return Execution(
        status=found["status"],
        states=_states(found["states"]),
        events=tuple(found["events"]),
        unattached=tuple(found["unattached"]),
        arn=found["arn"],
        kind=found["kind"],
        started_us=found["started_us"],
        ended_us=found["ended_us"],
        error=found["error"],
        cause=found["cause"],
        name=found["name"],
        state_machine_arn=found["state_machine_arn"],
        map_run_arn=found["map_run_arn"],
        redrives=found["redrives"],
        runs=tuple(Run(**each) for each in found["runs"]),
        trace_header=found["trace_header"],
        missing=tuple(found["missing"]),
        is_linked=found["linked"],
        request_ids=tuple(found["request_ids"]),
    )


def _states(found: Sequence[JsonObject]) -> tuple[State, ...]:
    """Children are made before their parents."""
    order: list[JsonObject] = []
    pending = list(found)
    while pending:
        state = pending.pop()
        order.append(state)
        pending += [inner for holder in (*state["branches"], *state["iterations"]) for inner in holder["states"]]
    made: dict[int, State] = {}
    for state in reversed(order):
        made[id(state)] = _state(state, made)
    return tuple(made[id(each)] for each in found)


def _state(found: JsonObject, made: Mapping[int, State]) -> State:
    return State(
        name=found["name"],
        type=found["type"],
        status=found["status"],
        entered_us=found["entered_us"],
        exited_us=found["exited_us"],
        attempts=tuple(Attempt(**each) for each in found["attempts"]),
        branches=tuple(Branch(tuple(made[id(s)] for s in each["states"]), each["round"]) for each in found["branches"]),
        iterations=tuple(_iteration(each, made) for each in found["iterations"]),
        map_runs=tuple(MapRun(**each) for each in found["map_runs"]),
        events=tuple(found["events"]),
        error=found["error"],
        cause=found["cause"],
        is_caught=found["caught"],
        is_assumed=found["assumed"],
        rounds=found["rounds"],
        items=found["items"],
        variables=dict.fromkeys(found["variables"], ""),
        waits=_wait(found["waiting"]),
        identity=Identity(
            tuple(found["refs"]),
            tuple(Sent(**each) for each in found["sent"]),
            tuple(found["token_hashes"]),
            tuple(found["roots"]),
        ),
        children=tuple(found["children"]),
    )


def _iteration(found: JsonObject, made: Mapping[int, State]) -> Iteration:
    return Iteration(
        found["index"],
        found["status"],
        tuple(made[id(each)] for each in found["states"]),
        tuple(found["events"]),
        round=found["round"],
        started_us=found["started_us"],
        ended_us=found["ended_us"],
    )


def _wait(found: JsonObject | None) -> Wait | None:
    return None if found is None else Wait(found["for"], found["since_us"], found["until_us"])
