"""Services of AWS that speak through another one: their ids inside an event, a body or a destination record. (pure)"""

from hopscope_layer.arrive import bus
from hopscope_layer.arrive.message import Arrived, at

TYPE_CHECKING = False
if TYPE_CHECKING:
    Record = dict[str, object]

_MAX_RECORDS_INSIDE = 10


def read_service_event(message: Arrived, event: "Record", source: str) -> None:
    """The refs in an EventBridge event that a service of AWS wrote."""
    detail = event.get("detail")
    if source == "aws.scheduler":
        resources = event.get("resources")
        if isinstance(resources, list) and resources:
            message.add_ref("scheduler", resources[0])
    if not isinstance(detail, dict):
        return
    if source == "lambda":
        if isinstance(detail.get("requestContext"), dict):
            read_destination(message, detail)
        return
    if source == "aws.s3":
        read_object(message, detail.get("bucket"), detail.get("object"), detail.get("request-id"))
    elif source == "aws.states":
        message.add_ref("states", detail.get("executionArn"))
    # Of CloudTrail, which tells of every service, and of those that name the request that they tell of.
    for name in ("RequestId", "requestId", "requestID"):
        message.add_ref("request", detail.get(name))
    message.add_ref("cloudtrail", detail.get("eventID"))
    message.add_ref("ses", at(detail, "mail", "messageId"))


def read_object(message: Arrived, bucket: object, written: object, request_id: object) -> None:
    """The refs of an S3 object: which version of which key, and the request that wrote it."""
    if isinstance(bucket, dict) and isinstance(written, dict):
        ref = f"{bucket.get('name')}/{written.get('key')}"
        if written.get("sequencer"):
            ref = f"{ref}#{written['sequencer']}"
        message.add_ref("s3", ref)
        message.tell("name", written.get("key"))
    message.add_ref("s3-request", request_id)


def read_destination(message: Arrived, record: "Record") -> "str | None":
    """The refs of a Lambda destination record; the carrier that it took out of the function's own event."""
    request = record["requestContext"]
    if not isinstance(request, dict):
        return None
    message.add_ref("lambda", request.get("requestId"))
    if "condition" in request:
        message.attribute("condition", request["condition"])
    read_batch(message, record)
    return bus.carrier_out_of(at(record, "requestPayload", "detail"), message)


def read_batch(message: Arrived, record: "Record") -> None:
    """The refs of the stream records that a function could not process: first and last of the range."""
    batch = record.get("KinesisBatchInfo") or record.get("DDBStreamBatchInfo")
    if not isinstance(batch, dict):
        return
    for name in ("startSequenceNumber", "endSequenceNumber"):
        if batch.get("streamArn") and batch.get(name):
            stream = str(batch["streamArn"])
            if "KinesisBatchInfo" in record:
                message.add_ref("kinesis", f"{stream_of(stream)}/{batch.get('shardId')}:{batch[name]}")
            else:
                message.add_ref("dynamodb", f"{table_of(stream)}/{batch[name]}")


def stream_of(arn: object) -> str:
    """The name of a Kinesis stream in its ARN, or in the ARN of a consumer."""
    return str(arn).partition(":stream/")[2].partition("/")[0]


def table_of(arn: object) -> str:
    """The name of a table in the ARN of its stream."""
    return str(arn).partition(":table/")[2].partition("/")[0]


def read_records(message: Arrived, records: "list[object]") -> None:
    """The refs of the records that a body holds: S3 notifications, or the event of a function that failed."""
    from hopscope_layer import arrive

    for each in arrive.of_records(records[:_MAX_RECORDS_INSIDE], {}):
        for ref in each.refs:
            if ref not in message.refs:
                message.refs.append(ref)
        if each.context is not None:
            message.adopt(each.fields["carrier"])
        message.payloads += each.payloads
        if "name" in each.fields:
            message.fields.setdefault("name", each.fields["name"])
