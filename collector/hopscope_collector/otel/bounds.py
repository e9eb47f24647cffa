"""How much of OTLP is read at once (pure): two bytes may be a span, and a span costs half a kilobyte.

A body is looked through before it is parsed; one that is too short to hold too many is not looked through.
"""

from typing import TYPE_CHECKING

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

if TYPE_CHECKING:
    from google.protobuf.descriptor import Descriptor

MOST_VALUES = 500_000
"""Spans, attributes, links, events and what is in them, of one request. A gateway's 8,000 spans hold some 350,000."""

MOST_FIELDS = 4 * MOST_VALUES
"""The same and their numbers and texts: two bytes each, they cost nothing but the time to look at them."""

MOST_SPANS = 50_000
"""Of one request. Exporters send 512 spans at once unless told otherwise, a gateway some 8,000."""

_VARINT, _LENGTH = 0, 2
_FIXED = {1: 8, 5: 4}
"""Bytes of a value by its wire type; of any other type, nothing after it can be read."""


class TooManyValues(ValueError):
    """The request holds more than is read at once."""

    def __init__(self, most: int, what: str) -> None:
        super().__init__(f"the request holds more than {most:,} {what}")


def look_through_json(body: bytes) -> None:
    """Count what stands before a value.

    Raises:
        TooManyValues: see above.
    """
    if len(body) > MOST_VALUES and body.count(b",") + body.count(b"[") + body.count(b"{") > MOST_VALUES:
        raise TooManyValues(MOST_VALUES, "values")


def look_through_protobuf(body: bytes) -> None:
    """Count messages, without parsing; texts cost what they are long. What is wrong with a damaged body protobuf says.

    Raises:
        TooManyValues: see above.
    """
    if len(body) <= 2 * MOST_VALUES:
        return
    fields = values = spans = 0
    pending: list[tuple[int, int, Descriptor]] = [(0, len(body), ExportTraceServiceRequest.DESCRIPTOR)]
    while pending:
        at, end, message = pending.pop()
        while at < end:
            tag, at = _varint(body, at, end)
            start, at = _past_value(body, at, end, tag & 7)
            fields += 1
            if fields > MOST_FIELDS:
                raise TooManyValues(MOST_FIELDS, "fields")
            field = message.fields_by_number.get(tag >> 3)
            inner = field.message_type if field is not None else None
            if field is not None and inner is None:
                continue
            values += 1
            if inner is not None and tag & 7 == _LENGTH:
                spans += inner is Span.DESCRIPTOR
                pending.append((start, min(at, end), inner))
            if values > MOST_VALUES:
                raise TooManyValues(MOST_VALUES, "values")
            if spans > MOST_SPANS:
                raise TooManyValues(MOST_SPANS, "spans")


def look_through(request: ExportTraceServiceRequest) -> None:
    """Count the spans of a request that was parsed.

    Raises:
        TooManyValues: see above.
    """
    scopes = (scope for resource in request.resource_spans for scope in resource.scope_spans)
    if sum(len(scope.spans) for scope in scopes) > MOST_SPANS:
        raise TooManyValues(MOST_SPANS, "spans")


def _past_value(body: bytes, at: int, end: int, kind: int) -> tuple[int, int]:
    """Where a value begins, and the place after it."""
    if kind == _LENGTH:
        length, start = _varint(body, at, end)
        return start, start + length
    if kind == _VARINT:
        return at, _varint(body, at, end)[1]
    return at, at + _FIXED.get(kind, end)


def _varint(body: bytes, at: int, end: int) -> tuple[int, int]:
    """The number at a place, and the place after it; past the end it is 0."""
    value = shift = 0
    while at < end:
        byte = body[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80 or shift > 63:
            break
        shift += 7
    return value, at
