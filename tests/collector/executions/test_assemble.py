"""What the values of a tree say: attempts, waits, errors, variables, JSON."""

import json
from collections.abc import Callable

import pytest

from hopscope_collector.executions import Execution, History, execution_as_json, execution_of
from hopscope_collector.executions.event import HistoryEvent
from hopscope_collector.executions.model import Attempt, MapRun, Wait

Events = Callable[[str], tuple[HistoryEvent, ...]]
BEGUN = "1 ExecutionStarted <- 0 input={}\n 2 TaskStateEntered <- 0 name=Ask input={}\n"


@pytest.fixture
def of(events_of: Events) -> Callable[[str], Execution]:
    return lambda table: execution_of(History(events_of(table)))


Of = Callable[[str], Execution]


def test_each_attempt_says_how_it_ended(of: Of) -> None:
    (state,) = of(
        BEGUN
        + """
        3 TaskScheduled <- 2 resourceType=sqs resource=sendMessage
        4 TaskStarted <- 3
        5 TaskFailed <- 4 error=Sqs.Throttled cause=slow
        6 TaskScheduled <- 5 resourceType=sqs resource=sendMessage
        7 TaskStarted <- 6
    """
    ).states

    assert state.attempts == (
        Attempt("FAILED", "sqs:sendMessage", "Sqs.Throttled", "slow", 3000, 4000, 5000),
        Attempt("RUNNING", "sqs:sendMessage", None, None, 6000, 7000),
    )
    assert (state.status, state.waits, state.error) == ("RUNNING", None, None)


@pytest.mark.parametrize(
    ("table", "waits"),
    [
        (
            "3 TaskScheduled <- 2 heartbeatInSeconds=60 timeoutInSeconds=600\n 4 TaskStarted <- 3\n 5 TaskSubmitted <- 4 resource=sendMessage.waitForTaskToken",
            Wait("callback", 5000, 60_003_000),
        ),
        ("3 TaskScheduled <- 2 resource=invoke.waitForTaskToken", Wait("callback", 3000)),
        (
            "3 TaskScheduled <- 2\n 4 TaskStarted <- 3\n 5 TaskSubmitted <- 4 resource=startExecution.sync",
            Wait("job", 5000),
        ),
        ("3 ActivityScheduled <- 2 resource=arn:aws:states:eu-west-1:1:activity:cook", Wait("worker", 3000)),
        ("3 TaskScheduled <- 2\n 4 TaskFailed <- 3 error=Boom", Wait("retry", 4000)),
        ("3 LambdaFunctionScheduled <- 2\n 4 LambdaFunctionStarted <- 3", None),
    ],
    ids=["callback", "an emulator's callback", "job", "worker", "retry", "works"],
)
def test_a_running_state_says_what_it_waits_for_and_since_when(of: Of, table: str, waits: Wait | None) -> None:
    (state,) = of(BEGUN + table).states

    assert (state.status, state.waits) == ("RUNNING", waits)


def test_what_waits_no_more_has_no_wait(of: Of) -> None:
    (state,) = of(BEGUN + "3 TaskScheduled <- 2\n 4 TaskSubmitted <- 3\n 5 ExecutionAborted <- 0").states

    assert (state.status, state.waits) == ("ABORTED", None)
    assert [attempt.status for attempt in state.attempts] == ["ABORTED"]


def test_a_caught_error_is_kept(of: Of) -> None:
    (state, _) = of(
        BEGUN
        + """
        3 TaskScheduled <- 2
        4 TaskTimedOut <- 3 error=States.Timeout
        5 TaskStateExited <- 4 name=Ask output={}
        6 PassStateEntered <- 5 name=Sorry
    """
    ).states

    assert (state.status, state.is_caught, state.error) == ("SUCCEEDED", True, "States.Timeout")


def test_a_parallel_fails_with_the_error_of_what_failed_inside(of: Of) -> None:
    (state,) = of("""
        1 ExecutionStarted <- 0
        2 ParallelStateEntered <- 0 name=Prepare
        3 ParallelStateStarted <- 2
        4 TaskStateEntered <- 3 name=Charge
        5 LambdaFunctionScheduled <- 4
        6 LambdaFunctionFailed <- 5 error=Declined cause=empty
        7 ParallelStateFailed <- 6
        8 ParallelStateExited <- 7 name=Prepare
    """).states

    assert (state.is_caught, state.error, state.cause) == (True, "Declined", "empty")


def test_the_error_of_a_fail_state_is_the_execution_s(of: Of) -> None:
    execution = of(
        "1 ExecutionStarted <- 0\n 2 FailStateEntered <- 0 name=Stop\n 3 ExecutionFailed <- 2 error=Bad cause=why"
    )

    assert (execution.error, execution.cause) == ("Bad", "why")
    assert [(state.status, state.error) for state in execution.states] == [("FAILED", "Bad")]


def test_a_distributed_map_names_its_runs(of: Of) -> None:
    (state,) = of("""
        1 ExecutionStarted <- 0
        2 MapStateEntered <- 0 name=Each
        3 MapStateStarted <- 2 length=9
        4 MapRunStarted <- 3 mapRunArn=arn:run
        5 MapRunSucceeded <- 4
        6 MapStateExited <- 5 name=Each
    """).states

    assert (state.map_runs, state.items) == ((MapRun("arn:run", "SUCCEEDED"),), 9)


def test_times_are_those_of_the_events(of: Of) -> None:
    execution = of(BEGUN + "3 TaskStateExited <- 2 name=Ask\n 4 ExecutionSucceeded <- 3")

    assert (execution.started_us, execution.ended_us) == (1000, 4000)
    assert [(state.entered_us, state.exited_us) for state in execution.states] == [(2000, 3000)]


def test_after_a_redrive_there_is_no_end(of: Of) -> None:
    execution = of(BEGUN + "3 ExecutionFailed <- 2 error=Boom\n 4 ExecutionRedriven <- 0")

    assert (execution.status, execution.ended_us, execution.error, execution.redrives) == ("RUNNING", None, None, 1)


def test_missing_causes_are_named(of: Of) -> None:
    assert of("1 ExecutionStarted <- 0\n 5 PassStateEntered <- 4 name=A\n 9 PassStateExited <- 8 name=A").missing == (
        4,
        8,
    )


def test_the_json_has_the_documented_fields(of: Of) -> None:
    """Add freely, rename none: other programs read them."""
    value = execution_as_json(
        of("""
        1 ExecutionStarted <- 0
        2 MapStateEntered <- 0 name=Each
        3 MapStateStarted <- 2 length=1
        4 MapIterationStarted <- 3 name=Each index=0
        5 ParallelStateEntered <- 4 name=Both
        6 ParallelStateStarted <- 5
        7 TaskStateEntered <- 6 name=Ask
        8 TaskScheduled <- 7
    """)
    )

    assert json.loads(json.dumps(value)) == value
    assert {"arn", "status", "started_us", "ended_us", "states", "events", "unattached"} <= value.keys()
    (each,) = value["states"]  # type: ignore[misc]
    assert {
        "name",
        "type",
        "status",
        "entered_us",
        "exited_us",
        "attempts",
        "iterations",
        "branches",
        "events",
    } <= each.keys()
    (iteration,) = each["iterations"]
    assert {"index", "states", "events"} <= iteration.keys()
    (both,) = iteration["states"]
    ((ask,),) = [branch["states"] for branch in both["branches"]]
    assert [set(attempt) >= {"status", "error", "resource"} for attempt in ask["attempts"]] == [True]


def test_payloads_are_in_the_json_only_on_demand(of: Of) -> None:
    execution = of("1 ExecutionStarted <- 0 input=private\n 2 PassStateEntered <- 0 name=A input=private")

    assert "private" not in json.dumps(execution_as_json(execution))
    assert execution_as_json(execution)["input_bytes"] == len("private")
    assert json.dumps(execution_as_json(execution, with_payloads=True)).count("private") == 2
