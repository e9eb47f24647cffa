"""Events that are told apart by a key only they have, and those that nobody knows: one message, never an error."""

from hopscope_layer.arrive import bus
from hopscope_layer.arrive.message import Arrived, at

TYPE_CHECKING = False
if TYPE_CHECKING:
    Record = dict[str, object]

_RESOLVER = "appsync info/fieldName request/headers/x-amzn-trace-id arguments/id source/id"
"""A request of a GraphQL resolver: several may be made for one HTTP request."""

KINDS = {
    "invocationSchemaVersion": "s3-batch job/id invocationId tasks[]/taskId",
    "CodePipeline.job": "codepipeline CodePipeline.job/id CodePipeline.job/data/encryptionKey/id",
    "StateMachine Execution": "states Execution/Id",
    "ResponseURL RequestType": "cloudformation RequestId",
    "transformId fragment": "cloudformation requestId",
    "LifecycleEventHookExecutionId": "codedeploy LifecycleEventHookExecutionId",
    "agent actionGroup": "bedrock-agent agent/id sessionId",
    "session request": "alexa request/requestId",
    "context request version": "alexa request/requestId",
    "directive": "alexa directive/header/messageId",
    "triggerSource userPoolId": "cognito",
    "identityPoolId identityId": "cognito",
    "awslogs": "logs",
    "alarmArn alarmData": "cloudwatch-alarm alarmArn alarmData/state/timestamp",
    "configRuleArn": "config",
    "bot invocationSource": "lex bot/id sessionId",
    "Details Name": "connect Details/ContactData/ContactId",
    "serviceMetadata token": "transfer serviceMetadata/executionDetails/executionId",
    "events info": "appsync events[]/id",
    "arguments request": _RESOLVER,
    "info request": _RESOLVER,
    "xAmzRequestId": "s3-object-lambda xAmzRequestId",
    "HostId Service": "s3 RequestId",
    "methodArn": "authorizer",
    "ClientRequestToken SecretId": "secretsmanager ClientRequestToken Step",
    "eventType eventId operation": "iot eventId",
    "flowDirection messageId": "workmail messageId invocationId",
}
"""The keys that tell the event: its source, and the paths whose values, joined by `:`, are the id.

A path that begins with a list (`tasks[]`) goes on in each of its messages.
"""


def read(event: object) -> "list[Arrived]":
    """The messages of an event that no other reader knows."""
    if isinstance(event, dict):
        return _of_object(event)
    first = event[0] if isinstance(event, list) and event else None
    if isinstance(event, list) and isinstance(first, dict):
        if _is_of_aws(first):
            return [_of_record(record, index) for index, record in enumerate(event)]
        if "info" in first:
            # A resolver of AppSync that is given its requests in batches.
            return [_of_item(each, each, index, _RESOLVER) for index, each in enumerate(event)]
    return [_unknown(event)]


def _of_object(event: "Record") -> "list[Arrived]":
    if "rmqMessagesByQueue" in event or event.get("eventSource") == "aws:docdb":
        from hopscope_layer.arrive import listed

        return listed.read(event)
    for keys, kind in KINDS.items():
        if all(key in event for key in keys.split()):
            return _of_kind(event, kind)
    records = event.get("records")
    if isinstance(records, list) and records and isinstance(records[0], dict) and "recordId" in records[0]:
        return [_of_delivery(event, record, index) for index, record in enumerate(records)]
    records = event.get("Records") or event.get("messages")
    # A list of a caller's own is one message, whatever its items call their ids.
    if isinstance(records, list) and any("eventSource" in event or _is_of_aws(record) for record in records[:1]):
        return [_of_record(record, index) for index, record in enumerate(records)]
    return [_unknown(event)]


def _of_kind(event: "Record", kind: str) -> "list[Arrived]":
    items = event.get(kind.partition("[]")[0].rpartition(" ")[2])
    if isinstance(items, list) and items and "[]" in kind:
        return [_of_item(event, item, index, kind) for index, item in enumerate(items)]
    return [_of_item(event, event, 0, kind)]


def _of_item(event: object, item: object, index: int, kind: str) -> Arrived:
    source, *paths = kind.split()
    message = Arrived(source, index, [], [event] if item is event else [event, item])
    message.is_invoked = item is event
    parts = [at(item if "[]" in path else event, *path.rpartition("[]/")[2].split("/")) for path in paths]
    if any(part is not None for part in parts):
        # What S3 sends to test a notification names a request and no object.
        provider = "s3-request" if source == "s3" else source
        message.add_ref(provider, ":".join([str(part) for part in parts if part is not None]))
    _follow_headers(message, event)
    return message


def _is_of_aws(record: object) -> bool:
    return isinstance(record, dict) and ("eventSource" in record or "EventSource" in record or "cf" in record)


def _of_record(record: object, index: int) -> Arrived:
    """A record of a source without a reader of its own: CodeCommit, CloudFront."""
    if not isinstance(record, dict):
        return Arrived("unknown", index, [], [record])
    if "messageID" in record:
        from hopscope_layer.arrive import mq

        return mq.read(record, index)
    source = str(record.get("eventSource") or record.get("EventSource") or "unknown").rpartition(":")[2]
    message = Arrived("cloudfront" if "cf" in record else source, index, [], [record])
    for name in ("eventId", "eventID", "messageId"):
        message.add_ref(source, record.get(name))
    message.add_ref("cloudfront", at(record, "cf", "config", "requestId"))
    return message


def _of_delivery(event: "Record", record: object, index: int) -> Arrived:
    """A record that Firehose or Kinesis Analytics wants to be transformed; a stream's record keeps its own id."""
    from hopscope_layer.arrive.inside import stream_of
    from hopscope_layer.arrive.stream import decoded

    if not isinstance(record, dict):
        return Arrived("firehose", index, [], [record])
    message = Arrived("firehose", index, [], [record, decoded(record.get("data"))])
    parts = (event.get("invocationId"), record.get("recordId"))
    message.add_ref("firehose", ":".join([str(part) for part in parts if part is not None]))
    message.tell("origin", event.get("deliveryStreamArn") or event.get("streamArn") or event.get("applicationArn"))
    origin = record.get("kinesisRecordMetadata") or record.get("kinesisStreamRecordMetadata")
    if isinstance(origin, dict):
        stream = stream_of(event.get("sourceKinesisStreamArn") or event.get("streamArn"))
        message.add_ref("kinesis", f"{stream}/{origin.get('shardId')}:{origin.get('sequenceNumber')}")
    return message


def _unknown(event: object) -> Arrived:
    """An event of a kind that nobody knows."""
    message = Arrived("unknown", 0, [], [event])
    message.is_invoked = True
    if not isinstance(event, dict):
        return message
    if bus.read_remade(message, event) is not None or message.refs:
        message.fields["source"] = "events"
    for value in event.values():
        # The context object of Step Functions, handed on under any name, one or two levels deep.
        for held in (value, *value.values()) if isinstance(value, dict) else ():
            if isinstance(held, dict) and "StateMachine" in held:
                message.add_ref("states", at(held, "Execution", "Id"))
                message.fields["source"] = "states"
    message.is_invoked = message.fields["source"] != "events"
    _follow_headers(message, event)
    return message


def _follow_headers(message: Arrived, event: object) -> None:
    """AppSync and its like hand on the headers of the request."""
    headers = at(event, "request", "headers") or at(event, "headers")
    if isinstance(headers, dict):
        message.headers = {str(name).lower(): value for name, value in headers.items() if isinstance(value, str)}
        message.adopt_foreign()
        message.follow(message.headers.get("x-amzn-trace-id"))
