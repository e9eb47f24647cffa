"""An event to its messages, complete: with sizes, correlation ids and business keys.

invocation           at the begin of an invocation
`hopscope event`     to show people how their event is read
"""

from hopscope_layer import arrive, body_hash, keys
from hopscope_layer.guard import never_break_the_user, note
from hopscope_wire.fields import MAX_CORRELATION_ID_CHARS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hopscope_layer.arrive.message import Arrived
    from hopscope_layer.settings import Settings


def messages_of(event: object, settings: "Settings", context: object = None) -> "list[Arrived]":
    """The messages of an event; our carriers are taken out of it, and out of the context of the invocation."""
    messages = arrive.arrived(event)
    # What no broker delivered was invoked: the request id is its ref, a client context may hold our carrier.
    first = messages[0]
    if first.is_invoked or not first.refs or getattr(context, "client_context", None) is not None:
        with never_break_the_user("read the client context"):
            from hopscope_layer.arrive import invoked

            invoked.read(messages, context)
    for message in messages:
        try:
            _complete(message, settings)
        except Exception as fault:  # noqa: BLE001  `never_break_the_user` costs three calls a message
            note("read correlation ids and keys", fault)
    return messages


def _complete(message: "Arrived", settings: "Settings") -> None:
    fields = message.fields
    if message.body is not None:
        fields["bodyBytes"], fields["bodyHash"] = body_hash.measured(message.body)
    if message.headers or message.context is not None:
        message.correlation = _correlation(message, settings.correlation_headers)
    if message.correlation is not None:
        fields["correlationId"] = message.correlation
    if settings.keys:
        found = keys.keys_of(message.payloads, settings.keys)
        if found:
            fields["keys"] = found


def _correlation(message: "Arrived", names: "list[str]") -> "str | None":
    """The id in our carrier, else in the first header of the settings that the caller sent."""
    if message.context is not None and message.context.correlation_id is not None:
        return message.context.correlation_id
    for name in names if message.headers else ():
        value = message.headers.get(name, "").strip()
        if value and value.isprintable() and len(value.encode("utf-8", "replace")) <= MAX_CORRELATION_ID_CHARS:
            return value
    return None
