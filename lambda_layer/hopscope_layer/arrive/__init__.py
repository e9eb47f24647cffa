"""A Lambda event to the messages that it brings. (pure, but for the carriers that it takes out of the event)

    who sends the event             how it is told apart                        read by
    SQS, SNS, Kinesis, S3, …        `Records[0].eventSource`                    `RECORDS`
    Pipes, Scheduler                a bare list of such records                 `RECORDS`
    EventBridge                     `detail-type`                               bus
    API Gateway, URL, ALB           `requestContext`, `httpMethod`, `raw_path`  web
    everything else                 a key that only its events have             other

Readers are imported when the first event of their kind arrives: a function has one kind.
"""

from hopscope_layer.arrive.message import Arrived
from hopscope_layer.guard import never_break_the_user, note

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Record = dict[str, object]
    Reader = Callable[..., object]

RECORDS = {
    "aws:sqs": "queue",
    "aws:sns": "topic",
    "aws:kinesis": "stream",
    "aws:dynamodb": "table",
    "aws:s3": "bucket",
    "aws:ses": "mail",
    "aws:kafka": "kafka",
    "SelfManagedKafka": "kafka",
    "aws:rmq": "rabbit",
}
"""`eventSource` of a record to the module of this folder that reads it."""

_loaded: "dict[str, Reader]" = {}


def arrived(event: object) -> "list[Arrived]":
    """The messages of an event, in the order of its records; one without refs for an event that nobody knows."""
    if isinstance(event, dict):
        records = event.get("Records")
        if isinstance(records, list) and records:
            return of_records(records, event)
        return _of_object(event)
    if isinstance(event, list) and event:
        return of_records(event, event)
    return _read_all("other", event)


def _of_object(event: "Record") -> "list[Arrived]":
    if "detail-type" in event:
        return [_read("bus", event, 0)]
    # An agent of Bedrock speaks of an `httpMethod`, too.
    if "requestContext" in event or ("httpMethod" in event and "agent" not in event) or "raw_path" in event:
        return [_read("web", event, 0)]
    if "DurableExecutionArn" in event:
        return [_read("durable", event, 0)]
    partitions = event.get("records")
    return (isinstance(partitions, dict) and _of_partitions(partitions)) or _read_all("other", event)


def of_records(records: "list[object]", event: object) -> "list[Arrived]":
    """A message for each record of a list whose records tell where they come from."""
    first = records[0]
    if not isinstance(first, dict):
        return _read_all("other", event)
    if "detail-type" in first:
        return [_read("bus", record, index) for index, record in enumerate(records)]
    source = first.get("eventSource") or first.get("EventSource")
    name = RECORDS.get(source) if isinstance(source, str) else None
    if name is None:
        return _read_all("other", event)
    return [_read(name, record, index) for index, record in enumerate(records)]


def _of_partitions(partitions: "dict[str, object]") -> "list[Arrived]":
    """Kafka's records, which come as lists by topic and partition."""
    records: "list[object]" = []
    for batch in partitions.values():
        if isinstance(batch, (list, dict)):
            records += batch.values() if isinstance(batch, dict) else batch
    return [_read("kafka", record, index) for index, record in enumerate(records)]


def _read(name: str, record: object, index: int) -> Arrived:
    """One message; a record that its reader cannot read is a message without refs, its neighbours are read."""
    if isinstance(record, dict):
        try:
            message: Arrived = (_loaded.get(name) or reader(name))(record, index)  # type: ignore[assignment]
        except Exception as fault:  # noqa: BLE001  `never_break_the_user` costs three calls a message
            note("read a message", fault)
        else:
            return message
    return Arrived("unknown", index, [], [record])


def _read_all(name: str, event: object) -> "list[Arrived]":
    with never_break_the_user("read a message"):
        messages: "list[Arrived]" = reader(name)(event)  # type: ignore[assignment]
        return messages
    return [Arrived("unknown", 0, [], [event])]


def reader(name: str) -> "Reader":
    """The `read` of a module of this folder."""
    found = _loaded.get(name)
    if found is None:
        from importlib import import_module

        found = _loaded[name] = import_module("hopscope_layer.arrive." + name).read
    return found
