"""`hopscope topology`: what is declared as people read it, and an account that shows little or nothing."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner

from hopscope_tui.cli import _hopscope

TOPOLOGY = {
    "hopscope": 1,
    "topology": {
        "service": "shop",
        "stage": "dev",
        "nodes": [
            {"id": "Bus", "kind": "bus", "name": "orders"},
            {"id": "Lonely", "kind": "topic", "name": "lonely"},
            {"id": "Dead", "kind": "queue", "name": "dead"},
            {"id": "Jobs", "kind": "queue", "name": "jobs"},
            {"id": "Notify", "kind": "function", "name": "notify\x1b[31m"},
            {"id": "Work", "kind": "function", "name": "work"},
        ],
        "routes": [
            {"id": "R", "kind": "rule", "from": "Bus", "to": "Notify", "pattern": {"source": ["shop"]}},
            {"id": "E", "kind": "event-source", "from": "Jobs", "to": "Work", "is_enabled": False},
            {"id": "D", "kind": "redrive", "from": "Jobs", "to": "Dead", "after_receives": 3},
            {"id": "S", "kind": "schedule", "from": None, "to": "Work", "schedule": "rate(1 day)"},
        ],
        "sends": [{"by": "role", "from": ["Work"], "to": "Bus", "actions": ["events:PutEvents"]}],
    },
}
EXPECTED = """service shop  stage dev

bus orders   sent to by work
  rule         ▶ function notify␛[31m   when {"source": ["shop"]}

queue jobs
  event-source ▶ function work   switched off
  redrive      ▶ queue dead   after 3 receives

clock
  schedule     ▶ function work

nobody is declared to receive from topic lonely, queue jobs
"""


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(_hopscope, ["topology", *words])
    return result.exit_code, result.output


def test_who_gets_what(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    path.write_text(json.dumps(TOPOLOGY))
    assert run(str(path)) == (0, EXPECTED)


def test_what_is_no_topology_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    code, said = run()
    assert code == 2
    assert "cannot read hopscope.topology.json" in said
    (tmp_path / "t.json").write_text("{}")
    assert "t.json holds no topology" in run("t.json")[1]
    assert "two topologies" in run("t.json", "--from-aws")[1]


class _Refusing(BaseHTTPRequestHandler):
    """An account that allows nothing, in the words of each protocol."""

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        self.rfile.read(length)
        is_query = "form-urlencoded" in self.headers.get("Content-Type", "")
        words = "not authorized to perform this"
        xml = f"<ErrorResponse><Error><Code>AccessDenied</Code><Message>{words}</Message></Error></ErrorResponse>"
        bucket = f"<Error><Code>AccessDenied</Code><Message>{words}</Message></Error>"
        text = json.dumps({"__type": "AccessDeniedException", "message": words})
        if is_query:
            text = xml
        elif "/s3/aws4_request" in self.headers.get("Authorization", ""):
            text = bucket
        self.send_response(403)
        self.send_header("x-amzn-ErrorType", "AccessDeniedException")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def do_GET(self) -> None:
        self.do_POST()

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def refusing(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Refusing)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    yield
    server.shutdown()
    server.server_close()


@pytest.mark.usefixtures("refusing")
def test_an_account_that_allows_nothing_is_an_empty_file_that_says_so() -> None:
    result = CliRunner().invoke(_hopscope, ["topology", "--from-aws", "--region", "eu-west-1", "--output", "-"])
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["topology"] == {"region": "eu-west-1", "nodes": [], "routes": [], "sends": []}
    for call in ("sns:ListTopics", "sqs:ListQueues", "events:ListEventBuses", "lambda:ListFunctions", "s3:ListBuckets"):
        assert f"{call} failed" in result.stderr


def test_no_account_at_all_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    code, said = run("--from-aws", "--region", "eu-west-1")
    assert code == 1
    assert "expected an AWS account that answers" in said
