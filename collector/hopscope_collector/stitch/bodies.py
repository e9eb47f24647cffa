"""Links inferred from equal bodies, where nothing better is known (pure).

    send to queue `emails`, body 41c0…, 12:00:01     hop from queue `emails`, body 41c0…, 12:00:03     inferred

    hop of `emails` failed, body 41c0…               a message with a new id, body 41c0…            redriven: inferred

Only when destination and origin have the same name, the hop began within the window after the send, nobody else
received that send, and no second send or hop would fit as well. A message that was moved back from a dead-letter
queue has a new id: it is linked to what its failed predecessor was linked to.
"""

from collections.abc import Iterable
from typing import TypeVar

from hopscope_collector.flow import Hop, HopStatus, Send
from hopscope_collector.resource_names import resource_name
from hopscope_collector.stitch.weave import Weave

T = TypeVar("T", Send, Hop)
_UNDONE: frozenset[HopStatus] = frozenset({"failed", "timed-out"})
_Fit = tuple[str, str]
"""Name of the broker's resource, and hash of the body."""


def add_body_edges(weave: Weave) -> None:
    """Add an edge wherever exactly one unreceived send fits exactly one hop that nothing leads to."""
    sends = _by_fit((each, each.destination) for each in _open_sends(weave, weave.received()))
    hops = _by_fit((each, each.origin) for each in weave.heads())
    for fit in sorted(sends.keys() & hops.keys()):
        if len(sends[fit]) == len(hops[fit]) == 1:
            _link_if_in_time(weave, sends[fit][0], hops[fit][0], fit[1])


def add_redriven_edges(weave: Weave) -> None:
    """Link a message with a new id to the send of the one message that failed with the same body before."""
    failed: dict[tuple[str, _Fit], dict[tuple[str, ...], Hop]] = {}
    for hop in weave.hops:
        if hop.source == "sqs" and hop.refs and hop.status in _UNDONE and hop.body_hash and hop.origin:
            fit = hop.function, (hop.origin, hop.body_hash)
            failed.setdefault(fit, {}).setdefault(hop.consumption, hop)
    if not failed:
        return
    edges_to: dict[str, list[str]] = {}
    for source, target in weave.evidence:
        edges_to.setdefault(target, []).append(source)
    for hop in weave.heads():
        before = failed.get((hop.function, (hop.origin or "", hop.body_hash or "")), {})
        others = [each for each in before.values() if each.started_us < hop.started_us and each.refs != hop.refs]
        for source in edges_to.get(others[0].id, ()) if len(others) == 1 else ():
            if not weave.linked.are_one(weave.index.sender_of(source).id, hop.id):
                weave.link((source, hop.id), "inferred", f"body {hop.body_hash}, which failed as {others[0].refs[0]}")


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
