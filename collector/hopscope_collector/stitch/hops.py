"""Invocations to hops and sends (pure).

    invocation, messages a b c, sends to p (for b) and q      hop .0  a
                                                        ─▶    hop .1  b   send p
                                                              hop .2  c   send q   of the batch: hung on the first
                                                                                   hop unless a key names its own

An invocation without messages is one hop with index 0. So is one whose begin never came, unless its sends or the
messages it gave back say that there were others.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from hopscope_collector.flow import Failure, Hop, HopStatus, Send
from hopscope_collector.rules import Rules
from hopscope_collector.stitch.invocations import Invocation
from hopscope_wire import model as wire
from hopscope_wire.context import context_of

LONGEST_RUN_US = 900_000_000
"""Lambda stops every function after fifteen minutes: the deadline when none was recorded."""

BEGIN = "begin"
"""Attribute of a hop whose begin is not recorded: nothing is known of its message."""

_NO_MESSAGE = wire.Message(index=0, source="unknown")


def hops_of(invocation: Invocation, now_us: int, rules: Rules) -> list[Hop]:
    """One hop for each message of the invocation; at least one. All are attempt 1 unless the broker counts."""
    messages = _messages_of(invocation)
    size = _batch_size_of(invocation, messages)
    return [_hop_of(invocation, message, size, _status_of(invocation, message, now_us, rules)) for message in messages]


def sends_of(invocation: Invocation, hops: Sequence[Hop], rules: Rules) -> list[Send]:
    """Every send of the invocation, each under the hop it belongs to."""
    end = invocation.end
    if end is None:
        return []
    owners = _Owners(hops, rules)
    return [_send_of(send, end, hops[0], owners.of(send)) for send in end.sends]


def _messages_of(invocation: Invocation) -> Sequence[wire.Message]:
    begin, end = invocation.begin, invocation.end
    if begin is not None:
        return begin.messages or (_NO_MESSAGE,)
    assert end is not None, "an invocation has a begin or an end"
    mentioned = {send.message_index for send in end.sends if send.message_index is not None} | {*end.failed_messages}
    return [replace(_NO_MESSAGE, index=index) for index in sorted(mentioned)] or (_NO_MESSAGE,)


def _batch_size_of(invocation: Invocation, messages: Sequence[wire.Message]) -> int:
    """At least two when the begin is missing and something was sent for a batch as a whole."""
    end = invocation.end
    if invocation.begin is None and end is not None and any(send.message_index is None for send in end.sends):
        return max(2, len(messages))
    return len(messages)


def _status_of(invocation: Invocation, message: wire.Message, now_us: int, rules: Rules) -> HopStatus:
    end = invocation.end
    if end is None:
        assert invocation.begin is not None, "an invocation has a begin or an end"
        deadline_us = invocation.begin.deadline_us or invocation.begin.start_us + LONGEST_RUN_US
        return "running" if now_us <= deadline_us + rules.windows.late_us else "timed-out"
    if end.outcome == "error" or message.index in end.failed_messages:
        return "failed"
    return "done"


def _hop_of(invocation: Invocation, message: wire.Message, batch_size: int, status: HopStatus) -> Hop:
    record, begin, end = invocation.either, invocation.begin, invocation.end
    context = context_of(message.carrier) if message.carrier else None
    return Hop(
        id=f"{record.invocation_id}.{message.index}",
        invocation_id=record.invocation_id,
        function=record.function,
        request_id=record.request_id,
        status=status,
        trace_id=message.trace_id or record.trace_id,
        started_us=record.start_us,
        message_index=message.index,
        attempt=message.attempt,
        source=message.source,
        refs=message.refs,
        name=message.name,
        origin=message.origin,
        ended_us=end.end_us if end else None,
        deadline_us=begin.deadline_us if begin else None,
        sent_us=message.sent_us,
        root=(begin.root if begin else None) or (end.root if end else None),
        message_root=message.root,
        sent_by=context.send_id if context else None,
        has_own_trace=message.trace_id is not None or batch_size == 1,
        batch_size=batch_size,
        correlation_id=_correlation_id_of(invocation, message, batch_size),
        keys=_keys_of(invocation, message, batch_size),
        attributes=_attributes_of(invocation, message),
        body_bytes=message.body_bytes,
        body_hash=message.body_hash,
        error=_error_of(end, status),
    )


def _correlation_id_of(invocation: Invocation, message: wire.Message, batch_size: int) -> str | None:
    if message.correlation_id is not None or batch_size > 1:
        return message.correlation_id
    begin, end = invocation.begin, invocation.end
    return (begin.correlation_id if begin else None) or (end.correlation_id if end else None)


def _keys_of(invocation: Invocation, message: wire.Message, batch_size: int) -> Mapping[str, str]:
    """What the invocation as a whole was annotated with says nothing of one message among several."""
    begin, end = invocation.begin, invocation.end
    if batch_size > 1:
        return message.keys
    return {**(end.keys if end else {}), **(begin.keys if begin else {}), **message.keys}


def _attributes_of(invocation: Invocation, message: wire.Message) -> Mapping[str, str]:
    begin = invocation.begin
    if begin is None:
        return {**message.attributes, BEGIN: "not recorded"}
    return {**message.attributes, "cold-start": "true"} if begin.cold_start else message.attributes


def _error_of(end: wire.End | None, status: HopStatus) -> Failure | None:
    if end is None or status != "failed":
        return None
    if end.error is None:
        return Failure("BatchItemFailure", "the handler gave this message of the batch back")
    return failure_of(end.error)


def failure_of(error: wire.WireError) -> Failure:
    """The same error without what the wire keeps for later versions."""
    return Failure(error.type, error.message, error.stack)


def _send_of(send: wire.Send, end: wire.End, first: Hop, owner: Hop | None) -> Send:
    return Send(
        id=send.send_id,
        hop=(owner or first).id,
        service=send.service,
        operation=send.operation,
        sent_us=end.start_us if send.sent_us is None else send.sent_us,
        destination=send.destination,
        name=send.name,
        source=_source_of(send),
        refs=send.refs,
        duration_us=send.duration_us,
        is_of_batch=owner is None,
        carried=send.carried,
        skipped=send.skipped,
        body_bytes=send.body_bytes,
        body_hash=send.body_hash,
        keys=send.keys,
        error=failure_of(send.error) if send.error else None,
    )


def _source_of(send: wire.Send) -> str | None:
    attributes = send.extra.get("attributes")
    source = attributes.get("source") if isinstance(attributes, Mapping) else None
    return source if isinstance(source, str) else None


class _Owners:
    """Which hop of an invocation a send belongs to."""

    __slots__ = ("_by_index", "_by_key", "_only")

    def __init__(self, hops: Sequence[Hop], rules: Rules) -> None:
        self._only = hops[0] if hops[0].batch_size == 1 else None
        self._by_index = {hop.message_index: hop for hop in hops}
        self._by_key: dict[tuple[str, str], list[Hop]] = {}
        for hop in hops:
            for pair in hop.keys.items():
                if rules.joins(pair[0]):
                    self._by_key.setdefault(pair, []).append(hop)

    def of(self, send: wire.Send) -> Hop | None:
        """The only hop, the one the layer names, or the only one with a business key of the send; else None."""
        if self._only is not None:
            return self._only
        if send.message_index is not None and send.message_index in self._by_index:
            return self._by_index[send.message_index]
        holders = {hop.id: hop for pair in send.keys.items() for hop in self._by_key.get(pair, ())}
        return next(iter(holders.values())) if len(holders) == 1 else None


def with_attempts(hops: Sequence[Hop]) -> list[Hop]:
    """The hops with their attempts numbered by start, where the broker keeps no count of its own.

    `hops` are sorted by start, and so is the result.
    """
    tries: dict[tuple[str, ...], list[Hop]] = {}
    for hop in hops:
        tries.setdefault(hop.consumption, []).append(hop)
    numbers: dict[str, int] = {}
    for group in tries.values():
        if len(group) > 1 and all(hop.attempt == 1 for hop in group):
            numbers.update((hop.id, number) for number, hop in enumerate(group, 1))
    return [replace(hop, attempt=numbers[hop.id]) if numbers.get(hop.id, 1) > 1 else hop for hop in hops]
