"""An EventBridge event to a message: from a rule, a schedule, a replay, or a service of AWS."""

from hopscope_layer.arrive import moments
from hopscope_layer.arrive.message import Arrived
from hopscope_wire.fields import DETAIL_KEY

TYPE_CHECKING = False
if TYPE_CHECKING:
    Record = dict[str, object]


def read(event: "Record") -> "list[Arrived]":
    """The one message of an event that a rule delivered; our key is taken out of its detail."""
    message = Arrived("events", 0, [], [event])
    read_into(message, event)
    message.tell("sentUs", moments.epoch_us(event.get("time")))
    return [message]


def read_into(message: Arrived, event: "Record") -> "str | None":
    """Adds what an event says to the message that holds it; the carrier that it took out of the parsed detail, if any."""
    event_id = event.get("id")
    if isinstance(event_id, str) and event_id:
        message.refs.append("events/" + event_id)
    message.tell("name", event.get("detail-type"))
    if "origin" not in message.fields:
        message.tell("origin", event.get("source"))
    if "replay-name" in event:
        message.attribute("replay-name", event["replay-name"])
    detail = event.get("detail")
    if isinstance(detail, dict) and DETAIL_KEY in detail and message.adopt(detail[DETAIL_KEY]):
        carrier: str = detail.pop(DETAIL_KEY)
        return carrier
    return None
