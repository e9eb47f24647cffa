"""Flows that take longer than their kind usually does (pure).

Slower than usual is what lies three times the middle half's width above it (Tukey's far-out fence): a kind of which
half takes between 1 s and 2 s is slow from 5 s. A kind is judged when enough of it ended.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from hopscope_collector.flow import UNFINISHED, Flow
from hopscope_collector.kinds import percentile
from hopscope_collector.shape.activity import end_of
from hopscope_collector.shape.times import MS_US, duration

FEWEST_TO_JUDGE = 12
FENCE = 3
LEAST_MARGIN_US = 100 * MS_US
"""Nobody is told of less."""


@dataclass(frozen=True, slots=True)
class Usual:
    """How long flows of one kind take."""

    p50_us: int
    p95_us: int
    slow_from_us: int
    judged_by: int
    """Flows that it was learned from."""

    def __str__(self) -> str:
        """`half of 112 take under 1.2s, 95 of 100 under 3.1s`."""
        return f"half of {self.judged_by} took under {duration(self.p50_us)}, 95 of 100 under {duration(self.p95_us)}"


def usual_of(took_us: Sequence[int]) -> Usual | None:
    """Of the sorted times of flows that ended. None when they are too few."""
    if len(took_us) < FEWEST_TO_JUDGE:
        return None
    low, middle, high, most = (percentile(took_us, percent) or 0 for percent in (25, 50, 75, 95))
    return Usual(middle, most, max(high + FENCE * (high - low), high + LEAST_MARGIN_US), len(took_us))


def usual_by_kind(flows: Iterable[Flow], now_us: int) -> dict[str, Usual]:
    """What can be said of each kind."""
    took: dict[str, list[int]] = {}
    for flow in flows:
        if flow.status not in UNFINISHED:
            took.setdefault(flow.kind, []).append(end_of(flow, now_us) - flow.started_us)
    judged = {kind: usual_of(sorted(each)) for kind, each in took.items()}
    return {kind: usual for kind, usual in judged.items() if usual is not None}


def slow_flows(flows: Sequence[Flow], usual: dict[str, Usual], now_us: int) -> Iterator[Flow]:
    """Those that took, or take, longer than is usual."""
    for flow in flows:
        known = usual.get(flow.kind)
        if known is not None and end_of(flow, now_us) - flow.started_us > known.slow_from_us:
            yield flow
