"""Kinesis and Firehose: ids only. The data is the user's to the last byte: consumers may hash, sign or decode it."""

from hopscope_layer.depart.call import Call, text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    Params = dict[str, object]
    Sent = dict[str, object]


class PutRecord(Call):
    """One record of a Kinesis stream: shard and sequence number, which are its event id on the other side."""

    DESTINATION: "tuple[str, ...]" = ("StreamARN", "StreamName")
    __slots__ = ()

    def describe(self, entry: "Params", sent: "Sent") -> object:
        return entry.get("Data")

    def payloads(self, entry: "Params") -> "list[object]":
        data = entry.get("Data")
        text = text_of(data) if isinstance(data, bytes) and data[:1] == b"{" else data
        return [{"data": text}, text]

    def refs(self, answer: "Params", sent: "Sent") -> "list[str]":
        shard, sequence = answer.get("ShardId"), answer.get("SequenceNumber")
        if not shard or not sequence:
            return []
        stream = (self.destination or "").rpartition(":stream/")[2].rpartition("/")[2]
        return [f"kinesis/{stream}/{shard}:{sequence}"]


class PutRecords(PutRecord):
    """Up to 500 records; errors arrive inside the HTTP 200, in the order of the entries."""

    ENTRIES = "Records"
    ANSWERS = "Records"
    __slots__ = ()


class FirehosePutRecord(PutRecord):
    """One record of a delivery stream. What leaves Firehose is a file; its records keep no id."""

    DESTINATION = ("DeliveryStreamName",)
    __slots__ = ()

    def describe(self, entry: "Params", sent: "Sent") -> object:
        return super().describe(_record_of(entry), sent)

    def payloads(self, entry: "Params") -> "list[object]":
        return super().payloads(_record_of(entry))

    def refs(self, answer: "Params", sent: "Sent") -> "list[str]":
        record_id = answer.get("RecordId")
        return [f"firehose/{record_id}"] if record_id else []


class FirehosePutRecordBatch(FirehosePutRecord):
    """Up to 500 records; errors arrive inside the HTTP 200, in the order of the entries."""

    ENTRIES = "Records"
    ANSWERS = "RequestResponses"
    __slots__ = ()


def _record_of(entry: "Params") -> "Params":
    record = entry.get("Record", entry)
    return record if isinstance(record, dict) else {}
