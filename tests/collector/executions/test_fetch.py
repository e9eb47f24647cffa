"""Asked of boto3 with its Stubber, and of a server on this machine that throttles as AWS does."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from hopscope_collector.errors import SourceFailed
from hopscope_collector.executions import execution_of, histories_of
from hopscope_collector.executions.description import is_arn
from hopscope_collector.executions.fetch import NoSuchExecution, documents_about, events_after, fetch_execution

ARN = "arn:aws:states:eu-west-1:111111111111:execution:orders:o-42"
MACHINE = "arn:aws:states:eu-west-1:111111111111:stateMachine:orders"
DESCRIBED = {"executionArn": ARN, "stateMachineArn": MACHINE, "status": "RUNNING", "startDate": 1}
EVENTS: list[dict[str, Any]] = [
    {"id": 1, "previousEventId": 0, "timestamp": 1, "type": "ExecutionStarted"},
    {
        "id": 2,
        "previousEventId": 0,
        "timestamp": 2,
        "type": "PassStateEntered",
        "stateEnteredEventDetails": {"name": "A"},
    },
]
DEFINED = {
    "stateMachineArn": MACHINE,
    "name": "orders",
    "definition": json.dumps({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}),
    "roleArn": "arn:aws:iam::111111111111:role/orders",
    "updateDate": 1,
}


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Any:
    _credentials(monkeypatch)
    return boto3.client("stepfunctions", region_name="eu-west-1")


def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "nobody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "nothing")


def test_every_page_is_read_and_the_definition_that_runs(client: Any) -> None:
    with Stubber(client) as aws:
        asked = {"executionArn": ARN, "maxResults": 1000, "reverseOrder": False}
        aws.add_response("describe_execution", DESCRIBED, {"executionArn": ARN})
        aws.add_response("get_execution_history", {"events": EVENTS[:1], "nextToken": "more"}, asked)
        aws.add_response("get_execution_history", {"events": EVENTS[1:]}, {**asked, "nextToken": "more"})
        aws.add_response("describe_state_machine_for_execution", DEFINED, {"executionArn": ARN})

        (history,) = histories_of(documents_about(client, ARN))

        aws.assert_no_pending_responses()
    assert [event.id for event in history.events] == [1, 2]
    assert history.definition == DEFINED["definition"]
    assert execution_of(history).arn == ARN


def test_without_permission_for_the_definition_there_is_the_history(client: Any) -> None:
    with Stubber(client) as aws:
        aws.add_response("describe_execution", DESCRIBED)
        aws.add_response("get_execution_history", {"events": EVENTS})
        aws.add_client_error("describe_state_machine_for_execution", "AccessDeniedException")

        (history,) = histories_of(documents_about(client, ARN))

    assert len(history.events) == 2
    assert history.definition is None


def test_an_express_execution_has_its_description_only(client: Any) -> None:
    with Stubber(client) as aws:
        aws.add_response("describe_execution", DESCRIBED)
        aws.add_client_error("get_execution_history", "StateMachineTypeNotSupported")
        aws.add_client_error("describe_state_machine_for_execution", "StateMachineTypeNotSupported")

        (history,) = histories_of(documents_about(client, ARN))

    assert history.events == ()
    assert execution_of(history).status == "RUNNING"


def test_of_a_history_that_grew_only_the_newest_pages_are_read(client: Any) -> None:
    with Stubber(client) as aws:
        asked = {"executionArn": ARN, "maxResults": 1000, "reverseOrder": True}
        newer = [{"id": number, "timestamp": 3, "type": "ExecutionSucceeded"} for number in (5, 4, 3)]
        aws.add_response("get_execution_history", {"events": newer[:2], "nextToken": "more"}, asked)
        aws.add_response("get_execution_history", {"events": [newer[2], EVENTS[1]], "nextToken": "more"})

        events = events_after(client, ARN, 2)

        aws.assert_no_pending_responses()
    assert [event.id for event in events] == [5, 4, 3]


class _Throttling(BaseHTTPRequestHandler):
    """Step Functions, as far as it is asked here; the first history is throttled."""

    seen: set[str] = set()  # noqa: RUF012 - the handler is made anew for each request

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        operation = self.headers["X-Amz-Target"].rpartition(".")[2]
        is_new = operation not in self.seen
        self.seen.add(operation)
        if is_new and operation == "GetExecutionHistory":
            self._answer(400, {"__type": "ThrottlingException", "message": "Rate exceeded"})
            return
        if "nothing exists" in self.seen:
            self._answer(400, {"__type": "ExecutionDoesNotExist", "message": "Execution Does Not Exist"})
            return
        answers = {
            "DescribeExecution": DESCRIBED,
            "GetExecutionHistory": {"events": EVENTS},
            "DescribeStateMachineForExecution": DEFINED,
        }
        self._answer(200, answers[operation])

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_: Any) -> None:
        """Quiet."""


@pytest.fixture
def throttling() -> Iterator[str]:
    _Throttling.seen = set()
    server = HTTPServer(("127.0.0.1", 0), _Throttling)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_throttles_are_waited_out(throttling: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _credentials(monkeypatch)
    monkeypatch.setenv("AWS_ENDPOINT_URL", throttling)

    history = fetch_execution(ARN)

    assert [event.id for event in history.events] == [1, 2]
    assert _Throttling.seen == {"DescribeExecution", "GetExecutionHistory", "DescribeStateMachineForExecution"}


def test_what_aws_does_not_know_is_the_person_s_to_correct(throttling: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _credentials(monkeypatch)
    monkeypatch.setenv("AWS_ENDPOINT_URL", throttling)
    _Throttling.seen = {"nothing exists"}

    with pytest.raises(NoSuchExecution, match="expected one that ran"):
        fetch_execution(ARN)


def test_without_credentials_the_error_says_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")

    with pytest.raises(SourceFailed, match="no AWS credentials"):
        fetch_execution(ARN)


@pytest.mark.parametrize("text", ["history.json", "-", "arn:", "./arn:aws"])
def test_a_file_is_not_an_arn(text: str) -> None:
    assert not is_arn(text)
    assert is_arn(ARN)
