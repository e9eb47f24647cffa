"""An S3 notification to a message: it has no id of its own, the object's version and the write's request have."""

from hopscope_layer.arrive import moments
from hopscope_layer.arrive.inside import read_object
from hopscope_layer.arrive.message import Arrived

TYPE_CHECKING = False
if TYPE_CHECKING:
    Record = dict[str, object]


def read(record: "Record", index: int) -> Arrived:
    """The message of one record."""
    message = Arrived("s3", index, [], [record])
    s3, answered = record.get("s3"), record.get("responseElements")
    request_id = answered.get("x-amz-request-id") if isinstance(answered, dict) else None
    if isinstance(s3, dict):
        bucket = s3.get("bucket")
        read_object(message, bucket, s3.get("object"), request_id)
        message.tell("origin", bucket.get("arn") if isinstance(bucket, dict) else None)
    message.tell("sentUs", moments.epoch_us(record.get("eventTime")))
    if record.get("eventName"):
        message.attribute("event", record["eventName"])
    return message
