"""What brokers log about one message. The shapes are AWS's own, from its documentation and from recordings."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hopscope_collector.lines.brokers import BrokerFact, broker_fact_in

EVENT = "7bf73129-1428-4cd3-a780-95db273d1602"
BUS = "arn:aws:events:us-east-1:123456789012:event-bus/orders"
RULE = "arn:aws:events:us-east-1:123456789012:rule/orders/to-kitchen"
KITCHEN = "arn:aws:lambda:us-east-1:123456789012:function:kitchen"
QUEUE = "arn:aws:sqs:us-east-1:123456789012:tickets"
TOPIC = "arn:aws:sns:us-east-1:123456789012:news"
SUBSCRIBER = "arn:aws:events:us-east-1:123456789012:subscriber/kitchen/EXAMPLE1234567890abcdef"
AT_US = 1_790_000_000_123_000


def a_step(step: str, details: Any = None, **more: Any) -> str:
    """A line of a bus."""
    return json.dumps(
        {
            "resource_arn": BUS,
            "message_timestamp_ms": 1_790_000_000_123,
            "event_bus_name": "orders",
            "request_id": "1eb9af1d-a8e4-45ab-9c6e-2a9f0d6a0f11",
            "event_id": EVENT,
            "message_type": step,
            "log_level": "TRACE",
            "details": {} if details is None else details,
            **more,
        }
    )


def a_fact(kind: Any, **given: Any) -> BrokerFact:
    return BrokerFact(**{"kind": kind, "ref": f"events/{EVENT}", "at_us": AT_US, "broker": BUS, **given})


def to(target: str, **more: Any) -> dict[str, Any]:
    return {"rule_arn": RULE, "role_arn": "arn:…", "target_arn": target, "target_input": "private", **more}


AN_ERROR = {
    "http_status_code": 429,
    "error_message": "Rate exceeded",
    "aws_service": "AWSLambda",
    "request_id": "b1f2",
}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (a_step("EVENT_INGEST_SUCCESS", {"source": "orders", "event_detail": "{}"}), a_fact("received")),
        (a_step("EVENT_RECEIPT", {"source": "orders", "event_detail": "{}"}), a_fact("received")),
        (
            a_step("EVENT_INGEST_FAILURE", error={"error_message": "too large", "aws_service": "EventBridge"}),
            a_fact("refused", error="EventBridge: too large"),
        ),
        (
            a_step(
                "RULE_MATCH",
                {"rule_arn": RULE, "target_arns": [KITCHEN, QUEUE], "invocation_ids": ["a", "b"]},
            ),
            a_fact("matched", rule=RULE, targets=(KITCHEN, QUEUE)),
        ),
        (a_step("NO_STANDARD_RULES_MATCHED"), a_fact("unmatched")),
        (
            a_step(
                "INVOCATION_ATTEMPT_RETRYABLE_FAILURE",
                to(KITCHEN, attempt_type="RETRY", attempt_count=2, invocation_status="THROTTLED"),
                error=AN_ERROR,
            ),
            a_fact("attempt-failed", rule=RULE, targets=(KITCHEN,), attempts=2, error="AWSLambda: Rate exceeded"),
        ),
        (
            a_step("INVOCATION_SUCCESS", to(KITCHEN, total_attempts=1, final_invocation_status="SUCCESS")),
            a_fact("delivered", rule=RULE, targets=(KITCHEN,), attempts=1),
        ),
        (
            a_step(
                "INVOCATION_SUCCESS",
                to(
                    QUEUE, total_attempts=1, target_response_body='{"MD5OfMessageBody":"…","MessageId":"' + EVENT + '"}'
                ),
            ),
            a_fact("delivered", rule=RULE, targets=(QUEUE,), attempts=1, led_to=(f"sqs/{EVENT}",)),
        ),
        (
            a_step(
                "INVOCATION_SUCCESS",
                to(TOPIC, total_attempts=1, target_response_body=f"<MessageId>{EVENT}</MessageId>"),
            ),
            a_fact("delivered", rule=RULE, targets=(TOPIC,), attempts=1, led_to=(f"sns/{EVENT}",)),
        ),
        (
            a_step("INVOCATION_FAILURE", to(KITCHEN, total_attempts=4, final_invocation_status="NO_PERMISSIONS")),
            a_fact("gave-up", rule=RULE, targets=(KITCHEN,), attempts=4, error="NO_PERMISSIONS"),
        ),
        (
            a_step("INVOCATION_DLQ", to(KITCHEN, total_attempts=4, final_invocation_status="SDK_CLIENT_ERROR")),
            a_fact("dead-lettered", rule=RULE, targets=(KITCHEN,), attempts=4, error="SDK_CLIENT_ERROR"),
        ),
    ],
)
def test_a_line_of_a_bus_is_read(line: str, expected: BrokerFact) -> None:
    assert broker_fact_in(line) == expected


def a_delivery(status: str, response: object, target: str = KITCHEN, **more: Any) -> str:
    """A line of a topic's delivery status log."""
    notification = {
        "messageMD5Sum": "ed53",
        "messageId": "m-1",
        "topicArn": TOPIC,
        "timestamp": "2026-09-21 14:13:20.000",
    }
    delivery = {"deliveryId": "d-1", "destination": target, "providerResponse": response, "dwellTimeMs": 123, **more}
    return json.dumps({"notification": notification, "delivery": delivery, "status": status})


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            a_delivery("SUCCESS", '{"lambdaRequestId":"r-1"}', statusCode=202),
            a_fact("delivered", ref="sns/m-1", broker=TOPIC, targets=(KITCHEN,), led_to=("lambda/r-1",)),
        ),
        (
            a_delivery("SUCCESS", {"sqsRequestId": "x", "sqsMessageId": "q-1"}, QUEUE, attempts=2),
            a_fact("delivered", ref="sns/m-1", broker=TOPIC, targets=(QUEUE,), led_to=("sqs/q-1",), attempts=2),
        ),
        (
            a_delivery(
                "FAILURE",
                '{"ErrorCode":"AccessDenied","ErrorMessage":"Access is denied.","sqsRequestId":"Unrecoverable"}',
                QUEUE,
                attempts=1,
            ),
            a_fact(
                "gave-up",
                ref="sns/m-1",
                broker=TOPIC,
                targets=(QUEUE,),
                attempts=1,
                error="AccessDenied: Access is denied.",
            ),
        ),
        (
            a_delivery("FAILURE", "Connection refused", "https://example.com/hook", attemptsMade=50),
            a_fact(
                "gave-up",
                ref="sns/m-1",
                broker=TOPIC,
                targets=("https://example.com/hook",),
                attempts=50,
                error="Connection refused",
            ),
        ),
    ],
)
def test_a_line_of_a_topic_is_read(line: str, expected: BrokerFact) -> None:
    assert broker_fact_in(line) == expected


def of_subscriber(step: str, **details: Any) -> str:
    """A line of a subscriber of a custom event bus."""
    found = {"event_system_metadata": {"event_id": "e-1"}, "delivery_type": "LIVE", **details}
    return json.dumps({"message_type": step, "resource_arn": SUBSCRIBER, "log_level": "INFO", "details": found})


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (of_subscriber("SUBSCRIBER_MATCHED"), a_fact("matched")),
        (
            of_subscriber(
                "EVENT_DELIVERY_ATTEMPT",
                outcome="SUCCESS",
                attempt_count=1,
                terminal_kind="EVENTS_DELIVERED",
                target_arn=KITCHEN,
                target_request_id="r-1",
            ),
            a_fact("delivered", targets=(KITCHEN,), attempts=1, led_to=("lambda/r-1",)),
        ),
        (
            of_subscriber("EVENT_DELIVERY_ATTEMPT", outcome="FAILURE", attempt_count=2, target_arn=KITCHEN),
            a_fact("attempt-failed", targets=(KITCHEN,), attempts=2),
        ),
        (
            of_subscriber(
                "EVENT_DELIVERY_ATTEMPT",
                outcome="FAILURE",
                attempt_count=9,
                terminal_kind="EVENTS_DROPPED",
                target_arn=KITCHEN,
                delivery_type="REPLAY",
            ),
            a_fact("gave-up", targets=(KITCHEN,), attempts=9, is_replay=True),
        ),
        (
            of_subscriber("ON_FAILURE_DESTINATION_DELIVERY_ATTEMPT", outcome="SUCCESS", target_arn=QUEUE),
            a_fact("dead-lettered", targets=(QUEUE,)),
        ),
        (of_subscriber("EVENT_TRANSFORMATION_FAILURE", target_arn=QUEUE), a_fact("attempt-failed", targets=(QUEUE,))),
    ],
)
def test_a_line_of_a_subscriber_is_read(line: str, expected: BrokerFact) -> None:
    found = broker_fact_in(line, AT_US)

    assert found is not None
    assert (found.ref, found.broker) == ("eventsv2/e-1", SUBSCRIBER)
    assert found == a_fact(
        expected.kind,
        ref="eventsv2/e-1",
        broker=SUBSCRIBER,
        targets=expected.targets,
        attempts=expected.attempts,
        led_to=expected.led_to,
        is_replay=expected.is_replay,
    )


@pytest.mark.parametrize(
    "line",
    [
        a_step("RULE_MATCH_START"),
        a_step("INVOCATION_START", to(KITCHEN)),
        a_step("INVOCATION_ATTEMPT_START", to(KITCHEN)),
        a_step("INVOCATION_ATTEMPT_SUCCESS", to(KITCHEN)),
        a_step("A_STEP_TO_COME"),
        a_step("EVENT_RECEIPT", event_id=None),
        '{"message_type":["a"]}',
        '{"message_type":"EVENT_RECEIPT"}',
        'broken {"message_type":"EVENT_RECEIPT",',
        '{"notification":{"messageId":"m-1"},"delivery":{},"status":"SUCCESS"}',
        '{"notification":"hello","delivery":"tomorrow"}',
        "a line of the user's own",
    ],
)
def test_other_lines_hold_no_fact(line: str) -> None:
    assert broker_fact_in(line) is None


def test_no_payload_is_kept() -> None:
    fact = broker_fact_in(a_step("INVOCATION_FAILURE", to(KITCHEN, event_detail="private")))

    assert "private" not in repr(fact)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["target_arn", "target_arns", "a"]), inner),
)


@given(st.sampled_from(["RULE_MATCH", "INVOCATION_SUCCESS", "EVENT_DELIVERY_ATTEMPT"]), JSON, JSON)
def test_no_line_of_a_bus_makes_it_raise(step: str, details: Any, error: Any) -> None:
    broker_fact_in(a_step(step, details, error=error))


@given(JSON, JSON, JSON)
def test_no_line_of_a_topic_makes_it_raise(notification: Any, delivery: Any, response: Any) -> None:
    broker_fact_in(json.dumps({"notification": notification, "delivery": delivery, "status": "SUCCESS"}))
    broker_fact_in(a_delivery("FAILURE", response, attempts=response))


def test_a_recorded_line_of_a_topic_is_read(corpus: Path) -> None:
    recorded = json.loads((corpus / "chains/sns/TestSNSPublishDelivery_test_delivery_lambda-e70b9d.json").read_text())
    (event,) = recorded["content"]["delivery-events"]["events"]

    fact = broker_fact_in(event["message"], event["timestamp"] * 1_000)

    assert fact is not None
    assert fact.ref == f"sns/{recorded['content']['publish-logs']['MessageId']}"
    assert fact.led_to == ("lambda/143e2351-df9e-4e09-b285-98687338c97b",)
