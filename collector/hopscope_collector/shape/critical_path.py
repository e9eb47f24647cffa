"""What a flow's end had to wait for: the chain of hops that, had one been faster, would have ended it sooner (pure).

place ██─┐
notify   └░░███──┐                the end of `confirm` waited for all of these
promo    └░░█    │                this one was done long before: not on the path
confirm          └░░████▌ end

path     ██░░███░░████            segments that touch, from the first start to the end
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from hopscope_collector.flow import Flow, Hop, Link, Send
from hopscope_collector.shape.activity import last_sign_of, working_hops

Doing = Literal["waiting", "running"]


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of the path: what was done then, and for which hop."""

    hop_id: str
    """The hop that ran, or that was waited for to start."""

    doing: Doing
    start_us: int
    end_us: int


def critical_path(flow: Flow, now_us: int) -> tuple[Segment, ...]:
    """Segments from the first cause to the end, earliest first: each begins where the one before ends.

    Where the clocks disagree a segment is empty rather than negative. A chain that bites its own tail is left there.
    """
    hops = {hop.id: hop for hop in flow.hops}
    causes = _last_causes(flow)
    sends = {send.id: send for send in flow.sends}
    hop: Hop | None = max(working_hops(flow), key=lambda each: (last_sign_of(each, now_us), each.id))
    assert hop is not None
    until_us = last_sign_of(hop, now_us)
    segments: list[Segment] = []
    seen: set[str] = set()
    while hop is not None and hop.id not in seen:
        seen.add(hop.id)
        start_us = min(hop.started_us, until_us)
        segments.append(Segment(hop.id, "running", start_us, until_us))
        link = causes.get(hop.id)
        before, left_us = _came_from(link, hops, sends) if link is not None else (None, 0)
        if before is not None:
            left_us = min(left_us, start_us)
            segments.append(Segment(hop.id, "waiting", left_us, start_us))
            until_us = left_us
        hop = before
    return tuple(reversed(segments))


def waited_and_ran_us(path: Sequence[Segment]) -> tuple[int, int]:
    """How much of the path is waiting, and how much is work."""
    waited = sum(each.end_us - each.start_us for each in path if each.doing == "waiting")
    return waited, sum(each.end_us - each.start_us for each in path) - waited


def _last_causes(flow: Flow) -> dict[str, Link]:
    """By hop: the link whose message left last, of those that prove most: it could not begin before."""
    left = {**{hop.id: hop.started_us for hop in flow.hops}, **{send.id: send.sent_us for send in flow.sends}}
    causes: dict[str, Link] = {}
    for link in flow.links:
        known = causes.get(link.to_id)
        if known is None or (link.is_exact, left.get(link.from_id, 0)) > (known.is_exact, left.get(known.from_id, 0)):
            causes[link.to_id] = link
    return causes


def _came_from(link: Link, hops: Mapping[str, Hop], sends: Mapping[str, Send]) -> tuple[Hop | None, int]:
    """The hop that caused another one, and when it did."""
    send = sends.get(link.from_id)
    before = hops.get(send.hop if send is not None else link.from_id)
    if before is None:
        return None, 0
    if send is not None:
        return before, send.sent_us
    return before, before.ended_us if before.ended_us is not None else before.started_us
