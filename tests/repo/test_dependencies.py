"""What others wrote is pinned by its hash, and looked up among known advisories."""

import json
import re
import subprocess
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

SHA256 = re.compile(r"sha256:[0-9a-f]{64}")
ADVISORY = {"id": "GHSA-made-up-here", "modified": "2026-01-01T00:00:00Z", "summary": "made up by a test"}


def test_every_package_from_a_registry_is_pinned_by_its_hash(root: Path) -> None:
    packages = tomllib.loads((root / "uv.lock").read_text())["package"]
    from_registries = [each for each in packages if "registry" in each["source"]]

    unpinned = [
        (each["name"], file["url"])
        for each in from_registries
        for file in _files_of(each)
        if not SHA256.fullmatch(file.get("hash", ""))
    ]

    assert len(from_registries) > 50
    assert unpinned == []
    assert [each["name"] for each in from_registries if not _files_of(each)] == []


def test_whatever_comes_from_no_registry_is_ours(root: Path) -> None:
    packages = tomllib.loads((root / "uv.lock").read_text())["package"]

    others = [each["name"] for each in packages if "registry" not in each["source"]]

    assert all(name.startswith("hopscope-") for name in others), others


def test_an_advisory_fails_the_audit(audit: "Audit") -> None:
    with advisories({"click": ADVISORY}) as url:
        ran = audit("--service-url", url)

    assert ran.returncode == 1
    assert "GHSA-made-up-here" in ran.stdout


def test_no_advisory_passes_it(audit: "Audit") -> None:
    with advisories({}) as url:
        ran = audit("--service-url", url)

    assert (ran.returncode, ran.stderr) == (0, "")


def test_a_database_that_cannot_be_reached_is_said_and_fails_nothing(audit: "Audit") -> None:
    with advisories({}) as url:
        pass  # the port is free again, nobody answers

    ran = audit("--service-url", url)

    assert ran.returncode == 0
    assert "dependencies were NOT audited" in ran.stderr


def test_an_audit_that_cannot_run_fails(audit: "Audit") -> None:
    assert audit("--no-such-option").returncode == 2


Audit = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def audit(root: Path) -> Audit:
    uv = root / ".cache/uv/bin/uv"
    if not uv.exists():
        pytest.skip("no uv in .cache/uv; make setup brings it")

    def run(*options: str) -> subprocess.CompletedProcess[str]:
        command = [str(root / ".ci/audit"), str(uv), *options]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    return run


@contextmanager
def advisories(by_package: dict[str, dict[str, str]]) -> Iterator[str]:
    """The URL of a database that speaks osv.dev's protocol, and knows only these."""

    class Database(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))["queries"]
            known = [by_package.get(each["package"]["name"]) for each in asked]
            self._answer({"results": [{"vulns": [each]} if each else {} for each in known]})

        def do_GET(self) -> None:
            self._answer(next(each for each in by_package.values() if self.path.endswith(each["id"])))

        def _answer(self, value: object) -> None:
            body = json.dumps(value).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Nothing is printed in tests."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Database)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _files_of(package: dict[str, Any]) -> list[dict[str, str]]:
    return [*package.get("wheels", []), *([package["sdist"]] if "sdist" in package else [])]
