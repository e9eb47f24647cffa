"""X-Ray's segment documents to lines that a store takes (pure).

    segment AWS::Lambda            6a2f…  place-order  aws.request_id r1            span, entry of the hop
    ├ subsegment Dwell Time                                                         how long it waited in Lambda's queue
    segment AWS::Lambda::Function  81c0…  place-order  parent 6a2f…                 span
    ├ subsegment Initialization, Overhead                                           the cold start, what Lambda added
    └ subsegment SQS  SendMessage  queue_url, message_id                            span: a message was sent
    segment AWS::SQS::Queue        (inferred) parent: that subsegment               passed over: its children take its
      └ subsegment QueueTime                                                        parent, and the time it waited there

What our layer recorded stays the layer's, by the request id; the segments add the numbers that only X-Ray knows, and
what led on from there. A function that only X-Ray tells of is a hop that says so. Metadata, which holds payloads, is
not read, nor are annotations but `correlation_id`.

Sources: "AWS X-Ray segment documents", "Tracing Lambda with X-Ray" and the whitelist of aws-xray-sdk-python 2.15,
which says how the parameters of AWS calls are named.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from hopscope_collector.lines.record_line import record_line
from hopscope_collector.otel.privacy import kept_value
from hopscope_collector.otel.semantics import INSTRUMENTED_BY, refs_of
from hopscope_wire.context import Context, carrier_of
from hopscope_wire.decode import MAX_TIME_US
from hopscope_wire.model import Span, SpanKind, WireError

XRAY = "X-Ray"
MOST_SUBSEGMENTS = 2_000
_LONGEST_TEXT = 1_024
_LATEST_S = MAX_TIME_US / 1e6
_SPAN_ID = re.compile(r"[0-9a-f]{16}\Z")
_TRACE_ID = re.compile(r"1-([0-9a-fA-F]{8})-([0-9a-fA-F]{24})\Z")
_SERVICE = "AWS::Lambda"
_FUNCTION = "AWS::Lambda::Function"
_APPLICATIONS = ("AWS::Lambda", "AWS::ECS", "AWS::EC2", "AWS::ElasticBeanstalk", "AWS::EKS", "AWS::AppRunner")
_PHASES = {"Initialization": "init-us", "Init": "init-us", "Overhead": "overhead-us", "Dwell Time": "queue-us"}
"""Subsegments of Lambda's own. Dwell time is spent in the queue of asynchronous invocations."""

_CALLS: Mapping[str, tuple[str, str]] = {
    # what the SDK calls the service: its endpoint prefix, and the parameter that names where to
    "SQS": ("sqs", "queue_url"),
    "SNS": ("sns", "topic_arn"),
    "Lambda": ("lambda", "function_name"),
    "Events": ("events", "event_bus_name"),
    "EventBridge": ("events", "event_bus_name"),
    "SFN": ("states", "state_machine_arn"),
    "Kinesis": ("kinesis", "stream_name"),
}


class NotASegment(ValueError):
    """The document is none of X-Ray's."""


@dataclass(frozen=True, slots=True)
class SegmentLines:
    """What the segments of some traces tell, as lines."""

    texts: Sequence[str] = ()
    functions: Sequence[str | None] = ()
    """Whose log each line could stand in: as many as texts."""


@dataclass(slots=True)
class _Segment:
    """One segment, parsed as far as it is needed."""

    trace_id: str
    id: str
    name: str
    start_us: int
    document: Mapping[str, Any]
    end_us: int | None = None
    parent: str | None = None
    origin: str = ""
    request_id: str = ""
    children: list["_Segment"] = field(default_factory=list)

    @property
    def is_shown(self) -> bool:
        """Whether a person would call it a part of their application; queues and gateways are places on the way."""
        is_inferred = self.document.get("inferred") is True
        return not is_inferred and (not self.origin or self.origin.startswith(_APPLICATIONS))

    def walk(self) -> Iterator["_Segment"]:
        """The segment and all its subsegments, parents first."""
        pending: list[_Segment] = [self]
        while pending:
            here = pending.pop()
            yield here
            pending.extend(reversed(here.children))


def lines_of(documents: Iterable[Mapping[str, Any]]) -> SegmentLines:
    """The lines of some traces' segments, all of a trace at once: what lies between two hops is one of them.

    Raises:
        NotASegment: a document lacks what every segment has.
    """
    segments = _put_together([_segment(each) for each in documents])
    parents, waits = _ways(segments)
    texts: list[str] = []
    functions: list[str | None] = []
    for segment in segments:
        if not segment.is_shown or segment.end_us is None:
            continue  # what is still in progress is asked for again
        numbers = _numbers_of(segment, waits)
        if segment.origin in (_SERVICE, _FUNCTION) and segment.request_id:
            texts.append(_platform_line(segment, numbers))
            functions.append(segment.name)
        for each in segment.walk():
            if each is segment or _is_call(each):
                texts.append(record_line(_span(each, segment, parents, numbers if each is segment else {})).text)
                functions.append(None)
    return SegmentLines(texts, functions)


def _segment(document: Mapping[str, Any]) -> _Segment:
    """A segment document with its subsegments; however deep they are nested, each once."""
    trace_id = _trace_id_of(document.get("trace_id"))
    if trace_id is None:
        given = str(document.get("trace_id"))[:80]
        raise NotASegment(f"trace_id is {given!r}; expected such as 1-58406520-a006649127e371903a2de979")
    root = _parsed(document, trace_id, None)
    pending = [(root, document)]
    count = 0
    while pending:
        above, found = pending.pop()
        inner = found.get("subsegments")
        for each in inner if isinstance(inner, list) else ():
            count += 1
            if isinstance(each, dict) and count <= MOST_SUBSEGMENTS:
                child = _parsed(each, trace_id, above.id)
                above.children.append(child)
                pending.append((child, each))
    return root


def _put_together(parts: Sequence[_Segment]) -> list[_Segment]:
    """Segments with those subsegments that were sent on their own; one whose segment is not known tells of nobody."""
    known = {(each.trace_id, each.id): each for part in parts for each in part.walk()}
    segments = []
    for part in parts:
        if part.document.get("type") != "subsegment":
            segments.append(part)
        elif part.parent is not None and (part.trace_id, part.parent) in known:
            known[part.trace_id, part.parent].children.append(part)
    return segments


def _trace_id_of(text: object) -> str | None:
    found = _TRACE_ID.match(text) if isinstance(text, str) else None
    return (found[1] + found[2]).lower() if found else None


def _parsed(document: Mapping[str, Any], trace_id: str, parent: str | None) -> _Segment:
    own = str(document.get("id", ""))
    if not _SPAN_ID.match(own):
        raise NotASegment(f"id is {own[:80]!r}; expected 16 hex digits")
    start_us = _us("start_time", document.get("start_time"))
    end = document.get("end_time")
    named = str(document.get("parent_id") or parent or "")
    aws = document.get("aws")
    request_id = aws.get("request_id") if isinstance(aws, dict) else None
    return _Segment(
        trace_id=trace_id,
        id=own,
        name=str(document.get("name") or "unknown")[:_LONGEST_TEXT],
        start_us=start_us,
        document=document,
        end_us=max(_us("end_time", end), start_us) if end is not None and not document.get("in_progress") else None,
        parent=named if _SPAN_ID.match(named) else None,
        origin=str(document.get("origin") or ""),
        request_id=request_id if isinstance(request_id, str) else "",
    )


def _us(name: str, value: object) -> int:
    """Microseconds of seconds with a fraction."""
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= _LATEST_S:
        return round(value * 1e6)
    raise NotASegment(f"{name} is {str(value)[:80]!r}; expected seconds since 1970")


def _ways(segments: Sequence[_Segment]) -> tuple[dict[tuple[str, str], str | None], dict[tuple[str, str], int]]:
    """For what becomes no span: the parent that its children take, and how long messages waited in it."""
    parents: dict[tuple[str, str], str | None] = {}
    waits: dict[tuple[str, str], int] = {}
    for segment in segments:
        if segment.is_shown:
            phases = (each for each in segment.walk() if each is not segment and not _is_call(each))
            parents.update(((segment.trace_id, each.id), segment.id) for each in phases)
            continue
        waited = sum(_took_us(each) for each in segment.walk() if each.name == "QueueTime")
        for each in segment.walk():
            parents[segment.trace_id, each.id] = segment.parent
            if waited:
                waits[segment.trace_id, each.id] = waited
    return parents, waits


def _numbers_of(segment: _Segment, waits: Mapping[tuple[str, str], int]) -> dict[str, int]:
    """What only X-Ray knows: cold start, overhead, time in a queue; microseconds by name."""
    found: dict[str, int] = {}
    for each in segment.walk():
        if each.name in _PHASES and each.end_us is not None:
            found[_PHASES[each.name]] = found.get(_PHASES[each.name], 0) + _took_us(each)
    queued = waits.get((segment.trace_id, segment.parent or ""))
    return found | ({"queue-us": queued + found.get("queue-us", 0)} if queued else {})


def _took_us(segment: _Segment) -> int:
    return (segment.end_us or segment.start_us) - segment.start_us


def _platform_line(segment: _Segment, numbers: Mapping[str, int]) -> str:
    """What Lambda itself would have reported of the invocation: completes a hop whose end never came."""
    assert segment.end_us is not None, "only what is over is reported"
    metrics = {"durationMs": _took_us(segment) / 1_000} if segment.origin == _FUNCTION else {}
    named = {"initDurationMs": "init-us", "overheadDurationMs": "overhead-us", "waitedDurationMs": "queue-us"}
    metrics |= {metric: numbers[name] / 1_000 for metric, name in named.items() if name in numbers}
    record = {
        "requestId": segment.request_id,
        "metrics": metrics,
        "status": "error" if _is_wrong(segment) else "success",
        "tracing": {"value": f"Root=1-{segment.trace_id[:8]}-{segment.trace_id[8:]}"},
    }
    at = {"type": "platform.report", "time": _iso(segment.end_us), "record": record}
    return json.dumps(at, separators=(",", ":"))


def _iso(at_us: int) -> str:
    return datetime.fromtimestamp(at_us // 1_000_000, UTC).replace(microsecond=at_us % 1_000_000).isoformat()


def _is_call(segment: _Segment) -> bool:
    """Whether a subsegment is a call of AWS or of another service, rather than a phase of the function's own."""
    return segment.end_us is not None and segment.document.get("namespace") in ("aws", "remote")


def _span(
    part: _Segment, segment: _Segment, parents: Mapping[tuple[str, str], str | None], numbers: Mapping[str, int]
) -> Span:
    kind: SpanKind = "internal" if part is segment else "client"
    attributes = _attributes_of(part) | {name: str(value) for name, value in numbers.items()}
    assert part.end_us is not None, "only what is over becomes a span"
    return Span(
        trace_id=part.trace_id,
        invocation_id=part.id,
        function=segment.name,
        start_us=part.start_us,
        end_us=part.end_us,
        name=part.name,
        kind=kind,
        parent=_parent_of(part, parents),
        links=_links_of(part),
        outcome="error" if _is_wrong(part) else "ok",
        error=_error_of(part),
        request_id=part.request_id if part is segment and part.origin in (_SERVICE, _FUNCTION) else "",
        refs=refs_of(kind, attributes),
        correlation_id=_correlation_id_of(part),
        attributes=dict(sorted(attributes.items())),
        scope=XRAY,
    )


def _parent_of(part: _Segment, parents: Mapping[tuple[str, str], str | None]) -> str | None:
    """The nearest above it that becomes a span: phases, queues and gateways do not."""
    parent, seen = part.parent, set[str]()
    while parent is not None and (part.trace_id, parent) in parents and parent not in seen:
        seen.add(parent)
        parent = parents[part.trace_id, parent]
    return parent


def _links_of(part: _Segment) -> tuple[str, ...]:
    """Traces that a batch came from: since 2022 a queue's consumer has a trace of its own, linked to its producers'."""
    found = part.document.get("links")
    carriers = []
    for each in found if isinstance(found, list) else ():
        if isinstance(each, dict):
            trace_id, span_id = _trace_id_of(each.get("trace_id")), str(each.get("id", ""))
            if trace_id is not None and _SPAN_ID.match(span_id):
                carriers.append(carrier_of(Context(trace_id, span_id)))
    return tuple(dict.fromkeys(carriers))[:128]


def _attributes_of(part: _Segment) -> dict[str, str]:
    found = {INSTRUMENTED_BY: XRAY}
    if part.origin:
        found["xray-origin"] = part.origin
    aws, http = part.document.get("aws"), part.document.get("http")
    if part.document.get("namespace") == "aws" and isinstance(aws, dict):
        found |= _call_of(part.name, aws)
    if isinstance(http, dict):
        found |= _request_of(http)
    return found


_HTTP = (
    ("request", "method", "http.request.method"),
    ("request", "url", "url.full"),
    ("response", "status", "http.response.status_code"),
)


def _request_of(http: Mapping[str, Any]) -> dict[str, str]:
    found = {}
    for part, given, name in _HTTP:
        holder = http.get(part)
        value = holder.get(given) if isinstance(holder, dict) else None
        kept = kept_value(name, str(value)) if value is not None else None
        if kept:
            found[name] = kept
    return found


def _call_of(service: str, aws: Mapping[str, Any]) -> dict[str, str]:
    """A call of AWS in the words of the semantic conventions, which the rest of the collector reads."""
    prefix, destination = _CALLS.get(service, (service.lower(), ""))
    named = {
        "rpc.system": "aws-api",
        "rpc.service": prefix,
        "rpc.method": aws.get("operation"),
        "aws.request_id": aws.get("request_id"),
        "messaging.message.id": aws.get("message_id"),
        "messaging.destination.name": aws.get(destination),
        "cloud.region": aws.get("region"),
    }
    return {name: value[:_LONGEST_TEXT] for name, value in named.items() if isinstance(value, str) and value}


def _is_wrong(part: _Segment) -> bool:
    return any(part.document.get(name) is True for name in ("fault", "error", "throttle"))


def _error_of(part: _Segment) -> WireError | None:
    """The first exception that is told; X-Ray may give only the id of one that another segment tells."""
    if not _is_wrong(part):
        return None
    cause = part.document.get("cause")
    exceptions = cause.get("exceptions") if isinstance(cause, dict) else None
    for each in exceptions if isinstance(exceptions, list) else ():
        if isinstance(each, dict):
            kind, message = str(each.get("type", "Error")), str(each.get("message", ""))
            return WireError(kind[:_LONGEST_TEXT], message[:_LONGEST_TEXT])
    word = next(name for name in ("fault", "error", "throttle") if part.document.get(name) is True)
    return WireError(word.capitalize())


def _correlation_id_of(part: _Segment) -> str | None:
    """What Powertools Tracer and our layer annotate with."""
    found = [part.document.get("annotations"), *(each.document.get("annotations") for each in part.children)]
    ids = (each.get("correlation_id") for each in found if isinstance(each, dict))
    return next((each[:256] for each in ids if isinstance(each, str) and each), None)
