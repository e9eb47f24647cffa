"""EventBridge: PutEvents."""

from hopscope_layer.depart import limits
from hopscope_layer.depart.attributes import of_entries
from hopscope_layer.depart.call import Call, entry_error
from hopscope_layer.depart.splice import spliced
from hopscope_wire.context import carrier_of
from hopscope_wire.fields import DETAIL_KEY, MAX_TEXT_CHARS

TYPE_CHECKING = False
if TYPE_CHECKING:
    Params = dict[str, object]
    Sent = dict[str, object]

_TIME_BYTES = 14
"""What EventBridge counts for the time of an entry."""


class PutEvents(Call):
    """Up to ten events; the response holds their ids, or errors inside its HTTP 200, in the order of the entries."""

    __slots__ = ("request_bytes",)

    def leave(self, params: "Params") -> "Params":
        entries = of_entries(params.get("Entries"))
        if entries is None:
            return params
        self.request_bytes = sum([_entry_bytes(entry) for entry in entries])
        return {**params, "Entries": [self._sent(entry) for entry in entries]}

    def arrive(self, response: "Params") -> None:
        entries = response.get("Entries")
        for sent, answer in zip(self.sends, entries if isinstance(entries, list) else []):
            event_id = answer.get("EventId")
            if event_id:
                sent["refs"] = [f"events/{event_id}"]
            else:
                sent["error"] = entry_error(answer, "ErrorCode", "ErrorMessage")

    def _sent(self, entry: "Params") -> "Params":
        bus, detail, name = entry.get("EventBusName") or "default", entry.get("Detail"), entry.get("DetailType")
        event = {"detail-type": name, "source": entry.get("Source"), "detail": detail}
        sent, context = self.send(bus, None, [event, detail])
        if isinstance(name, str):
            sent["name"] = name[:MAX_TEXT_CHARS]
        if isinstance(detail, str):
            sent["bodyBytes"] = limits.text_bytes(detail)
        if not self.may_carry(bus):
            self.skip(sent, "off")
            return entry
        carried = self._carried(entry, sent, detail, carrier_of(context))
        return entry if carried is None else {**entry, "Detail": carried}

    def _carried(self, entry: "Params", sent: "Sent", detail: object, carrier: str) -> "str | None":
        """The detail with our key, or None and the reason counted."""
        reason = None
        carried = spliced(detail, carrier) if isinstance(detail, str) else None
        added_bytes = len(carrier) + len(DETAIL_KEY) + 6
        if not isinstance(detail, str) or carried is None:
            reason = "not_an_object"
        elif f'"{DETAIL_KEY}"' in detail:
            reason = "present"
        elif limits.crosses_a_step(_entry_bytes(entry), added_bytes):
            reason = "billing_step"
        elif self.request_bytes + added_bytes >= limits.MAX_EVENTS_REQUEST_BYTES or limits.crosses_a_step(
            self.request_bytes, added_bytes
        ):
            reason = "size_limit"
        if reason is not None:
            self.skip(sent, reason)
            return None
        self.request_bytes += added_bytes
        sent["carried"] = True
        return carried


def _entry_bytes(entry: "Params") -> int:
    """Size of an entry as EventBridge counts it."""
    size_bytes = _TIME_BYTES if "Time" in entry else 0
    for name in ("Source", "DetailType", "Detail"):
        size_bytes += limits.text_bytes(entry.get(name))
    resources = entry.get("Resources")
    if isinstance(resources, (list, tuple)):
        size_bytes += sum([limits.text_bytes(resource) for resource in resources])
    return size_bytes
