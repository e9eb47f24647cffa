"""Links by the same X-Ray Root, where no id proves more (pure).

    place-order  Root 5e1b… ──▶ https://…/accept (no message, no carrier) ──▶ accept-order  Root 5e1b…

The Root says that both belong together, not which of many led to which. The most plausible one is taken:
a send of that Root to the service that delivered the hop and that nobody received yet; else the innermost hop
that was running when this one started (a call and its callee); else the last one that started before.
"""

from bisect import bisect_right
from collections.abc import Sequence
from typing import TypeVar

from hopscope_collector.flow import Hop, Send
from hopscope_collector.stitch.weave import Weave

T = TypeVar("T", Hop, Send)

_LOOK_BACK = 64
"""Candidates looked at for one hop: with more under one Root, the nearest in time decide."""


def root_of(hop: Hop) -> str | None:
    """The Root that the hop came with: its message's, else its invocation's when that had one message only."""
    return hop.message_root or (hop.root if hop.batch_size == 1 else None)


def add_header_edges(weave: Weave) -> None:
    """Add an edge to every hop of a shared Root that nothing leads to yet."""
    _confirm(weave)
    received = weave.received()
    by_root = _ByRoot(weave)
    for hop in weave.heads():
        root = root_of(hop)
        source = by_root.best_source(hop, root, received) if root else None
        if source is not None:
            weave.link((source, hop.id), "header", f"Root {root}")
            received.add(source)


def _confirm(weave: Weave) -> None:
    """Note the header as one more reason on edges that are proven anyway."""
    for edge in weave.evidence:
        sender, target = weave.index.sender_of(edge[0]), weave.index.hops_by_id[edge[1]]
        if sender.root is not None and sender.root == root_of(target):
            weave.add(edge, "header", f"Root {sender.root}")


class _ByRoot:
    """Hops and sends of each Root, sorted by time."""

    __slots__ = ("_hops", "_sends", "_weave")

    def __init__(self, weave: Weave) -> None:
        self._weave = weave
        self._hops: dict[str, list[tuple[int, str, Hop]]] = {}
        self._sends: dict[tuple[str, str], list[tuple[int, str, Send]]] = {}
        for hop in weave.hops:
            if hop.root is not None and hop.batch_size == 1:
                self._hops.setdefault(hop.root, []).append((hop.started_us, hop.id, hop))
        for send in weave.index.sends_by_id.values():
            root = weave.index.hops_by_id[send.hop].root
            if root is not None and send.error is None and not send.is_of_batch:
                self._sends.setdefault((root, send.service), []).append((send.sent_us, send.id, send))
        for sends in self._sends.values():
            sends.sort(key=lambda each: each[:2])

    def best_source(self, hop: Hop, root: str, received: set[str]) -> str | None:
        """Id of the send or hop that most plausibly led to the hop, if there is one."""
        are_one = self._weave.linked.are_one
        for send in _latest(self._sends.get((root, hop.source), ()), hop):
            fits = send.id not in received and send.name in (None, hop.name)
            if fits and not are_one(send.hop, hop.id):
                return send.id
        earlier = [each for each in _latest(self._hops.get(root, ()), hop) if not are_one(each.id, hop.id)]
        around = (each for each in earlier if each.ended_us is None or each.ended_us >= hop.started_us)
        best = next(around, None) or next(iter(earlier), None)
        return best.id if best else None


def _latest(timed: Sequence[tuple[int, str, T]], hop: Hop) -> list[T]:
    """What came no later than the hop's start, latest first."""
    end = bisect_right(timed, (hop.started_us, hop.id), key=lambda each: each[:2])
    return [each[2] for each in reversed(timed[max(0, end - _LOOK_BACK) : end])]
