"""Spans of OpenTelemetry to begins and ends, as the layer would have recorded them (pure).

    trace                                      service worker                 becomes
    a  place-order: POST /orders (server)
    └ b  place-order: send (producer) ───────▶ c  process (consumer)          hop c: one message, carrier b
                                               ├ d  query (client)
                                               └ e  SendMessage (client)      its send e: sqs/<MessageId>

    hop    the first span of a service on its way: one whose parent is not of that service, or that serves a request
           or handles a message
    send   a span below it that handed a message to a broker, or that a hop of another service comes from

A span that only fetched a message is a hop when nothing else of its service tells what became of the message. What our
layer recorded too, by the id of the invocation, stays the layer's: then the spans only tell what led on from it.
Spans that we made out of a flow are that flow again: see `exported.py`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from hopscope_collector.otel.semantics import (
    INSTRUMENTED_BY,
    OPENTELEMETRY,
    destination_of,
    first,
    moved_by,
    request_name_of,
)
from hopscope_collector.stitch.exported import is_exported, records_of_exported
from hopscope_collector.stitch.weave import PRODUCER_DIGITS
from hopscope_wire.context import Context, carrier_of, context_of
from hopscope_wire.model import Begin, End, Message, Record, Send, Span

SpanId = tuple[str, str]
"""Trace id and span id."""


def records_of_spans(spans: Iterable[Span], others: Iterable[Record]) -> list[Begin | End]:
    """A begin and an end for each hop that the spans show; `others` are what the layer recorded of the same flows."""
    united = _united(spans)
    layers: list[Begin | End] = [record for record in others if isinstance(record, (Begin, End))]
    known_here = {record.invocation_id for record in layers}
    returned = records_of_exported(span for span in united.values() if is_exported(span))
    found = [record for record in returned if record.invocation_id not in known_here]
    layers += found
    known = {span_id: span for span_id, span in united.items() if not is_exported(span)}
    tree = _Tree(known, _Layers(layers))
    hops = tree.hops()
    from_outside = {context for hop in hops for context in tree.contexts_of(hop)} | tree.layers.contexts
    for hop in hops:
        if tree.layers_invocation(hop.entry) is None:
            found.append(_begin_of(hop, tree))
            found.append(_end_of(hop, from_outside))
    return found


class _Layers:
    """What our layer recorded of the same flows, by what spans may name of it."""

    __slots__ = ("contexts", "invocations", "producers", "sends")

    def __init__(self, records: Sequence[Begin | End]) -> None:
        ends = [record for record in records if isinstance(record, End)]
        messages = [message for record in records if isinstance(record, Begin) for message in record.messages]
        carriers = [context_of(message.carrier) for message in messages if message.carrier]
        self.invocations = {each.request_id: each.invocation_id for each in records if each.request_id}
        self.producers = {each.invocation_id[:PRODUCER_DIGITS] for each in records}
        self.sends = {send.send_id for record in ends for send in record.sends}
        self.contexts = {(context.trace_id, context.send_id) for context in carriers if context is not None}
        """Of the messages that it received: spans elsewhere may have sent them."""

    def know(self, span_id: str) -> bool:
        """Whether it is a send of theirs, recorded or not: an HTTP call is not, its traceparent still names the hop."""
        return span_id in self.sends or span_id[:PRODUCER_DIGITS] in self.producers


@dataclass(slots=True)
class _Hop:
    """The span that began, and everything of its service below it."""

    entry: Span
    members: list[Span] = field(default_factory=list)
    """Sorted by start, the entry among them."""


class _Tree:
    """Spans by id, and which hop each of them belongs to."""

    def __init__(self, spans: Mapping[SpanId, Span], layers: _Layers) -> None:
        self._spans = spans
        self.layers = layers
        self._entries: dict[SpanId, Span] = {each: self._entry_of(span) for each, span in spans.items()}

    def hops(self) -> list[_Hop]:
        """Every hop, sorted by start, without those that only fetched what another one handled."""
        hops: dict[SpanId, _Hop] = {}
        for span_id, span in sorted(self._spans.items(), key=lambda each: (each[1].start_us, each[0])):
            entry = self._entries[span_id]
            hops.setdefault(_id_of(entry), _Hop(entry)).members.append(span)
        handled = {
            (hop.entry.function, ref) for hop in hops.values() if not _only_fetches(hop) for ref in _refs_in(hop)
        }
        parents = {(hop.entry.trace_id, hop.entry.parent) for hop in hops.values()}
        return [
            hop
            for span_id, hop in hops.items()
            if not (_only_fetches(hop) and (span_id in parents or _is_handled(hop, handled)))
        ]

    def contexts_of(self, hop: _Hop) -> list[SpanId]:
        """The spans elsewhere that a hop comes from: those it links to, else its parent."""
        contexts = [(found.trace_id, found.send_id) for found in map(context_of, hop.entry.links) if found is not None]
        parent = self._parent_of(hop.entry)
        if not contexts and hop.entry.parent is not None and (parent is None or not _is_fetching(parent)):
            contexts = [(hop.entry.trace_id, hop.entry.parent)]
        return [each for each in contexts if self._entries.get(each) != hop.entry]

    def carrier_of(self, context: SpanId) -> str | None:
        """The context as a carrier. None when nothing is known by it: then only its trace id may tell something."""
        entry = self._entries.get(context)
        if entry is None:
            return carrier_of(Context(*context)) if self.layers.know(context[1]) else None
        layers = self.layers_invocation(entry)
        return carrier_of(Context(context[0], layers or context[1]))

    def layers_invocation(self, entry: Span) -> str | None:
        """Id of the invocation that our layer recorded and that the span is of."""
        return self.layers.invocations.get(entry.request_id) if entry.request_id else None

    def _parent_of(self, span: Span) -> Span | None:
        return self._spans.get((span.trace_id, span.parent)) if span.parent else None

    def _begins(self, span: Span) -> bool:
        parent = self._parent_of(span)
        if parent is None or parent.function != span.function:
            return True
        return span.kind in ("server", "consumer") and not _is_fetching(span)

    def _entry_of(self, span: Span) -> Span:
        """The span itself or the nearest above it that begins a hop; in a circle of parents, the least of it."""
        way: list[Span] = []
        seen: set[SpanId] = set()
        while not self._begins(span):
            if _id_of(span) in seen:
                return min(way[way.index(span) :], key=_id_of)
            seen.add(_id_of(span))
            way.append(span)
            parent = self._parent_of(span)
            assert parent is not None, "a span without a known parent begins a hop"
            span = parent
        return span


def _united(spans: Iterable[Span]) -> dict[SpanId, Span]:
    """Each span once; of two that claim one id the smaller one, so that order does not matter."""
    known: dict[SpanId, Span] = {}
    for span in spans:
        other = known.get(_id_of(span))
        if other is None or (other != span and repr(span) < repr(other)):
            known[_id_of(span)] = span
    return known


def _begin_of(hop: _Hop, tree: _Tree) -> Begin:
    entry = hop.entry
    keys = {name: value for each in reversed(hop.members) for name, value in each.keys.items()}
    return Begin(
        trace_id=entry.trace_id,
        invocation_id=entry.invocation_id,
        request_id=entry.request_id,
        function=entry.function,
        start_us=entry.start_us,
        messages=_messages_of(hop, tree),
        root=None,
        correlation_id=next((each.correlation_id for each in hop.members if each.correlation_id), None),
        version=entry.resource.get("service.version"),
        arn=first(entry.resource, "cloud.resource_id", "faas.id"),
        keys=keys,
    )


def _messages_of(hop: _Hop, tree: _Tree) -> tuple[Message, ...]:
    """One for each message that the hop got: several refs, else several contexts, else one of both."""
    refs, contexts = _refs_in(hop), tree.contexts_of(hop)
    if len(refs) > 1:
        pairs: list[tuple[SpanId | None, tuple[str, ...]]] = [(None, (ref,)) for ref in refs]
    elif len(contexts) > 1:
        pairs = [(context, ()) for context in contexts]
    else:
        pairs = [(contexts[0] if contexts else None, tuple(refs))]
    blank = _message_of(hop)
    return tuple(
        replace(
            blank,
            index=index,
            refs=of_message,
            carrier=tree.carrier_of(context) if context else None,
            root=context[0] if context and tree.carrier_of(context) is None else None,
        )
        for index, (context, of_message) in enumerate(pairs)
    )


def _message_of(hop: _Hop) -> Message:
    """What is the same for every message of the hop."""
    entry = hop.entry
    received = [each for each in hop.members if _is_in(each)]
    moved = [(each, found) for each in received if (found := moved_by(each.kind, each.attributes, each.name))]
    request = request_name_of(entry.attributes) if entry.kind == "server" else None
    source = moved[0][1].service if moved else "http" if request else "unknown"
    attributes = {INSTRUMENTED_BY: OPENTELEMETRY, "span": entry.name, "span-kind": entry.kind, **entry.attributes}
    if entry.scope:
        attributes["instrumentation"] = entry.scope
    return Message(
        index=0,
        source=source,
        name=request or (None if moved else entry.name),
        origin=destination_of(moved[0][0].attributes) if moved else None,
        attributes=attributes,
    )


def _end_of(hop: _Hop, from_outside: set[SpanId]) -> End:
    entry = hop.entry
    sends = (
        _send_of(each, is_carried=_id_of(each) in from_outside)
        for each in hop.members
        if each is not entry or _is_out(each)
    )
    return End(
        trace_id=entry.trace_id,
        invocation_id=entry.invocation_id,
        request_id=entry.request_id,
        function=entry.function,
        start_us=entry.start_us,
        end_us=entry.end_us,
        duration_us=max(1, entry.end_us - entry.start_us),
        outcome=entry.outcome,
        error=entry.error,
        sends=tuple(send for send in sends if send is not None),
    )


def _send_of(span: Span, *, is_carried: bool) -> Send | None:
    """What the span handed over. None when it handed nothing to anybody that is known."""
    moved = moved_by(span.kind, span.attributes, span.name)
    is_message = moved is not None and moved.direction == "out"
    if not is_message and not is_carried:
        return None
    is_http = "http.request.method" in span.attributes or "http.method" in span.attributes
    return Send(
        send_id=span.invocation_id,
        service=moved.service if moved is not None and is_message else "http" if is_http else "span",
        operation=moved.operation if moved is not None and is_message else span.name,
        destination=destination_of(span.attributes) or first(span.attributes, "server.address", "net.peer.name"),
        refs=span.refs if is_message else (),
        sent_us=span.start_us,
        duration_us=span.end_us - span.start_us,
        carried=is_carried,
        error=span.error,
    )


def _refs_in(hop: _Hop) -> list[str]:
    """Of the messages that the hop received, each once."""
    return list(dict.fromkeys(ref for each in hop.members if _is_in(each) for ref in each.refs))


def _only_fetches(hop: _Hop) -> bool:
    return all(map(_is_fetching, hop.members))


def _is_handled(hop: _Hop, handled: set[tuple[str, str]]) -> bool:
    refs = _refs_in(hop)
    return bool(refs) and all((hop.entry.function, ref) in handled for ref in refs)


def _is_fetching(span: Span) -> bool:
    moved = moved_by(span.kind, span.attributes)
    return moved is not None and moved.direction == "in" and moved.is_receiving


def _is_in(span: Span) -> bool:
    moved = moved_by(span.kind, span.attributes)
    return moved is not None and moved.direction == "in"


def _is_out(span: Span) -> bool:
    moved = moved_by(span.kind, span.attributes)
    return moved is not None and moved.direction == "out"


def _id_of(span: Span) -> SpanId:
    return span.trace_id, span.invocation_id
