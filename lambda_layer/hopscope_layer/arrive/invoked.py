"""What a direct invocation brings: our carrier in the client context; as refs its request id, a task token's hash.

The request id stands first. What else the event names, an execution, a session, a contact, may call the function again
and again: each call is a message of its own, and what they name joins them.
"""

from hopscope_layer.arrive.message import Arrived
from hopscope_wire.context import context_of
from hopscope_wire.fields import ATTRIBUTE_NAME

NAMES = ("taskToken", "TaskToken", "task_token", "token", "Token")
"""What people call a task token; a mere token must also look like one of AWS's."""

MOST_VALUES = 100


def read(messages: "list[Arrived]", context: object) -> None:
    """Adds what the context says to the messages of an event; our carrier is taken out of it."""
    request_id = getattr(context, "aws_request_id", None)
    carrier = _carrier_out_of(context)
    for index, message in enumerate(messages):
        if request_id and (message.is_invoked or not message.refs):
            message.refs.insert(0, f"lambda/{request_id}#{index}" if index else f"lambda/{request_id}")
        if message.fields["source"] in ("unknown", "states"):
            _add_token(message, message.payloads[0])
        message.adopt(carrier)


def _carrier_out_of(context: object) -> object:
    client_context = getattr(context, "client_context", None)
    custom = getattr(client_context, "custom", None)
    if not isinstance(custom, dict):
        return None
    carrier = custom.get(ATTRIBUTE_NAME)
    if not isinstance(carrier, str) or context_of(carrier) is None:
        return None
    del custom[ATTRIBUTE_NAME]
    # A client context with nothing in it is one that only we made: the caller had given none.
    if not custom and getattr(client_context, "env", None) is None and getattr(client_context, "client", None) is None:
        context.client_context = None  # type: ignore[attr-defined]
    return carrier


def _add_token(message: Arrived, event: object) -> None:
    """A state machine hands the token over at the top of the event, or one level below."""
    if isinstance(event, dict) and len(event) <= MOST_VALUES:
        for holder in (event, *event.values()):
            for name in NAMES if isinstance(holder, dict) else ():
                token = holder.get(name)
                if isinstance(token, str) and ("ask" in name or (len(token) > 100 and token[0] == "A")):
                    from hopscope_layer import body_hash

                    message.add_ref("task-token", body_hash.measured(token)[1])
                    message.fields["name"] = "task token"
