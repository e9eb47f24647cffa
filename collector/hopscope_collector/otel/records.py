"""Spans of a request to the records that keep them.

The same span is the same record, so an exporter that tries again changes nothing. A span without usable ids or times
is refused and counted; the others of its request are taken, as OTLP's partial success has it.
"""

import json
from collections.abc import Iterable, Mapping

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span as OtlpSpan
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from hopscope_collector.lines.record_line import record_line
from hopscope_collector.lines.sorting import SortedLines, fingerprint_of_bytes
from hopscope_collector.otel.privacy import LONGEST_TEXT_CHARS, MOST_ATTRIBUTES, kept_value
from hopscope_collector.otel.semantics import first, keys_of, refs_of, tells_nothing
from hopscope_collector.span_names import CORRELATION_ID, RECORD
from hopscope_collector.stitch.exported import refs_of_exported
from hopscope_collector.store.contract import RefusedLine
from hopscope_wire.context import Context, carrier_of
from hopscope_wire.decode import MAX_TIME_US
from hopscope_wire.errors import Malformed
from hopscope_wire.fields import MAX_CORRELATION_ID_CHARS, MAX_KEYS
from hopscope_wire.model import Span, SpanKind, WireError

SOURCE = "http:traces"
MOST_LINKS = 128
UNKNOWN_SERVICE = "unknown_service"

_KINDS: Mapping[int, SpanKind] = {2: "server", 3: "client", 4: "producer", 5: "consumer"}


def sorted_out(request: ExportTraceServiceRequest) -> SortedLines:
    """Every span of the request: a record, a refusal, or one that tells nothing of a flow."""
    found = SortedLines(SOURCE)
    number = 0
    for of_resource in request.resource_spans:
        resource = _texts_of(of_resource.resource.attributes)
        for of_scope in of_resource.scope_spans:
            for span in of_scope.spans:
                number += 1
                try:
                    kept = _span_of(span, resource, of_scope.scope.name[:LONGEST_TEXT_CHARS])
                except Malformed as refusal:
                    found.refused.append(_refused(refusal, span, number))
                    continue
                if tells_nothing(kept):
                    found.others += 1
                else:
                    found.records.append(record_line(kept))
    return found


def _span_of(span: OtlpSpan, resource: Mapping[str, str], scope: str) -> Span:
    attributes = _texts_of(span.attributes)
    kind = _KINDS.get(span.kind, "internal")
    start_us = _time_us("startTimeUnixNano", span.start_time_unix_nano)
    failed = span.status.code == Status.STATUS_CODE_ERROR
    return Span(
        trace_id=_id("traceId", span.trace_id, 16),
        invocation_id=_id("spanId", span.span_id, 8),
        function=first(resource, "faas.name", "service.name") or attributes.get("faas.name") or UNKNOWN_SERVICE,
        start_us=start_us,
        end_us=max(start_us, _time_us("endTimeUnixNano", span.end_time_unix_nano or span.start_time_unix_nano)),
        name=span.name[:LONGEST_TEXT_CHARS],
        kind=kind,
        parent=_id("parentSpanId", span.parent_span_id, 8) if span.parent_span_id else None,
        links=_links_of(span),
        outcome="error" if failed else "ok",
        error=_error_of(span, attributes) if failed else None,
        request_id=first(attributes, "faas.invocation_id", "faas.execution") or "",
        refs=refs_of_exported(attributes) if RECORD in attributes else refs_of(kind, attributes),
        correlation_id=(attributes.get(CORRELATION_ID) or "")[:MAX_CORRELATION_ID_CHARS] or None,
        keys=dict(list(keys_of(attributes))[:MAX_KEYS]),
        attributes=attributes,
        resource=resource,
        scope=scope or None,
    )


def _texts_of(pairs: Iterable[KeyValue]) -> dict[str, str]:
    """Sorted by name, so that a span is the same text however its exporter orders them."""
    texts: dict[str, str] = {}
    for pair in pairs:
        value = kept_value(pair.key, _text_of(pair.value))
        if value is not None and pair.key and len(pair.key) <= LONGEST_TEXT_CHARS:
            texts[pair.key] = value
    return dict(sorted(texts.items())[:MOST_ATTRIBUTES])


def _text_of(value: AnyValue) -> str:
    if value.HasField("string_value"):
        return value.string_value
    return json.dumps(_plain(value), separators=(",", ":"))


def _plain(value: AnyValue) -> object:
    """protobuf itself bounds how deep it is nested."""
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [_plain(each) for each in value.array_value.values]
    if kind == "kvlist_value":
        return {each.key: _plain(each.value) for each in value.kvlist_value.values if kept_value(each.key, "")}
    if kind == "bytes_value":
        return f"{len(value.bytes_value)} bytes"
    return getattr(value, kind) if kind else None


def _links_of(span: OtlpSpan) -> tuple[str, ...]:
    """Those with usable ids, each once, in their order."""
    carriers = (
        carrier_of(Context(link.trace_id.hex(), link.span_id.hex()))
        for link in span.links
        if len(link.trace_id) == 16 and len(link.span_id) == 8 and any(link.trace_id) and any(link.span_id)
    )
    return tuple(dict.fromkeys(carriers))[:MOST_LINKS]


def _error_of(span: OtlpSpan, attributes: Mapping[str, str]) -> WireError:
    """The last exception that was recorded, else what the status says."""
    for event in reversed(span.events):
        if event.name == "exception":
            said = _texts_of(event.attributes)
            return WireError(said.get("exception.type", "Error"), said.get("exception.message", ""))
    return WireError(attributes.get("error.type", "Error"), span.status.message[:LONGEST_TEXT_CHARS])


def _id(name: str, given: bytes, length: int) -> str:
    if len(given) != length or not any(given):
        raise Malformed(name, given.hex()[:64], f"{2 * length} hex digits, not all of them 0")
    return given.hex()


def _time_us(name: str, nanoseconds: int) -> int:
    time_us = nanoseconds // 1_000
    if not 0 < time_us <= MAX_TIME_US:
        raise Malformed(name, nanoseconds, "nanoseconds since 1970")
    return time_us


def _refused(refusal: Malformed, span: OtlpSpan, number: int) -> RefusedLine:
    fingerprint = fingerprint_of_bytes(span.SerializeToString(deterministic=True))
    return RefusedLine(refusal.reason, fingerprint, SOURCE, f"span {number}", str(refusal))
