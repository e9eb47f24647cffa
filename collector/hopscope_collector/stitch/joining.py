"""Which hops belong to one flow although no link says so (pure).

    same message            two consumers of one event whose sender carries no layer
    same trace id or Root   a hop in between was not recorded
    same message, retried   attempts of one consumer

Messages of one batch belong to different flows: what is true of the invocation as a whole (its own trace id, its own
Root) joins nothing when it had more than one message.
"""

from collections.abc import Iterable, Iterator

from hopscope_collector.flow import Hop
from hopscope_collector.stitch.header import root_of
from hopscope_collector.stitch.weave import PRODUCER_DIGITS, Weave, consumption_of


def join_alike(weave: Weave) -> None:
    """Join the flows of hops that share a message, a trace id or a Root."""
    mixed = _ids_of_mixed_batches(weave.hops)
    first: dict[object, str] = {}
    for hop in weave.hops:
        for identity in _identities(hop, weave, mixed):
            weave.joined.unite(first.setdefault(identity, hop.id), hop.id)


def join_batches(weave: Weave) -> None:
    """Follow what was sent for a batch as a whole, where all messages of the batch belong to one flow."""
    for source, target in weave.evidence:
        send = weave.index.sends_by_id.get(source)
        if send is None or not send.is_of_batch:
            continue
        prefix = weave.index.hops_by_id[send.hop].invocation_id[:PRODUCER_DIGITS]
        flows = {weave.joined.of(hop.id) for hop in weave.index.hops_by_producer[prefix]}
        if len(flows) == 1:
            weave.joined.unite(send.hop, target)


def share_with_attempts(weave: Weave) -> None:
    """Give later attempts the links that the first attempt at the same message got by less than an id."""
    reached = {target for _, target in weave.evidence}
    edges_to: dict[str, list[str]] = {}
    for source, target in weave.evidence:
        edges_to.setdefault(target, []).append(source)
    for hop in weave.hops:
        first = weave.first_attempts[consumption_of(hop)]
        if hop.id == first or hop.id in reached:
            continue
        for source in edges_to.get(first, ()):
            if not weave.linked.are_one(weave.index.sender_of(source).id, hop.id):
                for evidence, detail in weave.evidence[source, first].items():
                    weave.link((source, hop.id), evidence, detail)


def _identities(hop: Hop, weave: Weave, mixed: frozenset[str]) -> Iterator[object]:
    yield consumption_of(hop)
    for ref in hop.refs:
        yield "ref", ref
    if not _came_from_batch(hop, weave):
        own_trace = hop.trace_id if hop.has_own_trace else None
        own_root = hop.root if hop.batch_size == 1 else None
        yield from (("trace", each) for each in (own_trace, own_root, root_of(hop)) if each and each not in mixed)


def _came_from_batch(hop: Hop, weave: Weave) -> bool:
    """Whether it was sent by a batch: its trace id may then be that of another message."""
    producers = weave.index.hops_by_producer.get((hop.sent_by or "")[:PRODUCER_DIGITS], ())
    return any(each.batch_size > 1 for each in producers)


def _ids_of_mixed_batches(hops: Iterable[Hop]) -> frozenset[str]:
    return frozenset(
        each
        for hop in hops
        if hop.batch_size > 1
        for each in (hop.root, None if hop.has_own_trace else hop.trace_id)
        if each is not None
    )
