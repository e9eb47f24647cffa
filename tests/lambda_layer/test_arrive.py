"""What arrives, message by message."""

import base64
import copy
import hashlib
import json
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hopscope_layer import transport
from hopscope_layer.reading import messages_of
from hopscope_layer.settings import settings_of
from hopscope_wire.context import Context, carrier_of
from hopscope_wire.decode import record_of_object
from hopscope_wire.encode import line_of

TRACE = "5e1b41515ac6c58f5b4c1d5f6a7b8c9d"
CARRIER = carrier_of(Context(TRACE, "9f1c22ab03d40001", 1, "web-7781"))
BINARY = base64.b64encode(CARRIER.encode()).decode()
SETTINGS = settings_of({"HOPSCOPE_KEYS": "order_id=detail.orderId|body.orderId|orderId, who=body.user.name"})


def an_sqs_event(*bodies: str, **fields: Any) -> dict[str, Any]:
    records = [
        {
            "messageId": f"m-{index}",
            "body": body,
            "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": "1700000000000"},
            "messageAttributes": {},
            "md5OfBody": hashlib.md5(body.encode()).hexdigest(),
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:eu-west-1:1:tickets",
            **fields,
        }
        for index, body in enumerate(bodies)
    ]
    return {"Records": records}


def an_event(**detail: Any) -> dict[str, Any]:
    return {"version": "0", "id": "e-1", "detail-type": "order_placed", "source": "orders", "detail": detail}


def an_envelope(message: str, attributes: dict[str, Any] | None = None) -> str:
    """The text that SNS writes into a queue."""
    lines = ['{\n  "Type" : "Notification",\n  "MessageId" : "n-1",\n  "TopicArn" : "arn:aws:sns:eu-west-1:1:kitchen"']
    lines.append(f'  "Message" : {json.dumps(message)}')
    lines.append('  "SignatureVersion" : "1"')
    if attributes:
        items = ",\n".join(
            f'    "{name}" : {json.dumps(value, separators=(",", ":"))}' for name, value in attributes.items()
        )
        lines.append(f'  "MessageAttributes" : {{\n{items}\n  }}')
    return ",\n".join(lines) + "\n}"


OURS_SNS = {"hopscope": {"Type": "Binary", "Value": BINARY}}
OTHER_SNS = {"kind": {"Type": "String", "Value": "a"}}
OURS_SQS = {"hopscope": {"dataType": "Binary", "binaryValue": BINARY, "stringListValues": [], "binaryListValues": []}}
OTHER_SQS = {"kind": {"dataType": "String", "stringValue": "a"}}
COMPACT = {"separators": (",", ":")}

CARRIED = {
    "an event": (an_event(_hopscope=CARRIER, orderId="o-1"), an_event(orderId="o-1"), ["events/e-1"]),
    "an event in a queue": (
        an_sqs_event(json.dumps(an_event(_hopscope=CARRIER, orderId="o-1"), separators=(",", ":"))),
        an_sqs_event(json.dumps(an_event(orderId="o-1"), separators=(",", ":"))),
        ["sqs/m-0", "events/e-1"],
    ),
    "an event in a topic in a queue": (
        an_sqs_event(an_envelope(json.dumps(an_event(_hopscope=CARRIER, orderId="o-1"), separators=(",", ":")))),
        an_sqs_event(an_envelope(json.dumps(an_event(orderId="o-1"), separators=(",", ":")))),
        ["sqs/m-0", "sns/n-1", "events/e-1"],
    ),
    "a message of a topic in a queue": (
        an_sqs_event(an_envelope('{"orderId":"o-1"}', OURS_SNS)),
        an_sqs_event(an_envelope('{"orderId":"o-1"}')),
        ["sqs/m-0", "sns/n-1"],
    ),
    "one of two attributes, the first": (
        an_sqs_event(an_envelope('{"orderId":"o-1"}', {**OURS_SNS, **OTHER_SNS})),
        an_sqs_event(an_envelope('{"orderId":"o-1"}', OTHER_SNS)),
        ["sqs/m-0", "sns/n-1"],
    ),
    "one of two attributes, the last": (
        an_sqs_event(an_envelope('{"orderId":"o-1"}', {**OTHER_SNS, **OURS_SNS})),
        an_sqs_event(an_envelope('{"orderId":"o-1"}', OTHER_SNS)),
        ["sqs/m-0", "sns/n-1"],
    ),
    "a message of a queue": (
        an_sqs_event('{"orderId":"o-1"}', messageAttributes={**OTHER_SQS, **OURS_SQS}),
        an_sqs_event('{"orderId":"o-1"}', messageAttributes=OTHER_SQS),
        ["sqs/m-0"],
    ),
    "a queue with checksums": (
        an_sqs_event('{"orderId":"o-1"}', messageAttributes=OURS_SQS, md5OfMessageAttributes="of ours"),
        an_sqs_event('{"orderId":"o-1"}', messageAttributes={}),
        ["sqs/m-0"],
    ),
    "a message of a topic": (
        {"Records": [{"EventSource": "aws:sns", "Sns": {"MessageId": "n-1", "Message": '{"orderId":"o-1"}', "MessageAttributes": OURS_SNS}}]},
        {"Records": [{"EventSource": "aws:sns", "Sns": {"MessageId": "n-1", "Message": '{"orderId":"o-1"}', "MessageAttributes": {}}}]},
        ["sns/n-1"],
    ),
    "an event of a topic": (
        {"Records": [{"EventSource": "aws:sns", "Sns": {"MessageId": "n-1", "Message": json.dumps(an_event(_hopscope=CARRIER, orderId="o-1"), separators=(",", ":"))}}]},
        {"Records": [{"EventSource": "aws:sns", "Sns": {"MessageId": "n-1", "Message": json.dumps(an_event(orderId="o-1"), separators=(",", ":"))}}]},
        ["sns/n-1", "events/e-1"],
    ),
    "a rule that hands on the detail": ({"_hopscope": CARRIER, "orderId": "o-1"}, {"orderId": "o-1"}, []),
    "a rule that makes something of the detail": (
        {"kind": "order", "detail": {"_hopscope": CARRIER, "orderId": "o-1"}}, {"kind": "order", "detail": {"orderId": "o-1"}}, [],
    ),
    "a rule that hands on the detail to a queue": (
        an_sqs_event(f'{{"_hopscope":"{CARRIER}","orderId":"o-1"}}'), an_sqs_event('{"orderId":"o-1"}'), ["sqs/m-0"],
    ),
    "a rule that makes something of the detail for a queue": (
        an_sqs_event(f'{{"kind":"order", "detail":{{"_hopscope":"{CARRIER}","orderId":"o-1"}}}}'),
        an_sqs_event('{"kind":"order", "detail":{"orderId":"o-1"}}'),
        ["sqs/m-0"],
    ),
    "a rule that hands on the detail to a topic with a queue": (
        an_sqs_event(an_envelope(f'{{"_hopscope":"{CARRIER}","orderId":"o-1"}}')), an_sqs_event(an_envelope('{"orderId":"o-1"}')),
        ["sqs/m-0", "sns/n-1"],
    ),
    "an event that a function without the layer sent on": (
        an_sqs_event(json.dumps(an_event(_hopscope=CARRIER, orderId="o-1"))), an_sqs_event(json.dumps(an_event(orderId="o-1"))),
        ["sqs/m-0", "events/e-1"],
    ),
    "a destination record": (
        {"requestContext": {"requestId": "r-1", "condition": "RetriesExhausted"}, "requestPayload": an_event(_hopscope=CARRIER, orderId="o-1")},
        {"requestContext": {"requestId": "r-1", "condition": "RetriesExhausted"}, "requestPayload": an_event(orderId="o-1")},
        ["lambda/r-1"],
    ),
}  # fmt: skip


OF_AWS: dict[str, tuple[Any, list[tuple[str, list[str]]]]] = {
    "a connection of a WebSocket": (
        {"requestContext": {"requestId": "r", "connectionId": "c", "eventType": "CONNECT"}},
        [("apigateway", ["apigateway/r", "websocket/c:CONNECT"])],
    ),
    "an authorizer of AppSync": (
        {"authorizationToken": "t", "requestContext": {"requestId": "r", "queryString": "q"}}, [("authorizer", ["authorizer/r"])],
    ),
    "an authorizer with a token": ({"type": "TOKEN", "methodArn": "arn:m", "authorizationToken": "t"}, [("authorizer", [])]),
    "a batch of AppSync": (
        [{"info": {"fieldName": "f"}, "source": {"id": 1}}, {"info": {"fieldName": "f"}, "source": {"id": 2}}],
        [("appsync", ["appsync/f:1"]), ("appsync", ["appsync/f:2"])],
    ),
    "events of AppSync": ({"info": {}, "events": [{"id": "a"}, {"id": "b"}]}, [("appsync", ["appsync/a"]), ("appsync", ["appsync/b"])]),
    "RabbitMQ": (
        {"eventSource": "aws:rmq", "rmqMessagesByQueue": {
            "q::/": [{"basicProperties": {"messageId": "m", "headers": {"x-correlation-id": {"bytes": [119]}}}, "data": "e30="}, {"data": ""}]}},
        [("rabbitmq", ["rabbitmq/m"]), ("rabbitmq", [])],
    ),
    "ActiveMQ": ({"eventSource": "aws:mq", "messages": [{"messageID": "ID:1", "connectionId": "c"}]}, [("mq", ["mq/c/ID:1"])]),
    "DocumentDB": (
        {"eventSource": "aws:docdb", "events": [{"event": {"_id": {"_data": "01"}, "operationType": "insert"}}]}, [("docdb", ["docdb/01"])],
    ),
    "self-managed Kafka": (
        {"eventSource": "SelfManagedKafka", "records": {"t-0": [{"topic": "t", "partition": 0, "offset": 15, "eventSource": "SelfManagedKafka"}]}},
        [("kafka", ["kafka/t-0/15"])],
    ),
    "Connect": ({"Name": "ContactFlowEvent", "Details": {"ContactData": {"ContactId": "c"}}}, [("connect", ["connect/c"])]),
    "a workflow of Transfer Family": (
        {"token": "t", "serviceMetadata": {"executionDetails": {"workflowId": "w", "executionId": "e"}}}, [("transfer", ["transfer/e"])],
    ),
    "a list of S3 Object Lambda": ({"xAmzRequestId": "x", "listObjectsV2Context": {}}, [("s3-object-lambda", ["s3-object-lambda/x"])]),
    "a test of S3": ({"Service": "Amazon S3", "Event": "s3:TestEvent", "RequestId": "R", "HostId": "H"}, [("s3", ["s3-request/R"])]),
    "a macro of CloudFormation": ({"transformId": "t", "requestId": "r", "fragment": {}}, [("cloudformation", ["cloudformation/r"])]),
    "a hook of CodeDeploy": (
        {"DeploymentId": "d-1", "LifecycleEventHookExecutionId": "h"}, [("codedeploy", ["codedeploy/h"])],
    ),
    "a smart home of Alexa": ({"directive": {"header": {"messageId": "m"}}}, [("alexa", ["alexa/m"])]),
    "an alarm": (
        {"source": "aws.cloudwatch", "alarmArn": "arn:a", "alarmData": {"state": {"timestamp": "t"}}}, [("cloudwatch-alarm", ["cloudwatch-alarm/arn:a:t"])],
    ),
    "a thing of IoT": ({"eventType": "THING_EVENT", "eventId": "e", "operation": "CREATED"}, [("iot", ["iot/e"])]),
    "a mail of WorkMail": (
        {"flowDirection": "INBOUND", "messageId": "m", "invocationId": "i"}, [("workmail", ["workmail/m:i"])],
    ),
    "a player of Alexa, without session": (
        {"version": "1.0", "context": {}, "request": {"type": "AudioPlayer.PlaybackStarted", "requestId": "r"}}, [("alexa", ["alexa/r"])],
    ),
    "a dataset of Cognito": ({"eventType": "SyncTrigger", "identityPoolId": "p", "identityId": "i"}, [("cognito", [])]),
    "the context of Step Functions, handed on": (
        {"order": 1, "context": {"Execution": {"Id": "arn:e"}, "StateMachine": {"Id": "arn:m"}}}, [("states", ["states/arn:e"])],
    ),
    "a call that CloudTrail tells of": (
        {"detail-type": "AWS API Call via CloudTrail", "source": "aws.ec2", "id": "e", "detail": {"eventID": "c", "requestID": "r"}},
        [("events", ["events/e", "request/r", "cloudtrail/c"])],
    ),
    "Pipes, from a stream": (
        [{"eventSource": "aws:kinesis", "eventID": "s-0:49", "eventSourceARN": "arn:aws:kinesis:eu-west-1:1:stream/s", "sequenceNumber": "49"}],
        [("kinesis", ["kinesis/s/s-0:49"])],
    ),
    "Pipes, from ActiveMQ": (
        [{"eventSource": "aws:amq", "messageID": "ID:1", "connectionId": "c"}, {"eventSource": "aws:amq", "messageID": "ID:2", "connectionId": "c"}],
        [("mq", ["mq/c/ID:1"]), ("mq", ["mq/c/ID:2"])],
    ),
    "Pipes, from RabbitMQ": (
        [{"eventSource": "aws:rmq", "eventSourceKey": "q::/", "basicProperties": {"messageId": "m"}, "data": "e30="}], [("rabbitmq", ["rabbitmq/m"])],
    ),
    "Kinesis Analytics, from a stream": (
        {"invocationId": "i", "streamArn": "arn:aws:kinesis:eu-west-1:1:stream/s", "records": [
            {"recordId": "r", "data": "e30=", "kinesisStreamRecordMetadata": {"shardId": "s-0", "sequenceNumber": "49"}}]},
        [("firehose", ["firehose/i:r", "kinesis/s/s-0:49"])],
    ),
    "Firehose, from a stream": (
        {"invocationId": "i", "sourceKinesisStreamArn": "arn:aws:kinesis:eu-west-1:1:stream/s", "records": [
            {"recordId": "r", "data": "e30=", "kinesisRecordMetadata": {"shardId": "s-0", "sequenceNumber": "49"}}]},
        [("firehose", ["firehose/i:r", "kinesis/s/s-0:49"])],
    ),
    "a rule of IoT": ({"temperature": 21}, [("unknown", [])]),
    "a schedule with context": ({"scheduledTime": "2025-12-01T12:00:00Z", "executionId": "e"}, [("unknown", [])]),
}  # fmt: skip
"""What no recording at hand shows, from AWS's documentation."""


@pytest.mark.parametrize("case", OF_AWS)
def test_every_event_of_aws_is_told_apart(case: str, capsys: Any) -> None:
    event, expected = OF_AWS[case]

    messages = messages_of(copy.deepcopy(event), SETTINGS)

    assert [(message.fields["source"], message.refs) for message in messages] == expected
    assert capsys.readouterr().err == ""


def test_a_message_that_aws_names_no_id_of_is_known_by_its_invocation() -> None:
    event = {"triggerSource": "PreSignUp_SignUp", "userPoolId": "p"}

    (message,) = messages_of(event, SETTINGS, SimpleNamespace(aws_request_id="r-9"))

    assert (message.fields["source"], message.refs) == ("cognito", ["lambda/r-9"])


CALLED_AGAIN = {
    "a conversation of Lex": {"bot": {"id": "b"}, "invocationSource": "DialogCodeHook", "sessionId": "s"},
    "an agent of Bedrock": {"agent": {"id": "a"}, "actionGroup": "g", "sessionId": "s"},
    "a contact": {"Name": "ContactFlowEvent", "Details": {"ContactData": {"ContactId": "c"}}},
    "states of one execution": {"StateMachine": {"Id": "arn:m"}, "Execution": {"Id": "arn:e"}},
    "states that hand the context on": {"order": 1, "context": {"Execution": {"Id": "arn:e"}, "StateMachine": {}}},
    "a field of GraphQL": {"info": {"fieldName": "f"}, "arguments": {"id": 1}, "request": {}},
    "a console of API Gateway": {"httpMethod": "GET", "requestContext": {"requestId": "test-invoke-request"}},
}


@pytest.mark.parametrize("case", CALLED_AGAIN)
def test_what_is_called_again_and_again_for_one_thing_is_a_message_each_time(case: str) -> None:
    """The outermost ref tells attempts at one message from two messages; a session joins them, and no more."""
    first, second = (
        messages_of(copy.deepcopy(CALLED_AGAIN[case]), SETTINGS, SimpleNamespace(aws_request_id=request_id))[0].refs
        for request_id in ("r-1", "r-2")
    )

    assert (first[0], second[0]) == ("lambda/r-1", "lambda/r-2")
    assert first[1:] == second[1:] != []


def test_each_request_of_a_batch_of_appsync_is_a_message() -> None:
    event = [{"info": {"fieldName": "f"}, "source": {"id": 1}}, {"info": {"fieldName": "f"}, "source": {"id": 1}}]

    messages = messages_of(event, SETTINGS, SimpleNamespace(aws_request_id="r-1"))

    assert [message.refs for message in messages] == [["lambda/r-1", "appsync/f:1"], ["lambda/r-1#1", "appsync/f:1"]]


@pytest.mark.parametrize(
    "event",
    [
        {"events": [{"id": 1}, {"id": 2}]},
        {"messages": [{"messageId": "1"}, {"messageId": "2"}]},
        {"Records": [{"eventId": "1"}]},
        {"session": "s", "agent": {"id": "a"}, "bot": "b", "info": "i", "Details": {}, "token": "t"},
        {"arguments": {"id": 1}, "StateMachine": "m", "HostId": "h", "RequestId": "r"},
        [{"orderId": "o-1", "messageId": "1"}, {"orderId": "o-2", "messageId": "2"}],
    ],
)
def test_a_callers_own_payload_with_names_that_aws_uses_is_one_message_without_refs(event: Any) -> None:
    """A ref made of what a caller calls an id would join what has nothing to do with each other."""
    assert [(message.fields["source"], message.refs) for message in messages_of(event, SETTINGS)] == [("unknown", [])]


def test_headers_of_vpc_lattice_are_lists() -> None:
    event = {
        "version": "2.0", "path": "/orders", "method": "POST", "requestContext": {"serviceArn": "arn:s"},
        "headers": {"x-correlation-id": ["web-1"], "x-amzn-trace-id": [f"Root=1-{TRACE[:8]}-{TRACE[8:]}"]},
    }  # fmt: skip

    (message,) = messages_of(event, SETTINGS)

    assert (message.fields["source"], message.correlation, message.fields["root"]) == ("vpc-lattice", "web-1", TRACE)


LONG_TOKEN = "AQC8" + "x" * 400
WITH_TOKEN = [
    {"orderId": "o-1", "taskToken": "secret-token"},
    {"order": {"orderId": "o-1"}, "TaskToken": "secret-token"},
    {"input": {"orderId": "o-1", "task_token": "secret-token"}},
]


@pytest.mark.parametrize("event", WITH_TOKEN)
def test_a_task_token_is_a_ref_by_its_hash_and_never_written(event: dict[str, Any]) -> None:
    context = SimpleNamespace(aws_request_id="r-9", client_context=None)

    (message,) = messages_of(event, SETTINGS, context)

    assert message.fields["refs"] == ["lambda/r-9", "task-token/0ddfb22684327255"]  # the ref of the answer, too
    assert "secret-token" not in line_of({"record": "begin", "messages": [message.fields]})


@pytest.mark.parametrize(
    ("token", "is_ref"), [(LONG_TOKEN, True), ("secret-token", False), ("eyJhbGciOi" + "x" * 400, False)]
)
def test_under_a_common_name_a_task_token_is_told_by_its_looks(token: str, is_ref: bool) -> None:
    (message,) = messages_of({"token": token}, SETTINGS, SimpleNamespace(aws_request_id="r-9", client_context=None))

    assert any(ref.startswith("task-token/") for ref in message.fields["refs"]) == is_ref


@pytest.mark.parametrize("case", CARRIED)
def test_the_carrier_is_read_and_the_event_is_as_if_it_had_never_been_there(case: str) -> None:
    given_event, clean, refs = copy.deepcopy(CARRIED[case])

    (message,) = messages_of(given_event, SETTINGS)

    assert given_event == clean
    assert message.fields["refs"] == refs
    assert message.fields["carrier"] == CARRIER
    assert message.fields["traceId"] == TRACE
    assert message.correlation == "web-7781"
    if case != "a destination record":
        assert message.fields["keys"] == {"order_id": "o-1"}


def test_the_checksum_over_the_attributes_that_are_left_is_the_one_of_sqs() -> None:
    """The recorded checksum of one String attribute (`MyAttribute`: `foobar`), from AWS."""
    attributes = {"MyAttribute": {"dataType": "String", "stringValue": "foobar"}}
    event = an_sqs_event("a", messageAttributes={**OURS_SQS, **attributes}, md5OfMessageAttributes="with ours")

    messages_of(event, SETTINGS)

    assert event["Records"][0]["md5OfMessageAttributes"] == "adb59cd4678ea5a855436b949cd07ab6"


@pytest.mark.parametrize("value", [1, None, "", "hello", "00-zz", ["a"], {"a": 1}])
def test_a_key_of_our_name_that_is_no_carrier_is_the_users(value: object) -> None:
    event = an_event(_hopscope=value)

    (message,) = messages_of(event, SETTINGS)

    assert event == an_event(_hopscope=value)
    assert message.context is None


@pytest.mark.parametrize(
    ("headers", "correlation_id"),
    [
        ({"X-Correlation-Id": "web-1"}, "web-1"),
        ({"x-request-id": "req-1"}, "req-1"),
        ({"x-request-id": "req-1", "x-correlation-id": "web-1"}, "web-1"),
        ({"x-correlation-id": "x" * 129}, None),
        ({"x-amzn-requestid": "gateway"}, None),
        ({"x-correlation-id": None}, None),
        (None, None),
    ],
)
def test_a_correlation_id_is_adopted_from_the_caller_only(headers: Any, correlation_id: str | None) -> None:
    event = {"requestContext": {"requestId": "id-of-the-gateway"}, "headers": headers, "httpMethod": "GET", "path": "/"}

    (message,) = messages_of(event, SETTINGS)

    assert message.correlation == correlation_id
    assert message.fields["refs"] == ["apigateway/id-of-the-gateway"]


NAMES = st.sampled_from(
    [
        "Records",
        "records",
        "messages",
        "detail-type",
        "detail",
        "id",
        "source",
        "resources",
        "requestContext",
        "requestId",
        "headers",
        "multiValueHeaders",
        "eventSource",
        "EventSource",
        "messageId",
        "body",
        "attributes",
        "messageAttributes",
        "Sns",
        "MessageId",
        "Message",
        "MessageAttributes",
        "kinesis",
        "dynamodb",
        "s3",
        "httpMethod",
        "condition",
        "requestPayload",
        "DurableExecutionArn",
        "InitialExecutionState",
        "Operations",
        "_hopscope",
        "timeEpoch",
        "pathParameters",
        "connectionId",
        "invocationId",
        "recordId",
        "job",
        "agent",
        "session",
        "time",
        "Timestamp",
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4) | NAMES, inner, max_size=4),
    max_leaves=12,
)
SOURCES = st.sampled_from(
    ["aws:sqs", "aws:sns", "aws:kinesis", "aws:dynamodb", "aws:s3", "aws:ses", "aws:kafka", "aws:new"]
)
RECORDS = st.lists(
    st.builds(
        lambda source, rest: {**rest, "eventSource": source, "EventSource": source},
        SOURCES,
        st.dictionaries(NAMES, JSON),
    ),
    min_size=1,
    max_size=3,
)


@settings(max_examples=5 * settings().max_examples, deadline=None)
@example({"records": {}})
@example({"records": {"orders-0": []}})
@given(JSON | RECORDS | st.builds(lambda records: {"Records": records}, RECORDS))
def test_any_event_is_read_as_a_record_that_the_collector_takes(event: Any) -> None:
    """Wrong types, missing fields, nonsense: at least one message, and fields of the types that the wire promises."""
    messages = messages_of(event, SETTINGS)

    record = {
        "record": "begin", "traceId": TRACE, "invocationId": "9f1c22ab03d40000", "requestId": "r", "function": "f",
        "startUs": 1, "messages": [message.fields for message in messages],
    }  # fmt: skip
    assert messages
    assert [message.fields["index"] for message in messages] == list(range(len(messages)))
    record_of_object(json.loads(line_of(record)))


def test_a_long_batch_is_written_as_several_whole_lines(capsys: Any) -> None:
    event = an_sqs_event(*["x"] * 2000, eventSourceARN="arn:aws:sqs:eu-west-1:1:" + "q" * 200)
    record = {"record": "begin", "messages": [message.fields for message in messages_of(event, SETTINGS)]}

    transport.write(record)

    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 1
    assert max(len(line) for line in lines) <= 240_000
    assert sum(len(json.loads(line)["messages"]) for line in lines) == 2000


FOREIGN = f"00-{TRACE}-9f1c22ab03d40001-40"


@pytest.mark.parametrize("rest", ["", ";forged", "-more"])
@pytest.mark.parametrize(
    "event",
    [
        lambda header: {"requestContext": {"requestId": "r"}, "headers": {"traceparent": header}},
        lambda header: {"arguments": {}, "request": {"headers": {"traceparent": header}}},
        lambda header: {
            "eventSource": "aws:kafka",
            "records": {"t-0": [{"eventSource": "aws:kafka", "headers": [{"traceparent": list(header.encode())}]}]},
        },
    ],
)
def test_of_a_foreign_traceparent_only_trace_and_parent_count(event: Any, rest: str) -> None:
    """Anybody may send it: its flags must not decide what is recorded, nor its tail what people see."""
    (message,) = messages_of(event(FOREIGN + rest), settings_of({}))

    assert (message.fields["traceId"], message.fields["carrier"]) == (TRACE, FOREIGN)
    assert (message.context, message.correlation) == (None, None)


@pytest.mark.parametrize("value", ["a\nb", "a\x00b", "\x1b[31m"])
def test_a_header_with_control_characters_is_no_correlation_id(value: str) -> None:
    event = {"requestContext": {"requestId": "r"}, "headers": {"x-correlation-id": value}}

    assert messages_of(event, settings_of({}))[0].correlation is None
