"""`POST /v1/traces` answers as the OpenTelemetry protocol specification says."""

import gzip
import json

import pytest
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

PROTOBUF = {"content-type": "application/x-protobuf"}
JSON = {"content-type": "application/json; charset=utf-8"}
TRACE, SPAN = "5b8efff798038103d269b633813fc60c", "eee19b7ec3c1b174"


def a_span(**more: object) -> dict[str, object]:
    return {
        "traceId": TRACE,
        "spanId": SPAN,
        "name": "POST /orders",
        "kind": 2,
        "startTimeUnixNano": "1790000000000000000",
        "endTimeUnixNano": 1_790_000_000_200_000_000,
        "aFieldOfTomorrow": {"x": 1},
        **more,
    }


def a_request(*spans: dict[str, object]) -> dict[str, object]:
    service = {"attributes": [{"key": "service.name", "value": {"stringValue": "shop"}}]}
    return {"resourceSpans": [{"resource": service, "scopeSpans": [{"spans": list(spans)}]}]}


def as_protobuf(*spans: tuple[bytes, bytes]) -> bytes:
    request = ExportTraceServiceRequest()
    of_scope = request.resource_spans.add().scope_spans.add()
    for trace_id, span_id in spans:
        of_scope.spans.add(trace_id=trace_id, span_id=span_id, name="a", start_time_unix_nano=1_790_000_000_000_000_000)
    return request.SerializeToString()


def post(collector, body: bytes, headers: dict[str, str]):
    with collector.client() as client:
        return client.post("/v1/traces", content=body, headers=headers)


def test_all_taken_is_an_empty_answer_in_the_encoding_of_the_request(collector) -> None:
    binary = post(collector, as_protobuf((b"1" * 16, b"2" * 8)), PROTOBUF)
    text = post(collector, json.dumps(a_request(a_span())).encode(), JSON)

    assert (binary.status_code, binary.headers["content-type"]) == (200, "application/x-protobuf")
    assert ExportTraceServiceResponse.FromString(binary.content) == ExportTraceServiceResponse()
    assert (text.status_code, text.headers["content-type"], text.json()) == (200, "application/json", {})
    assert collector.get("/v1/stats").json()["stored"] == 2


def test_ids_in_json_are_hex_and_enums_numbers(collector) -> None:
    post(collector, json.dumps(a_request(a_span(traceId=TRACE.upper()))).encode(), JSON)

    (hop,) = collector.get(f"/v1/flows/{TRACE}").json()["flow"]["hops"]

    assert (hop["id"], hop["function"], hop["name"]) == (f"{SPAN}.0", "shop", "POST /orders")
    assert hop["ended_us"] - hop["started_us"] == 200_000
    assert hop["attributes"]["span-kind"] == "server"


def test_what_is_sent_again_changes_nothing(collector) -> None:
    body = gzip.compress(json.dumps(a_request(a_span())).encode())

    for _ in range(3):
        assert post(collector, body, {**JSON, "content-encoding": "gzip"}).status_code == 200

    stats = collector.get("/v1/stats").json()
    assert (stats["stored"], stats["repeated"]) == (1, 2)


def test_some_refused_is_a_partial_success(collector) -> None:
    bad = a_span(traceId="5b8efff7"), a_span(spanId="0" * 16), a_span(startTimeUnixNano=0), a_span(traceId="no hex")
    text = post(collector, json.dumps(a_request(a_span(), *bad)).encode(), JSON).json()
    binary = post(collector, as_protobuf((b"1" * 16, b"2" * 8), (b"short", b"2" * 8)), PROTOBUF).content

    assert text["partialSuccess"]["rejectedSpans"] == "4"
    assert text["partialSuccess"]["errorMessage"].startswith("span 2: field 'traceId' is '5b8efff7'; expected 32 hex")
    assert ExportTraceServiceResponse.FromString(binary).partial_success.rejected_spans == 1
    assert collector.get("/v1/stats").json()["refused"] == {"malformed": 5}


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"\xff\xff", PROTOBUF, 400),
        (b"{", JSON, 400),
        (b"[]", JSON, 400),
        (b'{"resourceSpans":7}', JSON, 400),
        (b"[" * 100_000, JSON, 400),
        (b'{"a":' * 100_000, JSON, 400),
        (b"x", {"content-type": "text/plain"}, 415),
        (b"x", {**PROTOBUF, "content-encoding": "br"}, 415),
        (b"x", {**PROTOBUF, "content-encoding": "gzip"}, 400),
    ],
)
def test_what_is_no_otlp_is_refused_with_a_status_for_good(collector, body, headers, status) -> None:
    answer = post(collector, body, headers)

    assert answer.status_code == status
    assert "retry-after" not in answer.headers
    if headers is PROTOBUF:
        assert Status.FromString(answer.content).code == 3
    else:
        assert status_message(answer)


def status_message(answer) -> str:
    if answer.headers["content-type"] == "application/x-protobuf":
        return Status.FromString(answer.content).message
    return answer.json()["message"]


@pytest.mark.parametrize("headers", [PROTOBUF, JSON], ids=["protobuf", "json"])
def test_a_sender_that_should_wait_is_told_so_in_its_own_encoding(serve, headers) -> None:
    collector = serve(requests_per_s=0.1, requests_at_once=1)
    post(collector, b"", headers)

    answer = post(collector, b"", headers)

    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) >= 1
    assert answer.headers["content-type"] == headers["content-type"].partition(";")[0]
    assert "too many requests" in status_message(answer)


@pytest.mark.parametrize("headers", [PROTOBUF, JSON], ids=["protobuf", "json"])
def test_a_store_that_is_full_is_said_to_senders_of_spans_in_their_own_encoding(serve, full_store, headers) -> None:
    body = as_protobuf((b"a" * 16, b"b" * 8)) if headers is PROTOBUF else json.dumps(a_request(a_span())).encode()

    answer = post(serve(store=full_store), body, headers)

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert answer.headers["content-type"] == headers["content-type"].partition(";")[0]
    assert status_message(answer) == "the store cannot take it now (StoreFull); send the same again later"


def test_an_empty_poll_of_a_queue_is_counted_and_not_kept(collector) -> None:
    poll = a_span(kind=3, attributes=[
        {"key": "rpc.system", "value": {"stringValue": "aws-api"}},
        {"key": "rpc.service", "value": {"stringValue": "SQS"}},
        {"key": "rpc.method", "value": {"stringValue": "ReceiveMessage"}},
    ])  # fmt: skip

    post(collector, json.dumps(a_request(poll)).encode(), JSON)

    assert collector.get("/v1/stats").json()["received"] == 0


def test_payloads_and_secrets_are_not_kept(collector) -> None:
    given = {
        "db.statement": "select * from card",
        "http.request.header.authorization": "Bearer abc",
        "messaging.message.body": "card 4111",
        "gen_ai.prompt": "hello",
        "url.full": "https://me:pw@shop.example/orders?token=abc#x",
        "shop.api_key": "k-1",
        "order.size": "3",
    }
    attributes = [{"key": name, "value": {"stringValue": value}} for name, value in given.items()]

    post(collector, json.dumps(a_request(a_span(attributes=attributes))).encode(), JSON)

    (hop,) = collector.get(f"/v1/flows/{TRACE}").json()["flow"]["hops"]
    assert {name: value for name, value in hop["attributes"].items() if name in given} == {
        "url.full": "https://shop.example/orders",
        "order.size": "3",
    }


def of_empty_spans(count: int) -> bytes:
    """Two bytes a span, in a scope, in a resource, each of which says how many bytes it has."""
    return field(1, field(2, b"\x12\x00" * count))


def field(number: int, content: bytes) -> bytes:
    return bytes([number << 3 | 2]) + encoded(len(content)) + content


def encoded(number: int) -> bytes:
    low, rest = number & 0x7F, number >> 7
    return bytes([low | 0x80]) + encoded(rest) if rest else bytes([low])


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (of_empty_spans(600_000), PROTOBUF),
        (b"\x0a\x00" * 600_000, PROTOBUF),
        (field(1, field(2, field(2, b"\x30\x01" * 2_100_000))), PROTOBUF),
        (b'{"resourceSpans":[{"scopeSpans":[{"spans":[' + b"{}," * 300_000 + b"{}]}]}]}", JSON),
        (b'{"resourceSpans":[{"scopeSpans":[{"spans":[' + b"{}," * 60_000 + b"{}]}]}]}", JSON),
    ],
    ids=["spans", "resources", "one span of very many numbers", "json", "few enough values and too many spans"],
)
def test_a_small_body_of_many_spans_is_not_read(collector, body, headers) -> None:
    packed = {**headers, "content-encoding": "gzip"}
    with collector.client() as client:
        answer = client.post("/v1/traces", content=gzip.compress(body), headers=packed)

    assert answer.status_code == 413
    assert b"holds more than" in answer.content


def test_what_a_gateway_sends_at_once_is_read(collector) -> None:
    body = ExportTraceServiceRequest()
    of_scope = body.resource_spans.add().scope_spans.add()
    for number in range(1, 8_193):
        span = of_scope.spans.add(trace_id=bytes.fromhex(TRACE), span_id=number.to_bytes(8, "big"), name="a")
        span.start_time_unix_nano = 1_790_000_000_000_000_000
        for attribute in range(20):
            span.attributes.add(key=f"k{attribute}").value.string_value = "v" * 20
    with collector.client() as client:
        answer = client.post("/v1/traces", content=body.SerializeToString(), headers=PROTOBUF)

    assert answer.status_code == 200
    assert not ExportTraceServiceResponse.FromString(answer.content).HasField("partial_success")
