"""The carrier as a message attribute, of SQS and SNS alike."""

from hopscope_layer.depart import limits
from hopscope_layer.depart.call import Call
from hopscope_wire.context import carrier_of
from hopscope_wire.fields import ATTRIBUTE_NAME

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hopscope_wire.context import Context

    Params = dict[str, object]
    Sent = dict[str, object]

_BYTES_BESIDE_CARRIER = len(ATTRIBUTE_NAME) + len("Binary")


class AttributeCall(Call):
    """A call whose messages carry attributes."""

    BODY = ""
    """Parameter that holds the text of a message."""

    REF = ""
    """What precedes the `MessageId` of the response in a ref."""

    __slots__ = ("attributes", "request_bytes")

    def weigh(self, entries: "list[Params]") -> None:
        # The caller's own, by the id of the send that carries ours beside them.
        self.attributes: "dict[object, Params]" = {}
        self.request_bytes = sum([self._bytes_of(entry) for entry in entries])

    def describe(self, entry: "Params", sent: "Sent") -> "tuple[object, list[object]]":
        body = entry.get(self.BODY)
        return body, [{self.BODY: body, "body": body}, body]

    def refs(self, answer: "Params", sent: "Sent") -> "list[str]":
        message_id, sequence = answer.get("MessageId"), answer.get("SequenceNumber")
        refs = [f"{self.REF}/{message_id}"] if message_id else []
        if sequence:
            # A queue's URL ends in its name, a topic's ARN does, too.
            name = (self.destination or "").rpartition("/")[2].rpartition(":")[2]
            refs.append(f"{self.REF}-fifo/{name}:{sequence}")
        return refs

    def carried(self, entry: "Params", sent: "Sent", context: "Context") -> "Params":
        # None is for botocore to refuse.
        attributes = entry.get("MessageAttributes", {})
        carrier = carrier_of(context).encode("ascii")
        reason = self._reason_against(entry, attributes, len(carrier) + _BYTES_BESIDE_CARRIER)
        if reason is not None or not isinstance(attributes, dict):
            self.skip(sent, reason or "not_understood")
            return entry
        sent["carried"] = True
        self.attributes[context.send_id] = attributes
        ours = {"DataType": "Binary", "BinaryValue": carrier}
        return {**entry, "MessageAttributes": {**attributes, ATTRIBUTE_NAME: ours}}

    def _took(self, sent: "Sent", answer: "Params") -> None:
        super()._took(sent, answer)
        if sent.get("carried") and "MD5OfMessageAttributes" in answer:
            from hopscope_layer.arrive import checksum

            checksum.mend(answer, self.attributes[sent["sendId"]], "MD5OfMessageAttributes")

    def _reason_against(self, entry: "Params", attributes: object, added_bytes: int) -> "str | None":
        if not isinstance(attributes, dict):
            return "not_understood"
        if ATTRIBUTE_NAME in attributes:
            return "present"
        if len(attributes) >= limits.MAX_ATTRIBUTES:
            return "attribute_limit"
        if limits.crosses_a_step(self.request_bytes, added_bytes):
            return "billing_step"
        # A call of one message was weighed with it.
        if self.ENTRIES is not None and limits.crosses_a_step(self._bytes_of(entry), added_bytes):
            return "billing_step"
        self.request_bytes += added_bytes
        return None

    def _bytes_of(self, entry: "Params") -> int:
        """Body and attributes: names, types and values."""
        size_bytes = limits.text_bytes(entry.get(self.BODY))
        attributes = entry.get("MessageAttributes")
        if attributes and isinstance(attributes, dict):
            for name, attribute in attributes.items():
                size_bytes += limits.text_bytes(name)
                if isinstance(attribute, dict):
                    size_bytes += sum([limits.text_bytes(value) for value in attribute.values()])
        return size_bytes
