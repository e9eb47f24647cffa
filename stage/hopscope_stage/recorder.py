"""A proxy on loopback that writes down every message on its way from a function to the broker."""

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

SENDING = ("PutEvents", "Publish", "PublishBatch", "SendMessage", "SendMessageBatch")
HOP_BY_HOP = {"connection", "transfer-encoding", "keep-alive", "content-length"}


@dataclass(slots=True)
class Recorder:
    """Every body that went to a broker, in the order in which it arrived here."""

    target: str
    """Base URL of the emulator."""

    url: str = ""
    bodies: list[tuple[str, bytes]] = field(default_factory=list)
    """(operation, body as it was on the wire) of the operations that send a message."""


@contextmanager
def recording(target: str) -> Iterator[Recorder]:
    """A proxy in front of `target` for as long as the block runs."""
    recorder = Recorder(target)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:
            """Keep the test's output clean."""

        def do_GET(self) -> None:
            self._forward()

        do_POST = do_PUT = do_DELETE = do_HEAD = do_GET  # noqa: N815 - http.server looks for these names

        def _forward(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            operation = operation_of(self.headers.get("X-Amz-Target"), body)
            if operation in SENDING:
                recorder.bodies.append((operation, body))
            status, headers, answer = passed_on(recorder.target, self, body)
            self.send_response(status)
            for name, value in headers:
                if name.lower() not in HOP_BY_HOP:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    recorder.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, name="recorder")
    thread.start()
    try:
        yield recorder
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def operation_of(target_header: str | None, body: bytes) -> str:
    """`PutEvents` of `X-Amz-Target: AWSEvents.PutEvents`, or the `Action` of a form."""
    if target_header:
        return target_header.rpartition(".")[2]
    return parse_qs(body.decode("utf-8", "replace")).get("Action", [""])[0]


def passed_on(target: str, request: BaseHTTPRequestHandler, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
    """What the emulator answers to the same request."""
    connection = http.client.HTTPConnection(urlsplit(target).netloc, timeout=60)
    try:
        connection.request(request.command, request.path, body, dict(request.headers))
        answer = connection.getresponse()
        return answer.status, answer.getheaders(), answer.read()
    finally:
        connection.close()
