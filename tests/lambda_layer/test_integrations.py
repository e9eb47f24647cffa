"""Libraries that functions have, in the real runtime client with the layer around the handler."""

import base64
import json
from typing import Any

import pytest

from hopscope_layer.sampling import is_chosen

TRACE = "5e1b41515ac6c58f5b4c1d5f6a7b8c9d"
CARRIER = f"00-{TRACE}-9f1c22ab03d40001-01;web-7781"
DEBUG_CARRIER = f"00-{TRACE}-9f1c22ab03d40001-41;web-7781"
NOT_SAMPLED = f"00-{TRACE}-9f1c22ab03d40001-00"
EVENT = {"detail-type": "order_placed", "id": "e-1", "detail": {"_hopscope": CARRIER}}


def a_batch(*carriers: str | None) -> dict[str, Any]:
    return {
        "Records": [
            {
                "messageId": f"m-{index}",
                "body": json.dumps({"orderId": f"o-{index}"}),
                "attributes": {},
                "messageAttributes": {}
                if carrier is None
                else {"hopscope": {"dataType": "Binary", "binaryValue": base64.b64encode(carrier.encode()).decode()}},
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:eu-west-1:1:tickets",
            }
            for index, carrier in enumerate(carriers)
        ]
    }


LOGGING = """
from aws_lambda_powertools import Logger
logger = Logger(service="orders")
@logger.inject_lambda_context
def handler(event, context):
    logger.info("hello")
    logger.debug("quiet")
    logger.set_correlation_id("mine")
    logger.info("own")
    return logger.level if hasattr(logger, "level") else None
"""


def test_powertools_logger_logs_the_correlation_id_unless_the_function_set_one(lambdas: Any) -> None:
    ran = lambdas(LOGGING, [EVENT, EVENT])

    lines = [json.loads(line) for line in ran.users_out]
    assert [(line["message"], line["correlation_id"]) for line in lines[:2]] == [("hello", "web-7781"), ("own", "mine")]
    assert all(line["message"] != "quiet" for line in lines)
    assert ran.err == ""


def test_a_flow_that_asks_for_debug_lowers_the_level_for_its_invocation_only(lambdas: Any) -> None:
    asking = {"detail-type": "order_placed", "id": "e-1", "detail": {"_hopscope": DEBUG_CARRIER}}

    ran = lambdas(LOGGING.replace('    logger.set_correlation_id("mine")\n', ""), [asking, EVENT])

    messages = [json.loads(line)["message"] for line in ran.users_out]
    assert messages == ["hello", "quiet", "own", "hello", "own"]


SYNC_BATCH = """
import boto3
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
sqs = boto3.client("sqs")
processor = BatchProcessor(event_type=EventType.SQS)
def work(record):
    sqs.send_message(QueueUrl="https://sqs.eu-west-1.amazonaws.com/1/audit", MessageBody=record.body)
    if record.message_id == "m-1":
        raise ValueError("no")
def handler(event, context):
    return process_partial_response(event=event, record_handler=work, processor=processor, context=context)
"""
ASYNC_BATCH = """
import asyncio, boto3
from aws_lambda_powertools.utilities.batch import AsyncBatchProcessor, EventType, async_process_partial_response
sqs = boto3.client("sqs")
processor = AsyncBatchProcessor(event_type=EventType.SQS)
async def work(record):
    await asyncio.sleep(0.01 if record.message_id == "m-0" else 0)
    sqs.send_message(QueueUrl="https://sqs.eu-west-1.amazonaws.com/1/audit", MessageBody=record.body)
    if record.message_id == "m-1":
        raise ValueError("no")
def handler(event, context):
    return async_process_partial_response(event=event, record_handler=work, processor=processor, context=context)
"""


@pytest.mark.parametrize(
    ("source", "order"), [(SYNC_BATCH, [0, 1, 2]), (ASYNC_BATCH, [1, 2, 0])], ids=["sync", "async"]
)
def test_powertools_batch_tells_which_message_a_send_belongs_to(
    lambdas: Any, aws: Any, source: str, order: list[int]
) -> None:
    other = f"00-{'a' * 32}-9f1c22ab03d40009-01"

    ran = lambdas(source, [a_batch(CARRIER, None, other)], env={"AWS_ENDPOINT_URL": aws.url})

    end = ran.records[1]
    assert [send["message"] for send in end["sends"]] == order
    assert {send["message"]: send.get("traceId", end["traceId"]) for send in end["sends"]} == {
        0: TRACE,
        1: end["traceId"],
        2: "a" * 32,
    }
    assert end["failedMessages"] == [1]
    assert ran.answers[0] == ("response", b'{"batchItemFailures": [{"itemIdentifier": "m-1"}]}')


XRAY = """
from aws_xray_sdk.core import xray_recorder
def handler(event, context):
    with xray_recorder.in_subsegment("first") as first:
        with xray_recorder.in_subsegment("second") as second:
            return [first.annotations, second.annotations]
"""


def test_the_first_subsegment_of_xray_is_annotated(lambdas: Any) -> None:
    ran = lambdas(XRAY, [EVENT, EVENT], env={"LAMBDA_TASK_ROOT": "/tmp", "PYTHONPATH": "."})

    assert [json.loads(body) for _, body in ran.answers] == [[{"correlation_id": "web-7781"}, {}]] * 2


HTTP = """
import json, urllib3
pool = urllib3.PoolManager()
def handler(event, context):
    own = {"x-own": "1"}
    pool.request("POST", event["url"], headers=own)
    pool.request("POST", event["url"], headers={"traceparent": "mine"})
    return own
"""


@pytest.mark.parametrize(("hosts", "carried"), [("127.0.*", True), ("other.example", False), ("", False)])
def test_http_calls_carry_only_where_it_was_asked_for(lambdas: Any, aws: Any, hosts: str, carried: bool) -> None:
    ran = lambdas(HTTP, [{**EVENT, "url": aws.url}], env={"HOPSCOPE_HTTP": hosts})

    (_, _, first), (_, _, second) = aws.requests
    assert ran.answers == [("response", b'{"x-own": "1"}')]
    assert first["x-own"] == "1"
    assert first.get("traceparent", "").startswith(f"00-{TRACE}-") == carried
    assert first.get("x-correlation-id") == ("web-7781" if carried else None)
    assert second["traceparent"] == "mine"


COROUTINES = """
import asyncio, aioboto3
async def main(body):
    session = aioboto3.Session()
    async with session.client("sqs") as sqs:
        await asyncio.gather(*[sqs.send_message(QueueUrl="https://sqs.eu-west-1.amazonaws.com/1/audit", MessageBody=str(n)) for n in range(3)])
def handler(event, context):
    asyncio.run(main("b"))
    return "done"
"""


def test_aioboto3_is_followed_like_boto3(lambdas: Any, aws: Any) -> None:
    ran = lambdas(COROUTINES, [EVENT], env={"AWS_ENDPOINT_URL": aws.url}, python="others")

    end = ran.records[1]
    assert ran.answers == [("response", b'"done"')]
    assert sorted(send["refs"][0] for send in end["sends"]) == ["sqs/sqs-1", "sqs/sqs-2", "sqs/sqs-3"]
    assert all(send["carried"] and send["message"] == 0 for send in end["sends"])


LATE_IMPORT = """
def handler(event, context):
    import boto3
    boto3.client("sqs").send_message(QueueUrl="https://sqs.eu-west-1.amazonaws.com/1/audit", MessageBody="b")
    import botocore.client
    return [type(botocore.client.__loader__).__name__, type(botocore.client.__spec__.loader).__name__]
"""


def test_a_library_that_is_imported_in_the_handler_is_noticed_then(lambdas: Any, aws: Any) -> None:
    ran = lambdas(LATE_IMPORT, [EVENT, EVENT], env={"AWS_ENDPOINT_URL": aws.url})

    assert ran.answers == [("response", b'["SourceFileLoader", "SourceFileLoader"]')] * 2
    assert [len(record["sends"]) for record in ran.records if record["record"] == "end"] == [1, 1]


CONTEXT = """
def handler(event, context):
    client_context = context.client_context
    return None if client_context is None else [client_context.custom, client_context.env]
"""


@pytest.mark.parametrize(
    ("given", "seen"),
    [
        ({"custom": {"hopscope": CARRIER}}, None),
        ({"custom": {"hopscope": CARRIER, "a": 1}}, [{"a": 1}, None]),
        ({"custom": {"hopscope": CARRIER}, "env": {"b": 2}}, [{}, {"b": 2}]),
        ({"custom": {"a": 1}}, [{"a": 1}, None]),
    ],
)
def test_a_carrier_in_the_client_context_is_taken_out(lambdas: Any, given: Any, seen: Any) -> None:
    ran = lambdas(CONTEXT, [{"an": "order"}], headers={"Lambda-Runtime-Client-Context": json.dumps(given)})

    assert json.loads(ran.answers[0][1]) == seen
    message = ran.records[0]["messages"][0]
    assert message["refs"] == ["lambda/5812c969-3f21-5d4f-a84e-90b4a2f1c000"]
    assert message.get("carrier") == given["custom"].get("hopscope")


def test_a_durable_execution_keeps_its_trace_over_replays(lambdas: Any) -> None:
    arn = "arn:aws:lambda:eu-west-1:1:function:f:1/durable-execution/n/1"
    payload = json.dumps(
        {"detail-type": "order_placed", "id": "e-1", "detail": {"_hopscope": CARRIER, "a": 1}}, separators=(",", ":")
    )
    clean = payload.replace(f'"_hopscope":"{CARRIER}",', "")
    first = {"Id": "0", "ExecutionDetails": {"InputPayload": payload}}
    events = [
        {
            "DurableExecutionArn": arn,
            "CheckpointToken": str(number),
            "InitialExecutionState": {"Operations": [first, *[{"Id": "1"}] * number]},
        }
        for number in range(2)
    ]

    ran = lambdas(
        "def handler(event, context):\n    return event['InitialExecutionState']['Operations'][0]['ExecutionDetails']\n",
        events,
    )

    begins = [record for record in ran.records if record["record"] == "begin"]
    assert [json.loads(body) for _, body in ran.answers] == [{"InputPayload": clean}] * 2
    assert {begin["traceId"] for begin in begins} == {TRACE}
    assert [begin["messages"][0]["refs"] for begin in begins] == [[f"durable/{arn}", "events/e-1"]] * 2
    assert begins[1]["messages"][0]["attributes"] == {"replay": "true"}


def test_a_flow_that_is_not_sampled_is_recorded_when_it_fails(lambdas: Any) -> None:
    source = "def handler(event, context):\n    if event['detail']['fail']:\n        raise ValueError('no')\n"
    events = [{"detail-type": "d", "id": "e", "detail": {"fail": fail}} for fail in (False, True)]

    ran = lambdas(source, events, env={"HOPSCOPE_SAMPLE": "0"})

    assert [(record["record"], record.get("outcome")) for record in ran.records] == [("begin", None), ("end", "error")]


def test_a_decision_that_came_along_counts_more_than_the_share(lambdas: Any) -> None:
    ran = lambdas("def handler(event, context):\n    pass\n", [EVENT], env={"HOPSCOPE_SAMPLE": "0"})

    assert [record["record"] for record in ran.records] == ["begin", "end"]


APART = """
import hopscope_layer, json
def handler(event, context):
    if "Records" in event:
        return None
    if event.get("resource") == "/orders":
        hopscope_layer.annotate(order_id=event["new"])
"""


def test_parts_of_a_flow_that_only_its_key_joins_are_sampled_alike(lambdas: Any) -> None:
    """The one who places the order makes its id; the restaurant accepts it through another request, without a header."""
    orders = [f"o-{number}" for number in range(40)]
    web = {"requestContext": {"requestId": "r"}, "httpMethod": "POST"}
    placed = [{**web, "resource": "/orders", "path": "/orders", "new": order} for order in orders]
    accepted = [{**web, "resource": "/{orderId}", "pathParameters": {"orderId": order}} for order in orders]
    queued = [
        {"Records": [{**a_batch(NOT_SAMPLED)["Records"][0], "body": json.dumps({"orderId": order})}]}
        for order in orders
    ]

    env = {"HOPSCOPE_SAMPLE": "0.3", "HOPSCOPE_KEYS": "order_id=pathParameters.orderId|body.orderId"}
    ran = lambdas(APART, [*placed, *accepted, *queued], env=env)

    recorded: dict[str, set[str]] = {"placed": set(), "accepted": set(), "queued": set()}
    for record in ran.records:
        number = int(record["requestId"][-3:])
        recorded[("placed", "accepted", "queued")[number // 40]].add(orders[number % 40])
    chosen = {order for order in orders if is_chosen({"order_id": order}, 0.3)}
    assert recorded["accepted"] == recorded["queued"] == chosen
    assert recorded["placed"] >= chosen
    assert 0 < len(chosen) < 40


@pytest.mark.parametrize("count", ["1", "2"])
def test_from_its_first_retry_on_a_flow_is_recorded(lambdas: Any, count: str) -> None:
    """Whoever was killed the first time wrote nothing, if its flow was not sampled."""
    event = a_batch(NOT_SAMPLED)
    event["Records"][0]["attributes"]["ApproximateReceiveCount"] = count

    ran = lambdas("def handler(event, context):\n    pass\n", [event])

    assert [record["record"] for record in ran.records] == ([] if count == "1" else ["begin", "end"])


CAPTURED = {"detail-type": "d", "id": "e", "detail": {"password": "hunter2", "orderId": "o-1"}}


@pytest.mark.parametrize(
    ("mode", "fails", "shown"),
    [("on", False, True), ("error", True, True), ("error", False, False), ("off", True, False)],
)
def test_payloads_are_captured_only_when_asked_and_redacted(
    lambdas: Any, aws: Any, *, mode: str, fails: bool, shown: bool
) -> None:
    source = (
        "import boto3\nsqs = boto3.client('sqs')\ndef handler(event, context):\n"
        '    sqs.send_message(QueueUrl=\'https://sqs.eu-west-1.amazonaws.com/1/a\', MessageBody=\'{"token":"s3cr3t","orderId":"o-2"}\')\n'
        f"    return {'1 / 0' if fails else '1'}\n"
    )

    ran = lambdas(source, [CAPTURED], env={"HOPSCOPE_CAPTURE": mode, "AWS_ENDPOINT_URL": aws.url})

    assert "hunter2" not in ran.out
    assert "s3cr3t" not in ran.out
    assert ('\\"orderId\\":\\"o-1\\"' in ran.out) == shown
    assert ('\\"orderId\\":\\"o-2\\"' in ran.out) == shown


SPANS = """
import boto3, json
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
trace.set_tracer_provider(TracerProvider())
sqs = boto3.client("sqs")
def handler(event, context):
    with trace.get_tracer("orders").start_as_current_span("mine") as span:
        sqs.send_message(QueueUrl="https://sqs.eu-west-1.amazonaws.com/1/a", MessageBody="b")
        return [f"{span.context.trace_id:032x}", f"{span.parent.span_id:016x}", f"{span.context.span_id:016x}"]
"""


def test_our_context_is_the_parent_of_spans_without_one_and_a_send_names_its_span(lambdas: Any, aws: Any) -> None:
    ran = lambdas(SPANS, [EVENT, {"an": "order"}], env={"AWS_ENDPOINT_URL": aws.url}, python="others")

    (trace_id, parent_id, span_id), (own_trace_id, own_parent_id, _) = [json.loads(body) for _, body in ran.answers]
    begins = [record for record in ran.records if record["record"] == "begin"]
    ends = [record for record in ran.records if record["record"] == "end"]
    assert (trace_id, parent_id) == (TRACE, "9f1c22ab03d40001")
    assert (own_trace_id, own_parent_id) == (begins[1]["traceId"], begins[1]["invocationId"])
    assert ends[0]["sends"][0]["spanId"] == span_id


HTTPX = """
import asyncio, httpx
async def ask(url):
    async with httpx.AsyncClient() as client:
        await client.post(url)
def handler(event, context):
    httpx.post(event["url"], headers={"x-own": "1"})
    asyncio.run(ask(event["url"]))
"""


def test_httpx_carries_like_urllib3(lambdas: Any, aws: Any) -> None:
    lambdas(HTTPX, [{**EVENT, "url": aws.url}], env={"HOPSCOPE_HTTP": "127.0.0.1"}, python="others")

    assert [headers["traceparent"][:35] for _, _, headers in aws.requests] == [f"00-{TRACE}"] * 2
