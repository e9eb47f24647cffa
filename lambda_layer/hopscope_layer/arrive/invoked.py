"""What a direct invocation brings beside its event: our carrier in the client context, the request id as its ref."""

from hopscope_layer.arrive.message import Arrived
from hopscope_wire.fields import ATTRIBUTE_NAME


def read(message: Arrived, context: object) -> None:
    """Adds what the context says to the message of an event that named no ref."""
    request_id = getattr(context, "aws_request_id", None)
    if not message.refs and isinstance(request_id, str) and message.fields["source"] == "unknown":
        message.add_ref("lambda", request_id)
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
