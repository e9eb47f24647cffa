"""What was handled twice (pure).

    the same message     two attempts of one consumer both succeeded
    the same event       one consumer succeeded at two messages with the same name, keys and body

A broker that delivers an event as an object (EventBridge) hides its body: then the body that was sent is compared.
Where no body is known, only events that the rules call `once` are. Requests of people may always repeat.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from hopscope_collector.flow import Hop, Link, Send, attempts_of
from hopscope_collector.rules import Rules
from hopscope_collector.stitch.budgets import SYNCHRONOUS


def duplicates_of(hops: Sequence[Hop], sends: Sequence[Send], links: Sequence[Link], rules: Rules) -> list[str]:
    """One sentence for everything that was handled twice; empty when nothing was."""
    hashes = {send.id: send.body_hash for send in sends}
    sent_hashes = {link.to_id: hashes[link.from_id] for link in links if hashes.get(link.from_id)}
    return [*_same_message(hops), *_same_event(hops, sent_hashes, rules)]


def _same_message(hops: Iterable[Hop]) -> Iterator[str]:
    for group in attempts_of(hops):
        done = [hop for hop in group if hop.status == "done"]
        if len(done) > 1 and done[0].source not in SYNCHRONOUS:
            what = done[0].refs[0] if done[0].refs else f"request {done[0].request_id}"
            yield f"{done[0].function} handled {what} {_times(len(done))}"


def _same_event(hops: Iterable[Hop], sent_hashes: Mapping[str, str | None], rules: Rules) -> Iterator[str]:
    by_event: dict[tuple[object, ...], list[Hop]] = {}
    for hop in hops:
        if hop.status != "done" or hop.source in SYNCHRONOUS:
            continue
        keys = frozenset(pair for pair in hop.keys.items() if rules.joins(pair[0]))
        body = "once" if hop.name in rules.once else hop.body_hash or sent_hashes.get(hop.id)
        if keys and body:
            by_event.setdefault((hop.function, hop.origin, hop.name, keys, body), []).append(hop)
    for group in by_event.values():
        messages = dict.fromkeys(hop.refs[0] for hop in group if hop.refs)
        if len(messages) > 1:
            what = group[0].name or "the same message"
            yield f"{group[0].function} handled {what} {_times(len(messages))}: {', '.join(list(messages)[:3])}"


def _times(count: int) -> str:
    return "twice" if count == 2 else f"{count} times"
