"""EventBridge: PutEvents."""

from hopscope_layer.depart import limits
from hopscope_layer.depart.call import Call
from hopscope_layer.depart.splice import spliced
from hopscope_wire.context import carrier_of
from hopscope_wire.fields import DETAIL_KEY, MAX_TEXT_CHARS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hopscope_wire.context import Context

    Params = dict[str, object]
    Sent = dict[str, object]

_TIME_BYTES = 14
"""What EventBridge counts for the time of an entry."""

_BYTES_BESIDE_CARRIER = len(DETAIL_KEY) + len('"":"",')


class PutEvents(Call):
    """Up to ten events; the response holds their ids, or errors inside its HTTP 200, in the order of the entries."""

    ENTRIES = "Entries"
    ANSWERS = "Entries"
    __slots__ = ("request_bytes",)

    def weigh(self, entries: "list[Params]") -> None:
        self.request_bytes = sum([_bytes_of(entry) for entry in entries])

    def describe(self, entry: "Params", sent: "Sent") -> "tuple[object, list[object]]":
        detail, name = entry.get("Detail"), entry.get("DetailType")
        sent["destination"] = str(entry.get("EventBusName") or self.destination or "default")[:MAX_TEXT_CHARS]
        if isinstance(name, str):
            sent["name"] = name[:MAX_TEXT_CHARS]
        if isinstance(detail, str):
            sent["bodyBytes"] = limits.text_bytes(detail)
        return None, [{"detail-type": name, "source": entry.get("Source"), "detail": detail}, detail]

    def refs(self, answer: "Params", sent: "Sent") -> "list[str]":
        event_id = answer.get("EventId")
        return [f"events/{event_id}"] if event_id else []

    def carried(self, entry: "Params", sent: "Sent", context: "Context") -> "Params":
        carrier, detail = carrier_of(context), entry.get("Detail")
        added_bytes = len(carrier) + _BYTES_BESIDE_CARRIER
        with_carrier = spliced(detail, carrier) if isinstance(detail, str) else None
        reason = self._reason_against(entry, added_bytes)
        if with_carrier is None or reason is not None:
            self.skip(sent, reason or "not_an_object")
            return entry
        self.request_bytes += added_bytes
        sent["carried"] = True
        return {**entry, "Detail": with_carrier}

    def _reason_against(self, entry: "Params", added_bytes: int) -> "str | None":
        if f'"{DETAIL_KEY}"' in str(entry.get("Detail")):
            return "present"
        if limits.crosses_a_step(_bytes_of(entry), added_bytes):
            return "billing_step"
        if limits.crosses_a_step(self.request_bytes, added_bytes):
            return "size_limit"
        if self.request_bytes + added_bytes >= limits.MAX_EVENTS_REQUEST_BYTES:
            return "size_limit"
        return None


def _bytes_of(entry: "Params") -> int:
    """Size of an entry as EventBridge counts it."""
    size_bytes = _TIME_BYTES if "Time" in entry else 0
    for name in ("Source", "DetailType", "Detail"):
        size_bytes += limits.text_bytes(entry.get(name))
    resources = entry.get("Resources")
    if isinstance(resources, (list, tuple)):
        size_bytes += sum([limits.text_bytes(resource) for resource in resources])
    return size_bytes
