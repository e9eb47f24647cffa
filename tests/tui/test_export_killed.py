"""Killed while it hands spans on: nothing is lost, and what comes again has the ids that it had."""

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from hopscope_collector.store.contract import batch_of
from hopscope_collector.store.sqlite import SqliteStore
from hopscope_wire.model import Begin, End, Message

START_US = 1_763_725_867_000_000
FLOWS = 900


class Backend(ThreadingHTTPServer):
    """Takes spans; kills whoever sent the first request before it hears the answer."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.ids: list[str] = []
        self.victim: subprocess.Popen[bytes] | None = None
        self.url = f"http://127.0.0.1:{self.server_port}"


class _Answer(BaseHTTPRequestHandler):
    server: Backend

    def do_POST(self) -> None:
        request = ExportTraceServiceRequest.FromString(self.rfile.read(int(self.headers["Content-Length"])))
        scopes = (scope for resource in request.resource_spans for scope in resource.scope_spans)
        self.server.ids += [span.span_id.hex() for scope in scopes for span in scope.spans]
        if self.server.victim is not None:
            os.kill(self.server.victim.pid, signal.SIGKILL)
            return
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing: pytest shows what matters."""


@pytest.fixture
def backend() -> Iterator[Backend]:
    with Backend() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def test_a_kill_loses_no_span_and_gives_none_another_id(backend: Backend, tmp_path: Path) -> None:
    records: list[Begin | End] = []
    for number in range(1, FLOWS + 1):
        identity = {"trace_id": f"{number:032x}", "invocation_id": f"{number:012x}0000", "request_id": f"r{number}",
                    "function": "place-order", "start_us": START_US + number}  # fmt: skip
        records.append(Begin(**identity, messages=(Message(0, "apigateway", name="POST /orders"),)))
        records.append(End(**identity, end_us=START_US + number + 9, duration_us=9, outcome="ok"))
    with SqliteStore(tmp_path / "h.db") as store:
        store.write(batch_of(records))
    words = ["collect", "--export", f"otlp:{backend.url}", "--once", "--store", f"sqlite:///{tmp_path / 'h.db'}"]
    command = [sys.executable, "-m", "hopscope_tui", *words]

    backend.victim = subprocess.Popen(command)
    assert backend.victim.wait(timeout=60) == -signal.SIGKILL
    backend.victim = None
    before = list(backend.ids)
    subprocess.run(command, check=True, timeout=60, stdout=subprocess.DEVNULL)
    once_more = len(backend.ids)
    subprocess.run(command, check=True, timeout=60, stdout=subprocess.DEVNULL)

    assert len(backend.ids) == once_more
    assert set(backend.ids) == {f"{number:012x}0000" for number in range(1, FLOWS + 1)}
    assert Counter(backend.ids) == Counter(set(backend.ids)) + Counter(before)
    assert 0 < len(before) < FLOWS
