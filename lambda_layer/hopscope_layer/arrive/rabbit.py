"""A message of RabbitMQ to a message: from a queue's list in an event, or alone, as Pipes delivers it."""

from hopscope_layer.arrive.message import Arrived, at
from hopscope_layer.arrive.stream import decoded, text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    Record = dict[str, object]


def read(record: "Record", index: int) -> Arrived:
    """The message; its id is the publisher's, if it gave one."""
    message = Arrived("rabbitmq", index, [], [record, decoded(record.get("data"))])
    message.tell("origin", record.get("eventSourceKey"))
    properties = record.get("basicProperties")
    if isinstance(properties, dict):
        message.add_ref("rabbitmq", properties.get("messageId"))
        headers = properties.get("headers")
        for name, value in headers.items() if isinstance(headers, dict) else ():
            message.headers[str(name).lower()] = text_of(at(value, "bytes") or value)
        message.adopt_foreign()
    return message
