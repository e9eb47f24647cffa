"""The custom event bus of EventBridge: PutEvents and PutRawEvents."""

from hopscope_layer.depart.bus import PutEvents
from hopscope_wire.context import carrier_of
from hopscope_wire.fields import DETAIL_KEY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hopscope_wire.context import Context

    Params = dict[str, object]
    Sent = dict[str, object]


class PutEventsV2(PutEvents):
    """Events to a custom event bus. A bus that deduplicates by content would take the carrier for a difference."""

    DESTINATION = ("EventBusArn",)
    __slots__ = ("deduplicates",)

    def leave(self, params: "Params") -> "Params":
        # Anything but an explicit other kind of deduplication may hash the content.
        self.deduplicates = params.get("DeduplicationConfiguration") is not None
        return super().leave(params)

    def refs(self, answer: "Params", sent: "Sent") -> "list[str]":
        event_id = answer.get("EventId")
        if answer.get("SuccessCode") is not None:
            sent["result"] = answer["SuccessCode"]
        return [f"eventsv2/{event_id}", f"events/{event_id}"] if event_id else []

    def _reason_against(self, entry: "Params", added_bytes: int) -> "str | None":
        if self.deduplicates:
            return "deduplication"
        return super()._reason_against(entry, added_bytes)


class PutRawEvents(PutEventsV2):
    """Raw bytes to a custom event bus; `Metadata` travels beside them and is the carrier's place."""

    __slots__ = ()

    def weigh(self, entries: "list[Params]") -> None:
        self.request_bytes = 0

    def describe(self, entry: "Params", sent: "Sent") -> "tuple[object, list[object]]":
        data = entry.get("Data")
        return data, [data] if isinstance(data, str) else []

    def carried(self, entry: "Params", sent: "Sent", context: "Context") -> "Params":
        metadata = entry.get("Metadata", {})
        if self.deduplicates:
            self.skip(sent, "deduplication")
        elif not isinstance(metadata, dict) or DETAIL_KEY in metadata:
            self.skip(sent, "present")
        else:
            sent["carried"] = True
            return {**entry, "Metadata": {**metadata, DETAIL_KEY: carrier_of(context)}}
        return entry
