"""A DynamoDB stream record to a message. It names no write: table and key are what a write can be joined by."""

from hopscope_layer.arrive.inside import table_of
from hopscope_layer.arrive.message import Arrived

TYPE_CHECKING = False
if TYPE_CHECKING:
    Record = dict[str, object]


def read(record: "Record", index: int) -> Arrived:
    """The message of one record."""
    change = record.get("dynamodb")
    table = table_of(record.get("eventSourceARN"))
    message = Arrived("dynamodb", index, [], [record])
    if record.get("eventID"):
        message.add_ref("dynamodb", f"{table}/{record['eventID']}")
    message.tell("origin", record.get("eventSourceARN"))
    message.tell("name", record.get("eventName"))
    if isinstance(change, dict):
        if change.get("SequenceNumber"):
            message.add_ref("dynamodb", f"{table}/{change['SequenceNumber']}")
        created_s = change.get("ApproximateCreationDateTime")
        if isinstance(created_s, (int, float)):
            message.tell("sentUs", int(created_s * 1_000_000))
        _read_item(message, change)
    return message


def _read_item(message: Arrived, change: "Record") -> None:
    from hopscope_layer.depart.table import item_of, plain

    if isinstance(change.get("Keys"), dict):
        message.attribute("item", item_of(change["Keys"]))
    message.payloads += [plain(change.get(name)) for name in ("Keys", "NewImage", "OldImage") if name in change]
