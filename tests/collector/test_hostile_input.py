"""Whatever arrives, no decoder raises what is no refusal, hangs, or holds more than its limit."""

import gzip
import io
import json
import time
import tracemalloc
from contextlib import suppress
from fnmatch import fnmatchcase
from typing import Any

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from hopscope_collector.api.refusals import RefusedError
from hopscope_collector.api.unpacking import unpacked
from hopscope_collector.client.errors import ClientError
from hopscope_collector.client.events import EventReader
from hopscope_collector.executions.errors import NotAnExecution
from hopscope_collector.executions.saved import executions_from_file
from hopscope_collector.lines.envelopes import BrokenEnvelope, lines_within
from hopscope_collector.lines.facts import fact_of, packed_fact
from hopscope_collector.lines.platform import PlatformFact
from hopscope_collector.lines.record_line import record_in, record_line_of
from hopscope_collector.lines.sorting import SortedLines
from hopscope_collector.otel.records import sorted_out
from hopscope_collector.otel.request import NotOtlp, request_of_json, request_of_protobuf
from hopscope_collector.rules import Rules
from hopscope_collector.search.filter import BadFilter, parsed
from hopscope_collector.stitch import flows_of
from hopscope_collector.summaries.packing import packed as packed_flow
from hopscope_collector.summaries.packing import unpacked as unpacked_flow
from hopscope_wire.decode import MAX_TIME_US
from hopscope_wire.errors import Refused

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=20,
)
RECORD_WORDS = st.sampled_from(
    ["hopscope", "record", "traceId", "invocationId", "requestId", "function", "startUs", "endUs", "durationUs",
     "outcome", "messages", "sends", "refs", "keys", "documents", "links", "attributes", "parent", "kind", "name"]
)  # fmt: skip
HEX = st.text("0123456789abcdef", min_size=14, max_size=34)
RECORDS = st.dictionaries(RECORD_WORDS, JSON | HEX | st.sampled_from([1, "begin", "end", "history", "span", "ok"]))
ODD = JSON | st.sampled_from(
    ["r", "success", "error", "timeout", "SUCCESS", "FAILURE", "2026-11-21T10:00:00.1Z", "9999-12-31T23:59:59Z", 1e300, -1,
     1 << 70, "arn:aws:sns:eu-west-1:123456789012:news", "arn:aws:lambda:eu-west-1:123456789012:function:f", {"MessageId": "m"}]
)  # fmt: skip
PLATFORM = st.fixed_dictionaries(
    {
        "type": ODD | st.sampled_from([f"platform.{word}" for word in ("start", "report", "runtimeDone", "initReport")]),
        "time": ODD,
        "record": ODD | st.fixed_dictionaries(
            {"requestId": st.just("r") | ODD, "status": ODD, "errorType": ODD, "version": ODD, "phase": ODD},
            optional={
                "metrics": ODD | st.fixed_dictionaries({"durationMs": ODD, "initDurationMs": ODD, "maxMemoryUsedMB": ODD}),
                "tracing": ODD | st.fixed_dictionaries({"value": ODD}),
            },
        ),
    }
)  # fmt: skip
DETAILS = ODD | st.fixed_dictionaries(
    {"target_arn": ODD, "attempt_count": ODD, "outcome": ODD, "terminal_kind": ODD, "rule_arn": ODD}
)
BROKER = st.fixed_dictionaries(
    {
        "message_type": ODD | st.sampled_from(["RULE_MATCH", "INVOCATION_SUCCESS", "INVOCATION_DLQ", "SUBSCRIBER_MATCHED"]),
        "event_id": st.just("e") | ODD, "message_timestamp_ms": ODD, "resource_arn": ODD, "details": DETAILS, "error": ODD,
    }
) | st.fixed_dictionaries(
    {
        "notification": ODD | st.fixed_dictionaries({"messageId": ODD, "topicArn": ODD, "timestamp": ODD}),
        "delivery": ODD | st.fixed_dictionaries({"destination": ODD, "providerResponse": ODD, "dwellTimeMs": ODD}),
        "status": ODD,
    }
)  # fmt: skip
OTLP_WORDS = st.sampled_from(
    ["resourceSpans", "scopeSpans", "spans", "resource", "attributes", "key", "value", "stringValue", "intValue",
     "arrayValue", "values", "kvlistValue", "traceId", "spanId", "links", "startTimeUnixNano", "kind", "status", "events"]
)  # fmt: skip
OTLP = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | HEX | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(OTLP_WORDS, inner, max_size=5),
    max_leaves=25,
)


@given(st.lists(st.text(max_size=80) | RECORDS.map(lambda found: json.dumps({"hopscope": 1, **found})), max_size=6))
def test_every_line_is_a_record_a_refusal_or_none_of_ours(lines: list[str]) -> None:
    found = SortedLines("fuzz")
    found.add_all(lines, range(1, len(lines) + 1))

    assert len(found.records) + len(found.refused) + len(found.facts) + found.others >= 0
    for line in found.records:
        assert record_in(line)
    flows_of([record_in(line) for line in found.records], now_us=1, rules=Rules())


@pytest.mark.parametrize(
    ("line", "kinds"),
    [
        ('{"type":"platform.report","record":{"requestId":"r","status":[]}}', ["report"]),
        ('{"notification":{"messageId":"m","topicArn":"t"},"delivery":{},"status":{}}', []),
        ("REPORT RequestId: r\tDuration: 99999999999999999999999 ms\tMemory Size: 9e999 MB", ["report"]),
    ],
)
def test_values_that_nobody_expects_are_left_out(line: str, kinds: list[str]) -> None:
    found = SortedLines("-")
    found.add(line, 1)

    assert [each.kind for each in found.facts] == kinds
    assert all(each.duration_us is each.status is None for each in found.facts if isinstance(each, PlatformFact))


@given(st.lists(PLATFORM | BROKER, min_size=1, max_size=4), st.none() | st.integers(0, MAX_TIME_US))
def test_lines_of_the_platform_and_of_brokers_are_facts_or_none_of_ours(
    events: list[dict[str, Any]], at_us: int | None
) -> None:
    found = SortedLines("fuzz", "place-order")
    for event in events:
        found.add(json.dumps(event), "2026/11/21/[$LATEST]0123456789abcdef", at_us)

    assert [fact_of(packed_fact(each)) for each in found.facts] == found.facts
    for flow in flows_of([record_in(record_line_of(a_record("place")))], now_us=1, rules=Rules(), facts=found.facts):
        assert unpacked_flow(packed_flow(flow)) == flow
        assert all(hop.started_us + (hop.ended_us or 0) < 1 << 62 for hop in flow.hops)


@given(st.binary(max_size=200))
def test_bytes_that_are_anything_are_lines(raw: bytes) -> None:
    found = SortedLines("fuzz")
    lines = raw.decode("utf-8", "surrogateescape").split("\n")
    found.add_all(lines, range(len(lines)))


@given(RECORDS)
def test_a_record_decodes_or_is_refused(found: dict[str, Any]) -> None:
    try:
        record_line_of(json.dumps({"hopscope": 1, **found}))
    except Refused as refusal:
        assert refusal.reason


@given(st.binary(max_size=300))
def test_protobuf_is_a_request_or_refused(raw: bytes) -> None:
    try:
        request = request_of_protobuf(raw)
    except NotOtlp:
        return
    kept(request)


@given(OTLP | JSON)
def test_json_is_a_request_or_refused(found: Any) -> None:
    try:
        request = request_of_json(json.dumps(found).encode())
    except NotOtlp:
        return
    kept(request)


@given(st.binary(max_size=60))
def test_bytes_are_a_json_request_or_refused(raw: bytes) -> None:
    with suppress(NotOtlp):
        kept(request_of_json(raw))


@given(st.data())
def test_spans_of_odd_values_are_kept_and_read_again(data: st.DataObject) -> None:
    request = ExportTraceServiceRequest()
    of_scope = request.resource_spans.add().scope_spans.add()
    for _ in range(data.draw(st.integers(1, 3))):
        span = of_scope.spans.add(
            trace_id=data.draw(st.binary(max_size=20) | st.binary(min_size=16, max_size=16)),
            span_id=data.draw(st.binary(min_size=8, max_size=8)),
            parent_span_id=data.draw(st.binary(max_size=9)),
            name=data.draw(st.text(max_size=30)),
            kind=data.draw(st.integers(0, 5)),
            start_time_unix_nano=data.draw(st.integers(0, 2**64 - 1)),
            end_time_unix_nano=data.draw(st.integers(0, 2**64 - 1)),
        )
        for name in ("messaging.system", "messaging.message.id", "rpc.system", "hopscope.key.a", "faas.invocation_id"):
            span.attributes.add(key=name).value.string_value = data.draw(st.text(max_size=9))
        span.attributes.add(key="n").value.double_value = data.draw(st.floats())

    kept(request)


def kept(request: ExportTraceServiceRequest) -> None:
    """What is taken can be stored, read again, and stitched."""
    found = sorted_out(request)
    records = [record_in(line) for line in found.records]
    assert [record_line_of(line.text).ids for line in found.records] == [line.ids for line in found.records]
    flows_of(records, now_us=1, rules=Rules())


@given(st.text(max_size=60) | JSON.map(json.dumps))
def test_an_envelope_holds_lines_or_is_broken(text: str) -> None:
    with suppress(BrokenEnvelope, Refused):
        lines_within(text)


@given(JSON)
def test_a_history_is_one_or_is_refused(found: Any) -> None:
    with suppress(NotAnExecution):
        executions_from_file(io.BytesIO(json.dumps(found).encode()))


@given(st.text(st.sampled_from("status:fnkey|!\"*?\\ >=2s1h()[]'\x00é"), max_size=40))
def test_a_filter_is_one_or_is_marked_where_it_is_not(text: str) -> None:
    try:
        wanted = parsed(text)
    except BadFilter as error:
        assert 0 <= error.start <= error.end <= len(text)
        return
    assert parsed(str(wanted)) == wanted


@pytest.mark.parametrize("pattern", ["*a" * 30 + "*b", "?*" * 40 + "b", "*" * 200 + "b", "a*" * 50 + "!"])
def test_no_pattern_makes_a_filter_think_for_ever(pattern: str) -> None:
    """A glob as a plain regular expression would try every way to split the text."""
    began_s = time.process_time()
    matcher = parsed(f'fn:"{pattern}"').matcher()
    flow = flows_of([record_in(record_line_of(a_record("a" * 1_000)))], now_us=1, rules=Rules())[0]

    assert not matcher(flow, 0)
    assert time.process_time() - began_s < 2


@given(st.text("ab*?", min_size=1, max_size=8), st.text("ab", min_size=1, max_size=10))
def test_a_pattern_fits_what_a_glob_fits(pattern: str, name: str) -> None:
    matcher = parsed(f'fn:"{pattern}"').matcher()
    flow = flows_of([record_in(record_line_of(a_record(name)))], now_us=1, rules=Rules())[0]

    assert matcher(flow, 0) == fnmatchcase(name, pattern)


def a_record(function: str) -> str:
    identity = {"traceId": "1" * 32, "invocationId": "1" * 16, "requestId": "r", "function": function, "startUs": 1}
    return json.dumps({"hopscope": 1, "record": "begin", **identity}, separators=(",", ":"))


@given(st.binary(max_size=200), st.sampled_from(["gzip", "zstd", "", "identity", "br", "gzip, gzip", "\x00"]))
def test_a_body_is_unpacked_or_refused(raw: bytes, encoding: str) -> None:
    for body in (raw, gzip.compress(raw), zstandard.compress(raw)):
        try:
            assert len(unpacked(body, encoding, 1_000)) <= max(1_000, len(body))
        except RefusedError as error:
            assert error.status in (400, 413, 415)


def test_unpacking_holds_no_more_than_its_limit() -> None:
    bomb = gzip.compress(bytes(100 << 20), 9)
    tracemalloc.start()
    try:
        with pytest.raises(RefusedError):
            unpacked(bomb, "gzip", 1 << 20)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak_bytes < 8 << 20


def test_a_body_of_very_many_members_that_hold_nothing_is_not_gone_through() -> None:
    with pytest.raises(RefusedError, match="too large"):
        unpacked(gzip.compress(b"") * 100_000, "gzip", 1 << 20)


@given(st.lists(st.binary(max_size=40_000), min_size=1, max_size=4), st.integers(0, 20_000))
def test_the_members_of_a_body_are_one_text(texts: list[bytes], zeros: int) -> None:
    assert unpacked(b"".join(map(gzip.compress, texts)) + bytes(zeros), "gzip", 1 << 20) == b"".join(texts)


@given(st.lists(st.text(max_size=30) | st.sampled_from(["event: changes", "data: {", 'data: {"hopscope":1}', "", ":"])))
def test_a_stream_of_events_is_changes_or_refused(lines: list[str]) -> None:
    reader = EventReader()
    with suppress(ClientError):
        for line in lines:
            reader.take(line)
