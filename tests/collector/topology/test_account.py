"""A live account's topology where an account is not as one would like it: refusing, throttling, large, half there."""

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import boto3
import pytest
from botocore.config import Config

from hopscope_collector.errors import SourceFailed
from hopscope_collector.topology.account import Declared, asking, declared_in

BUSES = "arn:aws:events:eu-west-1:123456789012:event-bus/"
QUEUES = "arn:aws:sqs:eu-west-1:123456789012:"
FUNCTIONS = "arn:aws:lambda:eu-west-1:123456789012:function:"

Answer = tuple[int, Mapping[str, Any]]
REFUSED: Answer = (403, {"__type": "AccessDeniedException", "message": "not authorized"})
REFUSED_IN_XML = b"<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>"
THROTTLED: Answer = (400, {"__type": "ThrottlingException", "message": "Rate exceeded"})
EXPIRED: Answer = (403, {"__type": "ExpiredTokenException", "message": "The token is expired"})


class AnAccount:
    """AWS, answering what a test gives it by operation; all else is refused."""

    def __init__(self, given: Mapping[str, Callable[[dict[str, Any]], Any]]) -> None:
        self.asked: Counter[str] = Counter()
        self.fails: dict[str, list[Answer]] = {}
        """First answers by operation; the last one for ever when it stands alone."""

        self._given = given

    def answer(self, operation: str, body: dict[str, Any]) -> Answer:
        self.asked[operation] += 1
        fails = self.fails.get(operation, [])
        if fails:
            return fails.pop(0)
        find = self._given.get(operation)
        return (200, find(body)) if find else REFUSED


def pages(key: str, entries: list[Any], *, size: int) -> Callable[[dict[str, Any]], Any]:
    """So many a page, with the token that goes on; no token for those who do not say how much they take, as SQS."""

    def page(asked: dict[str, Any]) -> dict[str, Any]:
        start = int(asked.get("NextToken", 0))
        more = {"NextToken": str(start + size)} if start + size < len(entries) else {}
        return {key: entries[start : start + size], **more}

    return page


@pytest.fixture
def declared(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[AnAccount], Declared]]:
    """Reads an account. Retries are not waited for as long as AWS deserves."""
    servers: list[ThreadingHTTPServer] = []
    monkeypatch.setattr(asking, "PATIENT", Config(retries={"total_max_attempts": 2}))

    def read(account: AnAccount) -> Declared:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                operation = self.headers.get("X-Amz-Target", "").rpartition(".")[2]
                self._say(*account.answer(operation, json.loads(body) if operation else {}))

            def do_GET(self) -> None:
                self._say(*account.answer(self.path.split("?")[0].rstrip("/"), {}))

            def _say(self, status: int, answer: Mapping[str, Any]) -> None:
                speaks_xml = any(f"/{service}/" in self.headers["Authorization"] for service in ("sns", "iam", "s3"))
                text = REFUSED_IN_XML if speaks_xml else json.dumps(answer).encode()
                self.send_response(status)
                if status != 200:
                    self.send_header("x-amzn-ErrorType", str(answer["__type"]))
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, format: str, *args: object) -> None:
                """Quiet."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
        return declared_in(boto3.Session("test", "test", region_name="eu-west-1"))

    yield read
    for server in servers:
        server.shutdown()
        server.server_close()


def the_buses(count: int) -> list[dict[str, str]]:
    return [{"Name": f"bus-{number}", "Arn": f"{BUSES}bus-{number}"} for number in range(count)]


def nodes_of(found: Declared, kind: str) -> list[str]:
    return [node["name"] for node in found.document["topology"]["nodes"] if node["kind"] == kind]


def test_every_page_is_read_also_where_boto3_has_no_paginator(declared: Callable[[AnAccount], Declared]) -> None:
    found = declared(AnAccount({"ListEventBuses": pages("EventBuses", the_buses(250), size=100)}))

    assert len(nodes_of(found, "bus")) == 250


def test_more_queues_than_sqs_lists_unasked(declared: Callable[[AnAccount], Declared]) -> None:
    urls = [f"https://sqs.eu-west-1.amazonaws.com/123456789012/q-{number}" for number in range(30)]

    def listed(asked: dict[str, Any]) -> dict[str, Any]:
        return pages("QueueUrls", urls, size=10)(asked) if "MaxResults" in asked else {"QueueUrls": urls[:10]}

    def described(asked: dict[str, Any]) -> dict[str, Any]:
        return {"Attributes": {"QueueArn": QUEUES + asked["QueueUrl"].rpartition("/")[2]}}

    found = declared(AnAccount({"ListQueues": listed, "GetQueueAttributes": described}))

    assert len(nodes_of(found, "queue")) == 30


def test_one_that_is_throttled_for_good_is_named_and_the_others_are_read(
    declared: Callable[[AnAccount], Declared],
) -> None:
    rules = {"Rules": [{"Name": "new", "EventPattern": "{}", "State": "ENABLED"}]}
    target = {"Targets": [{"Id": "t", "Arn": f"{FUNCTIONS}notify:live"}]}
    account = AnAccount(
        {
            "ListEventBuses": pages("EventBuses", the_buses(2), size=100),
            "ListRules": lambda _: rules,
            "ListTargetsByRule": lambda _: target,
        }
    )
    account.fails = {"ListRules": [THROTTLED, THROTTLED]}

    found = declared(account)

    assert found.unreadable["events:ListRules"] == "Rate exceeded"
    assert [(route["from"], route["to"]) for route in found.document["topology"]["routes"]] == [
        (f"{BUSES}bus-1", f"{FUNCTIONS}notify")
    ]


def test_a_throttled_call_is_tried_again(declared: Callable[[AnAccount], Declared]) -> None:
    account = AnAccount({"ListEventBuses": pages("EventBuses", the_buses(2), size=100)})
    account.fails = {"ListEventBuses": [THROTTLED]}

    assert nodes_of(declared(account), "bus") == ["bus-0", "bus-1"]


def test_nobody_s_credentials_end_it_at_once(declared: Callable[[AnAccount], Declared]) -> None:
    account = AnAccount({})
    account.fails = {"/2015-03-31/functions": [EXPIRED]}

    with pytest.raises(SourceFailed, match=r"lambda:ListFunctions: .*The token is expired"):
        declared(account)
    assert account.asked == {"/2015-03-31/functions": 1}


def test_a_service_that_a_region_does_not_have_is_named_and_asked_once(
    declared: Callable[[AnAccount], Declared], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_SCHEDULER", "http://127.0.0.1:9")

    found = declared(AnAccount({"ListEventBuses": pages("EventBuses", the_buses(1), size=100)}))

    assert "Could not connect" in found.unreadable["scheduler:ListSchedules"]
    assert nodes_of(found, "bus") == ["bus-0"]


def test_thousands_of_functions_are_described_one_by_one(declared: Callable[[AnAccount], Declared]) -> None:
    functions = [{"FunctionName": f"f-{n}", "FunctionArn": f"{FUNCTIONS}f-{n}", "Role": "r"} for n in range(300)]
    configs = {
        f"/2019-09-25/functions/f-{n}/event-invoke-config/list": lambda _, n=n: {
            "FunctionEventInvokeConfigs": [{"DestinationConfig": {"OnFailure": {"Destination": f"{QUEUES}dead-{n}"}}}]
        }
        for n in range(300)
    }

    found = declared(AnAccount({"/2015-03-31/functions": lambda _: {"Functions": functions}, **configs}))

    routes = {(route["from"], route["to"]) for route in found.document["topology"]["routes"]}
    assert routes == {(f"{FUNCTIONS}f-{n}", f"{QUEUES}dead-{n}") for n in range(300)}


def test_what_a_topic_leads_to_outside_is_what_it_is(declared: Callable[[AnAccount], Declared]) -> None:
    """And a state machine by its alias is the state machine."""
    arns = [
        f"{BUSES}elsewhere",
        "arn:aws:events:eu-west-1:123456789012:api-destination/pay/0e5f",
        "arn:aws:states:eu-west-1:123456789012:stateMachine:orders:PROD",
    ]
    account = AnAccount(
        {
            "ListEventBuses": pages("EventBuses", the_buses(1), size=100),
            "ListRules": lambda _: {"Rules": [{"Name": "new", "EventPattern": "{}"}]},
            "ListTargetsByRule": lambda _: {"Targets": [{"Id": str(n), "Arn": arn} for n, arn in enumerate(arns)]},
        }
    )

    foreign = [node for node in declared(account).document["topology"]["nodes"] if node.get("is_foreign")]

    assert {(node["kind"], node["id"]) for node in foreign} == {
        ("bus", arns[0]),
        ("api-destination", arns[1]),
        ("machine", arns[2].removesuffix(":PROD")),
    }
