"""The layer in the real runtime client."""

import json
from typing import Any

import pytest

TRACE = "5e1b41515ac6c58f5b4c1d5f6a7b8c9d"
LINEAGE = "Root=1-5e1b4151-5ac6c58f5b4c1d5f6a7b8c9d;Parent=53995c3f42cd8ad8;Sampled=1;Lineage=1:abcd1234:0"
CARRIER = f"00-{TRACE}-9f1c22ab03d40001-01;web-7781"
PLAIN = "def handler(event, context):\n    return {'got': event}\n"
FAILING_IMPORTS = {
    "a module that is not there": ("import nothing_like_this\n", "app.handler"),
    "a syntax error": ("def handler(event, context)\n    return 1\n", "app.handler"),
    "an error while importing": ("raise ValueError('at import')\n", "app.handler"),
    "an attribute error while importing": ("import os\nos.nothing\n", "app.handler"),
    "no such handler": ("handler = 1\n", "app.other"),
    "no such module": ("", "nowhere.handler"),
    "a builtin module": ("", "sys.exit"),
    "a bad name": ("", "handler"),
}


@pytest.mark.parametrize("python", ["this", "3.10", "3.11", "3.12", "3.13", "3.14"])
@pytest.mark.parametrize("attach", ["wrapper", "redirect"])
def test_a_function_answers_the_same_and_writes_two_records(lambdas: Any, python: str, attach: str) -> None:
    event = {"detail-type": "order_placed", "id": "e-1", "detail": {"orderId": "o-1"}}

    ran = lambdas(PLAIN, [event, event], attach=attach, python=python, env={"HOPSCOPE_KEYS": "order_id=detail.orderId"})

    assert ran.answers == [("response", json.dumps({"got": event}).encode())] * 2
    assert [record["record"] for record in ran.records] == ["begin", "end"] * 2
    assert [record.get("coldStart") for record in ran.records] == [True, None, False, None]
    assert ran.records[0]["messages"] == [
        {"index": 0, "source": "events", "refs": ["events/e-1"], "name": "order_placed", "keys": {"order_id": "o-1"}}
    ]
    assert ran.records[0]["deadlineUs"] == 1900000000000_000
    assert ran.err == ""


def test_the_handler_never_sees_our_key(lambdas: Any) -> None:
    event = {"detail-type": "order_placed", "id": "e-1", "detail": {"_hopscope": CARRIER, "orderId": "o-1"}}

    ran = lambdas(PLAIN, [event])

    del event["detail"]["_hopscope"]  # type: ignore[attr-defined]
    assert ran.answers == [("response", json.dumps({"got": event}).encode())]
    assert ran.records[0]["traceId"] == TRACE
    assert ran.records[0]["correlationId"] == "web-7781"


@pytest.mark.parametrize("attach", ["wrapper", "redirect"])
@pytest.mark.parametrize("case", FAILING_IMPORTS)
def test_a_function_that_cannot_be_loaded_fails_in_the_same_words(lambdas: Any, case: str, attach: str) -> None:
    source, handler = FAILING_IMPORTS[case]

    without = lambdas(source, [{}], attach=None, handler=handler)
    ran = lambdas(source, [{}], attach=attach, handler=handler)

    assert [kind for kind, _ in without.answers] == ["init"]
    assert ran.answers == without.answers
    assert ran.code == without.code == 1
    assert ran.records == []


RAISING = """
import json
def inner(event):
    raise KeyError(event["why"])
def handler(event, context):
    inner(event)
"""


def test_an_exception_is_reported_byte_for_byte_the_same(lambdas: Any) -> None:
    without = lambdas(RAISING, [{"why": "a reason"}], attach=None)
    ran = lambdas(RAISING, [{"why": "a reason"}])

    assert ran.answers == without.answers
    assert ran.users_out == without.users_out
    assert ran.records[1]["outcome"] == "error"
    assert ran.records[1]["error"] == {"type": "KeyError", "message": "'a reason'"}


def test_a_handler_that_exits_the_process_leaves_its_begin_record(lambdas: Any) -> None:
    ran = lambdas("import os\ndef handler(event, context):\n    os._exit(7)\n", [{}])

    assert ran.code == 7
    assert [record["record"] for record in ran.records] == ["begin"]


def test_sys_exit_is_recorded_and_still_exits(lambdas: Any) -> None:
    ran = lambdas("import sys\ndef handler(event, context):\n    sys.exit(3)\n", [{}])

    assert ran.code == 3
    assert [record.get("error", {}).get("type") for record in ran.records] == [None, "SystemExit"]


def test_another_wrapper_runs_after_ours(lambdas: Any, tmp_path: Any) -> None:
    other = tmp_path / "other"
    other.write_text('#!/bin/sh\nexport OTHER_WRAPPER=ran\nexec "$@"\n')
    other.chmod(0o755)

    ran = lambdas(
        "import os\ndef handler(event, context):\n    return os.environ['OTHER_WRAPPER']\n",
        [{}],
        env={"HOPSCOPE_WRAPPED": str(other)},
    )

    assert ran.answers == [("response", b'"ran"')]
    assert len(ran.records) == 2


def test_switched_off_it_is_not_there(lambdas: Any) -> None:
    ran = lambdas(PLAIN, [{"a": 1}], env={"HOPSCOPE_ENABLED": "off"})

    assert ran.answers == [("response", b'{"got": {"a": 1}}')]
    assert ran.out == ""


def test_a_bad_setting_is_named_and_ignored(lambdas: Any) -> None:
    ran = lambdas(PLAIN, [{}], env={"HOPSCOPE_PROPAGATION": "perhaps"})

    assert len(ran.records) == 2
    assert "HOPSCOPE_PROPAGATION: 'perhaps' is no rule such as off or sqs=off; passed over" in ran.err


def test_a_redirect_without_a_handler_says_what_to_set(lambdas: Any) -> None:
    ran = lambdas(PLAIN, [{}], attach=None, handler="hopscope_layer.handler")

    ((kind, body),) = ran.answers
    assert kind == "init"
    assert "HOPSCOPE_HANDLER='' names no handler; expected the function's own" in json.loads(body)["errorMessage"]


SENDING = """
import boto3, json
sqs, sns, events = boto3.client("sqs"), boto3.client("sns"), boto3.resource("sqs").meta.client
events = boto3.client("events")
def handler(event, context):
    attributes = {"kind": {"DataType": "String", "StringValue": "a"}}
    message = {"QueueUrl": "https://sqs.eu-west-1.amazonaws.com/1/audit", "MessageBody": '{"orderId":"o-1"}', "MessageAttributes": attributes}
    before = json.dumps(message)
    sqs.send_message(**message)
    entry = {"Source": "orders", "DetailType": "order_placed", "Detail": '{ "orderId": "o-1", "total": 1.10 }'}
    events.put_events(Entries=[entry, {"Source": "orders", "DetailType": "bad", "Detail": "{}"}])
    sns.publish(TopicArn="arn:aws:sns:eu-west-1:1:kitchen", Message="hello")
    batch = [{"Id": "good", "MessageBody": "1"}, {"Id": "bad", "MessageBody": "2"}]
    sqs.send_message_batch(QueueUrl="https://sqs.eu-west-1.amazonaws.com/1/audit", Entries=batch)
    return [json.dumps(message) == before, entry, batch]
"""


def test_what_leaves_carries_the_context_and_is_recorded(lambdas: Any, aws: Any) -> None:
    ran = lambdas(
        SENDING, [{}], env={"AWS_ENDPOINT_URL": aws.url, "HOPSCOPE_KEYS": "order_id=detail.orderId|body.orderId"}
    )

    untouched, entry, batch = json.loads(ran.answers[0][1])
    assert untouched
    assert entry["Detail"] == '{ "orderId": "o-1", "total": 1.10 }'
    assert batch == [{"Id": "good", "MessageBody": "1"}, {"Id": "bad", "MessageBody": "2"}]
    begin, end = ran.records
    sends = end["sends"]
    ids = [send["sendId"] for send in sends]
    assert ids == [begin["invocationId"][:12] + f"{number:04x}" for number in range(1, 7)]
    assert [send.get("refs") for send in sends] == [
        ["sqs/sqs-1"], ["events/event-2-0"], None, ["sns/sns-3"], ["sqs/sqs-4-good"], None,
    ]  # fmt: skip
    assert [send.get("error") for send in sends if "error" in send] == [
        {"type": "InternalFailure", "message": "no"},
        {"type": "InternalError", "message": "no"},
    ]
    assert all(send["carried"] for send in sends)
    assert end["keys"] == {"order_id": "o-1"}
    put = json.loads(aws.bodies("PutEvents")[0])["Entries"][0]["Detail"]
    assert put == '{"_hopscope":"00-' + TRACE + "-" + ids[1] + '-01", "orderId": "o-1", "total": 1.10 }'
    assert b"hopscope" in aws.bodies("Publish")[0]
    assert {headers["X-Amzn-Trace-Id"] for _, _, headers in aws.requests} == {LINEAGE}, "Lineage guards against loops"
    assert set(json.loads(aws.bodies("SendMessage")[0])["MessageAttributes"]) == {"kind", "hopscope"}


def test_with_propagation_off_every_request_is_byte_for_byte_the_same(lambdas: Any, aws: Any) -> None:
    lambdas(SENDING, [{}], attach=None, env={"AWS_ENDPOINT_URL": aws.url})
    without = [(operation, body) for operation, body, _ in aws.requests]
    trace_headers = [headers.get("X-Amzn-Trace-Id") for _, _, headers in aws.requests]
    aws.requests.clear()

    ran = lambdas(SENDING, [{}], env={"AWS_ENDPOINT_URL": aws.url, "HOPSCOPE_PROPAGATION": "off"})

    assert [(operation, body) for operation, body, _ in aws.requests] == without
    assert [headers.get("X-Amzn-Trace-Id") for _, _, headers in aws.requests] == trace_headers
    assert ran.records[1]["skipped"] == {"off": 6}
    assert len(ran.records[1]["sends"]) == 6


SIGNALS = """
import signal
def mine(number, frame):
    raise TimeoutError("mine")
signal.signal(signal.SIGALRM, mine)
def handler(event, context):
    assert signal.getsignal(signal.SIGALRM) is mine
    signal.setitimer(signal.ITIMER_REAL, 0.01)
    while True:
        pass
"""


def test_a_signal_handler_of_the_function_stays_and_works(lambdas: Any) -> None:
    ran = lambdas(SIGNALS, [{}])

    assert json.loads(ran.answers[0][1])["errorType"] == "TimeoutError"
    assert ran.records[1]["error"] == {"type": "TimeoutError", "message": "mine"}


def test_several_processes_of_one_environment_keep_their_invocations_apart(lambdas: Any) -> None:
    """Managed Instances: the runtime forks, and all processes share one log."""
    source = "import time\ndef handler(event, context):\n    time.sleep(0.05)\n    return event\n"

    ran = lambdas(source, [{"n": number} for number in range(6)], env={"AWS_LAMBDA_MAX_CONCURRENCY": "2"})

    requests: dict[str, list[str]] = {}
    for record in ran.records:
        requests.setdefault(record["requestId"] + record["invocationId"], []).append(record["record"])
    assert sorted(ran.answers) == [("response", json.dumps({"n": number}).encode()) for number in range(6)]
    assert list(requests.values()) == [["begin", "end"]] * 6
    assert len({record["invocationId"] for record in ran.records}) == 6


CORRELATED = """
import hopscope_layer
seen = [hopscope_layer.correlation_id()]
def handler(event, context):
    hopscope_layer.annotate(order_id=event["id"], nothing=None)
    return seen + [hopscope_layer.correlation_id()]
"""


def test_the_functions_own_code_asks_for_the_correlation_id_and_adds_keys(lambdas: Any) -> None:
    ran = lambdas(CORRELATED, [{"detail-type": "d", "id": "e-1", "detail": {"_hopscope": CARRIER}}, {"id": 7}])

    assert [json.loads(body) for _, body in ran.answers] == [[None, "web-7781"], [None, TRACE]]
    assert [record["keys"] for record in ran.records if record["record"] == "end"] == [
        {"order_id": "e-1"},
        {"order_id": "7"},
    ]
