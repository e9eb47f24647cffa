"""The custom event bus of EventBridge: PutEvents and PutRawEvents."""

from hopscope_layer.depart.bus import PutEvents
from hopscope_layer.depart.call import text_of
from hopscope_wire.fields import DETAIL_KEY

TYPE_CHECKING = False
if TYPE_CHECKING:
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

    def reason_against(self) -> "str | None":
        return "deduplication" if self.deduplicates else None


class PutRawEvents(PutEventsV2):
    """Raw bytes to a custom event bus; `Metadata` travels beside them and is the carrier's place."""

    KEPT_UNTIL_THE_END = False
    __slots__ = ()

    def weigh(self, entries: "list[Params]") -> int:
        return 0

    def describe(self, entry: "Params", sent: "Sent") -> object:
        return entry.get("Data")

    def payloads(self, entry: "Params") -> "list[object]":
        return [text_of(entry.get("Data"))]

    def carried(self, entry: "Params", sent: "Sent", carrier: str) -> "Params":
        metadata = entry.get("Metadata", {})
        if self.deduplicates:
            self.skip(sent, "deduplication")
        elif not isinstance(metadata, dict) or DETAIL_KEY in metadata:
            self.skip(sent, "present")
        else:
            sent["carried"] = True
            return {**entry, "Metadata": {**metadata, DETAIL_KEY: carrier}}
        return entry
