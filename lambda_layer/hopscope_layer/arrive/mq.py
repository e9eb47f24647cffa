"""A message of ActiveMQ to a message: from the list in an event, or alone, as Pipes delivers it."""

from hopscope_layer.arrive.message import Arrived, at
from hopscope_layer.arrive.stream import decoded

TYPE_CHECKING = False
if TYPE_CHECKING:
    Record = dict[str, object]


def read(record: "Record", index: int) -> Arrived:
    """The message; brokers of one name number theirs alike, so the connection stands before the id."""
    message = Arrived("mq", index, [], [record, decoded(record.get("data"))])
    message.add_ref("mq", f"{record.get('connectionId')}/{record['messageID']}")
    sent_ms = record.get("timestamp")
    message.tell("origin", at(record, "destination", "physicalName"))
    message.tell("sentUs", sent_ms * 1000 if isinstance(sent_ms, int) else None)
    properties = record.get("properties")
    for name, value in properties.items() if isinstance(properties, dict) else ():
        if isinstance(value, str):
            message.headers[name.lower()] = value
    message.adopt_foreign()
    return message
