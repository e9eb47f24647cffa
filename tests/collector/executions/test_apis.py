"""The real seams, asked through boto3 at a server on this machine."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from hopscope_collector.executions.durable_functions import DurableFunctionsApi
from hopscope_collector.executions.history import History
from hopscope_collector.executions.source import ExecutionsSource
from hopscope_collector.executions.step_functions import StepFunctionsApi
from hopscope_collector.sources.contract import Stop

MACHINES = "arn:aws:states:eu-west-1:111111111111:stateMachine:"
ARN = "arn:aws:states:eu-west-1:111111111111:execution:orders:o-42"
CHILD = "arn:aws:states:eu-west-1:111111111111:execution:orders/Each:1"
DURABLE = "arn:aws:lambda:eu-west-1:111111111111:function:orders:1/durable-execution/o-42/7c9e"
LISTED = {
    "executionArn": ARN,
    "stateMachineArn": MACHINES + "orders",
    "name": "o-42",
    "status": "RUNNING",
    "startDate": 1,
}
EVENT = {"id": 1, "timestamp": 1, "type": "ExecutionStarted", "previousEventId": 0}


class _Aws(BaseHTTPRequestHandler):
    """As much of Step Functions and Lambda as is asked for here, two pages where there are lists."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        operation = self.headers["X-Amz-Target"].rpartition(".")[2]
        self._answer(getattr(self, f"_{operation}")(asked))

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        is_list = url.path.endswith("/durable-executions")
        marker = parse_qs(url.query).get("Marker", [""])[0]
        one = {
            "DurableExecutionArn": DURABLE + marker
            if is_list
            else unquote(url.path.partition("/durable-executions/")[2]),
            "Status": "SUCCEEDED",
            "StartTimestamp": 1,
            "FunctionArn": "f",
            "DurableExecutionName": "o-42",
            "Version": "1",
            "EndTimestamp": 2,
        }
        self._answer(({"DurableExecutions": [one]} | ({} if marker else {"NextMarker": "2"})) if is_list else one)

    def _ListStateMachines(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 - AWS's own name
        names = ["orders", "orders-old"] if "nextToken" in asked else ["billing"]
        found = [
            {"name": each, "stateMachineArn": MACHINES + each, "type": "STANDARD", "creationDate": 1} for each in names
        ]
        return {"stateMachines": found, **({} if "nextToken" in asked else {"nextToken": "more"})}

    def _ListExecutions(self, asked: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        if "mapRunArn" in asked:
            return {"executions": [{**LISTED, "executionArn": CHILD, "mapRunArn": asked["mapRunArn"]}]}
        return {"executions": [] if asked.get("redriveFilter") else [LISTED]}

    def _DescribeExecution(self, _: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        return {**LISTED, "traceHeader": "Root=1-5e1b4151-5ac6c58f5b4c1d5f6a7b8c9d"}

    def _GetExecutionHistory(self, _: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        return {"events": [EVENT]}

    def _answer(self, body: dict[str, Any]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_: Any) -> None:
        """Quiet."""


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _Aws)
    Thread(target=server.serve_forever, daemon=True).start()
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}",
        "AWS_ACCESS_KEY_ID": "nobody",
        "AWS_SECRET_ACCESS_KEY": "nothing",
        "AWS_DEFAULT_REGION": "eu-west-1",
    }.items():
        monkeypatch.setenv(name, value)
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_every_page_of_state_machines_is_looked_through_for_the_prefix() -> None:
    assert list(StepFunctionsApi().machines("orders")) == [MACHINES + "orders", MACHINES + "orders-old"]


def test_whoever_paces_is_asked_before_every_page() -> None:
    asked: list[str] = []
    api = StepFunctionsApi(before_request=lambda: asked.append("may I?"))

    list(api.machines("orders"))
    api.events(ARN, 0)

    assert len(asked) == 3


def test_executions_are_listed_described_and_read(aws: str) -> None:
    api = StepFunctionsApi(ARN)

    assert api.endpoint == aws
    assert [each.arn for each in api.started(MACHINES + "orders")] == [ARN]
    assert list(api.started(MACHINES + "orders", only_redriven=True)) == []
    assert [(each.arn, each.map_run_arn) for each in api.children("arn:run")] == [(CHILD, "arn:run")]
    assert api.described(ARN).trace_header == "Root=1-5e1b4151-5ac6c58f5b4c1d5f6a7b8c9d"
    assert [event.id for event in api.events(ARN, 0)] == [1]


def test_durable_executions_of_a_function_are_listed_and_described() -> None:
    api = DurableFunctionsApi("orders")

    assert list(api.machines("orders")) == ["orders"]
    assert [each.arn for each in api.started("orders")] == [DURABLE, DURABLE + "2"]
    assert list(api.started("orders", only_redriven=True)) == []
    described = api.described(DURABLE)
    assert (described.kind, described.status, described.ended_us) == ("durable", "SUCCEEDED", 2_000_000)


def test_durable_executions_are_a_source(aws: str) -> None:
    def lines_of(history: History) -> list[str]:
        described = history.description
        return [f"{described.kind} {described.arn}"] if described else []

    source = ExecutionsSource("orders", DurableFunctionsApi("orders"), lines_of)

    assert [text for each in source.lines(None, Stop()) for text in each.texts] == [
        f"durable {DURABLE}",
        f"durable {DURABLE}2",
    ]
    assert source.name == f"durable:orders at {aws}"
