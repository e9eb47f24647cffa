"""DynamoDB writes: a write returns no id, so table and keys are what the stream's record can be joined by."""

import json

from hopscope_layer import body_hash
from hopscope_layer.depart.call import Call

TYPE_CHECKING = False
if TYPE_CHECKING:
    Params = dict[str, object]
    Sent = dict[str, object]

_WRITES = ("Put", "Update", "Delete", "PutRequest", "DeleteRequest")


class WriteItem(Call):
    """PutItem, UpdateItem, DeleteItem."""

    DESTINATION = ("TableName",)
    __slots__ = ()

    def destination_of(self, entry: "Params") -> "str | None":
        table = entry.get("TableName")
        return table if isinstance(table, str) else None

    def describe(self, entry: "Params", sent: "Sent") -> object:
        if isinstance(entry.get("Key"), dict):
            sent["attributes"] = {"item": item_of(entry["Key"])}
        return None

    def payloads(self, entry: "Params") -> "list[object]":
        return [plain(entry.get(name)) for name in ("Key", "Item", "ExpressionAttributeValues")]

    def refs(self, answer: "Params", sent: "Sent") -> "list[str]":
        return []


class WriteItems(WriteItem):
    """BatchWriteItem and TransactWriteItems: every written item is a send; those not processed are in the HTTP 200."""

    __slots__ = ()

    def leave(self, params: "Params") -> "Params":
        self.entries = _writes(params)
        self.find_message(len(self.entries))
        for write in self.entries:
            self._sent(write)
        return params

    def answered(self, response: object) -> None:
        self._close()
        left = _writes({"RequestItems": response.get("UnprocessedItems")}) if isinstance(response, dict) else []
        for sent, write in zip(self.sends, self.entries):  # noqa: B905  they have the same length
            if write in left:
                sent["error"] = {"type": "UnprocessedItem", "message": ""}


def _writes(params: "Params") -> "list[Params]":
    """The writes of a batch or a transaction as if each were a call of its own."""
    found = []
    requests = params.get("RequestItems")
    for table, items in requests.items() if isinstance(requests, dict) else ():
        found += [{"TableName": table, **write} for item in items for kind, write in item.items() if kind in _WRITES]
    transaction = params.get("TransactItems")
    for item in transaction if isinstance(transaction, (list, tuple)) else ():
        found += [write for kind, write in item.items() if kind in _WRITES]
    return found


def item_of(key: object) -> str:
    """The hash of a primary key: plain values and DynamoDB's typed ones give the same, and none is shown."""
    text = json.dumps(plain(key), sort_keys=True, separators=(",", ":"), default=str)
    return body_hash.measured(text)[1]


def plain(item: object) -> object:
    """An item whose values are no longer wrapped in their type; numbers are texts."""
    if not isinstance(item, dict):
        return None
    return {str(name): _plain_value(value) for name, value in item.items()}


def _plain_value(value: object) -> object:
    if isinstance(value, dict) and len(value) == 1:
        ((kind, inner),) = value.items()
        if kind in ("S", "N", "BOOL"):
            return inner
        if kind == "M":
            return plain(inner)
    return value if isinstance(value, (str, bool)) else str(value)
