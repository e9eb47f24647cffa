"""Events that are told apart by a key only they have, and those that nobody knows: one message, never an error."""

from hopscope_layer.arrive.message import Arrived
from hopscope_wire.fields import DETAIL_KEY

TYPE_CHECKING = False
if TYPE_CHECKING:
    Record = dict[str, object]

_RESOLVED = (
    ("info", "fieldName"), ("request", "headers", "x-amzn-trace-id"), ("arguments", "id"), ("source", "id"),
)  # fmt: skip
"""What makes a request of a GraphQL resolver: several may be made for one HTTP request."""

KINDS = (
    ("invocationSchemaVersion", "s3-batch", "tasks", "s3-batch", (("job", "id"), ("invocationId",), ("/taskId",))),
    (
        "CodePipeline.job",
        "codepipeline",
        "",
        "codepipeline",
        (("CodePipeline.job", "id"), ("CodePipeline.job", "data", "encryptionKey", "id")),
    ),
    ("StateMachine", "states", "", "states", (("Execution", "Id"),)),
    ("ResponseURL", "cloudformation", "", "cloudformation", (("RequestId",),)),
    ("transformId", "cloudformation", "", "cloudformation", (("requestId",),)),
    ("LifecycleEventHookExecutionId", "codedeploy", "", "codedeploy", (("LifecycleEventHookExecutionId",),)),
    ("agent", "bedrock-agent", "", "bedrock-agent", (("agent", "id"), ("sessionId",))),
    ("session", "alexa", "", "alexa", (("request", "requestId"),)),
    ("directive", "alexa", "", "alexa", (("directive", "header", "messageId"),)),
    ("triggerSource", "cognito", "", "", ()),
    ("identityPoolId", "cognito", "", "", ()),
    ("awslogs", "logs", "", "", ()),
    ("alarmArn", "cloudwatch-alarm", "", "", ()),
    ("configRuleArn", "config", "", "", ()),
    ("bot", "lex", "", "lex", (("bot", "id"), ("sessionId",))),
    ("Details", "connect", "", "connect", (("Details", "ContactData", "ContactId"),)),
    ("serviceMetadata", "transfer", "", "transfer", (("serviceMetadata", "executionDetails", "executionId"),)),
    ("events", "appsync", "events", "appsync", (("/id",),)),
    ("arguments", "appsync", "", "appsync", _RESOLVED),
    ("selectionSetList", "appsync", "", "appsync", _RESOLVED),
    ("info", "appsync", "", "appsync", _RESOLVED),
    ("xAmzRequestId", "s3-object-lambda", "", "s3-object-lambda", (("xAmzRequestId",),)),
    ("HostId", "s3", "", "s3-request", (("RequestId",),)),
    ("methodArn", "authorizer", "", "", ()),
    ("ClientRequestToken", "secretsmanager", "", "secretsmanager", (("ClientRequestToken",),)),
)
"""The key that tells the event, its source, the list of its messages, the provider of the ref, and the paths whose
values, joined by `:`, are the id. A path that begins with `/` is read in the message instead of the event."""


def read(event: object) -> "list[Arrived]":
    """The messages of an event that no other reader knows."""
    if isinstance(event, dict):
        return _of_object(event)
    if isinstance(event, list) and event and isinstance(event[0], dict) and "info" in event[0]:
        # A resolver of AppSync that is given its requests in batches.
        found = [_of_kind(each, "appsync", "", ("appsync", _RESOLVED))[0] for each in event]
        for index, message in enumerate(found):
            message.fields["index"] = index
        return found
    return [Arrived("unknown", 0, [], [event])]


def _of_object(event: "Record") -> "list[Arrived]":
    if "rmqMessagesByQueue" in event or event.get("eventSource") == "aws:docdb":
        from hopscope_layer.arrive import listed

        return listed.read(event)
    for key, source, messages, provider, paths in KINDS:
        if key in event:
            return _of_kind(event, source, messages, (provider, paths))
    records = event.get("records")
    if isinstance(records, list) and records and isinstance(records[0], dict) and "recordId" in records[0]:
        return [_of_delivery(event, record, index) for index, record in enumerate(records)]
    records = event.get("Records") or event.get("messages")
    if isinstance(records, list) and records and isinstance(records[0], dict):
        return [_of_record(record, index) for index, record in enumerate(records)]
    return [_unknown(event)]


def _of_kind(
    event: "Record", source: str, messages: str, ref: "tuple[str, tuple[tuple[str, ...], ...]]"
) -> "list[Arrived]":
    items = event.get(messages) if messages else [event]
    found = []
    for index, item in enumerate((isinstance(items, list) and items) or [event]):
        message = Arrived(source, index, [], [event] if item is event else [event, item])
        provider, paths = ref
        parts = [at(item, path[0][1:]) if path[0][:1] == "/" else at(event, *path) for path in paths]
        if any(part is not None for part in parts):
            message.add_ref(provider, ":".join([str(part) for part in parts if part is not None]))
        _follow_headers(message, event)
        found.append(message)
    return found


def _of_record(record: object, index: int) -> Arrived:
    """A record of a source without a reader of its own: CodeCommit, Amazon MQ, CloudFront."""
    if not isinstance(record, dict):
        return Arrived("unknown", index, [], [record])
    source = str(record.get("eventSource") or record.get("EventSource") or "unknown").rpartition(":")[2]
    if "cf" in record:
        source = "cloudfront"
    message = Arrived("mq" if "messageID" in record else source, index, [], [record])
    if "messageID" in record:
        message.add_ref("mq", f"{record.get('connectionId')}/{record['messageID']}")
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
    origin = record.get("kinesisRecordMetadata")
    if isinstance(origin, dict):
        stream = stream_of(event.get("sourceKinesisStreamArn"))
        message.add_ref("kinesis", f"{stream}/{origin.get('shardId')}:{origin.get('sequenceNumber')}")
    return message


def _unknown(event: "Record") -> Arrived:
    """An event of a kind that nobody knows; a rule that hands on only the detail leaves our key at its top."""
    message = Arrived("unknown", 0, [], [event])
    if DETAIL_KEY in event and message.adopt(event[DETAIL_KEY]):
        message.fields["source"] = "events"
        del event[DETAIL_KEY]
    for value in event.values():
        # What an input transformer with <aws.events.event> makes.
        if isinstance(value, dict) and "detail-type" in value:
            from hopscope_layer.arrive import bus

            bus.read_into(message, value)
            message.fields["source"] = "events"
        # The context object of Step Functions, handed on under any name, one or two levels deep.
        for held in (value, *value.values()) if isinstance(value, dict) else ():
            if isinstance(held, dict) and "StateMachine" in held:
                message.add_ref("states", at(held, "Execution", "Id"))
                message.fields["source"] = "states"
    _follow_headers(message, event)
    return message


def _follow_headers(message: Arrived, event: "Record") -> None:
    """AppSync and its like hand on the headers of the request."""
    headers = at(event, "request", "headers") or event.get("headers")
    if isinstance(headers, dict):
        message.headers = {str(name).lower(): value for name, value in headers.items() if isinstance(value, str)}
        message.adopt_foreign(message.headers.get("traceparent"))
        message.follow(message.headers.get("x-amzn-trace-id"))


def at(value: object, *steps: str) -> object:
    """What stands at the end of these names, None if nothing does."""
    for step in steps:
        value = value.get(step) if isinstance(value, dict) else None
    return value
