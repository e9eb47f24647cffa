"""What brokers log about one message, as frozen values (pure).

    EventBridge bus, by its LogConfig                                        fact
    EVENT_INGEST_SUCCESS, EVENT_RECEIPT                                      received
    EVENT_INGEST_FAILURE                                                     refused
    RULE_MATCH                                                               matched: by a rule, for its targets
    NO_STANDARD_RULES_MATCHED                                                unmatched
    INVOCATION_ATTEMPT_{RETRYABLE_FAILURE,PERMANENT_FAILURE,THROTTLE}        attempt-failed
    INVOCATION_SUCCESS, INVOCATION_FAILURE, INVOCATION_DLQ                   delivered, gave-up, dead-lettered
    … START, INVOCATION_ATTEMPT_SUCCESS                                      none: another line says how it ended

    SNS topic, by its delivery status logging
    {"notification":{"messageId",…},"delivery":{…},"status":"SUCCESS"}       delivered
    the same with FAILURE                                                    gave-up

    EventBridge custom event bus, by a subscriber's LogConfiguration
    SUBSCRIBER_MATCHED                                                       matched
    EVENT_DELIVERY_ATTEMPT, outcome and terminal_kind                        delivered, attempt-failed, gave-up
    EVENT_TRANSFORMATION_FAILURE                                             attempt-failed
    ON_FAILURE_DESTINATION_DELIVERY_ATTEMPT                                  dead-lettered, or attempt-failed

Sources: bus logs, documented (EventBridge User Guide, "event bus log schema"); SNS, recorded from AWS and documented
("Amazon SNS message delivery status"); subscribers, documented ("Observability for the Custom Event Bus") but for the
name of the event's id and of the target's request id, which no page shows: read where they are likely to stand.
What the lines hold of payloads (`event_detail`, `target_input`) is never kept.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from hopscope_collector.json_values import json_in, object_after, object_or_empty, text_or_none
from hopscope_collector.lines.platform import UNKNOWN_TIME_US
from hopscope_collector.search.moments import iso_us
from hopscope_wire.decode import MAX_TIME_US

BrokerKind = Literal[
    "received", "refused", "matched", "unmatched", "attempt-failed", "delivered", "gave-up", "dead-lettered"
]


@dataclass(frozen=True, slots=True)
class BrokerFact:
    """One thing a broker said about one message."""

    kind: BrokerKind
    ref: str
    """The message: `events/<id>`, `eventsv2/<id>`, `sns/<id>`."""

    at_us: int
    """When the broker said it, epoch microseconds on AWS's clock. 0 when neither line nor source tells."""

    broker: str
    """ARN of the bus, the topic or the subscriber."""

    rule: str | None = None
    """ARN of the rule. None when it is about no rule, or the broker has none."""

    targets: tuple[str, ...] = ()
    """ARNs of who was to get it. Several only for `matched`."""

    led_to: tuple[str, ...] = ()
    """What it became at the target: `lambda/<request id>`, `sqs/<message id>`."""

    attempts: int | None = None
    """Which attempt it was, or how many there were. None when the line has no number."""

    error: str | None = None
    """What the target or the broker said. None when nothing failed, or the line does not say."""

    is_replay: bool = False
    """True when the message came from an archive or from history. Custom event buses alone say so."""


def broker_fact_in(line: str, at_us: int | None = None) -> BrokerFact | None:
    """The fact that a log line holds, or None when it holds none. `at_us` is when the source says it was logged."""
    is_step = '"message_type"' in line
    if not is_step and not ('"notification"' in line and '"delivery"' in line):
        return None
    found = object_after(line)
    if found is None:
        return None
    return _of_step(found, at_us) if is_step else _of_sns(found, at_us)


_BUS_KINDS: Mapping[str, BrokerKind] = {
    "EVENT_INGEST_SUCCESS": "received",
    "EVENT_RECEIPT": "received",
    "EVENT_INGEST_FAILURE": "refused",
    "RULE_MATCH": "matched",
    "NO_STANDARD_RULES_MATCHED": "unmatched",
    "INVOCATION_ATTEMPT_RETRYABLE_FAILURE": "attempt-failed",
    "INVOCATION_ATTEMPT_PERMANENT_FAILURE": "attempt-failed",
    "INVOCATION_ATTEMPT_THROTTLE": "attempt-failed",
    "INVOCATION_SUCCESS": "delivered",
    "INVOCATION_FAILURE": "gave-up",
    "INVOCATION_DLQ": "dead-lettered",
}
_SUBSCRIBER_STEPS = frozenset(
    {
        "SUBSCRIBER_MATCHED",
        "EVENT_DELIVERY_ATTEMPT",
        "EVENT_TRANSFORMATION_FAILURE",
        "ON_FAILURE_DESTINATION_DELIVERY_ATTEMPT",
    }
)
_TERMINAL_KINDS: Mapping[str, BrokerKind] = {
    "EVENTS_DELIVERED": "delivered",
    "ON_FAILURE_DESTINATION_DELIVERED": "dead-lettered",
    "EVENTS_DROPPED": "gave-up",
}
_EVENT_ID = ("event_id", "eventId", "EventId", "id")
_MESSAGE_ID = re.compile(r'MessageId(?:\\?"\s*:\s*\\?"|>)([0-9A-Za-z-]{36})')


def _of_step(found: Mapping[str, object], at_us: int | None) -> BrokerFact | None:
    step = found.get("message_type")
    if not isinstance(step, str):
        return None
    if step in _SUBSCRIBER_STEPS:
        return _of_subscriber(step, found, at_us)
    event_id, kind = text_or_none(found.get("event_id")), _BUS_KINDS.get(step)
    if kind is None or event_id is None:
        return None
    details = object_or_empty(found.get("details"))
    targets = _texts(details.get("target_arns")) or _texts([details.get("target_arn")])
    return BrokerFact(
        kind=kind,
        ref=f"events/{event_id}",
        at_us=_said_us(found, at_us),
        broker=text_or_none(found.get("resource_arn")) or text_or_none(found.get("event_bus_name")) or "",
        rule=text_or_none(details.get("rule_arn")),
        targets=targets,
        led_to=_led_to(targets, details) if kind == "delivered" else (),
        attempts=_whole(details.get("total_attempts")) or _whole(details.get("attempt_count")),
        error=_error_of(found, details) if kind not in {"received", "matched", "delivered"} else None,
    )


def _of_subscriber(step: str, found: Mapping[str, object], at_us: int | None) -> BrokerFact | None:
    details = object_or_empty(found.get("details"))
    system = object_or_empty(details.get("event_system_metadata"))
    ids = [holder.get(name) for holder in (found, details, system) for name in _EVENT_ID]
    event_id = next((each for each in ids if isinstance(each, str) and each), None)
    if event_id is None:
        return None
    targets = _texts([details.get("target_arn")])
    kind = _subscriber_kind(step, details)
    return BrokerFact(
        kind=kind,
        ref=f"eventsv2/{event_id}",
        at_us=_said_us(found, at_us),
        broker=text_or_none(found.get("resource_arn")) or "",
        targets=targets,
        led_to=_led_to(targets, details) if kind == "delivered" else (),
        attempts=_whole(details.get("attempt_count")),
        error=_error_of(found, details) if kind not in {"matched", "delivered"} else None,
        is_replay=details.get("delivery_type") == "REPLAY",
    )


def _subscriber_kind(step: str, details: Mapping[str, object]) -> BrokerKind:
    if step == "SUBSCRIBER_MATCHED":
        return "matched"
    terminal = _TERMINAL_KINDS.get(str(details.get("terminal_kind")))
    if terminal is not None:
        return terminal
    if step == "EVENT_TRANSFORMATION_FAILURE" or details.get("outcome") != "SUCCESS":
        return "attempt-failed"
    return "delivered" if step == "EVENT_DELIVERY_ATTEMPT" else "dead-lettered"


def _of_sns(found: Mapping[str, object], at_us: int | None) -> BrokerFact | None:
    notification, delivery = object_or_empty(found.get("notification")), object_or_empty(found.get("delivery"))
    message_id, topic = text_or_none(notification.get("messageId")), text_or_none(notification.get("topicArn"))
    status = text_or_none(found.get("status"))
    if message_id is None or topic is None or status not in {"SUCCESS", "FAILURE"}:
        return None
    response = delivery.get("providerResponse")
    said = object_or_empty(response) or object_or_empty(json_in(response))
    became = [("lambda", said.get("lambdaRequestId")), ("sqs", said.get("sqsMessageId"))]
    is_delivered = status == "SUCCESS"
    published_us = iso_us(notification.get("timestamp"))
    dwelt_us = (_whole(delivery.get("dwellTimeMs")) or 0) * 1_000
    delivered_us = UNKNOWN_TIME_US if published_us is None else published_us + dwelt_us
    return BrokerFact(
        kind="delivered" if is_delivered else "gave-up",
        ref=f"sns/{message_id}",
        at_us=at_us or (delivered_us if delivered_us <= MAX_TIME_US else UNKNOWN_TIME_US),
        broker=topic,
        targets=_texts([delivery.get("destination")]),
        led_to=tuple(f"{kind}/{each}" for kind, each in became if isinstance(each, str)) if is_delivered else (),
        attempts=_whole(delivery.get("attempts")) or _whole(delivery.get("attemptsMade")),
        error=None if is_delivered else _sns_error(said, response),
    )


def _sns_error(said: Mapping[str, object], response: object) -> str | None:
    parts = _texts([said.get("ErrorCode"), said.get("ErrorMessage")])
    return ": ".join(parts) or text_or_none(response)


def _error_of(found: Mapping[str, object], details: Mapping[str, object]) -> str | None:
    error = object_or_empty(found.get("error"))
    words = _texts([error.get("aws_service"), error.get("error_message")])
    status = _texts([details.get("final_invocation_status"), details.get("invocation_status")])
    return ": ".join(words) or next(iter(status), None)


def _led_to(targets: Sequence[str], details: Mapping[str, object]) -> tuple[str, ...]:
    """What the target said it became: its message id, or the request id of the function."""
    service = targets[0].split(":")[2] if targets and targets[0].count(":") >= 3 else ""
    if service == "lambda":
        request_id = text_or_none(details.get("target_request_id"))
        return (f"lambda/{request_id}",) if request_id else ()
    found = _MESSAGE_ID.search(text_or_none(details.get("target_response_body")) or "")
    return (f"{service}/{found[1]}",) if found and service in {"sqs", "sns"} else ()


def _said_us(found: Mapping[str, object], at_us: int | None) -> int:
    said_ms = _whole(found.get("message_timestamp_ms"))
    if not said_ms or said_ms > MAX_TIME_US // 1_000:
        return at_us or UNKNOWN_TIME_US
    return said_ms * 1_000


def _whole(number: object) -> int | None:
    if isinstance(number, str) and number.isascii() and number.isdigit() and len(number) < 16:
        return int(number)
    return number if type(number) is int and 0 <= number < 1 << 50 else None


def _texts(values: object) -> tuple[str, ...]:
    return tuple(each for each in values if isinstance(each, str) and each) if isinstance(values, list) else ()
