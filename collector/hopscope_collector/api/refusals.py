"""Every error of the API in one shape, and what a refusal of OTLP looks like.

    {"hopscope":1,"error":{"type":"bad_filter","message":"…","given":"stauts:x","expected":"…","do":"…"}}

To senders of OTLP the same is said as `google.rpc.Status`, in the encoding that they speak.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.responses import Response

from hopscope_collector.documented.contract_version import CONTRACT_VERSION

TRACES_PATH = "/v1/traces"
_PROTOBUF = "application/x-protobuf"
_GIVEN_CHARS = 200

_GRPC_CODES: Mapping[int, int] = {400: 3, 401: 16, 403: 7, 404: 5, 405: 12, 408: 4, 413: 8, 415: 3, 429: 8, 503: 14}
"""google.rpc.Code by HTTP status; 13 (INTERNAL) for everything else."""


@dataclass(slots=True)
class RefusedError(Exception):
    """A request that is not done, in words for whoever made it."""

    status: int
    type: str
    message: str
    given: str | None = None
    """What they sent that is wrong. Never a secret."""

    expected: str = ""
    do: str = ""
    retry_after_s: int | None = None
    """When to come again. None when that would not help."""

    closes: bool = False
    """Whether the connection ends here: what follows on it cannot be trusted, or was not read."""

    more: Mapping[str, object] | None = None
    """Facts of this type of error, such as `start` and `end` of a bad filter."""

    def __str__(self) -> str:
        return self.message


def answer_to(refusal: RefusedError, path: str, headers: Headers) -> Response:
    """The refusal as the sender understands it."""
    known: dict[str, str] = {}
    if refusal.retry_after_s is not None:
        known["retry-after"] = str(refusal.retry_after_s)
    if refusal.closes:
        known["connection"] = "close"
    if refusal.status == 401:
        known["www-authenticate"] = 'Bearer realm="hopscope"'
    if path == TRACES_PATH:
        return _status_answer(refusal, headers.get("content-type", ""), known)
    body = json.dumps({"hopscope": CONTRACT_VERSION, "error": error_json(refusal)})
    return Response(body, refusal.status, known, "application/json")


def error_json(refusal: RefusedError) -> dict[str, object]:
    """The value of `error`."""
    given = refusal.given
    return {
        "type": refusal.type,
        "message": refusal.message,
        "given": given if given is None or len(given) <= _GIVEN_CHARS else given[: _GIVEN_CHARS - 1] + "…",
        "expected": refusal.expected or None,
        "do": refusal.do or None,
        **(refusal.more or {}),
    }


def _status_answer(refusal: RefusedError, content_type: str, headers: dict[str, str]) -> Response:
    from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]  # made by protoc, without types

    code = _GRPC_CODES.get(refusal.status, 13)
    said = "; ".join(filter(None, (refusal.message, refusal.expected and f"expected {refusal.expected}", refusal.do)))
    if content_type.partition(";")[0].strip().lower() == _PROTOBUF:
        body = Status(code=code, message=said).SerializeToString()
        return Response(body, refusal.status, headers, _PROTOBUF)
    return Response(json.dumps({"code": code, "message": said}), refusal.status, headers, "application/json")


def overloaded(what: str, retry_after_s: int = 1, *, closes: bool = False) -> RefusedError:
    """We cannot right now; the same request may be sent again."""
    return RefusedError(
        503, "overloaded", what, do="send the same again later", retry_after_s=retry_after_s, closes=closes
    )


def too_large(limit_bytes: int, unpacked: str = "") -> RefusedError:
    """A body larger than we hold."""
    return RefusedError(
        413,
        "too_large",
        f"the body is too large{unpacked}",
        expected=f"at most {limit_bytes:,} bytes{unpacked}",
        do="send it in several requests",
        closes=True,
    )
