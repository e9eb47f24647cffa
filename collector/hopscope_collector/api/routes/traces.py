"""`POST /v1/traces`: OTLP/HTTP, protobuf and JSON, as the OpenTelemetry protocol specification has it.

all taken         200, an empty ExportTraceServiceResponse
some refused      200, `partial_success` says how many and why the first one
no OTLP at all    400 and a google.rpc.Status: never tried again
too much          429 or 503 with Retry-After: tried again
"""

from fastapi import APIRouter, Request
from google.protobuf.json_format import MessageToJson
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from starlette.responses import Response

from hopscope_collector.api.intake import Taken
from hopscope_collector.api.refusals import RefusedError
from hopscope_collector.api.schemas import otlp_errors_of
from hopscope_collector.api.services import PackedBody, body_of, services_of
from hopscope_collector.lines.sorting import SortedLines
from hopscope_collector.otel.bounds import TooManyValues, look_through, look_through_json, look_through_protobuf
from hopscope_collector.otel.records import sorted_out
from hopscope_collector.otel.request import NotOtlp, request_of_json, request_of_protobuf

PROTOBUF = "application/x-protobuf"
JSON = "application/json"

router = APIRouter()

_BODY = {
    "required": True,
    "content": {
        PROTOBUF: {"schema": {"type": "string", "format": "binary", "description": "ExportTraceServiceRequest"}},
        JSON: {"schema": {"type": "object", "description": "The same as JSON; ids are hex."}},
    },
}


@router.post(
    "/v1/traces",
    operation_id="post_traces",
    summary="Take in spans of OpenTelemetry (OTLP/HTTP)",
    response_class=Response,
    responses={
        200: {
            "description": "ExportTraceServiceResponse, in the encoding of the request.",
            "content": {
                JSON: {"schema": {"type": "object"}},
                PROTOBUF: {"schema": {"type": "string", "format": "binary"}},
            },
        },
        **otlp_errors_of(400, 413, 415, 503),
    },
    openapi_extra={"requestBody": _BODY},
)
async def post_traces(request: Request) -> Response:
    """Spans join flows through traceparent, span links and the ids of messages. The answer comes when they would
    survive a crash."""
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type not in (PROTOBUF, JSON):
        raise RefusedError(
            415, "unknown_type", "the Content-Type is not one we read", content_type, expected=f"{PROTOBUF} or {JSON}"
        )
    body = await body_of(request)
    taken, first_reason = await services_of(request).intake.take(lambda: _sorted_out(body, content_type))
    return _answer(taken, first_reason, content_type)


def _sorted_out(body: PackedBody, content_type: str) -> tuple[SortedLines, str]:
    """The spans, and why the first refused one was."""
    is_protobuf = content_type == PROTOBUF
    unpacked = body.unpack()
    try:
        (look_through_protobuf if is_protobuf else look_through_json)(unpacked)
        read = (request_of_protobuf if is_protobuf else request_of_json)(unpacked)
        look_through(read)
        found = sorted_out(read)
    except TooManyValues as error:
        raise RefusedError(413, "too_large", str(error), expected="fewer spans a request") from None
    except NotOtlp as error:
        raise RefusedError(400, "not_otlp", str(error)) from None
    return found, f"{found.refused[0].place}: {found.refused[0].message}" if found.refused else ""


def _answer(taken: Taken, first_reason: str, content_type: str) -> Response:
    answer = ExportTraceServiceResponse()
    refused = sum(taken.refused.values())
    if refused:
        answer.partial_success.rejected_spans = refused
        answer.partial_success.error_message = first_reason
    if content_type == PROTOBUF:
        return Response(answer.SerializeToString(), 200, media_type=PROTOBUF)
    return Response(MessageToJson(answer, indent=None), 200, media_type=JSON)
