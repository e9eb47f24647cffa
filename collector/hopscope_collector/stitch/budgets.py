"""How long AWS tries before it gives a message up (pure; defaults of the services, November 2026).

    service   first attempt to last                       tries of a consumer
    sqs       4 days of retention unless rules say more   until `max_receive_count`; unknown without rules
    sns       23 days for AWS endpoints                   3 of an asynchronous Lambda invocation
    events    24 hours                                    3 of an asynchronous Lambda invocation
    lambda    6 hours                                     3
    kinesis   24 hours of retention                       until the records expire

Sources: SQS quotas, "SNS message delivery retries", "EventBridge retry policy", "Lambda asynchronous invocation
retries", "Kinesis data retention".
"""

from types import MappingProxyType

from hopscope_collector.flow import Hop, Send
from hopscope_collector.resource_names import resource_name
from hopscope_collector.rules import Rules

_HOUR_US = 3_600_000_000

_DELIVERY_US = MappingProxyType(
    {
        "sqs": 4 * 24 * _HOUR_US,
        "sns": 23 * 24 * _HOUR_US,
        "events": 24 * _HOUR_US,
        "lambda": 6 * _HOUR_US,
        "kinesis": 24 * _HOUR_US,
    }
)
"""By service: after this time a message that nobody received will not come any more."""

_DEFAULT_DELIVERY_US = 24 * _HOUR_US

SYNCHRONOUS = frozenset({"apigateway", "function-url", "alb", "unknown"})
"""Sources that never retry by themselves (of an unknown one nothing is known)."""

ASYNCHRONOUS = frozenset({"sns", "events", "s3", "lambda", "scheduler", "ses", "iot", "logs", "config"})
"""Sources that invoke Lambda asynchronously: it makes two more attempts."""

ASYNCHRONOUS_ATTEMPTS = 3

ONE_TO_ONE = frozenset({"sqs", "sns"})
"""Services that deliver every message to every subscriber, so that silence means something."""


def reachable_until_us(send: Send, rules: Rules) -> int:
    """After this moment a message that nobody received will not come any more."""
    queue = rules.queues.get(resource_name(send.destination))
    budget_us = (queue.retention_us if queue else None) or _DELIVERY_US.get(send.service, _DEFAULT_DELIVERY_US)
    return send.sent_us + budget_us


def retried_until_us(hop: Hop, rules: Rules) -> int:
    """After this moment no further attempt at the message of a failed hop is expected."""
    queue = rules.queues.get(resource_name(hop.origin))
    within_us = (queue.retry_within_us if queue else None) or rules.windows.retry_us
    return (hop.ended_us or hop.deadline_us or hop.started_us) + within_us
