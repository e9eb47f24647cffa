"""SNS: Publish and PublishBatch."""

from hopscope_layer.depart.attributes import AttributeCall, of_entries
from hopscope_layer.depart.call import entry_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    Params = dict[str, object]
    Sent = dict[str, object]


class Publish(AttributeCall):
    """One message, to a topic; to a phone or a mobile endpoint no attribute of ours goes along."""

    __slots__ = ()

    def leave(self, params: "Params") -> "Params":
        topic = params.get("TopicArn") or params.get("TargetArn")
        self.request_bytes = self.entry_bytes(params, "Message")
        destination = topic if topic is not None else "phone" if "PhoneNumber" in params else None
        return _sent(self, params, destination, may_carry=self.may_carry(topic))

    def arrive(self, response: "Params") -> None:
        self.sends[0]["refs"] = _refs(response)


class PublishBatch(AttributeCall):
    """Up to ten messages; the response tells the accepted from the refused by their `Id`."""

    __slots__ = ("send_by_id",)

    def leave(self, params: "Params") -> "Params":
        topic, entries = params.get("TopicArn"), of_entries(params.get("PublishBatchRequestEntries"))
        self.send_by_id: "dict[object, Sent]" = {}
        if entries is None:
            return params
        may_carry = self.may_carry(topic)
        self.request_bytes = sum([self.entry_bytes(entry, "Message") for entry in entries])
        leaving = []
        for entry in entries:
            leaving.append(_sent(self, entry, topic, may_carry=may_carry))
            self.send_by_id[entry.get("Id")] = self.sends[-1]
        return {**params, "PublishBatchRequestEntries": leaving}

    def arrive(self, response: "Params") -> None:
        for taken in response.get("Successful") or ():  # type: ignore[attr-defined]
            self.send_by_id[taken.get("Id")]["refs"] = _refs(taken)
        for refused in response.get("Failed") or ():  # type: ignore[attr-defined]
            self.send_by_id[refused.get("Id")]["error"] = entry_error(refused, "Code", "Message")


def _sent(call: AttributeCall, entry: "Params", topic: object, *, may_carry: bool) -> "Params":
    text = entry.get("Message")
    sent, context = call.send(topic, text, [{"Message": text}, text])
    if not may_carry:
        call.skip(sent, "off")
    elif not isinstance(topic, str) or ":endpoint/" in topic or topic == "phone":
        call.skip(sent, "no_carrier")
    elif entry.get("MessageStructure") is not None:
        call.skip(sent, "message_structure")
    else:
        return call.with_carrier(entry, sent, context, body=text)
    return entry


def _refs(answer: "Params") -> "list[str]":
    message_id = answer.get("MessageId")
    return [f"sns/{message_id}"] if message_id else []
