"""What was handled twice (pure).

    the same message     two attempts of one consumer both succeeded
    the same event       one consumer succeeded at two messages with the same name, keys and body

Requests of people (`POST /orders/{id}/accept`) may repeat; so may events that the rules call repeatable.
"""

from collections.abc import Iterable, Iterator, Sequence

from hopscope_collector.flow import Hop
from hopscope_collector.rules import Rules
from hopscope_collector.stitch.budgets import SYNCHRONOUS
from hopscope_collector.stitch.settle import attempts_of


def duplicates_of(hops: Sequence[Hop], rules: Rules) -> list[str]:
    """One sentence for everything that was handled twice; empty when nothing was."""
    return [*_same_message(hops), *_same_event(hops, rules)]


def _same_message(hops: Iterable[Hop]) -> Iterator[str]:
    for group in attempts_of(hops):
        done = [hop for hop in group if hop.status == "done"]
        if len(done) > 1 and done[0].source not in SYNCHRONOUS:
            what = done[0].refs[0] if done[0].refs else f"request {done[0].request_id}"
            yield f"{done[0].function} handled {what} {_times(len(done))}"


def _same_event(hops: Iterable[Hop], rules: Rules) -> Iterator[str]:
    by_event: dict[tuple[object, ...], list[Hop]] = {}
    for hop in hops:
        keys = frozenset(pair for pair in hop.keys.items() if rules.joins(pair[0]))
        may_repeat = hop.source in SYNCHRONOUS or hop.name in rules.repeatable
        if hop.status == "done" and keys and hop.name and not may_repeat:
            by_event.setdefault((hop.function, hop.name, hop.body_hash, keys), []).append(hop)
    for group in by_event.values():
        messages = dict.fromkeys(hop.refs[0] for hop in group if hop.refs)
        if len(messages) > 1:
            first = group[0]
            yield f"{first.function} handled {first.name} {_times(len(messages))}: {', '.join(list(messages)[:3])}"


def _times(count: int) -> str:
    return "twice" if count == 2 else f"{count} times"
