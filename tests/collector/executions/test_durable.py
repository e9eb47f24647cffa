"""Shapes as botocore's model of GetDurableExecutionHistory documents them."""

from collections.abc import Callable
from textwrap import dedent
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from hopscope_collector.executions import Execution, execution_as_json, execution_of, histories_of
from hopscope_collector.executions.keeping import kept
from hopscope_collector.executions.model import Wait
from hopscope_collector.executions.tokens import token_hash

ARN = "arn:aws:lambda:eu-west-1:111111111111:function:orders:1/durable-execution/o-42/7c9e"
Drawn = Callable[[Execution], str]


def event(number: int, type_: str, operation: str | None = None, **given: Any) -> dict[str, Any]:
    """`details` go under the key of the type; what is left stands on the event."""
    details = given.pop("details", {})
    own = {"EventId": number, "EventType": type_, "EventTimestamp": number, f"{type_}Details": details, **given}
    return own if operation is None else {**own, "Id": operation}


def failed(name: str, **details: Any) -> dict[str, Any]:
    return {"Error": {"Payload": {"ErrorType": name, "ErrorMessage": "no"}}, **details}


HISTORY = [
    event(1, "ExecutionStarted"),
    event(2, "StepStarted", "s1", Name="charge"),
    event(
        3, "StepFailed", "s1", Name="charge", details=failed("Declined", RetryDetails={"NextAttemptDelaySeconds": 5})
    ),
    event(4, "InvocationCompleted", details={"RequestId": "request-1"}),
    event(5, "StepStarted", "s1", Name="charge"),
    event(6, "StepSucceeded", "s1", Name="charge", details={"Result": {"Payload": "42"}}),
    event(7, "ContextStarted", "m", Name="items", SubType="Map"),
    event(8, "ContextStarted", "m0", ParentId="m", SubType="MapIteration"),
    event(9, "ContextStarted", "m1", ParentId="m", SubType="MapIteration"),
    event(10, "StepStarted", "m1s", Name="pick", ParentId="m1"),
    event(11, "StepStarted", "m0s", Name="pick", ParentId="m0"),
    event(12, "StepSucceeded", "m0s", Name="pick", ParentId="m0"),
    event(13, "ContextSucceeded", "m0", ParentId="m"),
    event(14, "CallbackStarted", "c", Name="accept", details={"CallbackId": "secret-callback", "Timeout": 600}),
]


def of(events: list[dict[str, Any]], **described: Any) -> Execution:
    (history,) = histories_of([{"DurableExecutionArn": ARN, "Status": "RUNNING", **described}, {"Events": events}])
    return execution_of(history)


def test_operations_are_states_where_they_ran(drawn: Drawn) -> None:
    assert (
        drawn(of(HISTORY))
        == dedent("""
        RUNNING [1 4]
        charge:Step SUCCEEDED x2 [2 3 5 6]
        items:Map RUNNING [7]
        # 0 SUCCEEDED [8 13]
          pick:Step SUCCEEDED [11 12]
        # 1 RUNNING [9]
          pick:Step RUNNING [10]
        accept:Callback RUNNING [14]
    """).strip()
    )


def test_a_callback_is_waited_for_and_its_id_is_hashed() -> None:
    execution = of(HISTORY)
    (callback,) = [state for state in execution.walk() if state.type == "Callback"]

    assert callback.waits == Wait("callback", 14_000_000, 614_000_000)
    assert callback.identity.token_hashes == (token_hash("secret-callback"),)
    assert "secret-callback" not in repr(execution_as_json(execution, with_payloads=True))


def test_invocations_are_known_by_their_request_ids() -> None:
    assert of(HISTORY).request_ids == ("request-1",)


def test_a_step_that_failed_waits_for_its_next_attempt() -> None:
    (step,) = of(HISTORY[:3]).states

    assert (step.status, step.waits) == ("RUNNING", Wait("retry", 3_000_000, 8_000_000))


def test_a_chained_invoke_knows_its_child() -> None:
    child = ARN.replace("orders", "courier")
    execution = of(
        [
            event(1, "ExecutionStarted"),
            event(
                2,
                "ChainedInvokeStarted",
                "i",
                Name="assign",
                details={"FunctionName": "courier", "DurableExecutionArn": child},
            ),
            event(3, "ChainedInvokeTimedOut", "i", Name="assign", details=failed("Timeout")),
        ]
    )
    (invoke,) = execution.states

    assert (invoke.type, invoke.status, invoke.error) == ("Invoke", "TIMED_OUT", "Timeout")
    assert invoke.identity.refs == (f"durable/{child}",)
    assert [attempt.resource for attempt in invoke.attempts] == ["courier"]


def test_branches_of_a_parallel_stand_apart(drawn: Drawn) -> None:
    execution = of(
        [
            event(1, "ContextStarted", "p", Name="both", SubType="Parallel"),
            event(2, "ContextStarted", "b0", ParentId="p", Name="left", SubType="ParallelBranch"),
            event(3, "ContextStarted", "b1", ParentId="p", Name="right", SubType="ParallelBranch"),
            event(4, "WaitStarted", "w", ParentId="b1", Name="pause"),
            event(5, "ContextFailed", "b0", ParentId="p", details=failed("Boom")),
            event(6, "WaitCancelled", "w", ParentId="b1"),
            event(7, "ExecutionFailed", details=failed("Boom")),
        ]
    )

    assert (
        drawn(execution)
        == dedent("""
        FAILED [7]
        both:Parallel ABORTED [1]
        |
          left:Context FAILED Boom [2 5]
        |
          right:Context ABORTED [3]
          |
            pause:Wait ABORTED [4 6]
    """).strip()
    )
    assert (execution.error, execution.cause) == ("Boom", "no")


def test_an_execution_that_was_stopped_or_paused_says_so() -> None:
    begun = [event(1, "ExecutionStarted")]

    assert of([*begun, event(2, "ExecutionStopped", details=failed("Stopped"))]).status == "STOPPED"
    assert of([*begun, event(2, "ExecutionPaused")], Status="PAUSED").status == "PAUSED"
    assert of([*begun, event(2, "ExecutionPaused"), event(3, "ExecutionResumed")]).status == "RUNNING"


@given(st.permutations(HISTORY), st.lists(st.sampled_from(HISTORY), max_size=3))
def test_any_order_and_any_repeats_give_the_same_tree(
    events: list[dict[str, Any]], again: list[dict[str, Any]]
) -> None:
    assert of([*events, *again]) == of(HISTORY)


@given(st.lists(st.sampled_from(HISTORY), unique_by=lambda each: each["EventId"], min_size=1))
def test_every_event_has_one_place_whatever_is_missing(events: list[dict[str, Any]]) -> None:
    execution = of(events)
    placed = [*execution.events, *execution.unattached]
    for state in execution.walk():
        placed += state.events
        placed += [each for iteration in state.iterations for each in iteration.events]

    assert sorted(placed) == sorted(each["EventId"] for each in events)


def test_what_is_kept_is_the_same_tree_without_payloads() -> None:
    (history,) = histories_of([{"DurableExecutionArn": ARN, "Status": "RUNNING"}, {"Events": HISTORY}])

    records = list(kept(history, {}))

    assert {record.refs[0] for record in records} == {f"durable/{ARN}"}
    (again,) = histories_of(document for record in records for document in record.documents)
    assert outline(execution_of(again)) == outline(execution_of(history))


def outline(execution: Execution) -> list[object]:
    """All but payloads, and the callbacks that only their secret ids tell apart."""
    return [
        (state.name, state.type, state.status, state.entered_us, state.exited_us, state.events, state.error)
        for state in execution.walk()
    ]
