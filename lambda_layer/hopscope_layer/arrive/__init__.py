"""A Lambda event to the messages that it brings. (pure, but for the carriers that it takes out of the event)

    who sends the event             how it is told apart                 read by
    SQS, SNS, Kinesis, …            Records[0].eventSource               `RECORDS`
    Pipes, Scheduler                a bare list of such records          `RECORDS`
    EventBridge                     detail-type                          bus
    API Gateway, URL, ALB           requestContext                       web

Readers are imported when the first event of their kind arrives: a function has one kind.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from hopscope_layer.arrive.message import Arrived

    ReadRecord = Callable[[dict[str, object], int], Arrived]
    ReadEvent = Callable[[dict[str, object]], list[Arrived]]

_RECORDS = {
    "aws:sqs": "queue",
    "aws:sns": "topic",
}
_loaded: "dict[str, Callable[..., object]]" = {}


def arrived(event: object) -> "list[Arrived]":
    """The messages of an event, in the order of its records; one without refs for an event that nobody knows."""
    if isinstance(event, dict):
        records = event.get("Records")
        if isinstance(records, list) and records:
            return _of_records(records)
        return _of_object(event)
    if isinstance(event, list) and event:
        return _of_records(event)
    return _reader("other")(event)  # type: ignore[return-value]


def _of_records(records: "list[object]") -> "list[Arrived]":
    first = records[0]
    if isinstance(first, dict):
        source = first.get("eventSource") or first.get("EventSource")
        name = _RECORDS.get(source) if isinstance(source, str) else None
        if name is not None:
            read = _reader(name)
            return [read(record, index) for index, record in enumerate(records)]  # type: ignore[misc]
    return _reader("other")(records)  # type: ignore[return-value]


def _of_object(event: "dict[str, object]") -> "list[Arrived]":
    if "detail-type" in event:
        return _reader("bus")(event)  # type: ignore[return-value]
    if "requestContext" in event:
        return _reader("web")(event)  # type: ignore[return-value]
    return _reader("other")(event)  # type: ignore[return-value]


def _reader(name: str) -> "Callable[..., object]":
    found = _loaded.get(name)
    if found is None:
        from importlib import import_module

        found = _loaded[name] = import_module("hopscope_layer.arrive." + name).read
    return found
