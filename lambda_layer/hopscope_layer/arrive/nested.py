"""What a text holds when a service wrote it: an SNS envelope, an event, S3 records, a destination record."""

import json

from hopscope_layer.arrive import bus, inside, restored
from hopscope_layer.arrive.message import Arrived
from hopscope_layer.arrive.queue import may_hold_a_message
from hopscope_wire.fields import ATTRIBUTE_NAME, DETAIL_KEY

TYPE_CHECKING = False
if TYPE_CHECKING:
    Record = dict[str, object]


def read(message: Arrived, record: "Record", body: str) -> None:
    """Adds refs, carriers and payloads of what an SQS body holds, and puts a body without carriers into the record."""
    found = _parsed(body)
    if found is None:
        return
    message.payloads[1] = found
    if isinstance(found.get("TopicArn"), str) and isinstance(found.get("MessageId"), str) and "Message" in found:
        _read_envelope(message, record, found)
    else:
        _take_out(_read_object(message, found), record, "body")
        attributes = found.get("Records")
        if message.context is not None and isinstance(attributes, list):
            _take_out_of_records(message, record, attributes)


def read_text_of(message: Arrived, holder: "Record", name: str, text: str) -> None:
    """Reads the text `holder[name]` of an SNS message, and puts it back without a carrier."""
    _take_out(_read_text(message, text), holder, name)


def _read_text(message: Arrived, text: str) -> "str | None":
    """Reads the text of an SNS message, the sender's own or a service's; the carrier that it held."""
    message.payloads.append(text)
    message.body = text
    if text[:1] != "{" or not may_hold_a_message(text):
        return None
    found = _parsed(text)
    if found is None:
        return None
    message.payloads[-1] = found
    return _read_object(message, found)


def _read_object(message: Arrived, found: "Record") -> "str | None":
    """Reads what a service wrote; the carrier that it held. What nobody knows is the sender's own text."""
    if "detail-type" in found:
        message.body = None
        return bus.read_into(message, found)
    request, records = found.get("requestContext"), found.get("Records")
    if isinstance(request, dict) and "condition" in request:
        message.body = None
        return inside.read_destination(message, found)
    if isinstance(records, list) and records:
        message.body = None
        inside.read_records(message, records)
        return None
    return bus.read_remade(message, found)


def _take_out_of_records(message: Arrived, record: "Record", records: "list[object]") -> None:
    """Our attribute out of the text of a failed function's event, whose parsed records were read."""
    body = record.get("body")
    if isinstance(body, str) and f'"{ATTRIBUTE_NAME}"' in body and len(records) == 1:
        start = body.find('"Value":"', body.find(f'"{ATTRIBUTE_NAME}"'))
        value = body[start + 9 : body.find('"', start + 9)]
        if start > 0 and message.adopt_binary(value):
            restored.take_out_of_envelope(record, value)


def _parsed(text: str) -> "Record | None":
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _read_envelope(message: Arrived, record: "Record", envelope: "Record") -> None:
    message.add_ref("sns", envelope["MessageId"])
    message.attribute("topic", envelope["TopicArn"])
    if "SequenceNumber" in envelope:
        topic = str(envelope["TopicArn"]).rpartition(":")[2]
        message.add_ref("sns-fifo", f"{topic}:{envelope['SequenceNumber']}")
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
            if isinstance(value, str) and message.adopt_binary(value):
                restored.take_out_of_envelope(record, value)
        elif isinstance(value, str):
            message.headers[name.lower()] = value


def _take_out(carrier: "str | None", holder: "Record", name: str) -> None:
    text = holder[name]
    if carrier is not None and isinstance(text, str):
        rest = restored.without(text, carrier, DETAIL_KEY)
        if rest is not None:
            restored.put_back(holder, name, rest)
