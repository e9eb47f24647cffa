"""SQS: SendMessage and SendMessageBatch."""

from hopscope_layer.depart.attributes import AttributeCall, of_entries
from hopscope_layer.depart.call import entry_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    Params = dict[str, object]
    Sent = dict[str, object]


class SendMessage(AttributeCall):
    """One message; the response names it."""

    __slots__ = ()

    def leave(self, params: "Params") -> "Params":
        queue = params.get("QueueUrl")
        self.request_bytes = self.entry_bytes(params, "MessageBody")
        return _sent(self, params, queue, may_carry=self.may_carry(queue))

    def arrive(self, response: "Params") -> None:
        self.sends[0]["refs"] = _refs(response)


class SendMessageBatch(AttributeCall):
    """Up to ten messages; the response tells the accepted from the refused by their `Id`."""

    __slots__ = ("send_by_id",)

    def leave(self, params: "Params") -> "Params":
        queue, entries = params.get("QueueUrl"), of_entries(params.get("Entries"))
        self.send_by_id: "dict[object, Sent]" = {}
        if entries is None:
            return params
        may_carry = self.may_carry(queue)
        self.request_bytes = sum([self.entry_bytes(entry, "MessageBody") for entry in entries])
        leaving = []
        for entry in entries:
            leaving.append(_sent(self, entry, queue, may_carry=may_carry))
            self.send_by_id[entry.get("Id")] = self.sends[-1]
        return {**params, "Entries": leaving}

    def arrive(self, response: "Params") -> None:
        for taken in response.get("Successful") or ():  # type: ignore[attr-defined]
            self.send_by_id[taken.get("Id")]["refs"] = _refs(taken)
        for refused in response.get("Failed") or ():  # type: ignore[attr-defined]
            self.send_by_id[refused.get("Id")]["error"] = entry_error(refused, "Code", "Message")


def _sent(call: AttributeCall, entry: "Params", queue: object, *, may_carry: bool) -> "Params":
    body = entry.get("MessageBody")
    sent, context = call.send(queue, body, [{"body": body}, body])
    if not may_carry:
        call.skip(sent, "off")
        return entry
    return call.with_carrier(entry, sent, context, body=body)


def _refs(answer: "Params") -> "list[str]":
    message_id = answer.get("MessageId")
    return [f"sqs/{message_id}"] if message_id else []
