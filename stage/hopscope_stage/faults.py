"""DynamoDB on a bad day: a proxy in front of a real one that throttles, does half of a batch, and loses answers.

    refuse      ProvisionedThroughputExceededException; nothing was done
    half        of a batch only every other item is handed on; the others come back unprocessed
    lose        the call was done, but the answer is a 500
    cut         the answer to a statement says that there is more, as past 1 MB

Which call meets what is drawn from a seed, so that a run can be repeated.
"""

import http.client
import json
import random
import threading
from collections import Counter
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

UNPROCESSED = {"BatchWriteItem": "UnprocessedItems", "BatchGetItem": "UnprocessedKeys"}
POSSIBLE = {"half": tuple(UNPROCESSED), "cut": ("ExecuteStatement",)}
"""Operations that a fault can befall; the others can befall all."""

THROTTLED = "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"
BROKEN = "com.amazonaws.dynamodb.v20120810#InternalServerError"
JSON = "application/x-amz-json-1.0"


@dataclass(frozen=True, slots=True)
class Shares:
    """How many of all calls meet a fault, each from 0 to 1."""

    refuse: float = 0.0
    half: float = 0.0
    lose: float = 0.0
    cut: float = 0.0
    only: frozenset[str] = frozenset()
    """Operations that meet faults, such as `TransactWriteItems`. Empty: all."""


@dataclass
class FaultyDynamoDb:
    """The proxy; a context manager, on a free port of 127.0.0.1."""

    behind: str
    """URL of the DynamoDB that answers."""

    shares: Shares
    """May be set while it runs."""

    seed: int = 1
    met: Counter[str] = field(default_factory=Counter)
    """How many calls met each fault; `asked`: all calls."""

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)  # noqa: S311 - faults, not secrets
        self._lock = threading.Lock()
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                status, answer = proxy.answer(dict(self.headers), body)
                self.send_response(status)
                self.send_header("Content-Type", JSON)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, format: str, *args: object) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        """What a call gets: status and body."""
        operation = headers.get("X-Amz-Target", "").rpartition(".")[2]
        fault = self._drawn(operation)
        if fault == "refuse":
            return 400, json.dumps({"__type": THROTTLED, "message": "the stage has no capacity left"}).encode()
        if fault == "half":
            return self._half(UNPROCESSED[operation], headers, json.loads(body))
        status, answer = self._hand_on(headers, body)
        if fault == "cut":
            return status, json.dumps({**json.loads(answer), "NextToken": "more"}).encode()
        if fault == "lose":
            return 500, json.dumps({"__type": BROKEN, "message": "the stage lost the answer"}).encode()
        return status, answer

    def _drawn(self, operation: str) -> str | None:
        with self._lock:
            self.met["asked"] += 1
            if self.shares.only and operation not in self.shares.only:
                return None
            number = self._random.random()
            for name in ("refuse", "half", "lose", "cut"):
                number -= getattr(self.shares, name)
                if number < 0:
                    if operation not in POSSIBLE.get(name, (operation,)):
                        return None
                    self.met[name] += 1
                    return name
        return None

    def _half(self, left_out: str, headers: dict[str, str], asked: dict[str, Any]) -> tuple[int, bytes]:
        """Every other item handed on, the others back as they came."""
        done: dict[str, Any] = {}
        left: dict[str, Any] = {}
        for table, items in asked["RequestItems"].items():
            is_get = isinstance(items, dict)
            listed = items["Keys"] if is_get else items
            for half, those in ((done, listed[::2]), (left, listed[1::2])):
                if those:
                    half[table] = {**items, "Keys": those} if is_get else those
        status, answer = self._hand_on(headers, json.dumps({**asked, "RequestItems": done}).encode())
        return (
            (status, json.dumps({**json.loads(answer), left_out: left}).encode()) if status == 200 else (status, answer)
        )

    def _hand_on(self, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        where = urlsplit(self.behind)
        connection = http.client.HTTPConnection(where.hostname or "127.0.0.1", where.port, timeout=30)
        try:
            kept = {name: value for name, value in headers.items() if name.lower() not in ("host", "content-length")}
            connection.request("POST", "/", body, kept)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()
