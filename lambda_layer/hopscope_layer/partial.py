"""Which messages a partial batch response gave back. (pure)"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hopscope_layer.arrive.message import Arrived

    Record = dict[str, object]


def failed(messages: "list[Arrived]", failures: object) -> "list[int]":
    """Indexes of the messages that `batchItemFailures` names; all of them when one name is empty or unknown."""
    everything = list(range(len(messages)))
    if not isinstance(failures, list):
        return everything
    index_by_id = {_item_id(message): index for index, message in enumerate(messages)}
    indexes = set()
    for failure in failures:
        item_id = failure.get("itemIdentifier") if isinstance(failure, dict) else None
        if not isinstance(item_id, str) or item_id not in index_by_id:
            return everything
        indexes.add(index_by_id[item_id])
    return sorted(indexes)


def _item_id(message: "Arrived") -> str:
    """What a response calls a message: the message id in a queue, the sequence number in a stream."""
    refs = message.refs
    return refs[0].partition("/")[2] if refs else ""
