"""Links by the same X-Ray Root, where no id proves more (pure).

    place-order  Root 5e1b… ──▶ https://…/accept (no message, no carrier) ──▶ accept-order  Root 5e1b…

The Root says that both belong together, not which of many led to which. The most plausible one is taken: the first
send of that Root that could be the message and that this consumer has not received; for a request, the innermost hop
that was running when it came; else the only hop whose end, and so its sends, are not known. What ids disprove is never
taken: a carrier names another producer, or both sides have an id of the same broker, or the hash of a body, and they
differ.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from types import MappingProxyType
from typing import TypeVar

from hopscope_collector.flow import Hop, Send
from hopscope_collector.stitch.budgets import SYNCHRONOUS
from hopscope_collector.stitch.hops import BEGIN
from hopscope_collector.stitch.weave import Weave

T = TypeVar("T", Hop, Send)

_LOOK_BACK = 64
"""Candidates looked at for one hop: with more under one Root, the nearest in time decide."""

_BECOMES = MappingProxyType({"sqs": frozenset({"sqs"}), "sns": frozenset({"sns", "sqs", "firehose", "unknown"})})
"""By the service of a send: who may deliver it. A bus delivers to everybody."""


def root_of(hop: Hop) -> str | None:
    """The Root that the hop came with: its message's, else its invocation's when that had one message only."""
    return hop.message_root or (hop.root if hop.batch_size == 1 else None)


def mixed_ids(hops: Iterable[Hop]) -> frozenset[str]:
    """Roots and traces of whole batches: what they sent for one message goes on with the Root of them all."""
    return frozenset(
        each
        for hop in hops
        if hop.batch_size > 1
        for each in (hop.root, None if hop.has_own_trace else hop.trace_id)
        if each is not None
    )


def add_header_edges(weave: Weave) -> None:
    """Add an edge to every hop of a shared Root that nothing leads to yet."""
    _confirm(weave)
    by_root, mixed = _ByRoot(weave), mixed_ids(weave.hops)
    for hop in weave.heads():
        root = root_of(hop)
        if root is None or root in mixed or hop.sent_by is not None or BEGIN in hop.attributes:
            continue
        source = by_root.best_source(hop, root)
        if source is not None:
            weave.link((source, hop.id), "header", f"Root {root}")


def _confirm(weave: Weave) -> None:
    """Note the header as one more reason on edges that are proven anyway."""
    for edge in weave.evidence:
        sender, target = weave.index.sender_of(edge[0]), weave.index.hops_by_id[edge[1]]
        if sender.root is not None and sender.root == root_of(target):
            weave.add(edge, "header", f"Root {sender.root}")


class _ByRoot:
    """Hops and sends of each Root, sorted by time. Batches are left out: their Root is that of many messages."""

    __slots__ = ("_hops", "_receivers", "_sends", "_weave")

    def __init__(self, weave: Weave) -> None:
        self._weave = weave
        self._hops: dict[str, list[tuple[int, str, Hop]]] = {}
        self._sends: dict[str, list[tuple[int, str, Send]]] = {}
        self._receivers = {(source, weave.index.hops_by_id[target].function) for source, target in weave.evidence}
        for hop in weave.hops:
            if hop.root is not None and hop.batch_size == 1:
                self._hops.setdefault(hop.root, []).append((hop.started_us, hop.id, hop))
        for send in weave.index.sends_by_id.values():
            sender = weave.index.hops_by_id[send.hop]
            if sender.root is not None and sender.batch_size == 1:
                self._sends.setdefault(sender.root, []).append((send.sent_us, send.id, send))
        for sends in self._sends.values():
            sends.sort(key=lambda each: each[:2])

    def best_source(self, hop: Hop, root: str) -> str | None:
        """Id of the send or hop that most plausibly led to the hop, if there is one."""
        open_sends = [
            send
            for send in _latest(self._sends.get(root, ()), hop)
            if _may_become(send, hop) and (send.id, hop.function) not in self._receivers
        ]
        apart = [send.id for send in open_sends if self._is_apart(send.hop, hop)]
        if apart:
            self._receivers.add((apart[-1], hop.function))
            return apart[-1]
        earlier = (each for each in _latest(self._hops.get(root, ()), hop) if self._is_apart(each.id, hop))
        candidates = [each.id for each in earlier if _may_have_led(each, hop)]
        return candidates[0] if len(candidates) == 1 or (candidates and hop.source in SYNCHRONOUS) else None

    def _is_apart(self, hop_id: str, hop: Hop) -> bool:
        return not self._weave.linked.are_one(hop_id, hop.id)


def _may_become(send: Send, hop: Hop) -> bool:
    """Whether nothing says that this send is not the message."""
    if send.error is not None or hop.source in SYNCHRONOUS - {"unknown"}:
        return False
    if hop.source not in _BECOMES.get(send.service, frozenset({hop.source})) or send.name not in (None, hop.name):
        return False
    if send.body_hash is not None and hop.body_hash is not None and send.body_hash != hop.body_hash:
        return False
    kinds = {ref.partition("/")[0] for ref in send.refs} & {ref.partition("/")[0] for ref in hop.refs}
    return not kinds


def _may_have_led(before: Hop, hop: Hop) -> bool:
    """A caller runs while it calls; who sent a message that is not known has an end that is not known."""
    if hop.source in SYNCHRONOUS:
        return before.ended_us is None or before.ended_us >= hop.started_us
    return before.ended_us is None


def _latest(timed: Sequence[tuple[int, str, T]], hop: Hop) -> Iterator[T]:
    """What came no later than the hop's start, latest first."""
    end = bisect_right(timed, (hop.started_us, hop.id), key=lambda each: each[:2])
    return (each[2] for each in reversed(timed[max(0, end - _LOOK_BACK) : end]))
