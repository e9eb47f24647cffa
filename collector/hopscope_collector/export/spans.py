"""A flow as OpenTelemetry spans (pure): the semantic conventions for messaging and FaaS, and `span_names` for the rest.

    place-order      SERVER    POST /orders
    └ order_placed   PRODUCER  send orders            ◀─────link──┐
      └ notify-…     CONSUMER  process orders  (same trace: the send is its parent, too)

The same flow gives the same spans, ids included, however often it is exported.
"""

from collections.abc import Iterator, Mapping
from hashlib import blake2b

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link as SpanLink
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags

from hopscope_collector import span_names as names
from hopscope_collector.flow import UNSUCCESSFUL, Failure, Flow, Hop, Link, Send, Wait
from hopscope_collector.redaction import redacted
from hopscope_collector.resource_names import resource_name

SYSTEMS = {"sqs": "aws_sqs", "sns": "aws.sns", "events": "aws.eventbridge", "eventsv2": "aws.eventbridge"}
"""Of brokers: the two that the conventions name, and `aws.` before the others."""

_HTTP = frozenset({"apigateway", "function-url", "alb"})
_TIMERS = frozenset({"scheduler", "schedule"})
_MOST_CHARACTERS = 4_096
_SCOPE = InstrumentationScope("hopscope")

_Value = str | int | bool | tuple[str, ...]


def spans_of(flow: Flow) -> list[ReadableSpan]:
    """One span a hop and one a send, earliest first."""
    flow = redacted(flow)
    contexts = {hop.id: _context(hop.trace_id, _hop_span(hop)) for hop in flow.hops}
    hops = {hop.id: hop for hop in flow.hops}
    contexts |= {send.id: _context(hops[send.hop].trace_id, _send_span(send)) for send in flow.sends}
    sent_by_hop: dict[str, list[Link]] = {}
    for link in flow.links:
        sent_by_hop.setdefault(link.to_id, []).append(link)
    waits = _waits_by_hop(flow)
    spans = [_of_hop(hop, sent_by_hop.get(hop.id, []), contexts, (flow, waits.get(hop.id, []))) for hop in flow.hops]
    spans += [_of_send(send, hops[send.hop], contexts, flow) for send in flow.sends]
    return sorted(spans, key=lambda span: (span.start_time or 0, span_key(span)))


def span_key(span: ReadableSpan) -> str:
    """What tells a span from every other: its ids."""
    return f"{span.context.trace_id:032x}{span.context.span_id:016x}" if span.context else ""


def _of_hop(
    hop: Hop, links: list[Link], contexts: Mapping[str, SpanContext], known: tuple[Flow, list[Wait]]
) -> ReadableSpan:
    flow, waits = known
    own = contexts[hop.id]
    exact = [contexts[link.from_id] for link in links if link.is_exact]
    parent = next((each for each in exact if each.trace_id == own.trace_id and each.span_id != own.span_id), None)
    ended_us = max(hop.ended_us if hop.ended_us is not None else hop.started_us, hop.started_us)
    return ReadableSpan(
        name=_hop_name(hop),
        context=own,
        parent=parent,
        resource=_resource(hop),
        attributes=_clean({**_hop_attributes(hop, links), names.FLOW: flow.id}),
        events=[*_exceptions(hop.error, ended_us), *_wait_events(waits)],
        links=[SpanLink(contexts[link.from_id], _clean(_link_attributes(link))) for link in links],
        kind=_hop_kind(hop),
        status=_status(hop.error, is_failed=hop.status in UNSUCCESSFUL, words=hop.status),
        start_time=hop.started_us * 1_000,
        end_time=ended_us * 1_000,
        instrumentation_scope=_SCOPE,
    )  # fmt: skip


def _of_send(send: Send, hop: Hop, contexts: Mapping[str, SpanContext], flow: Flow) -> ReadableSpan:
    ended_us = send.sent_us + max(send.duration_us or 0, 0)
    return ReadableSpan(
        name=f"send {_destination(send.destination) or send.service}",
        context=contexts[send.id],
        parent=contexts[hop.id],
        resource=_resource(hop),
        attributes=_clean({**_send_attributes(send), names.FLOW: flow.id}),
        events=_exceptions(send.error, ended_us),
        links=(),
        kind=SpanKind.PRODUCER,
        status=_status(send.error, is_failed=send.error is not None, words="not sent"),
        start_time=send.sent_us * 1_000,
        end_time=ended_us * 1_000,
        instrumentation_scope=_SCOPE,
    )


def _hop_name(hop: Hop) -> str:
    if hop.source in _HTTP and hop.name:
        return hop.name
    destination = _destination(hop.origin)
    return f"process {destination or hop.name}" if destination or hop.name else hop.function


def _hop_kind(hop: Hop) -> SpanKind:
    if hop.source in _HTTP:
        return SpanKind.SERVER
    return SpanKind.INTERNAL if hop.source == "unknown" else SpanKind.CONSUMER


def _hop_attributes(hop: Hop, links: list[Link]) -> dict[str, _Value | None]:
    waited_us = next((link.waited_us for link in links if link.waited_us is not None), None)
    found: dict[str, _Value | None] = {
        "faas.invocation_id": hop.request_id or None,
        "faas.coldstart": True if hop.attributes.get("cold-start") == "true" else None,
        "faas.trigger": "http" if hop.source in _HTTP else "timer" if hop.source in _TIMERS else "pubsub",
        "error.type": hop.error.type if hop.error else None,
        names.RECORD: "hop", names.ID: hop.id, names.REFS: hop.refs or None, names.NAME: hop.name,
        names.STATUS: hop.status, names.ATTEMPT: hop.attempt, names.SOURCE: hop.source, names.ORIGIN: hop.origin,
        names.SENT_US: hop.sent_us, names.DEADLINE_US: hop.deadline_us, names.BATCH_SIZE: hop.batch_size,
        names.CORRELATION_ID: hop.correlation_id, names.SENT_BY: hop.sent_by, names.BODY_HASH: hop.body_hash,
        names.ROOT: hop.root, names.MESSAGE_ROOT: hop.message_root, names.HAS_OWN_TRACE: hop.has_own_trace,
        names.WAITED_US: waited_us,
        names.ENDED: None if hop.ended_us is not None else False,
        **{f"{names.KEY_PREFIX}{name}": value for name, value in hop.keys.items()},
        **{f"{names.DELIVERY_PREFIX}{name}": value for name, value in hop.attributes.items()},
    }  # fmt: skip
    if hop.source not in _HTTP:
        found |= {
            "messaging.system": SYSTEMS.get(hop.source, f"aws.{hop.source}"),
            "messaging.operation.type": "process",
            "messaging.operation.name": "process",
            "messaging.destination.name": _destination(hop.origin),
            "messaging.message.id": _message_id(hop.refs),
            "messaging.message.conversation_id": hop.correlation_id,
            "messaging.message.body.size": hop.body_bytes,
        }
    return found


def _send_attributes(send: Send) -> dict[str, _Value | None]:
    return {
        "messaging.system": SYSTEMS.get(send.service, f"aws.{send.service}"),
        "messaging.operation.type": "send",
        "messaging.operation.name": send.operation,
        "messaging.destination.name": _destination(send.destination),
        "messaging.message.id": _message_id(send.refs),
        "messaging.message.body.size": send.body_bytes,
        "rpc.system": "aws-api",
        "rpc.service": send.service,
        "rpc.method": send.operation,
        "error.type": send.error.type if send.error else None,
        names.RECORD: "send", names.ID: send.id, names.REFS: send.refs or None, names.NAME: send.name,
        names.SERVICE: send.service, names.OPERATION: send.operation, names.DESTINATION: send.destination,
        names.SOURCE: send.source,
        names.OF_BATCH: send.is_of_batch, names.CARRIED: send.carried, names.SKIPPED: send.skipped,
        names.DURATION_US: send.duration_us, names.BODY_HASH: send.body_hash,
        **{f"{names.KEY_PREFIX}{name}": value for name, value in send.keys.items()},
    }  # fmt: skip


def _link_attributes(link: Link) -> dict[str, _Value | None]:
    return {names.EVIDENCE: tuple(link.evidence), names.DETAIL: link.detail, names.WAITED_US: link.waited_us}


def _exceptions(error: Failure | None, at_us: int) -> list[Event]:
    if error is None:
        return []
    facts = {"exception.type": error.type, "exception.message": error.message, "exception.stacktrace": error.stack}
    return [Event("exception", _clean(facts), timestamp=at_us * 1_000)]


def _waits_by_hop(flow: Flow) -> dict[str, list[Wait]]:
    """Each wait under the hop that sent what it follows; under the last hop when that is not known."""
    found: dict[str, list[Wait]] = {}
    for wait in flow.waits:
        sent = [send.hop for send in flow.sends if wait.send == send.id or wait.after in (send.id, send.name)]
        found.setdefault(sent[-1] if sent else flow.hops[-1].id, []).append(wait)
    return found


def _wait_events(waits: list[Wait]) -> Iterator[Event]:
    for wait in waits:
        facts: dict[str, _Value | None] = {
            f"{names.WAIT_EVENT}.after": wait.after,
            f"{names.WAIT_EVENT}.expected": wait.expected,
            f"{names.WAIT_EVENT}.state": wait.state,
            f"{names.WAIT_EVENT}.due_us": wait.due_us,
        }
        yield Event(names.WAIT_EVENT, _clean(facts), timestamp=wait.since_us * 1_000)


def _status(error: Failure | None, *, is_failed: bool, words: str) -> Status:
    if not is_failed:
        return Status(StatusCode.UNSET)
    said = f"{error.type}: {error.message}" if error is not None and error.message else error.type if error else words
    return Status(StatusCode.ERROR, _valid(said))


def _resource(hop: Hop) -> Resource:
    return Resource(
        {
            "service.name": _valid(hop.function),
            "faas.name": _valid(hop.function),
            "cloud.provider": "aws",
            "cloud.platform": "aws_lambda",
        }
    )


def _destination(place: str | None) -> str | None:
    return resource_name(place) if place else None


def _message_id(refs: tuple[str, ...]) -> str | None:
    return refs[0].split("/", 1)[-1] if refs else None


def _clean(attributes: Mapping[str, _Value | None]) -> dict[str, _Value]:
    """Without what is not known; texts that every encoder takes."""
    return {_valid(name): _value(value) for name, value in attributes.items() if value is not None}


def _value(value: _Value) -> _Value:
    if isinstance(value, str):
        return _valid(value)
    return tuple(map(_valid, value)) if isinstance(value, tuple) else value


def _valid(text: str) -> str:
    """Text that is UTF-8 when encoded, and not endless."""
    return text[:_MOST_CHARACTERS].encode("utf-8", "backslashreplace").decode()


def _context(trace_id: str, span_id: int) -> SpanContext:
    return SpanContext(_number(trace_id, 16), span_id, is_remote=False, trace_flags=TraceFlags(TraceFlags.SAMPLED))


def _hop_span(hop: Hop) -> int:
    return _number(hop.invocation_id if hop.message_index == 0 else hop.id, 8)


def _send_span(send: Send) -> int:
    return _number(send.id, 8)


def _number(text: str, size_bytes: int) -> int:
    """The number that an id of the right length is; one made of its hash for every other."""
    if len(text) == 2 * size_bytes:
        try:
            found = int(text, 16)
        except ValueError:
            found = 0
        if found:
            return found
    return int.from_bytes(blake2b(text.encode(errors="surrogatepass"), digest_size=size_bytes).digest(), "big") or 1
