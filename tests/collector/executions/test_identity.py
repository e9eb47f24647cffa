"""The ids that join an execution to hops, from answers as AWS records them."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hopscope_collector.executions.event import HistoryEvent
from hopscope_collector.executions.identity import identity_of
from hopscope_collector.executions.tokens import Redactor, token_hash, tokens_in

CHILD = "arn:aws:states:eu-west-1:111111111111:execution:courier:c-1"
AWS_TOKEN = "AQCAAAAAKgAAAAMAAAAAAAAAAxM1hGOLeirWp6d6J+zFJvNLC+UJmhhpB+3JgvPRtnF7SuNCLq" + "ab/+" * 60 + "=="


def answered(service: str, resource: str, output: Any, type_: str = "TaskSucceeded") -> HistoryEvent:
    key = "cause" if type_.endswith("Failed") else "output"
    text = output if isinstance(output, str) else json.dumps(output)
    return HistoryEvent(5, 4, type_, 5, {"resourceType": service, "resource": resource, key: text})


@pytest.mark.parametrize(
    ("event", "refs"),
    [
        (answered("lambda", "invoke", {"SdkResponseMetadata": {"RequestId": "r-1"}}), ["lambda/r-1"]),
        (answered("lambda", "invoke", {"errorMessage": "no", "requestId": "r-2"}, "TaskFailed"), ["lambda/r-2"]),
        (
            answered("events", "putEvents", {"Entries": [{"EventId": "e-1"}, {"EventId": "e-2"}]}),
            ["events/e-1", "events/e-2"],
        ),
        (
            answered("events", "putEvents", {"Entries": [{"EventId": "e-1"}, {"ErrorCode": "X"}]}, "TaskFailed"),
            ["events/e-1"],
        ),
        (answered("aws-sdk:eventbridge", "putEvents", {"Entries": [{"EventId": "e-1"}]}), ["events/e-1"]),
        (answered("sns", "publish", {"MessageId": "m-1"}), ["sns/m-1"]),
        (answered("sqs", "sendMessage", {"MessageId": "m-2"}), ["sqs/m-2"]),
        (answered("sqs", "sendMessage.waitForTaskToken", {"MessageId": "m-3"}, "TaskSubmitted"), ["sqs/m-3"]),
        (
            answered(
                "aws-sdk:sqs", "sendMessageBatch", {"Successful": [{"MessageId": "m-4"}], "Failed": [{"Id": "b"}]}
            ),
            ["sqs/m-4"],
        ),
        (answered("states", "startExecution.sync:2", {"ExecutionArn": CHILD}, "TaskSubmitted"), [f"states/{CHILD}"]),
        (answered("aws-sdk:sfn", "startExecution", {"ExecutionArn": CHILD}), [f"states/{CHILD}"]),
        (answered("states", "arn:aws:states:::sqs:sendMessage", {"MessageId": "m-5"}), ["sqs/m-5"]),
        (answered("dynamodb", "putItem", {"SdkResponseMetadata": {"RequestId": "r-1"}}), []),
        (answered("sqs", "sendMessage", '{"MessageId": "m-6'), []),
        (answered("sqs", "sendMessage", {"MessageId": 7}), []),
    ],
)
def test_answers_name_what_was_sent_or_started(event: HistoryEvent, refs: list[str]) -> None:
    assert list(identity_of([event]).refs) == refs


def test_a_function_s_error_names_its_request() -> None:
    event = HistoryEvent(5, 4, "LambdaFunctionFailed", 5, {"cause": '{"errorMessage": "no", "requestId": "r-1"}'})

    assert identity_of([event]).refs == ("lambda/r-1",)


def test_the_x_ray_root_of_an_answer_is_32_hex_digits() -> None:
    headers = {
        "SdkHttpMetadata": {"HttpHeaders": {"X-Amzn-Trace-Id": "Root=1-F0AFA337-eab374a6899ab61699b4eab0;Sampled=1"}}
    }

    assert identity_of([answered("lambda", "invoke", headers)]).roots == ("f0afa337eab374a6899ab61699b4eab0",)


@pytest.mark.parametrize(
    "payload",
    [
        {"TaskToken": AWS_TOKEN},
        {"MessageBody": {"anything": AWS_TOKEN}},
        {"MessageBody": json.dumps({"task_token": AWS_TOKEN})},
        {"Payload": json.dumps({"body": json.dumps({"taskToken": AWS_TOKEN})})},
        [AWS_TOKEN],
    ],
)
def test_a_token_is_found_under_any_name_and_in_json_in_json(payload: object) -> None:
    text = json.dumps(payload)

    assert tokens_in(text) == {AWS_TOKEN}
    assert AWS_TOKEN not in Redactor()(text)
    assert token_hash(AWS_TOKEN)[:12] in Redactor()(text)


def test_an_emulator_s_token_is_known_by_what_waits_for_it() -> None:
    """It looks like any other id: in the parameters of a task that waits for a callback every `…token` is one."""
    parameters = '{"MessageBody": {"t_token": "7c9e6679-7425"}}'
    scheduled = HistoryEvent(
        5, 4, "TaskScheduled", 5, {"resource": "sendMessage.waitForTaskToken", "parameters": parameters}
    )

    assert identity_of([scheduled]).token_hashes == (token_hash("7c9e6679-7425"),)
    assert Redactor(["7c9e6679-7425"])("said 7c9e6679-7425") == f"said [task token {token_hash('7c9e6679-7425')[:12]}]"


def test_the_path_of_a_token_is_no_token() -> None:
    assert tokens_in('{"TaskToken.$": "$$.Task.Token", "TaskToken": "$.token"}', is_callback=True) == frozenset()


@given(st.text(), st.text(alphabet='ab"\\{}:,', max_size=20))
def test_whatever_stands_around_a_token_it_is_never_shown(before: str, after: str) -> None:
    redact = Redactor([AWS_TOKEN])
    text = f"{before} {AWS_TOKEN} {after}"

    assert AWS_TOKEN not in redact(text)
    assert redact(redact(text)) == redact(text)


@given(st.text())
def test_any_answer_can_be_read(text: str) -> None:
    assert identity_of([answered("sqs", "sendMessage", text)]).refs == () or text.startswith("{")
