"""A flow as if all of its functions had looked at one clock (pure).

    recorded    place-order sent 12:00:09       notify-restaurant began 12:00:02     waited -7 s
    one clock   place-order sent 12:00:09       notify-restaurant began 12:00:09     waited 0 s

What was recorded stays what it is: this makes another flow, for the eye.
"""

from dataclasses import replace

from hopscope_collector.flow import Flow, Hop, Link, Send


def has_skew(flow: Flow) -> bool:
    """Whether the clocks of a flow are known to disagree."""
    return any(hop.clock_offset_us for hop in flow.hops)


def on_one_clock(flow: Flow) -> Flow:
    """The same flow with every time moved by its clock's offset. The flow itself when no clock is off."""
    if not has_skew(flow):
        return flow
    offsets = {hop.id: hop.clock_offset_us for hop in flow.hops}
    hops = tuple(sorted((_moved(hop) for hop in flow.hops), key=lambda hop: (hop.started_us, hop.id)))
    sends = tuple(replace(send, sent_us=send.sent_us + offsets.get(send.hop, 0)) for send in flow.sends)
    sent = {send.id: send for send in flow.sends}
    links = tuple(replace(link, waited_us=_waited_us(link, offsets, sent)) for link in flow.links)
    ended_us = max((hop.ended_us for hop in hops if hop.ended_us is not None), default=None)
    return replace(
        flow,
        hops=hops,
        sends=sends,
        links=links,
        started_us=hops[0].started_us,
        ended_us=None if flow.ended_us is None else max(ended_us or flow.ended_us, hops[0].started_us),
    )


def _moved(hop: Hop) -> Hop:
    by_us = hop.clock_offset_us
    ended_us = hop.ended_us + by_us if hop.ended_us is not None else None
    deadline_us = hop.deadline_us + by_us if hop.deadline_us is not None else None
    return replace(hop, started_us=hop.started_us + by_us, ended_us=ended_us, deadline_us=deadline_us)


def _waited_us(link: Link, offsets: dict[str, int], sent: dict[str, Send]) -> int | None:
    if link.waited_us is None:
        return None
    sender = sent[link.from_id].hop if link.from_id in sent else link.from_id
    return link.waited_us + offsets.get(link.to_id, 0) - offsets.get(sender, 0)
