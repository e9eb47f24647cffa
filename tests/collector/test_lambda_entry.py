"""The collector as a Lambda function, called as the runtime calls it."""

import base64
import gzip
import json
from typing import Any, NoReturn

import pytest

from hopscope_collector.dead_letters import DeadLetter, MemoryDeadLetters, body_of
from hopscope_collector.errors import StoreFull
from hopscope_collector.lambda_entry import NotASubscription, PoisonRecord, Subscriber
from hopscope_collector.store.contract import Batch, Store
from hopscope_collector.store.memory import MemoryStore
from hopscope_wire.encode import line_of

STREAM = "arn:aws:kinesis:us-east-1:123456789012:stream/hops"
QUEUE = "arn:aws:sqs:us-east-1:123456789012:hops"


class Context:
    aws_request_id = "r-1"
    memory_limit_in_mb = 128
    function_name = "collector"


class FullStore(MemoryStore):
    def write(self, batch: Batch) -> NoReturn:  # noqa: ARG002 - it does not come to that
        raise StoreFull("no room")


def a_line(number: int) -> str:
    return line_of(
        {
            "record": "begin",
            "traceId": f"{number:032x}",
            "invocationId": f"{number:012x}0000",
            "requestId": f"request-{number}",
            "function": "place-order",
            "startUs": 1_790_000_000_000_000 + number,
            "messages": [],
        }
    )


def a_payload(*lines: str, kind: str = "DATA_MESSAGE") -> str:
    events = [{"id": str(number), "timestamp": 1, "message": line} for number, line in enumerate(lines)]
    carried = {"messageType": kind, "logGroup": "/aws/lambda/place-order", "logEvents": events}
    return base64.b64encode(gzip.compress(json.dumps(carried).encode())).decode()


def from_kinesis(*data: str) -> dict[str, Any]:
    return {
        "Records": [
            {
                "eventSource": "aws:kinesis",
                "eventSourceARN": STREAM,
                "eventID": f"shardId-000000000000:{number}",
                "kinesis": {"data": each, "sequenceNumber": str(number), "partitionKey": "a"},
            }
            for number, each in enumerate(data)
        ]
    }


def from_sqs(*bodies: str) -> dict[str, Any]:
    return {
        "Records": [
            {"eventSource": "aws:sqs", "eventSourceARN": QUEUE, "messageId": f"m-{number}", "body": body}
            for number, body in enumerate(bodies)
        ]
    }


def given_to(store: Store, event: dict[str, Any], letters: MemoryDeadLetters | None = None) -> Any:
    return Subscriber(store, letters).handle(event, Context())


def test_every_record_of_a_batch_is_stored() -> None:
    store = MemoryStore()
    plain = base64.b64encode(f"{a_line(3)}\n{a_line(4)}\n".encode()).decode()

    answer = given_to(
        store, from_kinesis(a_payload(a_line(1), a_line(2)), plain, a_payload("", kind="CONTROL_MESSAGE"))
    )

    assert answer == {"batchItemFailures": []}
    assert store.stats().stored == 4


def test_a_batch_that_is_delivered_again_is_a_repeat() -> None:
    store = MemoryStore()
    event = from_kinesis(a_payload(a_line(1)))
    given_to(store, event)

    given_to(store, event)

    assert (store.stats().stored, store.stats().repeated) == (1, 1)


def test_a_record_that_cannot_be_unpacked_is_reported_and_its_neighbours_are_stored() -> None:
    store = MemoryStore()
    cut = a_payload(a_line(2))[:-8]

    answer = given_to(store, from_kinesis(a_payload(a_line(1)), cut, a_payload(a_line(3))))

    assert answer == {"batchItemFailures": [{"itemIdentifier": "1"}]}
    assert store.stats().stored == 2
    assert store.stats().refused == {"broken_stream": 1}
    assert store.stats().examples["broken_stream"].place == "shardId-000000000000:1"


def test_with_a_queue_for_dead_letters_the_shard_goes_on_and_the_letter_has_its_reason() -> None:
    letters = MemoryDeadLetters()
    cut = a_payload(a_line(2))[:-8]

    answer = given_to(MemoryStore(), from_kinesis(cut), letters)

    assert answer == {"batchItemFailures": []}
    reason = "payload is cut; expected gzip in base64"
    assert letters.letters == [DeadLetter("kinesis:hops", "shardId-000000000000:0", reason, cut)]


@pytest.mark.parametrize(("content", "is_kept"), [("H4sI", True), ("x" * (1 << 20), False), ("ü" * 200_000, False)])
def test_a_letter_is_never_larger_than_a_queue_takes(content: str, is_kept: bool) -> None:
    body = body_of(DeadLetter("sqs:hops", "message m-1", "payload is cut", content))

    assert len(body.encode()) <= 1 << 20
    assert json.loads(body)["content"] == (content if is_kept else None)


def test_messages_of_a_queue_are_stored_and_reported_one_by_one() -> None:
    store = MemoryStore()

    answer = given_to(store, from_sqs(a_line(1), "H4sIbroken", a_payload(a_line(2))))

    assert answer == {"batchItemFailures": [{"itemIdentifier": "m-1"}]}
    assert store.stats().stored == 2


def test_a_record_of_the_layer_that_is_malformed_is_counted_and_not_tried_again() -> None:
    """Trying again would not cure it, and the other lines of its payload are fine."""
    store = MemoryStore()

    answer = given_to(store, from_kinesis(a_payload('{"hopscope":1,"record":"begin"}', a_line(1))))

    assert answer == {"batchItemFailures": []}
    assert (store.stats().stored, sum(store.stats().refused.values())) == (1, 1)


def test_a_subscription_that_calls_the_function_itself_is_stored() -> None:
    store = MemoryStore()

    answer = given_to(store, {"awslogs": {"data": a_payload(a_line(1), "START RequestId: r-1 Version: 1")}})

    assert answer is None
    assert (store.stats().stored, store.stats().facts) == (1, 1)


def test_a_subscription_s_event_that_cannot_be_unpacked_is_raised_with_its_reason() -> None:
    """Lambda tries an asynchronous event twice more, then gives it and the error to the failure destination."""
    store = MemoryStore()

    with pytest.raises(PoisonRecord, match="event r-1: payload is cut"):
        given_to(store, {"awslogs": {"data": a_payload(a_line(1))[:-8]}})

    assert store.stats().refused == {"broken_stream": 1}


def test_what_could_not_be_stored_is_delivered_again_as_a_whole_and_its_letters_go_once() -> None:
    """A store that is down for hours brings a batch again very often."""
    letters, event = MemoryDeadLetters(), from_kinesis(a_payload(a_line(1)), a_payload(a_line(2))[:-8])
    for _ in range(3):
        with pytest.raises(StoreFull):
            given_to(FullStore(), event, letters)
    store = MemoryStore()

    given_to(store, event, letters)

    assert store.stats().stored == 1
    assert [letter.id for letter in letters.letters] == ["shardId-000000000000:1"]


GIVEN_UP = {
    "requestContext": {
        "requestId": "c9b8fa9f-5a7f-4d2a-af9c-0c604cde93a5",
        "functionArn": "arn:aws:lambda:us-east-1:123456789012:function:hopscope-dev-collector",
        "condition": "RetryAttemptsExhausted",
        "approximateInvokeCount": 812,
    },
    "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
    "version": "1.0",
    "timestamp": "2026-11-21T07:38:06.021Z",
    "KinesisBatchInfo": {
        "shardId": "shardId-000000000001",
        "startSequenceNumber": "49601189658422359378836298521827638475320189012309704722",
        "endSequenceNumber": "49601189658422359378836298522902373528957594348623495186",
        "approximateArrivalOfFirstRecord": "2026-11-20T08:38:04.835Z",
        "approximateArrivalOfLastRecord": "2026-11-20T08:38:05.580Z",
        "batchSize": 500,
        "streamArn": STREAM,
    },
}
"""What an event source puts into its failure destination: "Retain discarded batch records", AWS Lambda."""


@pytest.mark.parametrize(
    "body", [GIVEN_UP, {"source": "kinesis:hops", "id": "shardId-000000000000:1", "reason": "payload is cut"}]
)
def test_a_dead_letter_that_is_given_back_stays_in_its_queue(body: dict[str, Any]) -> None:
    letters = MemoryDeadLetters()

    answer = given_to(MemoryStore(), from_sqs(a_line(1), json.dumps(body)), letters)

    assert answer == {"batchItemFailures": [{"itemIdentifier": "m-1"}]}
    assert letters.letters == []


@pytest.mark.parametrize("event", [{}, {"Records": []}, {"Records": [{"eventSource": "aws:s3"}]}, {"awslogs": 1}])
def test_another_event_is_refused_in_words(event: dict[str, Any]) -> None:
    with pytest.raises(NotASubscription, match="expected Kinesis, SQS, or a CloudWatch Logs subscription"):
        given_to(MemoryStore(), event)
