"""An event that no reader knows: one message without refs, never an error."""

from hopscope_layer.arrive.message import Arrived
from hopscope_wire.fields import DETAIL_KEY


def read(event: object) -> "list[Arrived]":
    """The one message of an unknown event; a rule that hands on only the detail leaves our key at its top."""
    message = Arrived("unknown", 0, [], [event])
    if isinstance(event, dict) and DETAIL_KEY in event and message.adopt(event[DETAIL_KEY]):
        message.fields["source"] = "events"
        del event[DETAIL_KEY]
    return [message]
