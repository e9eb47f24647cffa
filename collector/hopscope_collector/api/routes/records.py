"""`POST /v1/records`: lines as a log holds them, one record a line."""

import re
from itertools import islice

from fastapi import APIRouter, Request

from hopscope_collector.api.refusals import RefusedError
from hopscope_collector.api.schemas import TakenAnswer, errors_of
from hopscope_collector.api.services import PackedBody, body_of, services_of
from hopscope_collector.lines.envelopes import Allowance
from hopscope_collector.lines.sorting import SortedLines

SOURCE = "http:records"
MOST_LINES = 200_000
"""Of one body: a line of two bytes costs a hundred when it is refused."""

_LINE = re.compile(r"[^\n]+")
_TYPES = frozenset(
    {
        "",
        "application/x-ndjson",
        "application/jsonl",
        "application/json",
        "application/octet-stream",
        "text/plain",
        "application/x-www-form-urlencoded",  # what curl says when nobody told it anything
    }
)

router = APIRouter()

_BODY = {
    "required": True,
    "content": {
        "application/x-ndjson": {
            "schema": {"type": "string", "description": "One record a line (wire/README.md), or lines of a log."},
        }
    },
}


@router.post(
    "/v1/records",
    operation_id="post_records",
    summary="Take in records",
    responses={**errors_of(400, 413, 415, 503)},
    openapi_extra={"requestBody": _BODY},
)
async def post_records(request: Request) -> TakenAnswer:
    """Record lines, plain, gzip or zstd. The answer comes when they would survive a crash; a repeat is free.

    Lines of CloudWatch Logs, of Lambda and of brokers are understood too. A bad line is counted, not an error.
    """
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type not in _TYPES:
        raise RefusedError(
            415, "unknown_type", "the Content-Type is not one we read", content_type, expected="application/x-ndjson"
        )
    body = await body_of(request)
    taken, _ = await services_of(request).intake.take(lambda: (sorted_out(body), None))
    return TakenAnswer(
        received=taken.received,
        stored=taken.stored,
        repeated=taken.repeated,
        refused=dict(taken.refused),
        others=taken.others,
        facts=taken.facts,
    )


def sorted_out(body: PackedBody) -> SortedLines:
    """The lines of a body, each sorted out."""
    found = SortedLines(SOURCE, allowance=Allowance())
    unpacked = body.unpack().decode("utf-8", "surrogateescape")
    lines = (each[0] for each in _LINE.finditer(unpacked))
    texts = list(islice((line.removesuffix("\r") for line in lines if not line.isspace()), MOST_LINES + 1))
    if len(texts) > MOST_LINES:
        raise RefusedError(
            413, "too_large", f"the body holds more than {MOST_LINES:,} lines", expected="fewer lines a request"
        )
    found.add_all(texts, range(1, len(texts) + 1))
    return found
