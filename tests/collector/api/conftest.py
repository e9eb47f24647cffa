"""A collector that listens on a port of its own, in this process."""

import shutil
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NoReturn

import httpx
import pytest

from hopscope_collector.api.listener import Listener
from hopscope_collector.api.settings import Limits, Settings
from hopscope_collector.errors import StoreFull
from hopscope_collector.rules_file import rules_for
from hopscope_collector.store.contract import Batch, Store
from hopscope_collector.store.location import open_to_read, open_to_write
from hopscope_collector.store.memory import MemoryStore
from hopscope_wire.encode import line_of

START_US = 1_790_000_000_000_000
TOKEN = "a-token-that-nobody-guesses"


def a_line(number: int = 1, record: str = "begin", **more: Any) -> str:
    """One record line; another number is another invocation of another trace."""
    ended = {"endUs": START_US + 9_000, "durationUs": 9_000, "outcome": "ok"} if record == "end" else {}
    return line_of(
        {
            "record": record,
            "traceId": f"{number:032x}",
            "invocationId": f"{number:012x}0000",
            "requestId": f"request-{number}",
            "function": "place-order",
            "startUs": START_US + number,
            **ended,
            **more,
        }
    )


@dataclass
class Serving:
    """A running collector and how to talk to it."""

    listener: Listener
    store: Store
    said: list[str] = field(default_factory=list)
    """What the person at the terminal would have read."""

    @property
    def url(self) -> str:
        return self.listener.url

    @property
    def port(self) -> int:
        return httpx.URL(self.url).port or 0

    def client(self, token: str | None = None) -> httpx.Client:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        return httpx.Client(base_url=self.url, headers=headers, timeout=60)

    def post(self, *lines: str, **headers: str) -> httpx.Response:
        with self.client() as client:
            sent = {"content-type": "application/x-ndjson", **headers}
            return client.post("/v1/records", content="\n".join(lines).encode(), headers=sent)

    def get(self, path: str, **params: Any) -> httpx.Response:
        with self.client() as client:
            return client.get(path, params=params)

    def raw(self, sent: bytes, timeout_s: float = 60) -> bytes:
        """What comes back for these bytes, until the other side closes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout_s) as connection:
            connection.sendall(sent)
            received = b""
            while part := connection.recv(65_536):
                received += part
            return received


Serve = Callable[..., Serving]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Starts collectors; `serve(token=…, body_bytes=…)` sets what the test is about. All end with the test."""
    with ExitStack() as stack:

        def start(
            *,
            store: Store | None = None,
            token: str | None = None,
            host: str = "127.0.0.1",
            certificate: tuple[Path, Path] | None = None,
            **limits: Any,
        ) -> Serving:
            cert, key = certificate or (None, None)
            settings = Settings(host, 0, token, cert, key, replace(Limits(), **limits))
            url = f"sqlite:///{tmp_path / 'hopscope.db'}"
            opened = store or stack.enter_context(open_to_write(url))
            return stack.enter_context(serving(settings, opened, lambda: store or open_to_read(url)))

        yield start


@contextmanager
def serving(settings: Settings, store: Store, reading: Callable[[], Store]) -> Iterator[Serving]:
    said: list[str] = []
    rules = rules_for(None, "memory:")
    with Listener(settings, store, reading, rules=rules, say=said.append, ended=lambda: None) as listener:
        yield Serving(listener, store, said)


@pytest.fixture
def collector(serve: Serve) -> Serving:
    """One with the limits that everybody gets."""
    return serve()


class FullStore(MemoryStore):
    """Where nothing more fits in."""

    def write(self, batch: Batch) -> NoReturn:  # noqa: ARG002 - it does not come to that
        raise StoreFull("no room on /dev/secret")


@pytest.fixture
def full_store() -> FullStore:
    return FullStore()


@pytest.fixture
def trusting(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    """A client that trusts the certificate of the tests and nothing else."""
    return ssl.create_default_context(cafile=str(certificate[0]))


@pytest.fixture(name="a_line")
def _a_line() -> Callable[..., str]:
    return a_line


@pytest.fixture(name="token")
def _token() -> str:
    return TOKEN


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Of localhost and 127.0.0.1, made for this run."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed: no certificate can be made")
    folder = tmp_path_factory.mktemp("certificate")
    cert, key = folder / "cert.pem", folder / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    names = ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", str(key), "-out", str(cert)]
    subprocess.run([*command, *names], check=True, capture_output=True)
    return cert, key
