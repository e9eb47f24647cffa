"""An S3 notification to a message: it has no id of its own, the object's version and the write's request have."""

from hopscope_layer.arrive import moments
from hopscope_layer.arrive.inside import read_object
from hopscope_layer.arrive.message import Arrived, at

TYPE_CHECKING = False
if TYPE_CHECKING:
    Record = dict[str, object]


def read(record: "Record", index: int) -> Arrived:
    """The message of one record."""
    message = Arrived("s3", index, [], [record])
    request_id = at(record, "responseElements", "x-amz-request-id")
    read_object(message, at(record, "s3", "bucket"), at(record, "s3", "object"), request_id)
    message.tell("origin", at(record, "s3", "bucket", "arn"))
    message.tell("sentUs", moments.epoch_us(record.get("eventTime")))
    if record.get("eventName"):
        message.attribute("event", record["eventName"])
    return message
