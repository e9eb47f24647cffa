"""One call of an AWS operation, from the parameters to the answer."""

from time import perf_counter_ns, time_ns

from hopscope_layer import body_hash, current, keys
from hopscope_wire.fields import MAX_TEXT_CHARS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hopscope_layer.current import Invocation

    Params = dict[str, object]
    Sent = dict[str, object]


refused_bytes: "dict[object, int]" = {}
"""Destinations that refused a call for its carrier, and the size of the smallest such call: see `refused.py`."""

MAX_UNTOLD_BYTES = 65_536
"""Of messages that are kept until the invocation ends; what comes after them is described at once."""


class Call:
    """What one operation of one service knows. A subclass is an operation; this is one that hands over nothing.

    A call is one message, or several when `ENTRIES` names the parameter that lists them. The subclass tells how to
    read a message (`describe`), whether a carrier goes along (`carried`) and what the answer calls it (`refs`).
    """

    DESTINATION: "tuple[str, ...]" = ()
    """Parameters that may name the destination, the first that is given counts."""

    ENTRIES: "str | None" = None
    """Parameter that lists the messages; None when the call is one message."""

    ANSWERS: "str | None" = None
    """List of the response that answers entry by entry, in their order; None: `Successful` and `Failed`, by `Id`."""

    KEPT_UNTIL_THE_END = False
    """Whether messages are described when the invocation ends, all of them at once; entries are kept as they were."""

    __slots__ = (
        "can_enclose",
        "destination",
        "entries",
        "index",
        "invocation",
        "key",
        "sends",
        "sent_us",
        "size_bytes",
        "started_ns",
        "was_refused",
    )

    def __init__(self, invocation: "Invocation", key: "tuple[str, str]") -> None:
        self.invocation = invocation
        self.key = key
        self.index: "int | None" = 0 if len(invocation.arrived) == 1 else None
        self.sends: "list[Sent]" = []
        self.entries: "list[Params]" = []
        self.destination: "str | None" = None
        self.can_enclose = self.was_refused = False
        self.size_bytes = 0
        self.sent_us = time_ns() // 1000
        self.started_ns = perf_counter_ns()

    # What a subclass says.

    def describe(self, entry: "Params", sent: "Sent") -> object:
        """Adds to the send what its record says; the body to hash, None when the broker writes it anew."""
        raise NotImplementedError

    def payloads(self, entry: "Params") -> "list[object]":
        """Where to look for keys, the payload to capture last; asked for only when somebody wants either."""
        raise NotImplementedError

    def carried(self, entry: "Params", sent: "Sent", carrier: str) -> "Params":
        """The entry with our carrier, or the entry itself and the reason counted."""
        self.skip(sent, "no_carrier")
        return entry

    def refs(self, answer: "Params", sent: "Sent") -> "list[str]":
        """What the response calls the message."""
        raise NotImplementedError

    def weigh(self, entries: "list[Params]") -> int:
        """Bytes of all messages of the call, before the first carrier is added."""
        return 0

    def destination_of(self, entry: "Params") -> "str | None":
        """Where one message goes; asked for when no parameter of the call names the destination of all."""
        return self.destination

    # What is the same for all of them.

    def leave(self, params: "Params") -> "Params":
        """The parameters to make the call with: the caller's very own, or a copy with carriers."""
        for name in self.DESTINATION:
            given = params.get(name)
            if isinstance(given, str) and given:
                self.destination = given[:MAX_TEXT_CHARS]
                break
        if self.ENTRIES is None:
            self.find_message(1)
            self.size_bytes = self.weigh([params])
            self.invocation.untold_bytes += self.size_bytes
            return self._sent(params)
        entries = params.get(self.ENTRIES)
        if not isinstance(entries, (list, tuple)) or not all(isinstance(entry, dict) for entry in entries):
            return params  # botocore is going to refuse them
        self.entries = list(entries)
        self.find_message(len(self.entries))
        self.size_bytes = self.weigh(self.entries)
        self.invocation.untold_bytes += self.size_bytes
        return {**params, self.ENTRIES: [self._sent(entry) for entry in entries]}

    def find_message(self, sends: int) -> None:
        """Asks which message of a batch the call belongs to."""
        if self.index is None:
            self.index = self.invocation.message_index(sends)

    def skip(self, sent: "Sent", reason: str) -> None:
        """Counts a message without carrier."""
        sent["skipped"] = reason
        skipped = self.invocation.skipped
        skipped[reason] = skipped.get(reason, 0) + 1

    def failed(self, error: BaseException) -> bool:
        """Whether to ask again with the caller's own parameters; if not, the error is that of every message."""
        carrying = [sent for sent in self.sends if sent.get("carried")]
        if carrying:
            from hopscope_layer.depart import refused

            if refused.for_its_carrier(self, carrying, error):
                return True
        self._close()
        failure = _error_of(error)
        for sent in self.sends:
            sent["error"] = failure
        return False

    def answered(self, response: object) -> None:
        """Hands the sends to the invocation, with what the response says about them."""
        self._close()
        if self.was_refused:
            from hopscope_layer.depart import refused

            refused.remember(self)
        if not isinstance(response, dict):
            return
        if self.ENTRIES is None:
            refs = self.refs(response, self.sends[0])
            if refs:
                self.sends[0]["refs"] = refs
        elif self.ANSWERS is not None:
            answers = response.get(self.ANSWERS)
            for sent, answer in zip(self.sends, answers if isinstance(answers, list) else ()):  # noqa: B905
                self._took(sent, answer)
        else:
            send_by_id = {entry.get("Id"): sent for entry, sent in zip(self.entries, self.sends)}  # noqa: B905
            for answers in (response.get("Successful"), response.get("Failed")):
                for answer in answers if isinstance(answers, list) else ():
                    self._took(send_by_id[answer.get("Id")], answer)

    def tell(self, entry: "Params", sent: "Sent") -> None:
        """Adds to a send what its entry says."""
        body, invocation = self.describe(entry, sent), self.invocation
        if isinstance(body, (str, bytes)):
            sent["bodyBytes"], sent["bodyHash"] = body_hash.measured(body)
        settings = invocation.settings
        if settings.capture != "off":
            # As it is; redacted and cut, or dropped, when the end record is made.
            payloads = self.payloads(entry)
            sent["payload"] = body if body is not None else payloads[-1] if payloads else None
        if settings.keys:
            found = keys.keys_of(self.payloads(entry), settings.keys)
            if found:
                sent["keys"] = found
                for name, value in found.items():
                    invocation.keys.setdefault(name, value)

    def _sent(self, entry: "Params") -> "Params":
        invocation, index = self.invocation, self.index
        trace_id, send_id, carrier = invocation.next_carrier(index)
        sent: "Sent" = {"sendId": send_id, "service": self.key[0], "operation": self.key[1]}
        self.sends.append(sent)
        destination = self.destination_of(entry) if self.destination is None else self.destination
        if destination is not None:
            sent["destination"] = destination
        sent["sentUs"] = self.sent_us
        if index is not None:
            sent["message"] = index
        if trace_id != invocation.trace_id:
            sent["traceId"] = trace_id
        if current.active_span_id is not None:
            span_id = current.active_span_id()
            if span_id is not None:
                sent["spanId"] = span_id
        if self.KEPT_UNTIL_THE_END and invocation.untold_bytes <= MAX_UNTOLD_BYTES:
            invocation.untold.append((self, {**entry}, sent))
        else:
            self.tell(entry, sent)
        rules = invocation.settings.propagation
        if not (rules["*"] if len(rules) == 1 else self._may_carry(rules, destination)):
            self.skip(sent, "off")
            return entry
        if refused_bytes and self.size_bytes >= refused_bytes.get(destination, self.size_bytes + 1):
            self.skip(sent, "refused")
            return entry
        return self.carried(entry, sent, carrier)

    def _may_carry(self, rules: "dict[str, bool]", destination: "str | None") -> bool:
        from hopscope_layer import propagation

        return propagation.is_on(rules, self.key[0], destination or "")

    def _close(self) -> None:
        duration_us = (perf_counter_ns() - self.started_ns) // 1000
        for sent in self.sends:
            sent["durationUs"] = duration_us
        self.invocation.sends += self.sends

    def _took(self, sent: "Sent", answer: "Params") -> None:
        """Ref or error of one message of several; a failed entry arrives inside an HTTP 200."""
        refs = self.refs(answer, sent)
        if refs:
            sent["refs"] = refs
        code = answer.get("ErrorCode") or answer.get("Code")
        if code:
            said = answer.get("ErrorMessage") or answer.get("Message") or ""
            sent["error"] = {"type": str(code), "message": str(said)[:MAX_TEXT_CHARS]}


def _error_of(error: BaseException) -> "dict[str, object]":
    """The code and the message that AWS gave, else the type and the text of the exception."""
    response = getattr(error, "response", None)
    said = response.get("Error") if isinstance(response, dict) else None
    if isinstance(said, dict) and said.get("Code"):
        return {"type": str(said["Code"]), "message": str(said.get("Message", ""))[:MAX_TEXT_CHARS]}
    return {"type": type(error).__name__, "message": str(error)[:MAX_TEXT_CHARS]}


def text_of(payload: object) -> object:
    """Bytes as the text that they probably are."""
    return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else payload
