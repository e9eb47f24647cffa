"""What a flow was doing when: its time cut into stretches of one kind each (pure).

hops       ──██──────────██✗──────██✗────────██──
stretches  ░░██░░░░░░░░░░▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒██░░··
           waiting, running, retrying (failed attempts and what lies between them), rest (not yet due)
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import Literal, NamedTuple

from hopscope_collector.flow import UNFINISHED, Flow, Hop, attempts_of

Kind = Literal["waiting", "running", "retrying", "rest"]

_STRONGEST_FIRST: tuple[Kind, ...] = ("running", "retrying", "waiting")
"""Which kind is shown where several go on at once."""

FAILED = frozenset({"failed", "timed-out", "dead-lettered"})
"""Statuses of a hop that did not do its work."""


class Stretch(NamedTuple):
    """A time during which a flow did one kind of thing."""

    kind: Kind
    start_us: int
    end_us: int


def end_of(flow: Flow, now_us: int) -> int:
    """When the flow ended, or now while it goes on."""
    last_known = max(last_sign_of(hop, now_us) for hop in flow.hops)
    if flow.status in UNFINISHED:
        return max(now_us, last_known)
    return flow.ended_us if flow.ended_us is not None else last_known


def last_sign_of(hop: Hop, now_us: int) -> int:
    """The end of a hop; now while it runs; its start when no end will ever be known."""
    if hop.ended_us is not None:
        return max(hop.ended_us, hop.started_us)
    return max(now_us, hop.started_us) if hop.status == "running" else hop.started_us


def stretches_of(flow: Flow, now_us: int) -> tuple[Stretch, ...]:
    """The whole time of a flow, earliest first, without holes; empty when it took no time at all."""
    end_us = end_of(flow, now_us)
    busy = list(_busy(flow, now_us))
    found = list(_merged(busy, flow.started_us, end_us))
    due_us = min((wait.due_us for wait in flow.waits if wait.due_us and wait.due_us > end_us), default=None)
    if due_us is not None and flow.status in UNFINISHED:
        found.append(Stretch("rest", end_us, due_us))
    return tuple(found)


def working_hops(flow: Flow) -> tuple[Hop, ...]:
    """Those that do work themselves: an execution runs for as long as it waits for others, so it counts only alone."""
    return tuple(hop for hop in flow.hops if hop.request_id not in flow.executions) or flow.hops


def _busy(flow: Flow, now_us: int) -> Iterator[Stretch]:
    """Every hop's run, and the time between a failed attempt and the next one; in no order, overlapping."""
    for tries in attempts_of(working_hops(flow)):
        for hop in tries:
            kind: Kind = "retrying" if hop.status in FAILED else "running"
            yield Stretch(kind, hop.started_us, last_sign_of(hop, now_us))
        for failed, again in pairwise(tries):
            yield Stretch("retrying", last_sign_of(failed, now_us), again.started_us)


def _merged(busy: list[Stretch], start_us: int, end_us: int) -> Iterator[Stretch]:
    """The strongest kind at every instant, as few stretches as possible."""
    instants = sorted({start_us, end_us, *(at for one in busy for at in one[1:] if start_us < at < end_us)})
    opens: dict[int, list[Kind]] = {}
    closes: dict[int, list[Kind]] = {}
    for one in busy:
        if one.end_us > one.start_us:
            opens.setdefault(max(one.start_us, start_us), []).append(one.kind)
            closes.setdefault(min(one.end_us, end_us), []).append(one.kind)
    open_now: dict[Kind, int] = {"waiting": 1, "retrying": 0, "running": 0}
    current: Stretch | None = None
    for begin, end in pairwise(instants):
        for kind in closes.get(begin, ()):
            open_now[kind] -= 1
        for kind in opens.get(begin, ()):
            open_now[kind] += 1
        strongest: Kind = next(kind for kind in _STRONGEST_FIRST if open_now[kind] > 0)
        if current is not None and current.kind == strongest:
            current = current._replace(end_us=end)
            continue
        if current is not None:
            yield current
        current = Stretch(strongest, begin, end)
    if current is not None:
        yield current
