"""S3: PutObject, CopyObject, CompleteMultipartUpload. The request id of the write stands in the notification."""

from hopscope_layer.depart.call import Call
from hopscope_wire.fields import MAX_TEXT_CHARS

TYPE_CHECKING = False
if TYPE_CHECKING:
    Params = dict[str, object]
    Sent = dict[str, object]


class PutObject(Call):
    """A write of one object. Its body is a stream or a file as often as bytes: it is not read."""

    DESTINATION = ("Bucket",)
    __slots__ = ()

    def describe(self, entry: "Params", sent: "Sent") -> object:
        key = entry.get("Key")
        if isinstance(key, str):
            sent["name"] = key[:MAX_TEXT_CHARS]
        return None

    def payloads(self, entry: "Params") -> "list[object]":
        return [{"bucket": self.destination, "key": entry.get("Key")}]

    def refs(self, answer: "Params", sent: "Sent") -> "list[str]":
        metadata = answer.get("ResponseMetadata")
        request_id = metadata.get("RequestId") if isinstance(metadata, dict) else None
        return [f"s3-request/{request_id}"] if request_id else []
