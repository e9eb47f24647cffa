"""SNS: Publish and PublishBatch."""

from hopscope_layer.depart.attributes import AttributeCall

TYPE_CHECKING = False
if TYPE_CHECKING:
    Params = dict[str, object]
    Sent = dict[str, object]


class Publish(AttributeCall):
    """One message. Phones and mobile endpoints give attributes a meaning of their own, so they get none of ours."""

    DESTINATION = ("TopicArn", "TargetArn")
    BODY = "Message"
    REF = "sns"
    __slots__ = ()

    def carried(self, entry: "Params", sent: "Sent", carrier: str) -> "Params":
        if self.destination is None or ":endpoint/" in self.destination:
            self.skip(sent, "no_carrier")
            return entry
        if entry.get("MessageStructure") is not None:
            self.skip(sent, "message_structure")
            return entry
        return super().carried(entry, sent, carrier)


class PublishBatch(Publish):
    """Up to ten messages; the response tells the accepted from the refused by their `Id`."""

    ENTRIES = "PublishBatchRequestEntries"
    __slots__ = ()
