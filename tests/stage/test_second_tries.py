"""What the emulator does once something has failed, without the emulator; tests/e2e/first_class does it for real."""

import asyncio
import json
from types import SimpleNamespace

import pytest

from hopscope_stage.second_tries import (
    REQUEST_ID,
    FailingBatch,
    HeadersOfOne,
    failure_record,
    keep_request_ids,
    moved_back,
    redrive_dead_letters,
)


@pytest.fixture
def a_lambda():
    """Lambda whose function always fails: three attempts, each with a request id of its own."""
    numbers = iter(range(1, 100))

    def run(event):
        return fake._execute_function_dispatch({}, {}, event, f"r{next(numbers)}", 0.0)

    def retry(_function, event):
        results = [run(event) for _ in range(3)]
        fake._route_async_failure("arn:aws:sqs:eu:1:failures", "charge", event, results[-1])

    async def invoke(_name, event):
        run(event)
        return 200, {}, b"null"

    fake = SimpleNamespace(
        ran=[],
        _functions={"charge": {"config": {"FunctionArn": "arn:charge"}}},
        _execute_function_dispatch=lambda _f, _c, _e, request_id, _s: fake.ran.append(request_id) or {"body": "no"},
        invoke_async_with_retry=retry,
        _invoke=invoke,
    )
    return fake


def test_all_attempts_share_a_request_id_and_the_record_names_it(a_lambda):
    sent = []
    sqs = SimpleNamespace(
        _queue_by_arn=lambda arn: {"url": f"url of {arn}"},
        _act_send_message=lambda asked, url: sent.append((url, json.loads(asked["MessageBody"])["requestContext"])),
    )
    keep_request_ids(a_lambda, sqs, sns=None)

    a_lambda.invoke_async_with_retry({}, {})

    assert a_lambda.ran == ["r1", "r1", "r1"]
    context = {
        "requestId": "r1",
        "functionArn": "arn:charge:$LATEST",
        "condition": "RetriesExhausted",
        "approximateInvokeCount": 3,
    }
    assert sent == [("url of arn:aws:sqs:eu:1:failures", context)]


def test_an_invocation_s_answer_names_its_request(a_lambda):
    keep_request_ids(a_lambda, sqs=None, sns=None)

    _, headers, _ = asyncio.run(a_lambda._invoke("charge", {}))
    headers.update({REQUEST_ID: "the gateway's own", "Access-Control-Allow-Origin": "*"})

    assert dict(headers) == {REQUEST_ID: "r1", "Access-Control-Allow-Origin": "*"}


def test_the_record_of_a_failure_holds_what_failed():
    record = json.loads(failure_record(("r1", 3, "arn:f"), {"order": 1}, {"body": {"errorType": "Boom"}}))

    assert (record["requestPayload"], record["responsePayload"]) == ({"order": 1}, {"errorType": "Boom"})


def test_a_failing_batch_is_halved_until_one_record_is_given_up():
    """Ten are asked for, four are there, the fourth is poison; one retry."""
    batch, mapping, at, tried = FailingBatch(10), {"MaximumRetryAttempts": 1}, 0, []
    for _ in range(9):
        if at == 4:
            break
        batch.begin(mapping, at, 4)
        size = mapping["BatchSize"]
        tried.append((at, size))
        mapping["LastProcessingResult"] = "FAILED" if at + size == 4 else "OK"
        at = batch.give_up_or_cut(mapping, at) if batch.failed(mapping) else at + size

    assert tried == [(0, 4), (0, 2), (2, 2), (2, 1), (3, 1), (3, 1)]


def test_a_dead_letter_goes_back_under_a_new_id():
    letter = {
        "id": "m1",
        "body": "b",
        "receive_count": 3,
        "sys": {"DeadLetterQueueSourceArn": "arn:work", "SentTimestamp": "1", "AWSTraceHeader": "Root=1"},
    }

    moved = moved_back(letter, 12.5)

    assert (moved["body"], moved["receive_count"], moved["sent_at"]) == ("b", 0, 12.5)
    assert moved["sys"] == {"SentTimestamp": "12500", "AWSTraceHeader": "Root=1"}
    assert moved["id"] != "m1"


def test_headers_keep_their_request_id():
    assert dict(HeadersOfOne({"a": "b"}, "r1")) == {"a": "b", REQUEST_ID: "r1"}


def test_redriving_an_unknown_queue_is_refused():
    class Refused(Exception):
        pass

    sqs = SimpleNamespace(_HANDLERS={}, _queue_by_arn=lambda _: None, _Err=Refused)
    redrive_dead_letters(sqs, wake=lambda: None)

    with pytest.raises(Refused):
        sqs._HANDLERS["StartMessageMoveTask"]({"SourceArn": "arn:nobody"}, "")
