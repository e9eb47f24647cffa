"""Links that an id proves (pure).

    carrier   the message brought our context, and the send that it names is known; when the producer's end record
              is missing, the first twelve digits of the send's id still name the producer's hop
    ref       an id of the broker is the same on both sides; delivered to several consumers, it is a fan-out
    ref       an Invoke was answered with the request id of the hop (`lambda/<request id>`)
    ref       a failure record names the request id of the invocation that failed (`lambda/<request id>`)
    ref       the hop was handed a task token that an execution gave away (`task-token/<hash>`)

Ids that contradict one another (a topic that answers a repeated publish with the first message's id, sent by the
very hop that handles it) are left out: see `cycles.py`.
"""

from collections.abc import Iterator, Mapping, Sequence

from hopscope_collector.flow import Evidence, Hop
from hopscope_collector.stitch.cycles import contradictory
from hopscope_collector.stitch.executions import TASK_TOKEN, tokens_given_away
from hopscope_collector.stitch.settle import CONDITION
from hopscope_collector.stitch.weave import PRODUCER_DIGITS, Edge, Index, Weave

_INVOKED = "lambda/"

_Found = tuple[Edge, Evidence, str]
"""An edge, why it is one, and what is equal on both sides."""
_MOST_SENDS = 16
"""Sends of one ref that a hop is linked to, the earliest: more are no deduplicated repeats but a broken id, and every
hop of it would be linked to every send."""


def add_exact_edges(weave: Weave) -> None:
    """Add every edge that a carrier or a ref proves, without circles."""
    givers = tokens_given_away(weave.hops)
    for hop in weave.hops:
        for edge, evidence, detail in _edges_to(hop, weave.index) or _edges_by_token(hop, givers):
            weave.add(edge, evidence, detail)
    _leave_out_circles(weave)
    for source, target in weave.evidence:
        weave.linked.unite(weave.index.sender_of(source).id, target)
        if not _is_of_mixed_batch(source, weave.index):
            weave.joined.unite(weave.index.sender_of(source).id, target)


def _edges_to(hop: Hop, index: Index) -> list[_Found]:
    """A failure record quotes the message that failed, carrier and all: the invocation that failed led to it."""
    by_ref = [*_by_ref(hop, index)]
    is_record = CONDITION in hop.attributes and any(edge[0] in index.hops_by_id for edge, _, _ in by_ref)
    return by_ref if is_record else [*_by_carrier(hop, index), *by_ref]


def _by_carrier(hop: Hop, index: Index) -> Iterator[_Found]:
    if hop.sent_by is not None:
        source = hop.sent_by if hop.sent_by in index.sends_by_id else _producer_of(hop, hop.sent_by, index)
        if source is not None:
            yield (source, hop.id), "carrier", hop.sent_by


def _by_ref(hop: Hop, index: Index) -> Iterator[_Found]:
    for ref in (f"{_INVOKED}{hop.request_id}", *hop.refs):  # Invoke answers with the request id: outermost of all
        if ref.startswith(TASK_TOKEN):
            continue  # a send with this ref is the answer, which does not lead to who was asked
        failed = _failed_invocation(hop, ref, index)
        sources = [failed] if failed else [send.id for send in index.sends_by_ref.get(ref, ())[:_MOST_SENDS]]
        for source in sources:
            yield (source, hop.id), "ref", ref
        if sources:
            return  # refs further in belong to a message that the sender had received and passed on


def _edges_by_token(hop: Hop, givers: Mapping[str, Sequence[Hop]]) -> list[_Found]:
    """From the execution that handed the hop a task token: its run that began last before the hop."""
    tokens = [ref for ref in hop.refs if ref in givers]
    runs = [(run, ref) for ref in tokens for run in givers[ref] if run.id != hop.id]
    if not runs:
        return []
    run, ref = max(runs, key=lambda each: (each[0].started_us <= hop.started_us, each[0].started_us, each[0].id))
    return [((run.id, hop.id), "ref", ref)]


def _producer_of(hop: Hop, send_id: str, index: Index) -> str | None:
    """The hop whose send is not recorded. Of a batch, the one of the same trace; None when that does not decide."""
    producers = index.hops_by_producer.get(send_id[:PRODUCER_DIGITS], [])
    if len(producers) > 1:
        producers = [each for each in producers if each.has_own_trace and each.trace_id == hop.trace_id]
    return producers[0].id if len(producers) == 1 and producers[0].invocation_id != hop.invocation_id else None


def _failed_invocation(hop: Hop, ref: str, index: Index) -> str | None:
    """The last attempt of the invocation whose failure record this message is."""
    request_id = ref.removeprefix(_INVOKED)
    if request_id in (ref, hop.request_id):
        return None
    attempts = index.hops_by_request.get(request_id, ())
    return max(((each.started_us, each.id) for each in attempts), default=(0, None))[1]


def _is_of_mixed_batch(source: str, index: Index) -> bool:
    send = index.sends_by_id.get(source)
    return send is not None and send.is_of_batch


def _leave_out_circles(weave: Weave) -> None:
    between = {edge: (weave.index.sender_of(edge[0]).id, edge[1]) for edge in weave.evidence}

    def order_of(hop_id: str) -> tuple[int, str]:
        return weave.index.hops_by_id[hop_id].started_us, hop_id

    wrong = contradictory(sorted(set(between.values())), order_of)
    for edge, pair in between.items():
        if pair in wrong:
            del weave.evidence[edge]
            weave.note(edge[1], "ids contradict one another: a link that would close a circle was left out")
