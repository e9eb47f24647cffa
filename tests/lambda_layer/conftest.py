"""The real runtime client against a small Runtime API, and an AWS that writes down what it is sent.

opt          the layer as Lambda unpacks it: `make layer`, unzipped
lambdas      runs a function in `awslambdaric`, with or without the layer, and tells everything it did
aws          an endpoint on loopback that answers SQS, SNS and EventBridge and keeps the requests' bytes
"""

import json
import os
import re
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import botocore.client
import pytest

ROOT = Path(__file__).resolve().parents[2]
PYTHONS = ROOT / ".cache" / "pythons"
ROOT_HEADER = "Root=1-5e1b4151-5ac6c58f5b4c1d5f6a7b8c9d;Parent=53995c3f42cd8ad8;Sampled=1;Lineage=1:abcd1234:0"
BOOTSTRAP = """
import os, sys
sys.path.insert(0, os.environ["LAMBDA_TASK_ROOT"])
sys.path.insert(1, os.environ["TEST_OPT_PYTHON"])  # before an editable install of the same package
import awslambdaric.__main__
awslambdaric.__main__.main(["bootstrap", os.environ["_HANDLER"]])
"""
"""What `/var/runtime/bootstrap` does."""

POLL_S = 0.01
"""How often a server looks whether it is to stop: half a second otherwise, of every test."""


def python_of(version: str) -> str:
    """The interpreter of a version that has the runtime client, or a skip that says how to get it."""
    if version == "this":
        return sys.executable
    python = PYTHONS / version / "bin" / "python"
    if not python.exists():
        pytest.skip(f"no {python.relative_to(ROOT)}: run tests/lambda_layer/pythons.sh")
    return str(python)


@pytest.fixture
def interpreter() -> Callable[[str], str]:
    return python_of


@pytest.fixture(scope="session")
def layer_zip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("dist") / "layer.zip"
    build = ROOT / "lambda_layer" / "packaging" / "build_zip.py"
    subprocess.run([sys.executable, str(build), str(target)], check=True, capture_output=True)
    return target


@pytest.fixture(scope="session")
def opt(layer_zip: Path) -> Path:
    folder = layer_zip.parent / "opt"
    with zipfile.ZipFile(layer_zip) as archive:
        archive.extractall(folder)
    (folder / "hopscope").chmod(0o755)
    return folder


@dataclass
class Ran:
    """What a function did: its answers in order, its exit code (None: it was still waiting for work), its output."""

    answers: list[tuple[str, bytes]]
    code: int | None
    out: str
    err: str
    was_restored: bool = False
    """Whether the runtime asked to go on after a snapshot."""

    @property
    def records(self) -> list[dict[str, Any]]:
        lines = [line[line.index('{"hopscope":') :] for line in self.out.splitlines() if '{"hopscope":' in line]
        return [json.loads(line) for line in lines]

    @property
    def users_out_with_errors(self) -> str:
        """Everything on stdout but our records, which may follow a user's text that has no line end."""
        return re.sub(r'\{"hopscope":1,.*\n', "", self.out)

    @property
    def users_out(self) -> list[str]:
        return [line for line in self.out.splitlines() if '{"hopscope":' not in line]


class _RuntimeApi(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, events: list[Any], headers: dict[str, str], deadline_ms: int | None) -> None:
        super().__init__(("127.0.0.1", 0), _RuntimeHandler)
        self.deadline_ms = deadline_ms
        self.out_of_time = threading.Event()
        self.restored = False
        self.waiting = list(enumerate(events))
        self.headers = headers
        self.answers: list[tuple[str, bytes]] = []
        self.total = len(events)
        self.answered = threading.Condition()
        self.done = threading.Event()
        self.ended = threading.Event()


class _RuntimeHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # headers and body in one packet: two of them wait 40 ms for each other
    disable_nagle_algorithm = True
    server: _RuntimeApi

    def do_GET(self) -> None:
        if self.path.endswith("/restore/next"):
            # What SnapStart does between the snapshot and its first use.
            self.server.restored = True
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if not self.server.waiting:
            with self.server.answered:
                self.server.answered.wait_for(lambda: len(self.server.answers) >= self.server.total, 30)
            self.server.done.set()
            self.server.ended.wait(30)
            self.close_connection = True
            return
        number, event = self.server.waiting.pop(0)
        body = event if isinstance(event, bytes) else json.dumps(event).encode()
        self.send_response(200)
        for name, value in {
            "Lambda-Runtime-Aws-Request-Id": f"5812c969-3f21-5d4f-a84e-90b4a2f1c{number:03d}",
            "Lambda-Runtime-Trace-Id": ROOT_HEADER,
            "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:eu-west-1:123456789012:function:orders",
            "Lambda-Runtime-Deadline-Ms": str(self._deadline_ms()),
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
            **self.server.headers,
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _deadline_ms(self) -> int:
        if self.server.deadline_ms is None:
            return 1900000000000
        timer = threading.Timer(self.server.deadline_ms / 1000, self.server.out_of_time.set)
        timer.daemon = True
        timer.start()
        return int(time.time() * 1000) + self.server.deadline_ms

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        with self.server.answered:
            self.server.answers.append((self.path.rpartition("/")[2] if "init" not in self.path else "init", body))
            self.server.answered.notify_all()
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        return


Lambdas = Callable[..., Ran]


@pytest.fixture
def lambdas(opt: Path, tmp_path: Path) -> Lambdas:
    """`lambdas(source, events, attach="wrapper"|"redirect"|None, …)` runs `source` as the function's `app.py`.

    With `deadline_ms` each invocation has so much time, and the process is killed at its end.
    """

    def run(
        source: str,
        events: list[Any],
        *,
        attach: str | None = "wrapper",
        env: dict[str, str] | None = None,
        python: str = "this",
        handler: str = "app.handler",
        headers: dict[str, str] | None = None,
        deadline_ms: int | None = None,
    ) -> Ran:
        task = tmp_path / "task"
        task.mkdir(exist_ok=True)
        (task / "app.py").write_text(source)
        (tmp_path / "bootstrap.py").write_text(BOOTSTRAP)
        api = _RuntimeApi(events, headers or {}, deadline_ms)
        threading.Thread(target=api.serve_forever, args=(POLL_S,), daemon=True).start()
        command = [python_of(python), str(tmp_path / "bootstrap.py")]
        environment = {
            "PATH": "/usr/bin:/bin",
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{api.server_port}",
            "AWS_LAMBDA_FUNCTION_NAME": "orders",
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_DEFAULT_REGION": "eu-west-1",
            "LAMBDA_TASK_ROOT": str(task),
            "TEST_OPT_PYTHON": str(opt / "python"),
            "PYTHONDONTWRITEBYTECODE": "1",
            "_HANDLER": handler,
            **(env or {}),
        }
        if attach == "wrapper":
            command.insert(0, str(opt / "hopscope"))
        elif attach == "redirect":
            environment |= {"HOPSCOPE_HANDLER": handler, "_HANDLER": "hopscope_layer.handler"}
        process = subprocess.Popen(
            command,
            env=environment,
            cwd=task,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
        )
        for watch in (_stop_when_done, _kill_at_the_deadline):
            threading.Thread(target=watch, args=(api, process), daemon=True).start()
        out, err = process.communicate(timeout=60)
        stopped = api.done.is_set()
        api.done.set()
        api.ended.set()
        api.shutdown()
        api.server_close()
        return Ran(api.answers, None if stopped else process.returncode, out, err, was_restored=api.restored)

    return run


def _stop_when_done(api: _RuntimeApi, process: "subprocess.Popen[str]") -> None:
    api.done.wait(60)
    if process.poll() is None:
        process.kill()
    api.ended.set()


def _kill_at_the_deadline(api: _RuntimeApi, process: "subprocess.Popen[str]") -> None:
    """As Lambda does, without a word to the process."""
    if api.deadline_ms is not None and api.out_of_time.wait(60) and process.poll() is None:
        process.kill()
        api.ended.set()


@dataclass
class Aws:
    """The endpoint, and every request it was sent: (operation, body, headers), in order."""

    url: str
    requests: list[tuple[str, bytes, dict[str, str]]] = field(default_factory=list)

    def bodies(self, operation: str) -> list[bytes]:
        return [body for name, body, _ in self.requests if name == operation]


class _AwsHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # headers and body in one packet: two of them wait 40 ms for each other
    disable_nagle_algorithm = True
    aws: Aws

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        target = self.headers.get("X-Amz-Target", "").rpartition(".")[2]
        operation = target or parse_qs(body.decode("utf-8", "replace")).get("Action", [self.path])[0]
        self.aws.requests.append((operation, body, dict(self.headers)))
        answer = _answer(operation, body, len(self.aws.requests))
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.0" if target else "text/xml")
        self.send_header("x-amzn-requestid", f"00000000-0000-4000-8000-{len(self.aws.requests):012d}")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        return


def _answer(operation: str, body: bytes, number: int) -> bytes:
    if operation == "SendMessage":
        return json.dumps({"MessageId": f"sqs-{number}"}).encode()
    if operation == "SendMessageBatch":
        ids = [entry["Id"] for entry in json.loads(body)["Entries"]]
        taken = [{"Id": each, "MessageId": f"sqs-{number}-{each}"} for each in ids if each != "bad"]
        refused = [
            {"Id": each, "Code": "InternalError", "SenderFault": False, "Message": "no"}
            for each in ids
            if each == "bad"
        ]
        return json.dumps({"Successful": taken, "Failed": refused}).encode()
    if operation == "PutEvents":
        entries = json.loads(body)["Entries"]
        bad = {"ErrorCode": "InternalFailure", "ErrorMessage": "no"}
        answers = [
            bad if entry.get("DetailType") == "bad" else {"EventId": f"event-{number}-{index}"}
            for index, entry in enumerate(entries)
        ]
        return json.dumps({"FailedEntryCount": answers.count(bad), "Entries": answers}).encode()
    if operation == "Publish":
        result = (
            f"<PublishResponse><PublishResult><MessageId>sns-{number}</MessageId></PublishResult></PublishResponse>"
        )
        return result.encode()
    return b"{}"


@pytest.fixture
def aws() -> Iterator[Aws]:
    handler = type("Handler", (_AwsHandler,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    handler.aws = Aws(f"http://127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, args=(POLL_S,), daemon=True).start()
    yield handler.aws
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Prevents settings of the person who runs the tests from reaching the layer."""
    for name in [name for name in os.environ if name.startswith("HOPSCOPE_") and name != "HOPSCOPE_CORPUS"]:
        monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def nothing_stays_hooked() -> Iterator[None]:
    """Prevents that a layer of one test watches imports, or stands before the calls, of the next."""
    client: Any = botocore.client.BaseClient
    before = client._make_api_call, client._convert_to_request_dict, sys.meta_path[:]
    yield
    client._make_api_call, client._convert_to_request_dict, sys.meta_path[:] = before
