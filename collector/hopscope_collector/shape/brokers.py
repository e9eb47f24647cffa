"""What people call the things that messages are sent to (pure)."""

from hopscope_collector.flow import BROKER_KINDS, Send
from hopscope_collector.resource_names import resource_name


def broker_of(send: Send) -> str:
    """`queue tickets`, `function charge`; the service's name for what is none of these."""
    kind = "function" if send.service == "lambda" else BROKER_KINDS.get(send.service, send.service)
    return f"{kind} {resource_name(send.destination)}".strip()
