"""Flows as spans: what is in them, that they repeat, that a backend gets each once."""

import gzip
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from hopscope_collector.export.feed import Pace, SpanFeed
from hopscope_collector.export.otlp import Backend, NotAnOtlpUrl, NotExported, endpoint_of, otlp_json
from hopscope_collector.export.spans import span_key, spans_of
from hopscope_collector.ingest import collect
from hopscope_collector.rules import Rules
from hopscope_collector.sources.contract import Stop
from hopscope_collector.store.contract import batch_of
from hopscope_collector.store.sqlite import SqliteStore
from hopscope_wire.model import Begin, End, Message, Send

TRACE = "6920530b7bf7412957c1c0de00000001"
START_US = 1_763_725_867_000_000


def placed(number: int = 10, trace: str = TRACE) -> list[Any]:
    """An invocation that put one event on the bus, and the one that consumed it."""
    first, second = f"{number:012x}0000", f"{number + 1:012x}0000"
    send = Send(
        f"{number:012x}0001", "events", "PutEvents", "orders", "order_placed", (f"events/{number}",), START_US + 50_000
    )
    message = Message(0, "events", (f"events/{number}",), trace, f"00-{trace}-{send.send_id}-01", name="order_placed")
    one = {
        "trace_id": trace,
        "invocation_id": first,
        "request_id": f"r{number}",
        "function": "place-order",
        "start_us": START_US,
    }
    two = {
        "trace_id": trace,
        "invocation_id": second,
        "request_id": f"r{number + 1}",
        "function": "notify",
        "start_us": START_US + 80_000,
    }
    return [
        Begin(**one, messages=(Message(0, "apigateway", name="POST /orders", keys={"order_id": f"o-{number}"}),)),
        End(**one, end_us=START_US + 60_000, duration_us=60_000, outcome="ok", sends=(send,)),
        Begin(**two, messages=(message,)),
        End(**two, end_us=START_US + 90_000, duration_us=10_000, outcome="ok"),
    ]


class Heard(ThreadingHTTPServer):
    """A real OTLP/HTTP endpoint that keeps what it was given."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.spans: list[Any] = []
        self.requests: list[ExportTraceServiceRequest] = []
        self.answer = 200
        self.refuses = 0
        self.most_bytes = 1 << 20
        self.url = f"http://127.0.0.1:{self.server_port}"


class _Answer(BaseHTTPRequestHandler):
    server: Heard

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        answer = self.server.answer if len(body) <= self.server.most_bytes else 413
        if answer == 200:
            request = ExportTraceServiceRequest.FromString(body)
            self.server.requests.append(request)
            scopes = (scope for resource in request.resource_spans for scope in resource.scope_spans)
            self.server.spans += [span for scope in scopes for span in scope.spans]
        said = ExportTraceServiceResponse()
        said.partial_success.rejected_spans = self.server.refuses
        said.partial_success.error_message = "over quota" if self.server.refuses else ""
        self.send_response(answer)
        self.send_header("Location", "https://elsewhere.example/v1/traces")
        self.end_headers()
        self.wfile.write(said.SerializeToString())

    def log_message(self, *_: object) -> None:
        """Nothing: pytest shows what matters."""


@pytest.fixture
def backend() -> Iterator[Heard]:
    with Heard() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()


def test_a_flow_is_one_tree_of_spans_with_links(made):
    spans = {(span.attributes or {})["hopscope.id"]: span for span in spans_of(made.order())}

    shape = {
        name: (
            span.kind.name,
            span.name,
            next(
                (other for other, each in spans.items() if span.parent and each.context.span_id == span.parent.span_id),
                None,
            ),
            [link.attributes["hopscope.evidence"] for link in span.links],
            span.status.status_code.name,
        )
        for name, span in spans.items()
    }
    assert shape == {
        "a.0": ("SERVER", "POST /orders", None, [], "UNSET"),
        "a1": ("PRODUCER", "send orders", "a.0", [], "UNSET"),
        "b.0": ("CONSUMER", "process order_placed", "a1", [("ref",)], "ERROR"),
        "c.0": ("CONSUMER", "process order_placed", "a1", [("carrier", "ref")], "UNSET"),
        "c1": ("PRODUCER", "send orders", "c.0", [], "UNSET"),
        "d.0": ("CONSUMER", "process order_placed", "a1", [("ref",)], "UNSET"),
        "e.0": ("SERVER", "POST /orders/o-42/accept", None, [("key",)], "UNSET"),
    }


def test_standard_attributes_say_what_they_have_words_for(made):
    spans = {(span.attributes or {})["hopscope.id"]: span for span in spans_of(made.order())}
    told, sent = dict(spans["c.0"].attributes), dict(spans["c1"].attributes)

    assert spans["c.0"].resource.attributes["service.name"] == "notify-restaurant"
    assert {name: told[name] for name in told if not name.startswith("hopscope.")} == {
        "faas.invocation_id": "req-c",
        "faas.trigger": "pubsub",
        "messaging.system": "aws.eventbridge",
        "messaging.operation.type": "process",
        "messaging.operation.name": "process",
        "messaging.message.id": "7b",
    }
    assert {name: sent[name] for name in sent if not name.startswith("hopscope.")} == {
        "messaging.system": "aws.eventbridge",
        "messaging.operation.type": "send",
        "messaging.operation.name": "PutEvents",
        "messaging.destination.name": "orders",
        "messaging.message.id": "8c",
        "rpc.system": "aws-api",
        "rpc.service": "events",
        "rpc.method": "PutEvents",
    }
    exception, wait = spans["b.0"].events[0], spans["e.0"].events[0]
    assert (exception.name, exception.attributes["exception.type"]) == ("exception", "ConditionalCheckFailed")
    assert (wait.name, wait.attributes["hopscope.wait.expected"]) == ("hopscope.wait", "order_completed")


def test_a_service_that_goes_on_from_our_carrier_finds_its_parent(backend, tmp_path):
    """The carrier is a traceparent that names the send: the send's span has that very id."""
    with SqliteStore(tmp_path / "h.db") as store:
        store.write(batch_of(placed()))
        _exported(store, tmp_path, backend)

    producer = next(span for span in backend.spans if span.name == "send orders")
    assert (producer.trace_id.hex(), producer.span_id.hex()) == (TRACE, "00000000000a0001")


@given(st.text(max_size=50))
def test_whatever_stands_in_messages_every_encoder_takes_it(made, text):
    flow = made.hostile(made.order(), text)

    document = json.loads(otlp_json(spans_of(flow)))

    assert sum(len(scope["spans"]) for each in document["resourceSpans"] for scope in each["scopeSpans"]) == 7


def test_the_same_flow_gives_the_same_spans(made):
    assert otlp_json(spans_of(made.order())) == otlp_json(spans_of(made.order()))


def test_otlp_json_has_its_ids_in_hex(made):
    document = json.loads(otlp_json(spans_of(made.order())))

    ids = {
        span["traceId"] for each in document["resourceSpans"] for scope in each["scopeSpans"] for span in scope["spans"]
    }
    assert ids == {TRACE}


def _exported(store: Any, tmp_path: Any, backend: Heard) -> Any:
    taker = Backend(backend.url)
    feed = SpanFeed(taker, lambda: SqliteStore(tmp_path / "h.db", read_only=True), Rules(), Pace(is_followed=False))
    return collect([feed], store, _Unheard(), Stop())


class _Unheard:
    def progress(self, source: str, collected: Any) -> None: ...
    def say(self, words: str) -> None: ...


def test_every_span_is_handed_on_once_however_often_it_is_asked_for(backend, tmp_path):
    with SqliteStore(tmp_path / "h.db") as store:
        store.write(batch_of(placed(10)))
        _exported(store, tmp_path, backend)
        _exported(store, tmp_path, backend)
        store.write(batch_of(placed(20, "6920530b7bf7412957c1c0de00000002")))
        _exported(store, tmp_path, backend)

    ids = [span.span_id.hex() for span in backend.spans]
    assert sorted(ids) == [f"{number:012x}{send}" for number, send in
                           ((10, "0000"), (10, "0001"), (11, "0000"), (20, "0000"), (20, "0001"), (21, "0000"))]  # fmt: skip


def test_a_hop_that_runs_is_handed_on_when_it_is_over(backend, tmp_path):
    begun, ended, *_ = placed()
    far_off = {"deadline_us": 9_000_000_000_000_000}
    with SqliteStore(tmp_path / "h.db") as store:
        store.write(batch_of([replace(begun, **far_off)]))
        _exported(store, tmp_path, backend)
        before = len(backend.spans)
        store.write(batch_of([ended]))
        _exported(store, tmp_path, backend)

    assert (before, [span.name for span in backend.spans]) == (0, ["POST /orders", "send orders"])


def test_a_followed_feed_waits_until_a_flow_is_quiet_and_goes_on(backend, tmp_path):
    stop = Stop()
    url = tmp_path / "h.db"
    with SqliteStore(url) as store:
        store.write(batch_of(placed(10)))
        feed = SpanFeed(
            Backend(backend.url), lambda: SqliteStore(url, read_only=True), Rules(), Pace(quiet_s=0, poll_s=0.01)
        )
        position = ""
        for lines in feed.lines(None, stop):
            position = lines.position or position
            if len(backend.spans) == 3:
                store.write(batch_of(placed(20, "6920530b7bf7412957c1c0de00000002")))
            if len(backend.spans) == 6:
                stop.set()
        remembered = json.loads(position)["sent"]

    assert len(remembered) == 6 * 16


def test_what_a_backend_refused_is_handed_on_the_next_time(backend, tmp_path):
    backend.answer = 400
    with SqliteStore(tmp_path / "h.db") as store:
        store.write(batch_of(placed()))
        failed = _exported(store, tmp_path, backend).failed
        backend.answer = 200
        _exported(store, tmp_path, backend)

    assert "took no spans" in str(failed[0])
    assert len(backend.spans) == 3


def test_spans_that_a_backend_refused_for_good_are_said(backend, made):
    spans = spans_of(made.order())
    whole = Backend(backend.url).take(spans)
    backend.refuses = 2

    assert (whole, Backend(backend.url).take(spans)) == (None, f"{backend.url}/v1/traces refused 2 spans: over quota")


def test_what_is_too_large_for_a_backend_at_once_comes_in_parts(backend, made):
    long = "x" * 4_000
    order = made.order(hops=(replace(made.order().hops[0], keys=dict.fromkeys("abcd", long)), *made.order().hops[1:]))
    backend.most_bytes = 4_000
    said = Backend(backend.url).take(spans_of(order))

    assert said == f"{backend.url}/v1/traces refused a span that is too large for it"
    assert len(backend.spans) == len(spans_of(order)) - 1


def test_a_backend_that_leads_elsewhere_took_nothing(backend, made):
    backend.answer = 301

    with pytest.raises(NotExported, match=r"took no spans: it leads to https://elsewhere\.example/v1/traces"):
        Backend(backend.url).take(spans_of(made.order()))


def test_a_backend_may_be_away_for_days():
    assert [Pace().pause_s(failures) for failures in (0, 1, 5, 5_000)] == [2.0, 4.0, 60.0, 60.0]


def test_a_backend_that_refuses_says_why(backend, made):
    backend.answer = 403

    with pytest.raises(NotExported, match=r"took no spans: .*403"):
        Backend(backend.url).take(spans_of(made.order()))


@pytest.mark.parametrize(
    "url", ["localhost:4318", "ftp://x", "http://", "http://me:secret@x", "file:///etc/passwd", "http://[::1"]
)
def test_what_is_no_endpoint_is_refused(url):
    with pytest.raises(NotAnOtlpUrl, match="expected such as http://localhost:4318"):
        endpoint_of(url)


def test_a_base_url_gets_the_path_of_the_protocol():
    assert endpoint_of("http://x:4318") == "http://x:4318/v1/traces"
    assert endpoint_of("https://x/api/otlp") == "https://x/api/otlp"


def test_every_span_has_an_id_of_its_own(made):
    keys = [span_key(span) for span in spans_of(made.order())]

    assert len(set(keys)) == len(keys)
