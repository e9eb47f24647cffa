"""Records to flows (pure): the order of the steps, and nothing else.

records ─▶ invocations ─▶ hops, sends ─▶ links, strongest evidence first ─▶ flows ─▶ statuses, waits, notes
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from hopscope_collector.flow import EVIDENCE_ORDER, UNFINISHED, Evidence, Flow, Hop, Link, Send
from hopscope_collector.garbage import no_search_for_cycles
from hopscope_collector.lines.brokers import BrokerFact
from hopscope_collector.lines.facts import Fact
from hopscope_collector.lines.platform import PlatformFact
from hopscope_collector.rules import Rules
from hopscope_collector.stitch.bodies import add_body_edges, add_redriven_edges
from hopscope_collector.stitch.brokers import with_brokers
from hopscope_collector.stitch.clocks import clock_offsets
from hopscope_collector.stitch.declared import unconsumed
from hopscope_collector.stitch.duplicates import duplicates_of
from hopscope_collector.stitch.exact import add_exact_edges
from hopscope_collector.stitch.executions import executed, join_callbacks
from hopscope_collector.stitch.header import add_header_edges
from hopscope_collector.stitch.hops import hops_of, sends_of, with_attempts
from hopscope_collector.stitch.invocations import invocations_of
from hopscope_collector.stitch.joining import join_alike, join_batches, share_with_attempts
from hopscope_collector.stitch.keys import add_key_edges
from hopscope_collector.stitch.notes import notes_of
from hopscope_collector.stitch.platform import with_platform
from hopscope_collector.stitch.settle import with_dead_letters
from hopscope_collector.stitch.statuses import Standing, flow_status
from hopscope_collector.stitch.waits import (
    KnownConsumers,
    Waiting,
    known_consumers_of,
    recorded_functions,
    unmatched_of,
)
from hopscope_collector.stitch.ways import matched_by_rules, way_of
from hopscope_collector.stitch.weave import Index, Weave, first_attempts_of
from hopscope_wire.model import Record

_EXECUTIONS = ("states/", "durable/")


def flows_of(
    records: Iterable[Record],
    *,
    now_us: int,
    rules: Rules,
    known_consumers: KnownConsumers | None = None,
    facts: Iterable[Fact] = (),
    shared_keys: Collection[str] = (),
) -> list[Flow]:
    """Every flow that the records show, newest first.

    The same set of records gives the same flows, in whatever order and however often they come. Every hop is in
    exactly one flow. `known_consumers` adds to what the records themselves show of who receives from where; `facts`
    complete hops whose end was not recorded, and tell of functions without the layer and of what brokers did.
    `shared_keys` (`name=value`) join nothing, for not all records that hold them are here.
    """
    with no_search_for_cycles():
        return _stitched(
            records, list(facts), known_consumers or {}, now_us=now_us, rules=rules, shared_keys=shared_keys
        )


def _stitched(
    records: Iterable[Record],
    facts: Sequence[Fact],
    known_consumers: KnownConsumers,
    *,
    now_us: int,
    rules: Rules,
    shared_keys: Collection[str],
) -> list[Flow]:
    recorded, sends = _hops_and_sends(records, now_us, rules)
    platform = [each for each in facts if isinstance(each, PlatformFact)]
    brokers = [each for each in facts if isinstance(each, BrokerFact)]
    layered = recorded_functions(_known_consumers(recorded, known_consumers))
    told = with_brokers(with_platform(recorded, sends, platform, layered), sends, brokers, platform, layered=layered)
    hops = with_attempts(told.hops)
    weave = Weave(hops, Index(hops, sends), rules, first_attempts_of(hops), matched_by_rules(brokers), shared_keys)
    for hop_id, words in told.notes:
        weave.note(hop_id, words)
    add_exact_edges(weave)
    join_callbacks(weave)
    join_alike(weave)
    join_batches(weave)
    add_header_edges(weave)
    add_key_edges(weave)
    join_batches(weave)
    add_body_edges(weave)
    add_redriven_edges(weave)
    share_with_attempts(weave)
    known = _known_consumers(hops, known_consumers)
    return _assembled(weave, sends, Waiting(known, now_us, rules, unmatched_of(brokers)), now_us)


def _hops_and_sends(records: Iterable[Record], now_us: int, rules: Rules) -> tuple[list[Hop], list[Send]]:
    records = list(records)
    hops: list[Hop] = []
    sends: dict[str, Send] = {}
    of_functions = ((each, each) for each in invocations_of(records))
    of_machines = ((each.invocation, each.so_far) for each in executed(records))
    for invocation, so_far in (*of_functions, *of_machines):
        of_invocation = hops_of(invocation, now_us, rules)
        hops += of_invocation
        for send in sends_of(so_far, of_invocation, rules):
            sends.setdefault(send.id, send)
    hops.sort(key=lambda hop: (hop.started_us, hop.id))
    return hops, sorted(sends.values(), key=lambda send: (send.sent_us, send.id))


def _known_consumers(hops: Iterable[Hop], known: KnownConsumers) -> KnownConsumers:
    consumers = known_consumers_of(hops)
    for destination, functions in known.items():
        consumers.setdefault(destination, set()).update(functions)
    return consumers


def _assembled(weave: Weave, sends: Iterable[Send], waiting: Waiting, now_us: int) -> list[Flow]:
    parts: dict[str, _Parts] = {}
    for hop in with_dead_letters(weave):
        parts.setdefault(weave.joined.of(hop.id), _Parts()).hops.append(hop)
    for send in sends:
        parts[weave.joined.of(send.hop)].sends.append(send)
    for edge in weave.evidence:
        flow, target = (weave.joined.of(each) for each in (weave.index.sender_of(edge[0]).id, edge[1]))
        if flow == target:
            parts[flow].links.append(_link_of(edge, weave))
        else:
            _note_batch(edge, weave)
    flows = [_flow_of(each, weave, waiting, now_us) for each in parts.values()]
    return sorted(flows, key=lambda flow: (-flow.started_us, flow.id))


class _Parts:
    """Hops, sends and links of one flow while it is put together."""

    __slots__ = ("hops", "links", "sends")

    def __init__(self) -> None:
        self.hops: list[Hop] = []
        self.sends: list[Send] = []
        self.links: list[Link] = []


def _link_of(edge: tuple[str, str], weave: Weave) -> Link:
    details = weave.evidence[edge]
    kinds: tuple[Evidence, ...] = tuple([kind for kind in EVIDENCE_ORDER if kind in details])
    target = weave.index.hops_by_id[edge[1]]
    waited_us = target.started_us - _left_us(edge[0], target, weave.index)
    send = weave.index.sends_by_id.get(edge[0])
    through = () if kinds[0] == "key" else way_of(send, target, weave.matched)
    return Link(edge[0], edge[1], kinds, details[kinds[0]], waited_us, through)


def _left_us(from_id: str, target: Hop, index: Index) -> int:
    """When what led to a hop left: the send, or what is nearest to it when only the hop before is known."""
    send = index.sends_by_id.get(from_id)
    if send is not None:
        return send.sent_us
    before = index.hops_by_id[from_id]
    if target.sent_us is not None:
        return target.sent_us
    return before.ended_us if before.ended_us and before.ended_us <= target.started_us else before.started_us


def _note_batch(edge: tuple[str, str], weave: Weave) -> None:
    sender = weave.index.sender_of(edge[0])
    what = f"a batch of {sender.batch_size} messages that {sender.function} handled together"
    weave.note(edge[1], f"came from {what}: which of them led to it is not recorded")


def _flow_of(parts: _Parts, weave: Weave, waiting: Waiting, now_us: int) -> Flow:
    hops, sends = parts.hops, parts.sends
    links = sorted(
        parts.links, key=lambda link: (weave.index.hops_by_id[link.to_id].started_us, link.to_id, link.from_id)
    )
    waits = waiting.waits(hops, sends, links)
    duplicates = duplicates_of(hops, sends, links, weave.rules)
    standing = Standing(hops, waits, bool(duplicates), _sends_by_hop(links))
    status = flow_status(standing, now_us, weave.rules)
    noted = {note for hop in hops for note in weave.notes.get(hop.id, ())}
    first = hops[0]
    return Flow(
        id=first.trace_id if first.id in weave.named_by_trace else first.id,
        status=status,
        started_us=first.started_us,
        hops=tuple(_with_clocks(hops, sends, links)),
        sends=tuple(sends),
        links=tuple(links),
        traces=tuple(dict.fromkeys(hop.trace_id for hop in hops if hop.has_own_trace)),
        waits=waits,
        correlation_id=next((hop.correlation_id for hop in hops if hop.correlation_id), first.trace_id),
        keys=_keys_of(hops, sends),
        ended_us=None if status in UNFINISHED else _last_us(hops, sends),
        executions=_executions_of(hops, sends),
        notes=(
            *duplicates,
            *notes_of(hops, sends, links, weave.rules),
            *dict.fromkeys(unconsumed(sends, weave.rules.topology)),
            *sorted(noted),
        ),
    )


def _with_clocks(hops: Sequence[Hop], sends: Sequence[Send], links: Sequence[Link]) -> Sequence[Hop]:
    offsets = clock_offsets(hops, sends, links)
    return [replace(hop, clock_offset_us=offsets.get(hop.id, 0)) for hop in hops] if offsets else hops


def _sends_by_hop(links: Iterable[Link]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for link in links:
        found.setdefault(link.to_id, set()).add(link.from_id)
    return {hop_id: frozenset(sends) for hop_id, sends in found.items()}


def _keys_of(hops: Sequence[Hop], sends: Sequence[Send]) -> Mapping[str, str]:
    """The earliest value of every key."""
    seen = [(hop.started_us, hop.id, hop.keys) for hop in hops if hop.keys]
    seen += [(send.sent_us, send.id, send.keys) for send in sends if send.keys and not send.is_of_batch]
    keys: dict[str, str] = {}
    for _, _, found in sorted(seen, key=lambda each: each[:2]):
        for name, value in found.items():
            keys.setdefault(name, value)
    return keys


def _last_us(hops: Iterable[Hop], sends: Iterable[Send]) -> int:
    ends = [hop.ended_us or hop.deadline_us or hop.started_us for hop in hops]
    return max([*ends, *(send.sent_us for send in sends)])


def _executions_of(hops: Iterable[Hop], sends: Iterable[Send]) -> tuple[str, ...]:
    all_refs = [*(hop.refs for hop in hops), *(send.refs for send in sends)]
    found = (ref for refs in all_refs for ref in refs if ref.startswith(_EXECUTIONS))
    return tuple(dict.fromkeys(ref.split("/", 1)[1] for ref in found))
