"""An execution joins the hops around it by ids alone; nobody's state machine is edited."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from hopscope_collector.executions import Execution, History, execution_of
from hopscope_collector.executions.as_records import machine_of, records_of
from hopscope_collector.executions.description import Description
from hopscope_collector.executions.event import HistoryEvent
from hopscope_collector.rules import Rules
from hopscope_collector.stitch import flows_of
from hopscope_wire.decode import record_of
from hopscope_wire.encode import line_of
from hopscope_wire.model import Begin, End, Message, Record, Send

ARN = "arn:aws:states:eu-west-1:111111111111:execution:assign-courier:o-42"
TABLE = """
    1 ExecutionStarted <- 0
    2 TaskStateEntered <- 0 name=Notify
    3 TaskScheduled <- 2 resourceType=events resource=putEvents parameters='{"Entries": [{"DetailType": "courier_assigned", "EventBusName": "orders"}, {"DetailType": "late"}]}'
    4 TaskFailed <- 3 resourceType=events resource=putEvents error=EventBridge.FailedEntry cause='{"Entries": [{"EventId": "e-1"}, {"ErrorCode": "InvalidArgument"}]}'
    5 TaskStateExited <- 4 name=Notify
    6 TaskStateEntered <- 5 name=Work
    7 TaskScheduled <- 6 resourceType=lambda resource=invoke parameters='{"FunctionName": "work"}'
    8 TaskSucceeded <- 7 resourceType=lambda resource=invoke output='{"SdkResponseMetadata": {"RequestId": "r-1"}}'
    9 TaskStateExited <- 8 name=Work
    10 ExecutionSucceeded <- 9
"""


@pytest.fixture
def of(events_of: Callable[[str], tuple[HistoryEvent, ...]]) -> Callable[[str], Execution]:
    return lambda table: execution_of(History(events_of(table), Description(ARN)))


Of = Callable[[str], Execution]


def records(execution: Execution) -> list[Record]:
    return [record_of(line_of(each)) for each in records_of(execution)]


def invoked(
    number: int, function: str, messages: tuple[Message, ...] = (), sends: tuple[Send, ...] = ()
) -> list[Record]:
    identity: dict[str, Any] = {
        "trace_id": f"{number:032x}",
        "invocation_id": f"{number:012x}0000",
        "request_id": f"request-{number}",
        "function": function,
        "start_us": number * 1_000,
    }
    end = End(**identity, end_us=number * 1_000 + 500, duration_us=500, outcome="ok", sends=sends)
    return [Begin(**identity, messages=messages), end]


def test_what_started_it_it_and_what_it_published_are_one_flow(of: Of) -> None:
    """Choreography, StartExecution, putEvents, choreography: every link by an id of AWS."""
    start = Send("0000000000010001", "states", "StartExecution", refs=(f"states/{ARN}",), sent_us=900)
    consumed = Message(0, "events", refs=("events/e-1",), name="courier_assigned")

    (flow,) = flows_of(
        [*invoked(1, "place-order", (), (start,)), *records(of(TABLE)), *invoked(20, "notify-user", (consumed,))],
        now_us=10**9,
        rules=Rules(),
    )

    assert [hop.function for hop in flow.hops] == ["place-order", "assign-courier", "notify-user"]
    assert [(link.evidence[0], link.detail) for link in flow.links] == [("ref", f"states/{ARN}"), ("ref", "events/e-1")]
    assert flow.executions == (ARN,)


def test_a_function_that_a_task_invoked_is_joined_by_its_request_id(of: Of) -> None:
    """Nothing was injected and nothing arrived but the payload: the answer of Invoke names the request."""
    work = [replace(each, request_id="r-1") for each in invoked(8, "work")]

    (flow,) = flows_of([*records(of(TABLE)), *work], now_us=10**9, rules=Rules())

    assert [(link.evidence, link.detail) for link in flow.links] == [(("ref",), "lambda/r-1")]


def test_each_message_is_a_send_with_its_destination_and_name(of: Of) -> None:
    begin, end = records(of(TABLE))

    assert isinstance(begin, Begin)
    assert isinstance(end, End)
    assert (begin.function, begin.request_id, begin.messages[0].refs) == ("assign-courier", ARN, (f"states/{ARN}",))
    assert [(send.refs, send.operation, send.destination, send.name, send.sent_us) for send in end.sends] == [
        ((), "putEvents", "default", "late", 3_000),
        (("events/e-1",), "putEvents", "orders", "courier_assigned", 3_000),
        (("lambda/r-1",), "invoke", "work", None, 7_000),
    ]
    assert [send.error.type for send in end.sends if send.error] == ["InvalidArgument"]


def test_a_running_execution_has_begun_and_not_ended(of: Of) -> None:
    (begin,) = records(of("1 ExecutionStarted <- 0\n 2 WaitStateEntered <- 0 name=Pause"))

    assert isinstance(begin, Begin)
    assert begin.deadline_us is not None
    assert begin.deadline_us > begin.start_us + 300 * 24 * 3_600_000_000, "an execution may wait for months"


def test_a_redrive_is_another_attempt_and_repeats_no_send(of: Of) -> None:
    execution = of("""
        1 ExecutionStarted <- 0
        2 TaskStateEntered <- 0 name=Tell
        3 TaskScheduled <- 2 resourceType=sns resource=publish
        4 TaskSucceeded <- 3 resourceType=sns resource=publish output='{"MessageId": "m-1"}'
        5 TaskStateExited <- 4 name=Tell
        6 TaskStateEntered <- 5 name=Ask
        7 TaskScheduled <- 6 resourceType=sqs resource=sendMessage
        8 TaskFailed <- 7 resourceType=sqs resource=sendMessage error=Boom
        9 ExecutionFailed <- 8 error=Boom cause=why
        10 ExecutionRedriven <- 0 redriveCount=1
        11 TaskScheduled <- 6 resourceType=sqs resource=sendMessage
        12 TaskSucceeded <- 11 resourceType=sqs resource=sendMessage output='{"MessageId": "m-2"}'
        13 TaskStateExited <- 12 name=Ask
        14 ExecutionSucceeded <- 13
    """)

    read = records(execution)

    ends = [each for each in read if isinstance(each, End)]
    assert [(end.outcome, [send.refs for send in end.sends]) for end in ends] == [
        ("error", [("sns/m-1",)]),
        ("ok", [("sqs/m-2",)]),
    ]
    assert [each.messages[0].attempt for each in read if isinstance(each, Begin)] == [1, 2]
    (flow,) = flows_of(read, now_us=10**9, rules=Rules())
    assert flow.status == "recovered"


def test_the_same_history_read_again_is_the_same_record(of: Of) -> None:
    assert records(of(TABLE)) == records(of(TABLE))


def test_an_execution_of_a_traced_machine_is_in_its_trace(of: Of) -> None:
    traced = replace(of(TABLE), trace_header="Root=1-5e1b4151-5ac6c58f5b4c1d5f6a7b8c9d;Sampled=1")

    assert {record.trace_id for record in records(traced)} == {"5e1b41515ac6c58f5b4c1d5f6a7b8c9d"}


def test_without_an_arn_there_is_no_record(of: Of) -> None:
    assert records(replace(of(TABLE), arn=None)) == []


def test_no_payload_is_in_a_record(of: Of) -> None:
    lines = [
        line_of(each)
        for each in records_of(of("1 ExecutionStarted <- 0 input=private\n 2 ExecutionSucceeded <- 1 output=private"))
    ]

    assert "private" not in json.dumps(lines)


@pytest.mark.parametrize(
    ("arn", "machine"),
    [
        (ARN, "assign-courier"),
        ("arn:aws:states:eu-west-1:1:express:orders:o-42:7c9e", "orders"),
        ("arn:aws:states:eu-west-1:1:execution:orders/Each:7c9e", "orders"),
        ("arn:aws:lambda:eu-west-1:1:function:orders:1/durable-execution/o-42/7c9e", "orders"),
        ("odd", "odd"),
    ],
)
def test_people_know_a_machine_by_its_name(arn: str, machine: str) -> None:
    assert machine_of(arn) == machine
