"""EventBridge: PutEvents."""

from hopscope_layer.depart import limits
from hopscope_layer.depart.call import Call
from hopscope_layer.depart.splice import spliced
from hopscope_wire.fields import DETAIL_KEY, MAX_TEXT_CHARS

TYPE_CHECKING = False
if TYPE_CHECKING:
    Params = dict[str, object]
    Sent = dict[str, object]

_TIME_BYTES = 14
"""What EventBridge counts for the time of an entry."""

_OUR_KEY = f'"{DETAIL_KEY}"'
_BYTES_BESIDE_CARRIER = len(DETAIL_KEY) + len('"":"",')


class PutEvents(Call):
    """Up to ten events; the response holds their ids, or errors inside its HTTP 200, in the order of the entries."""

    ENTRIES = "Entries"
    ANSWERS = "Entries"
    KEPT_UNTIL_THE_END = True
    __slots__ = ("entry_bytes", "request_bytes")

    def weigh(self, entries: "list[Params]") -> int:
        # In the order of the entries; each is taken when its carrier is decided on.
        self.entry_bytes = [_bytes_of(entry) for entry in entries]
        self.request_bytes = sum(self.entry_bytes)
        return self.request_bytes

    def destination_of(self, entry: "Params") -> "str | None":
        return str(entry.get("EventBusName") or "default")[:MAX_TEXT_CHARS]

    def describe(self, entry: "Params", sent: "Sent") -> object:
        detail, name, source = entry.get("Detail"), entry.get("DetailType"), entry.get("Source")
        if isinstance(name, str):
            sent["name"] = name[:MAX_TEXT_CHARS]
        if isinstance(source, str):
            sent["attributes"] = {"source": source[:MAX_TEXT_CHARS]}
        if isinstance(detail, str):
            sent["bodyBytes"] = limits.text_bytes(detail)
        return None

    def payloads(self, entry: "Params") -> "list[object]":
        detail = entry.get("Detail")
        return [{"detail-type": entry.get("DetailType"), "source": entry.get("Source"), "detail": detail}, detail]

    def refs(self, answer: "Params", sent: "Sent") -> "list[str]":
        event_id = answer.get("EventId")
        return [f"events/{event_id}"] if event_id else []

    def carried(self, entry: "Params", sent: "Sent", carrier: str) -> "Params":
        detail = entry.get("Detail")
        added_bytes = len(carrier) + _BYTES_BESIDE_CARRIER
        entry_bytes = self.entry_bytes[len(self.sends) - 1]
        request_bytes = self.request_bytes + added_bytes
        text = detail if isinstance(detail, str) else ""
        with_carrier = spliced(text, carrier)
        reason = self.reason_against()
        if with_carrier is None:
            reason = reason or "not_an_object"
        elif _OUR_KEY in text:
            reason = reason or "present"
        elif limits.crosses_a_step(entry_bytes, added_bytes):
            reason = reason or "billing_step"
        elif request_bytes >= limits.MAX_EVENTS_REQUEST_BYTES or limits.crosses_a_step(self.request_bytes, added_bytes):
            reason = reason or "size_limit"
        if reason is not None:
            self.skip(sent, reason)
            return entry
        self.request_bytes = request_bytes
        sent["carried"] = True
        return {**entry, "Detail": with_carrier}

    def reason_against(self) -> "str | None":
        """What speaks against a carrier in any entry of the call."""
        return None


def _bytes_of(entry: "Params") -> int:
    """Size of an entry as EventBridge counts it."""
    size_bytes = _TIME_BYTES if "Time" in entry else 0
    for name in ("Source", "DetailType", "Detail"):
        text = entry.get(name)
        size_bytes += len(text) if isinstance(text, str) and text.isascii() else limits.text_bytes(text)
    resources = entry.get("Resources")
    if isinstance(resources, (list, tuple)):
        size_bytes += sum([limits.text_bytes(resource) for resource in resources])
    return size_bytes
