"""What people call the things that messages are sent to (pure)."""

from hopscope_collector.flow import Send
from hopscope_collector.resource_names import resource_name

BROKERS: dict[str, str] = {
    "sqs": "queue",
    "sns": "topic",
    "events": "bus",
    "eventsv2": "bus",
    "kinesis": "stream",
    "dynamodb": "table",
    "states": "state machine",
    "lambda": "function",
}


def broker_of(send: Send) -> str:
    """`queue tickets`; the service's name for what is none of these."""
    return f"{BROKERS.get(send.service, send.service)} {resource_name(send.destination)}".strip()
