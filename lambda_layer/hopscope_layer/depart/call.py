"""One call of an AWS operation, from the parameters to the answer."""

from time import perf_counter_ns, time_ns

from hopscope_layer import body_hash, current, keys
from hopscope_wire.fields import MAX_TEXT_CHARS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hopscope_layer.current import Invocation
    from hopscope_wire.context import Context

    Params = dict[str, object]
    Sent = dict[str, object]


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

    __slots__ = (
        "destination",
        "entry_ids",
        "index",
        "invocation",
        "operation",
        "sends",
        "sent_us",
        "service",
        "started_ns",
    )

    def __init__(self, invocation: "Invocation", key: "tuple[str, str]") -> None:
        self.invocation = invocation
        self.service, self.operation = key
        self.index = invocation.message_index()
        self.sends: "list[Sent]" = []
        self.entry_ids: "list[object]" = []
        self.destination: "str | None" = None
        self.sent_us = time_ns() // 1000
        self.started_ns = perf_counter_ns()

    # What a subclass says.

    def describe(self, entry: "Params", sent: "Sent") -> "tuple[object, list[object]]":
        """The body to hash, None when the broker writes it anew, and where to look for keys; may add to the send."""
        raise NotImplementedError

    def carried(self, entry: "Params", sent: "Sent", context: "Context") -> "Params":
        """The entry with our carrier, or the entry itself and the reason counted."""
        self.skip(sent, "no_carrier")
        return entry

    def refs(self, answer: "Params", sent: "Sent") -> "list[str]":
        """What the response calls the message."""
        raise NotImplementedError

    def weigh(self, entries: "list[Params]") -> None:
        """Looks at all messages of the call before the first carrier is added."""

    # What is the same for all of them.

    def leave(self, params: "Params") -> "Params":
        """The parameters to make the call with: the caller's very own, or a copy with carriers."""
        for name in self.DESTINATION:
            given = params.get(name)
            if isinstance(given, str) and given:
                self.destination = given[:MAX_TEXT_CHARS]
                break
        if self.ENTRIES is None:
            self.weigh([params])
            return self._sent(params)
        entries = params.get(self.ENTRIES)
        if not isinstance(entries, (list, tuple)) or not all(isinstance(entry, dict) for entry in entries):
            return params  # botocore is going to refuse them
        self.weigh(list(entries))
        return {**params, self.ENTRIES: [self._sent(entry) for entry in entries]}

    def skip(self, sent: "Sent", reason: str) -> None:
        """Counts a message without carrier."""
        sent["skipped"] = reason
        skipped = self.invocation.skipped
        skipped[reason] = skipped.get(reason, 0) + 1

    def was_refused_for_its_carrier(self, error: BaseException) -> bool:
        """Whether it is worth to ask again without what we added."""
        from hopscope_layer.depart import refused

        return refused.for_its_carrier(self, error)

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
            self._answered(response)

    def _sent(self, entry: "Params") -> "Params":
        invocation = self.invocation
        context = invocation.next_context(self.index)
        sent: "Sent" = {"sendId": context.send_id, "service": self.service, "operation": self.operation}
        self.sends.append(sent)
        self.entry_ids.append(entry.get("Id"))
        if self.destination is not None:
            sent["destination"] = self.destination
        sent["sentUs"] = self.sent_us
        if self.index is not None:
            sent["message"] = self.index
        if context.trace_id != invocation.trace_id:
            sent["traceId"] = context.trace_id
        body, payloads = self.describe(entry, sent)
        if isinstance(body, (str, bytes)):
            sent["bodyBytes"], sent["bodyHash"] = body_hash.measured(body)
        if invocation.settings.keys:
            self._read_keys(sent, payloads)
        if invocation.settings.capture != "off":
            # As it is; redacted and cut, or dropped, when the end record is made.
            sent["payload"] = body if body is not None else payloads[-1] if payloads else None
        if current.active_span_id is not None:
            span_id = current.active_span_id()
            if span_id is not None:
                sent["spanId"] = span_id
        if not self._may_carry(invocation.settings.propagation, sent):
            self.skip(sent, "off")
            return entry
        return self.carried(entry, sent, context)

    def _may_carry(self, rules: "dict[str, bool]", sent: "Sent") -> bool:
        if len(rules) == 1:
            return rules["*"]
        from hopscope_layer import propagation

        return propagation.is_on(rules, self.service, str(sent.get("destination", "")))

    def _read_keys(self, sent: "Sent", payloads: "list[object]") -> None:
        found = keys.keys_of(payloads, self.invocation.settings.keys)
        if found:
            sent["keys"] = found
            for name, value in found.items():
                self.invocation.keys.setdefault(name, value)

    def _answered(self, response: "Params") -> None:
        if self.ENTRIES is None:
            self._took(self.sends[0], response)
        elif self.ANSWERS is not None:
            answers = response.get(self.ANSWERS)
            for sent, answer in zip(self.sends, answers if isinstance(answers, list) else ()):  # noqa: B905
                self._took(sent, answer)
        else:
            send_by_id = dict(zip(self.entry_ids, self.sends))  # noqa: B905  they grow together
            for answers in (response.get("Successful"), response.get("Failed")):
                for answer in answers if isinstance(answers, list) else ():
                    self._took(send_by_id[answer.get("Id")], answer)

    def _took(self, sent: "Sent", answer: "Params") -> None:
        """Ref or error of one message; a failed entry arrives inside an HTTP 200."""
        refs = self.refs(answer, sent)
        if refs:
            sent["refs"] = refs
        code = answer.get("ErrorCode") or (answer.get("Code") if self.ENTRIES is not None else None)
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
