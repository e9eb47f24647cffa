"""Events that hold their messages in lists of their own: RabbitMQ by queue, DocumentDB's change streams. (pure)"""

from hopscope_layer.arrive import rabbit
from hopscope_layer.arrive.message import Arrived, at

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
    found: "list[Arrived]" = []
    for queue, messages in queues.items():
        for each in messages if isinstance(messages, list) else ():
            message = rabbit.read(each if isinstance(each, dict) else {}, len(found))
            message.tell("origin", queue)
            found.append(message)
    return found or [Arrived("rabbitmq", 0, [], [queues])]


def _of_change(change: object, index: int) -> Arrived:
    """A record of a change stream of DocumentDB; its id is the stream's resume token."""
    message = Arrived("docdb", index, [], [change, at(change, "event", "fullDocument")])
    message.add_ref("docdb", at(change, "event", "_id", "_data"))
    message.tell("name", at(change, "event", "operationType"))
    return message
