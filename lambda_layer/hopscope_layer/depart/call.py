"""One call of an AWS operation, from the parameters to the answer."""

from time import perf_counter_ns

from hopscope_layer import body_hash, keys
from hopscope_wire.context import Context, carrier_of
from hopscope_wire.fields import MAX_TEXT_CHARS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hopscope_layer.current import Invocation

    Params = dict[str, object]
    Sent = dict[str, object]


class Call:
    """What one operation of one service knows. A subclass is an operation: it says how to read it and what to add.

    `leave` is called with the caller's parameters and returns those to use: the very same, or a copy with carriers.
    `arrive` is called with the parsed response.
    """

    __slots__ = ("index", "invocation", "operation", "sends", "sent_us", "service", "started_ns")

    def __init__(self, invocation: "Invocation", key: "tuple[str, str]") -> None:
        self.invocation = invocation
        self.service, self.operation = key
        self.index = invocation.message_index()
        self.sends: "list[Sent]" = []
        self.sent_us = 0
        self.started_ns = 0

    def leave(self, params: "Params") -> "Params":
        """The parameters to make the call with."""
        raise NotImplementedError

    def arrive(self, response: "Params") -> None:
        """Puts refs and errors of the response into the sends."""
        raise NotImplementedError

    def send(self, destination: object, body: object, payloads: "list[object]") -> "tuple[Sent, Context]":
        """A new send of this call, and the context that goes with it."""
        invocation = self.invocation
        context = invocation.next_context(self.index)
        sent: "Sent" = {"sendId": context.send_id, "service": self.service, "operation": self.operation}
        if isinstance(destination, str):
            sent["destination"] = destination[:MAX_TEXT_CHARS]
        sent["sentUs"] = self.sent_us
        if self.index is not None:
            sent["message"] = self.index
        if context.trace_id != invocation.trace_id:
            sent["traceId"] = context.trace_id
        if isinstance(body, (str, bytes)):
            sent["bodyBytes"], sent["bodyHash"] = body_hash.measured(body)
        if invocation.settings.keys:
            self._read_keys(sent, payloads)
        self.sends.append(sent)
        return sent, context

    def may_carry(self, destination: object) -> bool:
        """Whether the settings let the context travel to this destination."""
        from hopscope_layer import propagation

        return propagation.is_on(self.invocation.settings.propagation, self.service, str(destination))

    def carry(self, sent: "Sent", context: Context) -> str:
        """Marks the send as carrying our context; the carrier."""
        sent["carried"] = True
        return carrier_of(context)

    def skip(self, sent: "Sent", reason: str) -> None:
        """Counts a send without carrier."""
        sent["skipped"] = reason
        skipped = self.invocation.skipped
        skipped[reason] = skipped.get(reason, 0) + 1

    def close(self, response: object, error: "BaseException | None") -> None:
        """Hands the sends to the invocation, with what the response or the exception says about them."""
        duration_us = (perf_counter_ns() - self.started_ns) // 1000
        for sent in self.sends:
            sent["durationUs"] = duration_us
        self.invocation.sends.extend(self.sends)
        if error is not None:
            failure = _error_of(error)
            for sent in self.sends:
                sent["error"] = failure
        elif isinstance(response, dict):
            self.arrive(response)

    def _read_keys(self, sent: "Sent", payloads: "list[object]") -> None:
        found = keys.keys_of(payloads, self.invocation.settings.keys)
        if found:
            sent["keys"] = found
            for name, value in found.items():
                self.invocation.keys.setdefault(name, value)


def _error_of(error: BaseException) -> "dict[str, object]":
    """The code and the message that AWS gave, else the type and the text of the exception."""
    response = getattr(error, "response", None)
    said = response.get("Error") if isinstance(response, dict) else None
    if isinstance(said, dict) and said.get("Code"):
        return {"type": str(said["Code"]), "message": str(said.get("Message", ""))[:MAX_TEXT_CHARS]}
    return {"type": type(error).__name__, "message": str(error)[:MAX_TEXT_CHARS]}


def entry_error(entry: "Params", code: str, message: str) -> "dict[str, object]":
    """What a response says about an entry that it did not take."""
    return {"type": str(entry.get(code) or "Failed"), "message": str(entry.get(message) or "")[:MAX_TEXT_CHARS]}
