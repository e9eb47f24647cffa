"""An EventBridge event to a message: from a rule, a schedule, a replay, or a service of AWS."""

from hopscope_layer.arrive import moments
from hopscope_layer.arrive.message import Arrived
from hopscope_wire.fields import DETAIL_KEY

TYPE_CHECKING = False
if TYPE_CHECKING:
    Record = dict[str, object]


def read(event: "Record", index: int) -> Arrived:
    """The message of an event that a rule delivered; our key is taken out of its detail."""
    message = Arrived("events", index, [], [event])
    read_into(message, event)
    message.tell("sentUs", moments.epoch_us(event.get("time")))
    return message


def read_into(message: Arrived, event: "Record") -> "str | None":
    """Adds what an event says to the message that holds it; the carrier that it took out of the parsed detail."""
    # A custom event bus numbers its events; its ids are told from those of the classic bus.
    message.add_ref("eventsv2" if "sequence-number" in event else "events", event.get("id"))
    message.tell("name", event.get("detail-type"))
    if "origin" not in message.fields:
        message.tell("origin", event.get("source"))
    if "replay-name" in event:
        message.attribute("replay-name", event["replay-name"])
    detail, source = event.get("detail"), event.get("source")
    if isinstance(source, str) and (source.startswith("aws.") or source == "lambda"):
        from hopscope_layer.arrive import inside

        inside.read_service_event(message, event, source)
    resources = event.get("resources")
    for resource in resources if isinstance(resources, list) else ():
        # Step Functions adds the execution that put the event.
        if isinstance(resource, str) and ":execution:" in resource:
            message.add_ref("states", resource)
    return carrier_out_of(detail, message)


def carrier_out_of(detail: object, message: Arrived) -> "str | None":
    """Takes our key out of a detail and hands its carrier to the message; None when there is none."""
    if isinstance(detail, dict) and DETAIL_KEY in detail and message.adopt(detail[DETAIL_KEY]):
        carrier: str = detail.pop(DETAIL_KEY)
        return carrier
    return None


def read_remade(message: Arrived, found: "Record") -> "str | None":
    """Reads what a rule's input path or transformer makes of an event: its detail, or either of them under any name.

    The carrier that it held; it is taken out of what was parsed.
    """
    for value in (found, *found.values()):
        for held in (value, *value.values()) if isinstance(value, dict) else ():
            if isinstance(held, dict) and "detail-type" in held:
                message.body = None
                return read_into(message, held)
            carrier = carrier_out_of(held, message)
            if carrier is not None:
                message.body = None
                return carrier
    return None
