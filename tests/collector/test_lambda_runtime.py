"""The collector's entry point in the real runtime client, against a Runtime API of a few lines."""

import base64
import gzip
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from hopscope_collector.store.location import open_to_read
from hopscope_wire.encode import line_of

BOOTSTRAP = """
import os, sys
import awslambdaric.__main__
awslambdaric.__main__.main(["bootstrap", os.environ["_HANDLER"]])
"""
ENDS_WITHIN_S = 60


class RuntimeApi(ThreadingHTTPServer):
    """Hands events out one after the other and keeps the answers; then it waits until it is closed."""

    daemon_threads = True

    def __init__(self, events: list[dict[str, Any]]) -> None:
        super().__init__(("127.0.0.1", 0), _Asked)
        self.events = list(events)
        self.wanted = len(events)
        self.answers: list[tuple[str, Any]] = []
        self.is_answered = threading.Event()
        self.is_closed = threading.Event()


class _Asked(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: RuntimeApi

    def do_GET(self) -> None:
        if not self.server.events:
            self.server.is_closed.wait(ENDS_WITHIN_S)
            self.close_connection = True
            return
        number = self.server.wanted - len(self.server.events)
        body = json.dumps(self.server.events.pop(0)).encode()
        self.send_response(200)
        self.send_header("Lambda-Runtime-Aws-Request-Id", f"r-{number}")
        self.send_header("Content-Type", "application/json")
        self.send_header("Lambda-Runtime-Deadline-Ms", "1900000000000")
        self.send_header("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:123456789012:function:c")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.answers.append((self.path.rsplit("/", 1)[-1], json.loads(body or b"null")))
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()
        if len(self.server.answers) == self.server.wanted:
            self.server.is_answered.set()

    def log_message(self, format: str, *args: object) -> None: ...


@pytest.fixture
def store_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/h.db"


def ran(events: list[dict[str, Any]], store_url: str) -> list[tuple[str, Any]]:
    """How the function answered each event."""
    api = RuntimeApi(events)
    threading.Thread(target=api.serve_forever, daemon=True).start()
    environment = {
        **os.environ,
        "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{api.server_port}",
        "AWS_LAMBDA_FUNCTION_NAME": "collector",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
        "AWS_REGION": "us-east-1",
        "_HANDLER": "hopscope_collector.lambda_entry.handler",
        "LAMBDA_TASK_ROOT": str(Path.cwd()),
        "HOPSCOPE_STORE": store_url,
    }
    function = subprocess.Popen([sys.executable, "-c", BOOTSTRAP], env=environment, stdout=subprocess.DEVNULL)
    try:
        assert api.is_answered.wait(ENDS_WITHIN_S), f"the function answered {api.answers} only"
    finally:
        function.kill()
        function.wait()
        api.is_closed.set()
        api.shutdown()
        api.server_close()
    return api.answers


def packed(*numbers: int) -> str:
    lines = (
        line_of(
            {
                "record": "begin",
                "traceId": f"{number:032x}",
                "invocationId": f"{number:012x}0000",
                "requestId": f"request-{number}",
                "function": "place-order",
                "startUs": 1_790_000_000_000_000 + number,
                "messages": [],
            }
        )
        for number in numbers
    )
    events = [{"id": "1", "timestamp": 1, "message": line} for line in lines]
    carried = {"messageType": "DATA_MESSAGE", "logGroup": "/aws/lambda/place-order", "logEvents": events}
    return base64.b64encode(gzip.compress(json.dumps(carried).encode())).decode()


def records(*data: str) -> Iterator[dict[str, Any]]:
    for number, each in enumerate(data):
        yield {
            "eventSource": "aws:kinesis",
            "eventSourceARN": "arn:aws:kinesis:us-east-1:123456789012:stream/hops",
            "eventID": f"shardId-000000000000:{number}",
            "kinesis": {"data": each, "sequenceNumber": str(number), "partitionKey": "a"},
        }


def test_events_are_stored_and_answered_one_after_the_other(store_url: str) -> None:
    events: list[Any] = [
        {"Records": list(records(packed(1, 2), packed(3)[:-8], packed(4)))},
        {"awslogs": {"data": packed(5)}},
        {"awslogs": {"data": packed(6)[:-8]}},
    ]

    batch, subscription, poison = ran(events, store_url)

    assert batch == ("response", {"batchItemFailures": [{"itemIdentifier": "1"}]})
    assert subscription == ("response", None)
    assert (poison[0], poison[1]["errorType"]) == ("error", "PoisonRecord")
    assert "payload is cut" in poison[1]["errorMessage"]
    with open_to_read(store_url) as store:
        assert (store.stats().stored, store.stats().refused) == (4, {"broken_stream": 2})
