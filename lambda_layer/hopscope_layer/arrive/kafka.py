"""A Kafka record to a message: topic, partition and offset are its id."""

from hopscope_layer.arrive.message import Arrived
from hopscope_layer.arrive.stream import decoded, text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    Record = dict[str, object]


def read(record: "Record", index: int) -> Arrived:
    """The message of one record."""
    message = Arrived("kafka", index, [], [record, decoded(record.get("value"))])
    message.add_ref("kafka", f"{record.get('topic')}-{record.get('partition')}/{record.get('offset')}")
    message.tell("origin", record.get("topic"))
    timestamp_ms = record.get("timestamp")
    if isinstance(timestamp_ms, int) and timestamp_ms > 0:
        message.tell("sentUs", timestamp_ms * 1000)
    headers = record.get("headers")
    for header in headers if isinstance(headers, list) else ():
        for name, value in header.items() if isinstance(header, dict) else ():
            message.headers[str(name).lower()] = text_of(value)
    message.adopt_foreign()
    return message
