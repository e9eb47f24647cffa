"""Links inferred from equal bodies, where nothing better is known (pure).

    send to queue `emails`, body 41c0…, 12:00:01     hop from queue `emails`, body 41c0…, 12:00:03     inferred

Only when destination and origin have the same name, the hop began within the window after the send, nobody else
received that send, and no second send or hop would fit as well.
"""

from collections.abc import Iterable
from typing import TypeVar

from hopscope_collector.flow import Hop, Send
from hopscope_collector.rules import resource_name
from hopscope_collector.stitch.weave import Weave

T = TypeVar("T", Send, Hop)
_Fit = tuple[str, str]
"""Name of the broker's resource, and hash of the body."""


def add_body_edges(weave: Weave) -> None:
    """Add an edge wherever exactly one unreceived send fits exactly one hop that nothing leads to."""
    sends = _by_fit((each, each.destination) for each in _open_sends(weave, weave.received()))
    hops = _by_fit((each, each.origin) for each in weave.heads())
    for fit in sorted(sends.keys() & hops.keys()):
        if len(sends[fit]) == len(hops[fit]) == 1:
            _link_if_in_time(weave, sends[fit][0], hops[fit][0], fit[1])


def _open_sends(weave: Weave, received: set[str]) -> Iterable[Send]:
    return (
        each
        for each in weave.index.sends_by_id.values()
        if each.id not in received and each.error is None and not each.is_of_batch
    )


def _by_fit(found: Iterable[tuple[T, str | None]]) -> dict[_Fit, list[T]]:
    by_fit: dict[_Fit, list[T]] = {}
    for each, address in found:
        if each.body_hash is not None and address is not None:
            by_fit.setdefault((resource_name(address), each.body_hash), []).append(each)
    return by_fit


def _link_if_in_time(weave: Weave, send: Send, hop: Hop, body_hash: str) -> None:
    waited_us = hop.started_us - send.sent_us
    in_time = -weave.rules.windows.skew_us <= waited_us <= weave.rules.windows.inferred_us
    if in_time and weave.rules.windows.inferred_us and not weave.linked.are_one(send.hop, hop.id):
        weave.link((send.id, hop.id), "inferred", f"body {body_hash}")
