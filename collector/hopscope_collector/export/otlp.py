"""Spans to an OpenTelemetry backend, or into a file of OTLP JSON lines: `hopscope show ID --otlp FILE|URL`.

    http://localhost:4318               /v1/traces is added
    https://otlp.example.com/v1/traces  as it is

Headers (tokens among them) come from `OTEL_EXPORTER_OTLP_HEADERS`, as OpenTelemetry's own exporters read them: a
command line can be seen by every user of the machine.
"""

import base64
import json
import logging
from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import SplitResult, urlsplit, urlunsplit

import requests
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import DecodeError
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExportResult

from hopscope_collector.errors import CollectorError, InputError

_PATH = "/v1/traces"
_AT_ONCE = 512
_LONGEST_WORDS = 300
_IDS = frozenset({"traceId", "spanId", "parentSpanId"})


class NotAnOtlpUrl(InputError):
    """The text names no OTLP/HTTP endpoint."""


class NotExported(CollectorError):
    """The backend did not take the spans."""


def endpoint_of(url: str) -> str:
    """Where spans are posted to.

    Raises:
        NotAnOtlpUrl: it is no http or https URL with a host.
    """
    parts = _parts_of(url)
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
        expected = "expected such as http://localhost:4318; tokens come from OTEL_EXPORTER_OTLP_HEADERS"
        raise NotAnOtlpUrl(f"{url!r} is not an OTLP/HTTP endpoint; {expected}")
    return urlunsplit(parts._replace(path=_PATH)) if parts.path in {"", "/"} else url


def _parts_of(url: str) -> SplitResult | None:
    try:
        return urlsplit(url)
    except ValueError:
        return None


class Backend:
    """One OTLP/HTTP endpoint."""

    def __init__(self, url: str) -> None:
        self.endpoint = endpoint_of(url)
        session = requests.Session()
        session.hooks["response"].append(self._look_at)
        self._exporter = OTLPSpanExporter(endpoint=self.endpoint, session=session)
        self._refused: list[str] = []
        self._leads_to: str | None = None
        self._is_too_large = False

    def take(self, spans: Sequence[ReadableSpan]) -> str | None:
        """Hand over all spans, some at a time; what the backend says of those it refused, for good, if it refused any.

        Raises:
            NotExported: the backend took none, or gave no answer after the exporter's own retries.
        """
        self._refused, self._leads_to = [], None
        heard = _Heard()
        logger = logging.getLogger("opentelemetry.exporter.otlp.proto.http.trace_exporter")
        logger.addHandler(heard)
        was_passed_on, logger.propagate = logger.propagate, False  # its words become ours
        try:
            for first in range(0, len(spans), _AT_ONCE):
                self._send(spans[first : first + _AT_ONCE], heard)
        finally:
            logger.removeHandler(heard)
            logger.propagate = was_passed_on
        return "; ".join(dict.fromkeys(self._refused)) or None

    def _send(self, spans: Sequence[ReadableSpan], heard: "_Heard") -> None:
        """In one request, or in two where that is too large for the backend."""
        self._is_too_large = False
        is_taken = self._exporter.export(spans) is SpanExportResult.SUCCESS
        if self._leads_to is not None:  # which the exporter takes for a success
            raise NotExported(f"{self.endpoint} took no spans: it leads to {self._leads_to}; expected that URL")
        if self._is_too_large and len(spans) > 1:
            self._send(spans[: len(spans) // 2], heard)
            self._send(spans[len(spans) // 2 :], heard)
        elif self._is_too_large:
            self._refused.append(f"{self.endpoint} refused a span that is too large for it")
        elif not is_taken:
            why = heard.words.rstrip(".") or "no answer"
            raise NotExported(f"{self.endpoint} took no spans: {why}; is it an OTLP/HTTP endpoint?")

    def _look_at(self, response: requests.Response, **_: object) -> None:
        """Hear what the exporter does not pass on: too much, a partial success, an answer that leads elsewhere."""
        self._is_too_large = response.status_code == requests.codes.request_entity_too_large
        if response.is_redirect:
            self._leads_to = response.headers["location"][:_LONGEST_WORDS]
        if response.status_code == requests.codes.ok:
            with suppress(DecodeError):
                partly = ExportTraceServiceResponse.FromString(response.content).partial_success
                if partly.rejected_spans:
                    why = f": {partly.error_message[:_LONGEST_WORDS]}" if partly.error_message else ""
                    self._refused.append(f"{self.endpoint} refused {partly.rejected_spans:,} spans{why}")

    def close(self) -> None:
        """Let go of the connection."""
        self._exporter.shutdown()  # type: ignore[no-untyped-call]  # the exporter says nothing of its type


class _Heard(logging.Handler):
    """Keeps the last thing the exporter said."""

    def __init__(self) -> None:
        super().__init__()
        self.words = ""

    def emit(self, record: logging.LogRecord) -> None:
        self.words = record.getMessage()


def otlp_json(spans: Sequence[ReadableSpan]) -> str:
    """One line of OTLP JSON: ids in hex and numbers of enumerations, as the protocol asks."""
    request = MessageToDict(encode_spans(list(spans)), use_integers_for_enums=True)
    return json.dumps(_with_hex_ids(request), separators=(",", ":"), ensure_ascii=False) + "\n"


def _with_hex_ids(value: Any) -> Any:
    """The same document; protobuf's own JSON has these ids in base64."""
    if isinstance(value, list):
        return [_with_hex_ids(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        name: base64.b64decode(inner).hex() if name in _IDS and isinstance(inner, str) else _with_hex_ids(inner)
        for name, inner in value.items()
    }
