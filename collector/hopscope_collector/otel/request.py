"""Bodies of OTLP/HTTP to messages, protobuf and JSON.

The JSON of OTLP is protobuf's own, but for trace and span ids, which are hex instead of base64.
"""

import base64
import json
import re
from collections.abc import Iterator

from google.protobuf.json_format import ParseDict, ParseError
from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

DEEPEST = 64
_HEX = re.compile(r"(?:[0-9a-fA-F]{2})*\Z")
_ID_FIELDS = ("traceId", "spanId", "parentSpanId", "trace_id", "span_id", "parent_span_id")


class NotOtlp(ValueError):
    """The body is no ExportTraceServiceRequest."""


def request_of_protobuf(body: bytes) -> ExportTraceServiceRequest:
    """The request in a binary body.

    Raises:
        NotOtlp: it is none.
    """
    try:
        return ExportTraceServiceRequest.FromString(body)
    except DecodeError:
        raise NotOtlp("the body is no protobuf; expected an ExportTraceServiceRequest") from None


def request_of_json(body: bytes) -> ExportTraceServiceRequest:
    """The request in a JSON body; fields that are not known are passed over.

    Raises:
        NotOtlp: it is none.
    """
    try:
        found = json.loads(body)
        if not isinstance(found, dict):
            raise NotOtlp(f"the body is a JSON {type(found).__name__}; expected an object with resourceSpans")
        _ids_to_base64(found)
        request = ExportTraceServiceRequest()
        ParseDict(found, request, ignore_unknown_fields=True, max_recursion_depth=DEEPEST)
    except ParseError as error:
        raise NotOtlp(f"the body is no OTLP ({str(error)[:160]}); expected an ExportTraceServiceRequest") from None
    except RecursionError:
        raise NotOtlp("the body is nested deeper and deeper; expected an ExportTraceServiceRequest") from None
    except NotOtlp:
        raise
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        # protobuf's reader says these of values of the wrong JSON type.
        raise NotOtlp(f"the body is no OTLP as JSON ({type(error).__name__}); expected resourceSpans") from None
    return request


def _ids_to_base64(found: dict[str, object]) -> None:
    """In place. An id that is no hex becomes empty, so that the span is refused and not taken for another."""
    for resource_spans in _objects_in(found, "resourceSpans", "resource_spans"):
        for scope_spans in _objects_in(resource_spans, "scopeSpans", "scope_spans"):
            for span in _objects_in(scope_spans, "spans"):
                for holder in (span, *_objects_in(span, "links")):
                    for name in _ID_FIELDS:
                        if name in holder:
                            holder[name] = _base64_of(holder[name])


def _base64_of(text: object) -> str:
    if not isinstance(text, str) or not _HEX.match(text):
        return ""
    return base64.b64encode(bytes.fromhex(text)).decode()


def _objects_in(holder: dict[str, object], *names: str) -> Iterator[dict[str, object]]:
    for name in names:
        found = holder.get(name)
        for each in found if isinstance(found, list) else ():
            if isinstance(each, dict):
                yield each
