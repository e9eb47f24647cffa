"""Events that hold their messages in lists of their own: RabbitMQ by queue, DocumentDB's change streams. (pure)"""

from hopscope_layer.arrive.message import Arrived
from hopscope_layer.arrive.other import at
from hopscope_layer.arrive.stream import decoded

TYPE_CHECKING = False
if TYPE_CHECKING:
    Record = dict[str, object]


def read(event: "Record") -> "list[Arrived]":
    """The messages, each a hop of its own; one without refs when there is no list."""
    queues, changes = event.get("rmqMessagesByQueue"), event.get("events")
    if isinstance(queues, dict):
        return _of_queues(queues)
    found = [_of_change(change, index) for index, change in enumerate(changes if isinstance(changes, list) else ())]
    return found or [Arrived("unknown", 0, [], [event])]


def _of_queues(queues: "Record") -> "list[Arrived]":
    """RabbitMQ's messages, which come as lists by queue; their id is the publisher's, if it gave one."""
    found: "list[Arrived]" = []
    for queue, messages in queues.items():
        for each in messages if isinstance(messages, list) else ():
            message = Arrived("rabbitmq", len(found), [], [each])
            message.tell("origin", queue)
            properties = at(each, "basicProperties")
            if isinstance(each, dict) and isinstance(properties, dict):
                message.payloads.append(decoded(each.get("data", "")))
                message.add_ref("rabbitmq", properties.get("messageId"))
                headers = properties.get("headers")
                message.headers = {
                    str(name).lower(): _text_of(value)
                    for name, value in (headers.items() if isinstance(headers, dict) else ())
                }
                message.adopt_foreign(message.headers.get("traceparent"))
            found.append(message)
    return found or [Arrived("rabbitmq", 0, [], [queues])]


def _text_of(value: object) -> str:
    """A header of a message: a text, or a list of bytes."""
    raw = value.get("bytes") if isinstance(value, dict) else value
    if isinstance(raw, list) and all(isinstance(byte, int) for byte in raw):
        return bytes([byte & 0xFF for byte in raw]).decode("utf-8", "replace")
    return str(value)


def _of_change(change: object, index: int) -> Arrived:
    """A record of a change stream of DocumentDB; its id is the stream's resume token."""
    message = Arrived("docdb", index, [], [change, at(change, "event", "fullDocument")])
    message.add_ref("docdb", at(change, "event", "_id", "_data"))
    message.tell("name", at(change, "event", "operationType"))
    return message
