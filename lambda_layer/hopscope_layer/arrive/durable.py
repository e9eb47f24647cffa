"""A durable execution's invocation to a message: the same execution, however often its handler is replayed.

The event holds the operations that are done; the first of them holds the event that began the execution.
"""

from hopscope_layer.arrive.message import Arrived, at

TYPE_CHECKING = False
if TYPE_CHECKING:
    Record = dict[str, object]


def read(event: "Record", index: int) -> Arrived:
    """The message of one invocation; its trace id is the event's own or derived from the ARN, so replays share it."""
    arn = str(event["DurableExecutionArn"])
    message = Arrived("durable", index, [f"durable/{arn}"], [event])
    operations = at(event, "InitialExecutionState", "Operations")
    if isinstance(operations, list) and operations:
        if len(operations) > 1:
            message.attribute("replay", "true")
        _read_first(message, operations[0])
    if "traceId" not in message.fields:
        message.fields["traceId"] = _derived(arn)
    return message


def _read_first(message: Arrived, operation: object) -> None:
    details = at(operation, "ExecutionDetails")
    text = at(details, "InputPayload")
    if isinstance(details, dict) and isinstance(text, str):
        from hopscope_layer.arrive import nested

        nested.read_text_of(message, details, "InputPayload", text)


def _derived(arn: str) -> str:
    from _blake2 import blake2b

    return blake2b(arn.encode("utf-8", "replace"), digest_size=16).hexdigest()
