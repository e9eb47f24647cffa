"""`hopscope collect --listen`: what it takes, and what it refuses before it begins."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

COLLECT = [sys.executable, "-m", "hopscope_tui", "collect"]


def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    surroundings = {**os.environ, **variables, "HOPSCOPE_STORE": "memory:"}
    return subprocess.run(
        [*COLLECT, *arguments], env=surroundings, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Missing argument 'SOURCE...', or --listen"),
        (["--listen", "4318"], "'4318' is no address; expected HOST:PORT"),
        (["--listen", "127.0.0.1:99999"], "is no address"),
        (["--listen", "0.0.0.0:0"], "no token is set"),
        (["--listen", "127.0.0.1:0", "--once"], "--once ends and --listen does not"),
        (["--listen", "127.0.0.1:0", "--tls-cert", "x.pem"], "one of --tls-cert and --tls-key is missing"),
        (["--listen", "127.0.0.1:0", "--tls-cert", "no.pem", "--tls-key", "no.pem"], "cannot be used"),
        (["--listen", "192.0.2.1:0"], "no token is set"),
        (["file:x.log", "--tls-key", "x.pem"], "say nothing without --listen"),
    ],
)
def test_what_will_not_do_is_said_before_anything_begins(arguments: list[str], said: str) -> None:
    ran = run(*arguments)

    assert (ran.returncode, ran.stdout) == (2, "")
    assert said in ran.stderr
    assert ran.stderr.count("\n") == 1


def test_an_address_that_is_taken_is_said() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ran = run("--listen", f"127.0.0.1:{taken.getsockname()[1]}")

    assert ran.returncode == 2
    assert "Address already in use" in ran.stderr


def test_an_address_that_is_not_ours_is_said() -> None:
    ran = run("--listen", "192.0.2.1:0", HOPSCOPE_TOKEN="a-token-that-nobody-guesses")

    assert ran.returncode == 2
    assert "cannot listen at 192.0.2.1:0" in ran.stderr


def test_its_help_and_that_of_the_others_import_no_server(tmp_path: Path) -> None:
    """Start-up time is a feature: only who listens pays for it."""
    show = "import sys; from hopscope_tui.cli import main\ntry: main(sys.argv[1:])\nfinally: print(*sys.modules, file=sys.stderr)"
    heavy = {"fastapi", "uvicorn", "starlette", "httpx", "pydantic", "google.protobuf", "opentelemetry"}
    store = f"sqlite:///{tmp_path / 'hopscope.db'}"
    empty = tmp_path / "empty.log"
    empty.touch()

    for arguments in (["--help"], ["collect", "--help"], ["collect", f"file:{empty}", "--once", "--store", store]):
        ran = subprocess.run([sys.executable, "-c", show, *arguments], capture_output=True, text=True, check=False)
        assert ran.returncode == 0
        assert heavy.isdisjoint(ran.stderr.split()), arguments
