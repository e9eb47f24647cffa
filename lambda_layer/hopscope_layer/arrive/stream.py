"""A Kinesis record to a message, as Lambda delivers it or flat, as Pipes does."""

import binascii

from hopscope_layer.arrive.inside import stream_of
from hopscope_layer.arrive.message import Arrived

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Record = dict[str, object]


def read(record: "Record", index: int) -> Arrived:
    """The message of one record: its event id is shard and sequence number, the same for every consumer."""
    kinesis = record.get("kinesis", record)
    event_id, arn = record.get("eventID"), record.get("eventSourceARN")
    message = Arrived("kinesis", index, [], [record])
    if isinstance(event_id, str) and isinstance(kinesis, dict):
        sequence = kinesis.get("sequenceNumber") or event_id.rpartition(":")[2]
        message.add_ref("kinesis", f"{stream_of(arn)}/{event_id}")
        message.add_ref("kinesis", f"{stream_of(arn)}/{event_id.partition(':')[0]}:{sequence}")
    message.tell("origin", arn)
    if isinstance(kinesis, dict):
        message.payloads.append(decoded(kinesis.get("data")))
        arrival_s = kinesis.get("approximateArrivalTimestamp")
        if isinstance(arrival_s, (int, float)):
            message.tell("sentUs", int(arrival_s * 1_000_000))
        if kinesis.get("partitionKey") is not None:
            message.attribute("partition-key", kinesis["partitionKey"])
    return message


def decoded(data: object) -> "Callable[[], object]":
    """The text in base64 data, decoded when it is asked for; None when it is no text."""

    def text() -> object:
        try:
            return binascii.a2b_base64(str(data)).decode("utf-8")
        except ValueError:
            return None

    return text


def text_of(value: object) -> str:
    """The text of a header, which brokers hand over as a list of signed bytes."""
    if isinstance(value, list) and all(isinstance(byte, int) for byte in value):
        return bytes([byte & 0xFF for byte in value]).decode("utf-8", "replace")
    return str(value)
