"""What a direct invocation brings beside its event: our carrier in the client context, the request id as its ref.

A task of Step Functions that waits for a callback brings its token. A token is a secret: its hash is the ref.
"""

from hopscope_layer.arrive.message import Arrived
from hopscope_wire.fields import ATTRIBUTE_NAME

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_KEYS = 100
"""Of an object that is looked into for a task token."""

LEAST_TOKEN_CHARS = 100
"""Of a token of AWS's under a name that others use, too, such as `token`."""


def read(message: Arrived, context: object) -> None:
    """Adds what the context says to the message of an event that named no ref."""
    request_id = getattr(context, "aws_request_id", None)
    if not message.refs and isinstance(request_id, str) and message.fields["source"] == "unknown":
        message.add_ref("lambda", request_id)
        for event in message.payloads[:1]:
            _add_token(message, event)
    client_context = getattr(context, "client_context", None)
    custom = getattr(client_context, "custom", None)
    if isinstance(custom, dict) and ATTRIBUTE_NAME in custom and message.adopt(custom[ATTRIBUTE_NAME]):
        del custom[ATTRIBUTE_NAME]
        # A client context with nothing in it is one that only we made: the caller had given none.
        if (
            not custom
            and getattr(client_context, "env", None) is None
            and getattr(client_context, "client", None) is None
        ):
            context.client_context = None  # type: ignore[attr-defined]


def _add_token(message: Arrived, event: object) -> None:
    token = next(_tokens_in(event), None)
    if token is not None:
        from hopscope_layer import body_hash

        message.add_ref("task-token", body_hash.measured(token)[1])


def _tokens_in(event: object) -> "Iterator[str]":
    """The task tokens at the top of an event, or one level below, which is how state machines hand them over."""
    if not isinstance(event, dict) or len(event) > MOST_KEYS:
        return
    for holder in (event, *event.values()):
        if isinstance(holder, dict) and len(holder) <= MOST_KEYS:
            for name, value in holder.items():
                if isinstance(value, str) and isinstance(name, str) and _is_token(name, value):
                    yield value


def _is_token(name: str, value: str) -> bool:
    plain = name.replace("_", "").replace("-", "").lower()
    if plain == "tasktoken":
        return bool(value)
    return plain.endswith("token") and len(value) >= LEAST_TOKEN_CHARS and value.startswith(("AA", "AQ"))
