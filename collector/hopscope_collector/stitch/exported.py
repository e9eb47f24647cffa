"""Spans that `hopscope` itself handed to OpenTelemetry, back to begins and ends (pure).

    flow ──export/spans.py──▶ spans with `hopscope.record` ──any backend, any way──▶ OTLP in ──▶ the same flow

What a flow was made of beside records (facts of the platform and of brokers) came along only as far as a hop says it.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Literal

from hopscope_collector import span_names as names
from hopscope_wire.context import Context, carrier_of
from hopscope_wire.model import Begin, End, Message, Send, Span

_GAVE_BACK = "BatchItemFailure"
"""Error of a message that its handler gave back: the invocation itself did not fail."""

SpanId = tuple[str, str]


def is_exported(span: Span) -> bool:
    """Whether we made the span out of a hop or a send."""
    return _record_of(span) is not None and names.ID in span.attributes


def refs_of_exported(attributes: Mapping[str, str]) -> tuple[str, ...]:
    """What `hopscope.refs` says: a list of texts as JSON."""
    try:
        found = json.loads(attributes.get(names.REFS, "[]"))
    except (ValueError, RecursionError):
        return ()
    return tuple(each for each in found if isinstance(each, str)) if isinstance(found, list) else ()


def records_of_exported(spans: Iterable[Span]) -> list[Begin | End]:
    """A begin for each invocation, and an end unless it was still running."""
    hops: dict[str, dict[int, Span]] = {}
    places: dict[SpanId, tuple[str, int]] = {}
    sends: dict[str, list[tuple[int, Span]]] = {}
    known = sorted(spans, key=lambda span: (span.start_us, span.trace_id, span.invocation_id))
    for span in known:
        if _record_of(span) == "hop":
            invocation_id, index = _place_of(span)
            hops.setdefault(invocation_id, {}).setdefault(index, span)
            places[span.trace_id, span.invocation_id] = invocation_id, index
    for span in known:
        place = places.get((span.trace_id, span.parent or ""))
        if _record_of(span) == "send" and place is not None:
            sends.setdefault(place[0], []).append((place[1], span))
    found: list[Begin | End] = []
    for invocation_id, messages in hops.items():
        found.append(_begin_of(invocation_id, messages))
        found += _ends_of(invocation_id, messages, sends.get(invocation_id, []))
    return found


def _record_of(span: Span) -> Literal["hop", "send"] | None:
    found = span.attributes.get(names.RECORD)
    return "hop" if found == "hop" else "send" if found == "send" else None


def _place_of(span: Span) -> tuple[str, int]:
    """Invocation and message of a hop, from `9f1c22ab03d40000.3`; the span itself when that is no id of ours."""
    invocation_id, _, index = span.attributes[names.ID].partition(".")
    is_ours = len(invocation_id) == 16 and not invocation_id.strip("0123456789abcdef") and index.isascii()
    return (invocation_id, int(index[:9])) if is_ours and index.isdigit() else (span.invocation_id, 0)


def _begin_of(invocation_id: str, hops: Mapping[int, Span]) -> Begin:
    first = hops[min(hops)]
    return Begin(
        trace_id=first.trace_id,
        invocation_id=invocation_id,
        request_id=first.request_id,
        function=first.function,
        start_us=first.start_us,
        messages=tuple(_message_of(index, span) for index, span in sorted(hops.items())),
        root=first.attributes.get(names.ROOT),
        deadline_us=_number(first, names.DEADLINE_US),
        cold_start=first.attributes.get(f"{names.DELIVERY_PREFIX}cold-start") == "true",
    )


def _message_of(index: int, span: Span) -> Message:
    said = span.attributes
    sent_by = said.get(names.SENT_BY)
    is_id = sent_by is not None and len(sent_by) == 16 and not sent_by.strip("0123456789abcdef")
    return Message(
        index=index,
        source=said.get(names.SOURCE, "unknown"),
        refs=span.refs,
        trace_id=span.trace_id if said.get(names.HAS_OWN_TRACE) != "false" else None,
        carrier=carrier_of(Context(span.trace_id, sent_by)) if sent_by is not None and is_id else None,
        root=said.get(names.MESSAGE_ROOT),
        name=said.get(names.NAME),
        origin=said.get(names.ORIGIN),
        sent_us=_number(span, names.SENT_US),
        attempt=max(1, _number(span, names.ATTEMPT) or 1),
        body_bytes=_number(span, "messaging.message.body.size"),
        body_hash=said.get(names.BODY_HASH),
        correlation_id=span.correlation_id,
        keys=span.keys,
        attributes={
            name.removeprefix(names.DELIVERY_PREFIX): value
            for name, value in said.items()
            if name.startswith(names.DELIVERY_PREFIX) and name != f"{names.DELIVERY_PREFIX}cold-start"
        },
    )


def _ends_of(invocation_id: str, hops: Mapping[int, Span], sends: Iterable[tuple[int, Span]]) -> list[End]:
    first = hops[min(hops)]
    failed = [index for index, span in hops.items() if span.outcome == "error"]
    gave_back = all(_type_of_error(hops[index]) == _GAVE_BACK for index in failed)
    if first.attributes.get(names.ENDED) == "false":
        return []
    return [
        End(
            trace_id=first.trace_id,
            invocation_id=invocation_id,
            request_id=first.request_id,
            function=first.function,
            start_us=first.start_us,
            end_us=first.end_us,
            duration_us=max(1, first.end_us - first.start_us),
            outcome="error" if failed and not gave_back else "ok",
            error=None if gave_back else hops[min(failed)].error,
            failed_messages=tuple(sorted(failed)) if gave_back else (),
            sends=tuple(_send_of(index, span) for index, span in sends),
        )
    ]


def _send_of(index: int, span: Span) -> Send:
    said = span.attributes
    send_id = said[names.ID]
    is_ours = len(send_id) == 16 and not send_id.strip("0123456789abcdef")
    return Send(
        send_id=send_id if is_ours else span.invocation_id,
        service=said.get(names.SERVICE, "unknown"),
        operation=said.get(names.OPERATION, span.name),
        destination=said.get(names.DESTINATION),
        name=said.get(names.NAME),
        refs=span.refs,
        sent_us=span.start_us,
        duration_us=_number(span, names.DURATION_US),
        message_index=None if said.get(names.OF_BATCH) == "true" else index,
        trace_id=span.trace_id,
        carried=said.get(names.CARRIED) == "true",
        skipped=said.get(names.SKIPPED),
        body_bytes=_number(span, "messaging.message.body.size"),
        body_hash=said.get(names.BODY_HASH),
        keys=span.keys,
        error=span.error,
        extra={"attributes": {"source": said[names.SOURCE]}} if names.SOURCE in said else {},
    )


def _type_of_error(span: Span) -> str | None:
    return span.error.type if span.error else None


def _number(span: Span, name: str) -> int | None:
    """A whole number; None when it is not said, or is none."""
    text = span.attributes.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 17 else None
