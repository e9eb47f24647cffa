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
from typing import Any
from urllib.parse import SplitResult, urlsplit, urlunsplit

from google.protobuf.json_format import MessageToDict
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExportResult

from hopscope_collector.errors import CollectorError, InputError

_PATH = "/v1/traces"
_AT_ONCE = 512
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
        self._exporter = OTLPSpanExporter(endpoint=self.endpoint)

    def take(self, spans: Sequence[ReadableSpan]) -> None:
        """Hand over all spans, some at a time.

        Raises:
            NotExported: the backend refused, or gave no answer after the exporter's own retries.
        """
        heard = _Heard()
        logger = logging.getLogger("opentelemetry.exporter.otlp.proto.http.trace_exporter")
        logger.addHandler(heard)
        was_passed_on, logger.propagate = logger.propagate, False  # its words become ours
        try:
            for first in range(0, len(spans), _AT_ONCE):
                if self._exporter.export(spans[first : first + _AT_ONCE]) is not SpanExportResult.SUCCESS:
                    why = heard.words.rstrip(".") or "no answer"
                    raise NotExported(f"{self.endpoint} took no spans: {why}; is it an OTLP/HTTP endpoint?")
        finally:
            logger.removeHandler(heard)
            logger.propagate = was_passed_on

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
