"""What leaves: parameters as botocore is going to serialise them, and what is recorded of every message."""

import base64
import copy
import hashlib
import json
import struct
import threading
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import botocore.client
import pytest
from botocore.exceptions import ClientError, ParamValidationError
from botocore.stub import Stubber

from hopscope_layer import current, depart, guard
from hopscope_layer.arrive.message import Arrived
from hopscope_layer.current import Invocation
from hopscope_layer.depart.call import refused_bytes
from hopscope_layer.settings import settings_of
from hopscope_wire.context import context_of

TRACE = "5e1b41515ac6c58f5b4c1d5f6a7b8c9d"
ARN = "arn:aws:states:eu-west-1:123456789012:execution:orders:o-1"
QUEUE = "https://sqs.eu-west-1.amazonaws.com/123456789012/audit"
TOPIC = "arn:aws:sns:eu-west-1:123456789012:kitchen"


@pytest.fixture(scope="module", autouse=True)
def hooked() -> Iterator[None]:
    client = botocore.client.BaseClient
    originals = client._make_api_call, client._convert_to_request_dict
    depart.hook(botocore.client)
    yield
    client._make_api_call, client._convert_to_request_dict = originals


@pytest.fixture
def invocation() -> Iterator[Invocation]:
    yield from invocation_with({})


def invocation_with(environ: dict[str, str]) -> Iterator[Invocation]:
    now = Invocation(settings_of(environ), "9f1c22ab03d40000", TRACE)
    now.arrived = [Arrived("unknown", 0, [], [])]
    current.invocation = now
    yield now
    current.invocation = None
    refused_bytes.clear()
    assert guard.failures_taken() is None


Called = Callable[..., tuple[Any, dict[str, Any]]]


def call(service: str, operation: str, response: Any, **params: Any) -> tuple[Any, dict[str, Any]]:
    """Makes a stubbed call; what it returned, and the parameters that were going to be serialised."""
    client = boto3.client(service, region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")
    seen: list[dict[str, Any]] = []
    client.meta.events.register("before-parameter-build", lambda params, **_: seen.append(dict(params)))
    before = copy.deepcopy(params)
    method = getattr(client, botocore.xform_name(operation))
    with Stubber(client) as stubber:
        client.meta.events.register_first("before-call.*.*", lambda params, **_: seen[0].update(joined(params["body"])))
        if isinstance(response, str):
            stubber.add_client_error(botocore.xform_name(operation), response, "no")
        else:
            stubber.add_response(botocore.xform_name(operation), response)
        try:
            answer = method(**params)
        finally:
            assert params == before
            if current.invocation is not None:
                current.invocation.tell_all()
    return answer, seen[0]


def joined(body: Any) -> dict[str, Any]:
    """The message attributes in a serialised request of one message, as the parameter would give them."""
    if isinstance(body, bytes) and b'"MessageBody"' in body:
        given = json.loads(body).get("MessageAttributes", {})
        found = {name: (each["DataType"], each) for name, each in given.items()}
    elif isinstance(body, dict) and body.get("Action") == "Publish":
        numbers = [name.split(".")[2] for name in body if name.endswith(".Name")]
        prefixes = ["MessageAttributes.entry." + number for number in numbers]
        found = {
            body[prefix + ".Name"]: (
                body[prefix + ".Value.DataType"],
                {name.rpartition(".")[2]: value for name, value in body.items() if name.startswith(prefix + ".Value")},
            )
            for prefix in prefixes
        }
    else:
        return {}
    return {"MessageAttributes": {name: given_back(*each) for name, each in found.items()}} if found else {}


def given_back(kind: str, value: dict[str, Any]) -> dict[str, Any]:
    if kind == "Binary":
        return {"DataType": kind, "BinaryValue": base64.b64decode(value["BinaryValue"])}
    return {"DataType": kind, "StringValue": value["StringValue"]}


def carried_by(attributes: dict[str, Any]) -> str:
    assert attributes["hopscope"]["DataType"] == "Binary"
    value: bytes = attributes["hopscope"]["BinaryValue"]
    assert len(value) % 3 == 0
    return value.decode().rstrip(" ")


REFS = {
    "SendMessage": ("sqs", {"MessageId": "m"}, {"QueueUrl": QUEUE, "MessageBody": "b"}, ["sqs/m"]),
    "SendMessage to a FIFO queue": (
        "sqs", {"MessageId": "m", "SequenceNumber": "18"}, {"QueueUrl": QUEUE + ".fifo", "MessageBody": "b"},
        ["sqs/m", "sqs-fifo/audit.fifo:18"],
    ),
    "Publish": ("sns", {"MessageId": "n"}, {"TopicArn": TOPIC, "Message": "b"}, ["sns/n"]),
    "Invoke": ("lambda", {"StatusCode": 200}, {"FunctionName": "f"}, []),
    "StartExecution": (
        "stepfunctions", {"executionArn": ARN, "startDate": 1}, {"stateMachineArn": "arn:m", "name": "o-1", "input": "{}"},
        ["states/" + ARN],
    ),
    "SendTaskSuccess": ("stepfunctions", {}, {"taskToken": "secret-token", "output": "{}"}, ["task-token/0ddfb22684327255"]),
    "PutRecord": (
        "kinesis", {"ShardId": "shardId-0", "SequenceNumber": "49"}, {"StreamName": "s", "Data": b"d", "PartitionKey": "p"},
        ["kinesis/s/shardId-0:49"],
    ),
    "PutRecord by ARN": (
        "kinesis", {"ShardId": "shardId-0", "SequenceNumber": "49"},
        {"StreamARN": "arn:aws:kinesis:eu-west-1:1:stream/s", "Data": b"d", "PartitionKey": "p"}, ["kinesis/s/shardId-0:49"],
    ),
    "PutItem": ("dynamodb", {}, {"TableName": "t", "Item": {"id": {"S": "o-1"}}}, []),
    "PutObject": ("s3", {"ResponseMetadata": {"RequestId": "R"}}, {"Bucket": "b", "Key": "k", "Body": b"x"}, ["s3-request/R"]),
    "CreateSchedule": (
        "scheduler", {"ScheduleArn": "arn:s"},
        {"Name": "n", "ScheduleExpression": "at(2026-01-01T00:00:00)", "FlexibleTimeWindow": {"Mode": "OFF"},
         "Target": {"Arn": "arn:t", "RoleArn": "arn:aws:iam::123456789012:role/r"}},
        ["scheduler/arn:s"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFS)
def test_the_response_names_the_message(case: str, invocation: Invocation) -> None:
    service, response, params, refs = REFS[case]

    call(service, case.partition(" ")[0], response, **params)

    (sent,) = invocation.sends
    assert sent.get("refs", []) == refs
    assert sent["sendId"] == "9f1c22ab03d40001"
    assert "error" not in sent
    assert "secret-token" not in json.dumps(sent, default=str)


@pytest.mark.parametrize(
    "case", ["StartExecution", "SendTaskSuccess", "PutRecord", "PutItem", "PutObject", "CreateSchedule"]
)
def test_where_bytes_matter_not_one_is_added(case: str, invocation: Invocation) -> None:
    service, response, params, _ = REFS[case]

    _, built = call(service, case, response, **params)

    # botocore itself wraps bodies into streams and makes idempotency tokens.
    assert {name: built[name] for name in params if name != "Body"} == {
        name: params[name] for name in params if name != "Body"
    }
    assert built.keys() - params.keys() <= {"ClientToken", "ChecksumAlgorithm"}
    assert invocation.sends[0]["skipped"] in ("no_carrier", "idempotent_name")
    assert invocation.skipped == {invocation.sends[0]["skipped"]: 1}


def test_a_carrier_names_the_send(invocation: Invocation) -> None:
    _, built = call("sqs", "SendMessage", {"MessageId": "m"}, QueueUrl=QUEUE, MessageBody="b")

    context = context_of(carried_by(built["MessageAttributes"]))
    assert context is not None
    assert (context.trace_id, context.send_id) == (TRACE, invocation.sends[0]["sendId"])


def attributes_of(count: int) -> dict[str, Any]:
    return {f"a{number}": {"DataType": "String", "StringValue": "v"} for number in range(count)}


GUARDS = {
    "the eleventh attribute": ("sqs", {"MessageAttributes": attributes_of(10)}, "attribute_limit"),
    "the tenth attribute": ("sqs", {"MessageAttributes": attributes_of(9)}, None),
    "an attribute of our name": ("sqs", {"MessageAttributes": {"hopscope": {"DataType": "String", "StringValue": "x"}}}, "present"),
    "the size limit": ("sqs", {"MessageBody": "x" * (1 << 20)}, "billing_step"),
    "a billing step": ("sqs", {"MessageBody": "x" * 65_530}, "billing_step"),
    "just below a billing step": ("sqs", {"MessageBody": "x" * 65_400}, None),
    "a body of wide characters": ("sqs", {"MessageBody": "ü" * 32_760}, "billing_step"),
    "the eleventh attribute of a topic": ("sns", {"MessageAttributes": attributes_of(10)}, "attribute_limit"),
    "the size limit of a topic": ("sns", {"Message": "x" * (256 * 1024 - 10)}, "billing_step"),
    "a message a protocol": ("sns", {"MessageStructure": "json", "Message": '{"default":"a"}'}, "message_structure"),
    "a phone": ("sns", {"PhoneNumber": "+100", "TopicArn": None}, "no_carrier"),
    "a mobile endpoint": ("sns", {"TargetArn": "arn:aws:sns:eu-west-1:1:app/APNS/a:endpoint/APNS/a/b", "TopicArn": None}, "no_carrier"),
    "a detail that is a list": ("events", {"Detail": "[1]"}, "not_an_object"),
    "a detail that is no JSON": ("events", {"Detail": "hello"}, "not_an_object"),
    "a detail with our key": ("events", {"Detail": '{"_hopscope":"x"}'}, "present"),
    "a detail at a billing step": ("events", {"Detail": json.dumps({"a": "x" * 65_500})}, "billing_step"),
    "a detail at the limit": ("events", {"Detail": json.dumps({"a": "x" * (262_144 - 60)})}, "billing_step"),
    "a detail": ("events", {"Detail": '{"a":1}'}, None),
}  # fmt: skip


@pytest.mark.parametrize("case", GUARDS)
def test_a_carrier_goes_only_where_it_is_safe(case: str, invocation: Invocation) -> None:
    service, extra, reason = GUARDS[case]
    if service == "events":
        entry = {"Source": "s", "DetailType": "d", **extra}
        _, built = call("events", "PutEvents", {"Entries": [{"EventId": "e"}]}, Entries=[entry])
        built, given = built["Entries"][0], entry
    elif service == "sqs":
        given = {"QueueUrl": QUEUE, "MessageBody": "b", **extra}
        _, built = call("sqs", "SendMessage", {"MessageId": "m"}, **given)
    else:
        given = {
            name: value for name, value in {"TopicArn": TOPIC, "Message": "b", **extra}.items() if value is not None
        }
        _, built = call("sns", "Publish", {"MessageId": "n"}, **given)

    (sent,) = invocation.sends
    assert sent.get("skipped") == reason
    assert sent.get("carried", False) == (reason is None)
    assert (built == given) == (reason is not None)


def test_a_batch_that_grows_past_a_step_loses_carriers_not_messages(invocation: Invocation) -> None:
    entries = [{"Id": str(number), "MessageBody": "x" * 6_540} for number in range(10)]
    response = {
        "Successful": [
            {"Id": str(number), "MessageId": f"m-{number}", "MD5OfMessageBody": "x"} for number in range(10)
        ],
        "Failed": [],
    }

    _, built = call("sqs", "SendMessageBatch", response, QueueUrl=QUEUE, Entries=entries)

    carried = ["MessageAttributes" in entry for entry in built["Entries"]]
    assert True in carried
    assert False in carried
    assert [sent["refs"] for sent in invocation.sends] == [[f"sqs/m-{number}"] for number in range(10)]
    assert carried == [sent.get("carried", False) for sent in invocation.sends]


def test_entries_that_failed_inside_a_200_are_not_sent(invocation: Invocation) -> None:
    entries = [{"Source": "s", "DetailType": name, "Detail": "{}"} for name in ("good", "bad")]
    answers = [{"EventId": "e-1"}, {"ErrorCode": "InternalFailure", "ErrorMessage": "later"}]

    call("events", "PutEvents", {"FailedEntryCount": 1, "Entries": answers}, Entries=entries)

    assert [(sent["name"], sent.get("refs"), sent.get("error")) for sent in invocation.sends] == [
        ("good", ["events/e-1"], None),
        ("bad", None, {"type": "InternalFailure", "message": "later"}),
    ]


def test_records_of_a_stream_fail_one_by_one(invocation: Invocation) -> None:
    records = [{"Data": b"1", "PartitionKey": "p"}, {"Data": b"2", "PartitionKey": "p"}]
    answers = [
        {"SequenceNumber": "49", "ShardId": "shardId-0"},
        {"ErrorCode": "ProvisionedThroughputExceededException"},
    ]

    _, built = call("kinesis", "PutRecords", {"Records": answers}, StreamName="s", Records=records)

    assert built["Records"] == records
    assert [sent.get("refs") or sent["error"]["type"] for sent in invocation.sends] == [  # type: ignore[index]
        ["kinesis/s/shardId-0:49"],
        "ProvisionedThroughputExceededException",
    ]


def test_an_error_of_aws_reaches_the_caller_and_the_record(invocation: Invocation) -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        call("sqs", "SendMessage", "AccessDenied", QueueUrl=QUEUE, MessageBody="b")

    assert invocation.sends[0]["error"] == {"type": "AccessDenied", "message": "no"}


@pytest.mark.parametrize("entries", [None, "text", [None], [1], {"a": 1}])
def test_parameters_that_botocore_refuses_are_refused_in_its_words(entries: Any, invocation: Invocation) -> None:
    client = boto3.client("sqs", region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")

    with pytest.raises(ParamValidationError) as with_layer:
        client.send_message_batch(QueueUrl=QUEUE, Entries=entries)
    current.invocation = None
    with pytest.raises(ParamValidationError) as without:
        client.send_message_batch(QueueUrl=QUEUE, Entries=entries)

    assert str(with_layer.value) == str(without.value)
    assert invocation.sends == []


@pytest.mark.parametrize("detail", [["a", "list"], {"a": 1}, None, 1, b"{}"])
def test_a_detail_of_another_type_is_refused_in_the_words_of_botocore(detail: Any, invocation: Invocation) -> None:
    with pytest.raises(ParamValidationError, match="Detail"):
        call("events", "PutEvents", {}, Entries=[{"Source": "s", "DetailType": "d", "Detail": detail}])

    assert invocation.sends[0]["error"]["type"] == "ParamValidationError"  # type: ignore[index]


def test_a_synchronous_invocation_carries_in_its_client_context(invocation: Invocation) -> None:
    _, built = call("lambda", "Invoke", {"StatusCode": 200}, FunctionName="f", Payload=b'{"a": 1}')

    assert built["Payload"] == b'{"a": 1}'
    custom = json.loads(base64.b64decode(built["ClientContext"]))["custom"]
    assert context_of(custom["hopscope"]) is not None


@pytest.mark.parametrize(
    ("extra", "reason"),
    [
        ({"InvocationType": "Event"}, "no_carrier"),
        ({"InvocationType": "DryRun"}, "no_carrier"),
        ({"DurableExecutionName": "once"}, "idempotent_name"),
        ({"ClientContext": base64.b64encode(b'{"env":{}}').decode()}, "present"),
        ({"ClientContext": "not base64"}, "present"),
        (
            {"ClientContext": base64.b64encode(json.dumps({"custom": {"a": "x" * 2_600}}).encode()).decode()},
            "size_limit",
        ),
    ],
)
def test_other_invocations_leave_as_they_are(extra: dict[str, str], reason: str, invocation: Invocation) -> None:
    _, built = call("lambda", "Invoke", {"StatusCode": 202}, FunctionName="f", **extra)

    assert built == {"FunctionName": "f", **extra}
    assert invocation.sends[0]["skipped"] == reason


def test_the_custom_bus_is_left_alone_when_it_deduplicates(invocation: Invocation) -> None:
    bus = "arn:aws:events:eu-west-1:123456789012:event-bus-v2/orders"
    entries = [{"Source": "s", "DetailType": "d", "Detail": "{}"}]

    _, plain = call("eventbridgev2", "PutEvents", {"Entries": [{"EventId": "e"}]}, EventBusArn=bus, Entries=entries)
    _, strict = call(
        "eventbridgev2", "PutEvents", {"Entries": [{"EventId": "e"}]}, EventBusArn=bus, Entries=entries,
        DeduplicationConfiguration={"DeduplicationType": "CONTENT_BASED"},
    )  # fmt: skip

    assert '"_hopscope"' in plain["Entries"][0]["Detail"]
    assert strict["Entries"] == entries
    assert [sent.get("skipped") for sent in invocation.sends] == [None, "deduplication"]
    assert invocation.sends[0]["refs"] == ["eventsv2/e", "events/e"]


@pytest.mark.parametrize(
    ("rules", "carried"),
    [
        ("off", [False, False]),
        ("sqs=off", [False, True]),
        ("off,sns=on", [False, True]),
        ("*audit*=off", [False, True]),
        ("*:kitchen=off", [True, False]),
        ("off,*/audit=on", [True, False]),
    ],
)
def test_propagation_by_service_and_by_destination(rules: str, carried: list[bool]) -> None:
    for invocation in invocation_with({"HOPSCOPE_PROPAGATION": rules}):
        call("sqs", "SendMessage", {"MessageId": "m"}, QueueUrl=QUEUE, MessageBody="b")
        call("sns", "Publish", {"MessageId": "n"}, TopicArn=TOPIC, Message="b")

        assert [sent.get("carried", False) for sent in invocation.sends] == carried


@pytest.mark.parametrize(("rules", "carried"), [("*audit*=off", False), ("off,audit*=on", True)])
def test_a_rule_for_a_bus_is_a_rule_for_a_destination(rules: str, carried: bool) -> None:
    entries = [{"Source": "s", "DetailType": "d", "Detail": "{}", "EventBusName": "audit-bus"}]

    for invocation in invocation_with({"HOPSCOPE_PROPAGATION": rules}):
        call("events", "PutEvents", {"Entries": [{"EventId": "e"}]}, Entries=entries)

        assert invocation.sends[0].get("carried", False) == carried


@pytest.mark.parametrize(
    ("service", "operation", "params"),
    [
        ("sqs", "SendMessage", {"QueueUrl": QUEUE, "MessageBody": "b", "MessageAttributes": None}),
        ("sns", "Publish", {"TopicArn": TOPIC, "Message": "b", "MessageAttributes": None}),
        ("lambda", "Invoke", {"FunctionName": "f", "ClientContext": None}),
        (
            "eventbridgev2",
            "PutRawEvents",
            {"EventBusArn": "arn:aws:events:eu-west-1:1:event-bus-v2/o", "Entries": [{"Data": b"d", "Metadata": None}]},
        ),
    ],
)
def test_none_is_refused_as_without_the_layer(
    service: str, operation: str, params: dict[str, Any], invocation: Invocation
) -> None:
    with pytest.raises(ParamValidationError, match="None"):
        call(service, operation, {}, **params)


@pytest.mark.parametrize(
    ("attributes", "checksum"),
    [
        ({"tenant": {"DataType": "String", "StringValue": "Mü"}}, "of tenant"),
        ({"raw": {"DataType": "Binary", "BinaryValue": b"\x00\xff"}}, "of raw"),
        ({}, None),
    ],
)
def test_the_checksum_in_the_response_is_of_the_callers_attributes(
    attributes: dict[str, Any], checksum: str | None, invocation: Invocation
) -> None:
    digest = hashlib.md5()
    for name, attribute in attributes.items():
        raw = attribute.get("StringValue", "").encode() or attribute["BinaryValue"]
        kind = b"\x01" if "StringValue" in attribute else b"\x02"
        for prefix, part in ((b"", name.encode()), (b"", attribute["DataType"].encode()), (kind, raw)):
            digest.update(prefix + struct.pack(">I", len(part)) + part)
    response = {"MessageId": "m", "MD5OfMessageAttributes": "of ours, too"}

    answer, _ = call("sqs", "SendMessage", response, QueueUrl=QUEUE, MessageBody="b", MessageAttributes=attributes)

    assert answer.get("MD5OfMessageAttributes") == (checksum and digest.hexdigest())
    assert invocation.sends[0]["carried"]


def test_keys_are_read_from_what_is_sent(invocation: Invocation) -> None:
    for now in invocation_with({"HOPSCOPE_KEYS": "order_id=detail.orderId|body.orderId|Message.orderId|id"}):
        call("sqs", "SendMessage", {"MessageId": "m"}, QueueUrl=QUEUE, MessageBody='{"orderId": 7}')
        call("sns", "Publish", {"MessageId": "n"}, TopicArn=TOPIC, Message='{"orderId": "o-2"}')
        call(
            "events",
            "PutEvents",
            {"Entries": [{"EventId": "e"}]},
            Entries=[{"Source": "s", "DetailType": "d", "Detail": '{"orderId": 1.50}'}],
        )
        call("dynamodb", "PutItem", {}, TableName="t", Item={"id": {"S": "o-4"}})

        assert [sent["keys"] for sent in now.sends] == [{"order_id": each} for each in ("7", "o-2", "1.5", "o-4")]
        assert now.keys == {"order_id": "7"}


def test_a_resource_and_a_thread_belong_to_the_invocation(invocation: Invocation) -> None:
    errors: list[BaseException] = []

    def work() -> None:
        try:
            call("sqs", "SendMessage", {"MessageId": "m"}, QueueUrl=QUEUE, MessageBody="b")
        except BaseException as error:  # noqa: BLE001  a thread's error is asserted on in the test
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    assert len({sent["sendId"] for sent in invocation.sends}) == 4


def test_raw_events_carry_in_their_metadata(invocation: Invocation) -> None:
    bus = "arn:aws:events:eu-west-1:123456789012:event-bus-v2/orders"
    raw = {"Data": b"\x00raw", "SystemMetadata": {"ContentType": "application/json"}}
    entries = [raw, {**raw, "Metadata": {"a": "b"}}, {**raw, "Metadata": {"_hopscope": "x"}}]
    answers = [{"EventId": "e-0"}, {"ErrorCode": "Throttled", "ErrorMessage": "later"}, {"EventId": "e-2"}]

    _, built = call("eventbridgev2", "PutRawEvents", {"Entries": answers}, EventBusArn=bus, Entries=entries)

    first, second = (context_of(entry["Metadata"].pop("_hopscope")) for entry in built["Entries"][:2])
    assert [context and context.send_id for context in (first, second)] == ["9f1c22ab03d40001", "9f1c22ab03d40002"]
    assert built["Entries"] == [{**raw, "Metadata": {}}, *entries[1:]]
    assert [(sent.get("refs"), sent.get("skipped"), "error" in sent) for sent in invocation.sends] == [
        (["eventsv2/e-0", "events/e-0"], None, False),
        (None, None, True),
        (["eventsv2/e-2", "events/e-2"], "present", False),
    ]


def test_every_item_of_a_batch_of_writes_is_a_send(invocation: Invocation) -> None:
    key = {"id": {"S": "o-1"}}
    requests = {
        "orders": [{"PutRequest": {"Item": key}}, {"DeleteRequest": {"Key": key}}],
        "audit": [{"PutRequest": {"Item": key}}],
    }
    writes = [{"Put": {"TableName": "orders", "Item": key}}, {"Delete": {"TableName": "audit", "Key": key}}]

    _, batch = call("dynamodb", "BatchWriteItem", {"UnprocessedItems": {}}, RequestItems=requests)
    _, transaction = call("dynamodb", "TransactWriteItems", {}, TransactItems=writes, ClientRequestToken="once")

    assert batch == {"RequestItems": requests}
    assert transaction == {"TransactItems": writes, "ClientRequestToken": "once"}
    assert [(sent["operation"], sent["destination"], "attributes" in sent) for sent in invocation.sends] == [
        ("BatchWriteItem", "orders", False),
        ("BatchWriteItem", "orders", True),
        ("BatchWriteItem", "audit", False),
        ("TransactWriteItems", "orders", False),
        ("TransactWriteItems", "audit", True),
    ]


def test_an_item_that_was_not_processed_is_not_sent(invocation: Invocation) -> None:
    written, left = ({"PutRequest": {"Item": {"id": {"S": name}}}} for name in ("o-1", "o-2"))

    call(
        "dynamodb",
        "BatchWriteItem",
        {"UnprocessedItems": {"orders": [left]}},
        RequestItems={"orders": [written, left], "audit": [left]},
    )

    assert [(sent["destination"], "error" in sent) for sent in invocation.sends] == [
        ("orders", False),
        ("orders", True),
        ("audit", False),
    ]


def test_a_transaction_that_only_checks_sends_nothing(invocation: Invocation) -> None:
    check = {"TableName": "orders", "Key": {"id": {"S": "o-1"}}, "ConditionExpression": "attribute_exists(id)"}

    call("dynamodb", "TransactWriteItems", {}, TransactItems=[{"ConditionCheck": check}])

    assert invocation.sends == []


class Unread(bytes):
    """A payload that must not be looked into."""

    def decode(self, *_: Any, **__: Any) -> str:
        raise AssertionError("decoded without need")


def test_without_keys_and_capture_no_payload_is_looked_into(invocation: Invocation) -> None:
    call("lambda", "Invoke", {"StatusCode": 202}, FunctionName="f", InvocationType="Event", Payload=Unread(b"{}"))
    call(
        "kinesis",
        "PutRecord",
        {"ShardId": "s", "SequenceNumber": "1"},
        StreamName="s",
        Data=Unread(b"{}"),
        PartitionKey="p",
    )

    assert [sent["bodyBytes"] for sent in invocation.sends] == [2, 2]


def test_what_an_answered_task_is_called(invocation: Invocation) -> None:
    call("stepfunctions", "SendTaskSuccess", {}, taskToken="secret-token", output="{}")

    assert invocation.sends[0]["name"] == "SendTaskSuccess"


@pytest.mark.parametrize("body", ["b", 'a "quoted" \\ text', "ü\u2028", '{"MessageAttributes": {"a": 1}}'])
@pytest.mark.parametrize("extra", [{}, {"DelaySeconds": 5}])
def test_what_joins_a_request_is_what_botocore_would_have_written(
    body: str, extra: dict[str, Any], invocation: Invocation
) -> None:
    """Byte for byte: the same call with our attribute among its parameters, without the layer."""
    requests: dict[str, list[Any]] = {"sqs": [], "sns": []}

    def made(service: str, **params: Any) -> None:
        client = boto3.client(service, region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")
        with Stubber(client) as stubber:
            client.meta.events.register_first(
                "before-call.*.*", lambda params, **_: requests[service].append(params["body"])
            )
            operation = "send_message" if service == "sqs" else "publish"
            stubber.add_response(operation, {"MessageId": "m"})
            getattr(client, operation)(**params)

    message = {"QueueUrl": QUEUE, "MessageBody": body, **extra}
    notification = {"TopicArn": TOPIC, "Message": body}
    made("sqs", **message)
    made("sns", **notification)
    current.invocation = None
    carried = [
        {"hopscope": {"DataType": "Binary", "BinaryValue": f"00-{TRACE}-9f1c22ab03d4000{n}-01  ".encode()}}
        for n in (1, 2)
    ]
    made("sqs", **message, MessageAttributes=carried[0])
    made("sns", **notification, MessageAttributes=carried[1])

    assert requests["sqs"][0] == requests["sqs"][1]
    assert requests["sns"][0] == requests["sns"][1]
    assert list(requests["sns"][0]) == list(requests["sns"][1])


def test_attributes_that_another_library_adds_meanwhile_stand_beside_ours(invocation: Invocation) -> None:
    client = boto3.client("sqs", region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")
    bodies: list[dict[str, Any]] = []

    def instrument(params: dict[str, Any], **_: Any) -> None:
        params.setdefault("MessageAttributes", {}).update(attributes_of(int(params["MessageBody"])))

    client.meta.events.register("provide-client-params.sqs.SendMessage", instrument)
    with Stubber(client) as stubber:
        client.meta.events.register_first(
            "before-call.*.*", lambda params, **_: bodies.append(json.loads(params["body"]))
        )
        for count in (2, 10):
            stubber.add_response("send_message", {"MessageId": "m"})
            client.send_message(QueueUrl=QUEUE, MessageBody=str(count))

    assert [len(body["MessageAttributes"]) for body in bodies] == [3, 10]
    assert ["hopscope" in body["MessageAttributes"] for body in bodies] == [True, False]
    assert [sent.get("carried", False) for sent in invocation.sends] == [True, False]


def test_between_invocations_nothing_is_added() -> None:
    current.invocation = None

    _, built = call("sqs", "SendMessage", {"MessageId": "m"}, QueueUrl=QUEUE, MessageBody="b")

    assert built == {"QueueUrl": QUEUE, "MessageBody": "b"}


def test_a_call_that_is_refused_for_its_carrier_is_made_again_without_it(invocation: Invocation) -> None:
    """A queue may have a maximum size of its own, which no parameter tells."""
    client = boto3.client("sqs", region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")
    tried: list[dict[str, Any]] = []
    given = {"QueueUrl": QUEUE, "MessageBody": "b"}
    with Stubber(client) as stubber:
        client.meta.events.register_first(
            "before-call.*.*", lambda params, **_: tried.append(json.loads(params["body"]))
        )
        stubber.add_client_error("send_message", "InvalidParameterValue", "Message must be shorter than 1024 bytes")
        stubber.add_response("send_message", {"MessageId": "m"})

        answer = client.send_message(**given)

    assert answer["MessageId"] == "m"
    assert ["MessageAttributes" in params for params in tried] == [True, False]
    (sent,) = invocation.sends
    assert (sent["refs"], sent["skipped"], sent.get("carried")) == (["sqs/m"], "refused", None)


def test_what_was_refused_for_its_carrier_is_not_tried_again_with_one(invocation: Invocation) -> None:
    """Smaller messages are: a queue may have a maximum, and to another queue nothing changes."""
    other = QUEUE.replace("audit", "other")
    client = boto3.client("sqs", region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")
    with Stubber(client) as stubber:
        stubber.add_client_error("send_message", "InvalidParameterValue", "Message must be shorter than 1024 bytes")
        for _ in range(5):
            stubber.add_response("send_message", {"MessageId": "m"})
        for queue, size in ((QUEUE, 900), (QUEUE, 900), (QUEUE, 1_000), (QUEUE, 100), (other, 900)):
            client.send_message(QueueUrl=queue, MessageBody="x" * size)

        stubber.assert_no_pending_responses()

    assert [sent.get("skipped") for sent in invocation.sends] == ["refused", "refused", "refused", None, None]
    assert invocation.skipped == {"refused": 3}


def test_a_call_that_is_refused_either_way_raises_what_aws_said_last_and_is_tried_again(invocation: Invocation) -> None:
    client = boto3.client("sqs", region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")
    with Stubber(client) as stubber:
        for said in ("with", "without", "with", "without"):
            stubber.add_client_error("send_message", "InvalidParameterValue", said)
        for _ in range(2):
            with pytest.raises(ClientError, match="without") as raised:
                client.send_message(QueueUrl=QUEUE, MessageBody="b")
            assert raised.value.__context__ is None

        stubber.assert_no_pending_responses()

    assert [sent["error"]["message"] for sent in invocation.sends] == ["without"] * 2  # type: ignore[index]


def test_an_error_that_has_nothing_to_do_with_the_carrier_is_raised_at_once(invocation: Invocation) -> None:
    with pytest.raises(ClientError, match="InvalidParameterValue"):
        call("stepfunctions", "StartExecution", "InvalidParameterValue", stateMachineArn="arn:m", input="{}")

    assert len(invocation.sends) == 1
