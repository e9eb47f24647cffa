"""The carrier as a message attribute, of SQS and SNS alike."""

from hopscope_layer.depart import limits
from hopscope_layer.depart.call import Call
from hopscope_layer.depart.request import Carrying
from hopscope_wire.fields import ATTRIBUTE_NAME

TYPE_CHECKING = False
if TYPE_CHECKING:
    Params = dict[str, object]
    Sent = dict[str, object]

_BYTES_BESIDE_CARRIER = len(ATTRIBUTE_NAME) + len("Binary")


class AttributeCall(Call):
    """A call whose messages carry attributes."""

    BODY = ""
    """Parameter that holds the text of a message."""

    REF = ""
    """What precedes the `MessageId` of the response in a ref."""

    KEPT_UNTIL_THE_END = True
    __slots__ = ("attributes", "request_bytes")

    def weigh(self, entries: "list[Params]") -> int:
        # The caller's own, by the id of the send that carries ours beside them.
        self.attributes: "dict[object, Params]" = {}
        size_bytes = 0
        for entry in entries:
            size_bytes += self._bytes_of(entry)
        self.request_bytes = size_bytes
        return size_bytes

    def describe(self, entry: "Params", sent: "Sent") -> object:
        return entry.get(self.BODY)

    def payloads(self, entry: "Params") -> "list[object]":
        body = entry.get(self.BODY)
        return [{self.BODY: body, "body": body}, body]

    def refs(self, answer: "Params", sent: "Sent") -> "list[str]":
        message_id, sequence = answer.get("MessageId"), answer.get("SequenceNumber")
        refs = [f"{self.REF}/{message_id}"] if message_id else []
        if "MD5OfMessageAttributes" in answer and sent.get("carried"):
            from hopscope_layer.arrive import checksum

            checksum.mend(answer, self.attributes.get(sent["sendId"], {}), "MD5OfMessageAttributes")
        if sequence:
            # A queue's URL ends in its name, a topic's ARN does, too.
            name = (self.destination or "").rpartition("/")[2].rpartition(":")[2]
            refs.append(f"{self.REF}-fifo/{name}:{sequence}")
        return refs

    def carried(self, entry: "Params", sent: "Sent", carrier: str) -> "Params":
        value = carrier.encode("ascii")
        # Without `=` at the end of its base64, which `urllib` would quote one character after the other.
        value += b" " * (-len(value) % 3)
        added_bytes = len(value) + _BYTES_BESIDE_CARRIER
        if self.can_enclose and self.ENTRIES is None and "MessageAttributes" not in entry:
            if limits.crosses_a_step(self.request_bytes, added_bytes):
                self.skip(sent, "billing_step")
                return entry
            params = Carrying(entry)
            params.carrier, params.sent = value, sent
            return params
        # None is for botocore to refuse.
        attributes = entry.get("MessageAttributes", {})
        reason = self._reason_against(entry, attributes, added_bytes)
        if reason is not None or not isinstance(attributes, dict):
            self.skip(sent, reason or "not_understood")
            return entry
        sent["carried"] = True
        self.attributes[sent["sendId"]] = attributes
        ours = {"DataType": "Binary", "BinaryValue": value}
        return {**entry, "MessageAttributes": {**attributes, ATTRIBUTE_NAME: ours}}

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
        body = entry.get(self.BODY)
        size_bytes = len(body) if isinstance(body, str) and body.isascii() else limits.text_bytes(body)
        attributes = entry.get("MessageAttributes")
        if attributes and isinstance(attributes, dict):
            for name, attribute in attributes.items():
                size_bytes += limits.text_bytes(name)
                if isinstance(attribute, dict):
                    size_bytes += sum([limits.text_bytes(value) for value in attribute.values()])
        return size_bytes
