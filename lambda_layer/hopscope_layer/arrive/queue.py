"""An SQS record to a message: plain bodies, and what other services put into bodies."""

from hopscope_layer.arrive.message import Arrived
from hopscope_wire.fields import ATTRIBUTE_NAME, DETAIL_KEY, MAX_TEXT_CHARS

TYPE_CHECKING = False
if TYPE_CHECKING:
    Record = dict[str, object]

_OUR_KEY = f'"{DETAIL_KEY}"'


def read(record: "Record", index: int) -> Arrived:
    """The message of one record; our attribute is taken out of it."""
    body = record.get("body")
    message_id = record.get("messageId")
    refs = ["sqs/" + message_id[:MAX_TEXT_CHARS]] if isinstance(message_id, str) and message_id else []
    message = Arrived("sqs", index, refs, [record, body])
    origin = record.get("eventSourceARN")
    if isinstance(origin, str):
        message.fields["origin"] = origin[:MAX_TEXT_CHARS]
    message.body = body if isinstance(body, str) else None
    system = record.get("attributes")
    if isinstance(system, dict):
        _read_system_attributes(message, system)
    attributes = record.get("messageAttributes")
    if isinstance(attributes, dict) and attributes:
        _read_attributes(message, record, attributes)
    if isinstance(system, dict) and "SequenceNumber" in system:
        queue = str(record.get("eventSourceARN")).rpartition(":")[2]
        message.add_ref("sqs-fifo", f"{queue}:{system['SequenceNumber']}")
    if isinstance(body, str) and body[:1] == "{" and may_hold_a_message(body):
        from hopscope_layer.arrive import nested

        nested.read(message, record, body)
    elif isinstance(body, dict):
        message.add_ref("sns" if "TopicArn" in body else "body", body.get("MessageId"))
    return message


def _read_system_attributes(message: Arrived, system: "Record") -> None:
    sent = system.get("SentTimestamp")
    if isinstance(sent, str) and sent.isdecimal():
        message.tell("sentUs", int(sent) * 1000)
    count = system.get("ApproximateReceiveCount")
    if isinstance(count, str) and count != "1" and count.isdecimal():
        message.fields["attempt"] = max(1, int(count))
    header = system.get("AWSTraceHeader")
    if header is not None:
        message.follow(header)
    if "MessageGroupId" in system:
        message.attribute("message-group-id", system["MessageGroupId"])
    if "DeadLetterQueueSourceArn" in system:
        message.attribute("dead-letter-source", system["DeadLetterQueueSourceArn"])


def _read_attributes(message: Arrived, record: "Record", attributes: "Record") -> None:
    ours = attributes.get(ATTRIBUTE_NAME)
    if isinstance(ours, dict) and message.adopt_binary(ours.get("binaryValue")):
        del attributes[ATTRIBUTE_NAME]
        if "md5OfMessageAttributes" in record:
            from hopscope_layer.arrive import checksum

            checksum.mend(record, attributes)
    for name, attribute in attributes.items():
        value = attribute.get("stringValue") if isinstance(attribute, dict) else None
        if isinstance(value, str):
            message.headers[name.lower()] = value
    if "requestid" in message.headers and "errorcode" in message.headers:
        # The dead-letter queue of an asynchronous function: the body is the event that it was given.
        message.add_ref("lambda", message.headers["requestid"])
        message.attribute("error-message", message.headers.get("errormessage"))


def may_hold_a_message(body: str) -> bool:
    """Whether a service may have written the text: without any of these it is the sender's own, and not parsed."""
    return (
        '"TopicArn"' in body
        or '"detail-type"' in body
        or '"requestContext"' in body
        or '"eventSource"' in body
        or '"EventSource"' in body
        or _OUR_KEY in body
    )
