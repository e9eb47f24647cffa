"""The carrier as a message attribute of SQS and SNS."""

from hopscope_layer.depart import limits
from hopscope_layer.depart.call import Call
from hopscope_wire.context import Context, carrier_of
from hopscope_wire.fields import ATTRIBUTE_NAME

TYPE_CHECKING = False
if TYPE_CHECKING:
    Params = dict[str, object]

_ADDED_TO_CARRIER_BYTES = len(ATTRIBUTE_NAME) + len("Binary")


class AttributeCall(Call):
    """A call whose messages carry attributes. Entries of one request share its size."""

    __slots__ = ("request_bytes",)

    def with_carrier(self, entry: "Params", sent: "Params", context: Context, *, body: object) -> "Params":
        """The entry with our attribute; the entry itself when there is a reason against it, which is counted."""
        attributes = entry.get("MessageAttributes")
        if attributes is None:
            attributes = {}
        carrier = carrier_of(context).encode("ascii")
        reason = self._reason_against(attributes, limits.text_bytes(body), len(carrier) + _ADDED_TO_CARRIER_BYTES)
        if reason is not None:
            self.skip(sent, reason)
            return entry
        sent["carried"] = True
        ours = {"DataType": "Binary", "BinaryValue": carrier}
        return {**entry, "MessageAttributes": {**attributes, ATTRIBUTE_NAME: ours}}  # type: ignore[dict-item]

    def _reason_against(self, attributes: object, body_bytes: int, added_bytes: int) -> "str | None":
        if not isinstance(attributes, dict):
            return "not_understood"
        if ATTRIBUTE_NAME in attributes:
            return "present"
        if len(attributes) >= limits.MAX_ATTRIBUTES:
            return "attribute_limit"
        size_bytes = body_bytes + _attributes_bytes(attributes)
        if limits.crosses_a_step(size_bytes, added_bytes) or limits.crosses_a_step(self.request_bytes, added_bytes):
            return "billing_step"
        self.request_bytes += added_bytes
        return None

    def entry_bytes(self, entry: "Params", body_name: str) -> int:
        """What an entry adds to the size of its request."""
        attributes = entry.get("MessageAttributes")
        attributes_bytes = _attributes_bytes(attributes) if isinstance(attributes, dict) else 0
        return limits.text_bytes(entry.get(body_name)) + attributes_bytes


def _attributes_bytes(attributes: "Params") -> int:
    """Names, types and values."""
    size_bytes = 0
    for name, attribute in attributes.items():
        size_bytes += limits.text_bytes(name)
        if isinstance(attribute, dict):
            for value in attribute.values():
                size_bytes += limits.text_bytes(value)
    return size_bytes


def of_entries(entries: object) -> "list[Params] | None":
    """The entries of a batch call as a list of objects, None when botocore is going to refuse them."""
    if not isinstance(entries, (list, tuple)) or not all(isinstance(entry, dict) for entry in entries):
        return None
    return list(entries)
