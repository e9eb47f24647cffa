"""How an invocation ended when it did not simply return: its exception, or the messages that it gave back."""

from hopscope_layer.guard import never_break_the_user
from hopscope_wire.fields import MAX_TEXT_CHARS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hopscope_layer.arrive.message import Arrived

    Record = dict[str, object]

_POLLED = ("sqs", "kinesis", "dynamodb", "kafka")
"""Sources whose event source mapping reads `batchItemFailures`."""


def failed_messages(messages: "list[Arrived]", failures: object) -> "list[int] | None":
    """Indexes of the messages that a partial batch response gave back; None when there are none, or nobody reads it."""
    if not messages or messages[0].fields["source"] not in _POLLED:
        return None
    return _failed(messages, failures) or None


def error_of(error: BaseException, *, with_stack: bool) -> "Record":
    """Type and message of an exception, cut to the wire's limit; one that cannot say its message says nothing."""
    found: "Record" = {"type": type(error).__name__, "message": ""}
    with never_break_the_user("read the message of an exception"):
        found["message"] = str(error)[:MAX_TEXT_CHARS]
        if with_stack:
            import traceback

            found["stack"] = "".join(traceback.format_tb(error.__traceback__)[1:])[-8 * MAX_TEXT_CHARS :]
    return found


def _failed(messages: "list[Arrived]", failures: object) -> "list[int]":
    """Indexes of the messages that `batchItemFailures` names; all of them when one name is empty or unknown.

    A stream goes on from the first failure: everything after it is delivered again.
    """
    everything = list(range(len(messages)))
    if not isinstance(failures, list):
        return everything
    index_by_id = {_item_id(message): index for index, message in enumerate(messages)}
    indexes = set()
    for failure in failures:
        item_id = failure.get("itemIdentifier") if isinstance(failure, dict) else None
        if isinstance(item_id, dict):
            item_id = f"{item_id.get('partition')}/{item_id.get('offset')}"
        if not isinstance(item_id, str) or item_id not in index_by_id:
            return everything
        indexes.add(index_by_id[item_id])
    if indexes and messages[0].fields["source"] in ("kinesis", "dynamodb"):
        return everything[min(indexes) :]
    return sorted(indexes)


def _item_id(message: "Arrived") -> str:
    """What a response calls a message: message id in a queue, sequence number in a stream, partition and offset."""
    if message.fields["source"] in ("sqs", "kafka"):
        return message.refs[0].partition("/")[2] if message.refs else ""
    return message.refs[-1].rpartition("/")[2].rpartition(":")[2] if message.refs else ""
