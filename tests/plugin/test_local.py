"""`invoke local` and serverless-offline: the function runs as it is written, and with `local: true` it also writes records."""

import contextlib
import json
import os
import socket
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.xdist_group("plugin")

SERVICE = Path(__file__).parent / "local"
RUNTIME = f"python{sys.version_info.major}.{sys.version_info.minor}"
RUNTIMES_OF_SERVERLESS_3 = ("python3.10", "python3.11")
READY_WITHIN_S = 120.0


@pytest.fixture
def path_with_this_python(monkeypatch: pytest.MonkeyPatch) -> None:
    """Puts the Python of the tests first, under its own name, as the frameworks look for it."""
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")


def skip_unless_known(framework: str) -> None:
    if framework == "serverless 3" and RUNTIME not in RUNTIMES_OF_SERVERLESS_3:
        pytest.skip(f"serverless 3 does not run {RUNTIME} locally")


def records_in(output: str) -> list[dict[str, Any]]:
    lines = (line for line in output.splitlines() if line.startswith('{"hopscope":1'))
    return [json.loads(line) for line in lines]


@pytest.mark.usefixtures("path_with_this_python")
@pytest.mark.parametrize("framework", ["osls 4", "serverless 3"])
@pytest.mark.parametrize("is_local", [False, True])
def test_invoke_local(workshop: Any, framework: str, is_local: bool) -> None:
    skip_unless_known(framework)
    folder = workshop.place(SERVICE)
    params = ["--param", f"runtime={RUNTIME}", "--param", f"local={str(is_local).lower()}"]

    ran = workshop.run(
        framework, folder, "invoke", "local", "-f", "echo", "-d", '{"detail":{"orderId":"o-1"}}', *params
    )

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert '"statusCode": 200' in ran.stdout
    begun = [
        record["messages"][0]["keys"] for record in records_in(ran.stdout + ran.stderr) if record["record"] == "begin"
    ]
    assert begun == ([{"order_id": "o-1"}] if is_local else [])


@pytest.mark.usefixtures("path_with_this_python")
@pytest.mark.parametrize("is_local", [False, True])
def test_serverless_offline(workshop: Any, is_local: bool) -> None:
    skip_unless_known("serverless 3")
    folder = workshop.place(SERVICE)
    configuration = folder / "serverless.yml"
    configuration.write_text(
        configuration.read_text().replace("  - serverless-hopscope", "  - serverless-hopscope\n  - serverless-offline")
    )
    port, lambda_port = free_port(), free_port()
    words = ["offline", "start", "--httpPort", str(port), "--lambdaPort", str(lambda_port), "--noPrependStageInUrl"]
    params = ["--param", f"runtime={RUNTIME}", "--param", f"local={str(is_local).lower()}"]

    with workshop.running("serverless 3", folder, *words, *params) as (process, log):
        answer = post(f"http://127.0.0.1:{port}/echo", process, log)

    assert answer == "hello"
    begun = [record["messages"][0]["source"] for record in records_in(log.read_text()) if record["record"] == "begin"]
    assert begun == (["apigateway"] if is_local else [])


def free_port() -> int:
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def post(url: str, process: Any, log: Path) -> str:
    """The body of the answer, once the server listens."""
    deadline_s = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline_s and process.poll() is None:
        try:
            with urllib.request.urlopen(urllib.request.Request(url, b"{}", method="POST"), timeout=30) as answer:
                body: bytes = answer.read()
                return body.decode()
        except (ConnectionError, urllib.error.URLError):
            time.sleep(0.1)
    raise AssertionError(f"serverless-offline did not answer: {log.read_text()}")
