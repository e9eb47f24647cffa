"""Which hops belong to one flow although no link says so (pure).

    same message            two consumers of one event whose sender carries no layer
    same trace id           a hop in between was not recorded
    same Root               the same, and the message brought no context of ours: weak
    same message, retried   attempts of one consumer

Messages of one batch belong to different flows: what is true of the invocation as a whole (its own trace id, its own
Root) joins nothing when it had more than one message. A Root may come from such a batch that nobody recorded, or from
a client that uses one for everything: where hops with a Root disagree about their trace or a key, it joins nothing.

A flow is called by the trace id of its first hop only when all hops of that trace id were joined: so no two flows have
one id.
"""

from collections.abc import Iterator, Sequence
from typing import Literal

from hopscope_collector.flow import EXACT, Hop
from hopscope_collector.rules import Rules
from hopscope_collector.stitch.header import mixed_ids, root_of
from hopscope_collector.stitch.weave import PRODUCER_DIGITS, Edge, Weave

Strength = Literal["proof", "hint"]

_TRACE = "trace"
"""Kind of the identity of a trace id or Root."""


def join_alike(weave: Weave) -> None:
    """Join the flows of hops that share a message, a trace id or a Root."""
    mixed = mixed_ids(weave.hops)
    alike: dict[tuple[str, ...], list[tuple[Strength, Hop]]] = {}
    for hop in weave.hops:
        for identity, strength in _identities(hop, weave, mixed):
            alike.setdefault(identity, []).append((strength, hop))
    for identity, members in alike.items():
        belong = [hop for _, hop in members]
        hints = [hop for strength, hop in members if strength == "hint"]
        if len(members) > 1 and hints and _disagree(belong, identity[-1], weave.rules):
            belong = [hop for strength, hop in members if strength == "proof"]
        for hop in belong[1:]:
            weave.joined.unite(belong[0].id, hop.id)
        if identity[0] == _TRACE:
            weave.named_by_trace.update(hop.id for hop in belong if hop.has_own_trace and hop.trace_id == identity[1])


def join_batches(weave: Weave) -> None:
    """Follow what was sent for a batch as a whole, where all messages of the batch belong to one flow."""
    for source, target in weave.evidence:
        send = weave.index.sends_by_id.get(source)
        if send is None or not send.is_of_batch:
            continue
        prefix = weave.index.hops_by_id[send.hop].invocation_id[:PRODUCER_DIGITS]
        batch = weave.index.hops_by_producer[prefix]
        flows = {weave.joined.of(hop.id) for hop in batch}
        if len(flows) == 1 and len(batch) == batch[0].batch_size:
            weave.joined.unite(send.hop, target)


def share_with_attempts(weave: Weave) -> None:
    """Give later attempts the link that the first attempt at the same message got: by its ref if that was proven."""
    reached = {target for _, target in weave.evidence}
    edges_to: dict[str, list[str]] = {}
    for source, target in weave.evidence:
        edges_to.setdefault(target, []).append(source)
    for hop in weave.hops:
        first = weave.first_attempts[hop.consumption]
        if hop.id == first or hop.id in reached:
            continue
        for source in edges_to.get(first, ()):
            if not weave.linked.are_one(weave.index.sender_of(source).id, hop.id):
                _share((source, first), (source, hop.id), hop.refs[:1], weave)


def _share(known: Edge, edge: Edge, refs: Sequence[str], weave: Weave) -> None:
    for evidence, detail in list(weave.evidence[known].items()):
        if evidence not in EXACT:
            weave.link(edge, evidence, detail)
        elif refs:
            weave.link(edge, "ref", refs[0])


def _identities(hop: Hop, weave: Weave, mixed: frozenset[str]) -> Iterator[tuple[tuple[str, ...], Strength]]:
    yield hop.consumption, "proof"
    for ref in hop.refs:
        yield ("ref", ref), "proof"
    if _came_from_batch(hop, weave):
        return
    traces: dict[str | None, Strength] = {hop.root if hop.batch_size == 1 else None: "hint"}
    if hop.sent_by is None:
        traces[root_of(hop)] = "hint"
    if _has_proven_trace(hop):
        traces[hop.trace_id] = "proof"
    for each, strength in traces.items():
        if each and each not in mixed:
            yield (_TRACE, each), strength


def _has_proven_trace(hop: Hop) -> bool:
    """Whether its trace id came with our context, or began with it; a Root alone is no proof."""
    return hop.has_own_trace and (hop.sent_by is not None or hop.trace_id != hop.message_root)


def _disagree(hops: Sequence[Hop], root: str, rules: Rules) -> bool:
    """Whether hops of one Root belong to several other traces, or a joining key has several values among them."""
    if len({hop.trace_id for hop in hops if _has_proven_trace(hop)} - {root}) > 1:
        return True
    values: dict[str, str] = {}
    return any(
        rules.joins(name) and values.setdefault(name, value) != value
        for hop in hops
        for name, value in hop.keys.items()
    )


def _came_from_batch(hop: Hop, weave: Weave) -> bool:
    """Whether it was sent by a batch: its trace id may then be that of another message."""
    producers = weave.index.hops_by_producer.get((hop.sent_by or "")[:PRODUCER_DIGITS], ())
    return any(each.batch_size > 1 for each in producers)
