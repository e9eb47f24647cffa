"""What a text holds when a service wrote it: an SNS envelope, an EventBridge event, and one in the other."""

import json

from hopscope_layer.arrive import bus, carriers
from hopscope_layer.arrive.message import Arrived
from hopscope_wire.fields import ATTRIBUTE_NAME, DETAIL_KEY

TYPE_CHECKING = False
if TYPE_CHECKING:
    Record = dict[str, object]


def read(message: Arrived, record: "Record", body: str) -> None:
    """Adds the refs, carriers and payloads of what the body holds, and puts a body without carriers into the record."""
    found = _parsed(body)
    if found is None:
        return
    message.payloads[1] = found
    if isinstance(found.get("TopicArn"), str) and isinstance(found.get("MessageId"), str) and "Message" in found:
        _read_envelope(message, record, found)
    elif "detail-type" in found:
        message.body = None
        _take_out(bus.read_into(message, found), record, "body")


def read_event_text(message: Arrived, holder: "Record", name: str, text: str) -> None:
    """Reads the text `holder[name]` of an SNS message, and puts it back without a carrier."""
    _take_out(_read_text(message, text), holder, name)


def _read_text(message: Arrived, text: str) -> "str | None":
    """Reads the text of an SNS message, an EventBridge event or the sender's own; the carrier that the event held."""
    message.payloads.append(text)
    message.body = text
    if text[:1] != "{" or '"detail-type"' not in text:
        return None
    found = _parsed(text)
    if found is None or "detail-type" not in found:
        return None
    message.payloads[-1] = found
    message.body = None
    return bus.read_into(message, found)


def _parsed(text: str) -> "Record | None":
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _read_envelope(message: Arrived, record: "Record", envelope: "Record") -> None:
    message.refs.append(f"sns/{envelope['MessageId']}")
    message.attribute("topic", envelope["TopicArn"])
    attributes = envelope.get("MessageAttributes")
    if isinstance(attributes, dict):
        _read_envelope_attributes(message, record, attributes)
    text = envelope["Message"]
    message.body = None
    if isinstance(text, str):
        _take_out(_read_text(message, text), record, "body")


def _read_envelope_attributes(message: Arrived, record: "Record", attributes: "Record") -> None:
    for name, attribute in attributes.items():
        value = attribute.get("Value") if isinstance(attribute, dict) else None
        if name == ATTRIBUTE_NAME:
            if isinstance(value, str) and message.adopt(carriers.text_of(value)):
                carriers.take_out_of_envelope(record, value)
        elif isinstance(value, str):
            message.headers[name.lower()] = value


def _take_out(carrier: "str | None", holder: "Record", name: str) -> None:
    text = holder[name]
    if carrier is not None and isinstance(text, str):
        rest = carriers.without(text, carrier, DETAIL_KEY)
        if rest is not None:
            carriers.put_back(holder, name, rest)
