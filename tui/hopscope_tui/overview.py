"""Many flows at once: how many came when, and what kinds there are (pure).

pulse   arrivals  ▁▂▂▃▅▃▂▂   and how many of them failed   ▁▁▁▂▁▁▁▁   over the last 15 minutes
kinds   POST /orders › order_placed   412 flows   27/min   1.4 % failed   p50 1.2s  p95 4.1s  p99 9.8s
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hopscope_collector.flow import Flow
from hopscope_collector.shape.activity import UNFINISHED, Kind, stretches_of
from hopscope_collector.shape.times import DAY_US, HOUR_US, MINUTE_US, SECOND_US
from hopscope_tui.drawing.statuses import PROBLEMS
from hopscope_tui.sorting import took_us

WINDOWS_US = (
    10 * SECOND_US, 30 * SECOND_US, MINUTE_US, 5 * MINUTE_US, 15 * MINUTE_US, HOUR_US, 6 * HOUR_US, DAY_US, 7 * DAY_US,
    30 * DAY_US,
)  # fmt: skip
"""Spans that people think in; a pulse covers one of them."""

BUCKETS = 30
"""Into which a pulse is cut: enough for the widest screen, melted for others."""

_FAILED = frozenset(PROBLEMS) - {"duplicated"}
"""What counts as failed in a rate: a duplicate was handled."""


@dataclass(frozen=True, slots=True)
class Pulse:
    """Flows that began within a span that ends now, in equal parts, oldest first."""

    window_us: int
    arrivals: tuple[int, ...]
    failures: tuple[int, ...]
    """Of those that arrived then, how many are in trouble."""

    @property
    def arrived(self) -> int:
        """All of them."""
        return sum(self.arrivals)

    @property
    def failed(self) -> int:
        """All that are in trouble."""
        return sum(self.failures)

    @property
    def per_minute(self) -> float:
        """Flows that began in a minute, over the whole span."""
        return self.arrived * MINUTE_US / self.window_us


@dataclass(frozen=True, slots=True)
class KindRow:
    """Flows that began alike and are about the same."""

    kind: str
    flows: int
    failed: int
    unfinished: int
    took_us: tuple[int, ...]
    """Of those that ended, sorted."""

    waiting_share: float | None
    """How much of the time nothing ran, 0 to 1. None when no time passed."""

    pulse: Pulse
    example: Flow
    """The newest."""


def pulse_of(flows: Iterable[Flow], now_us: int, *, is_whole: bool = True, window_us: int | None = None) -> Pulse:
    """Arrivals and failures.

    Args:
        is_whole: whether these are all flows there are; else a span is chosen that they fill.
        window_us: the span; chosen when None.
    """
    known = [(flow.started_us, flow.status in _FAILED) for flow in flows]
    if window_us is None:
        window_us = _window_for(now_us - min((at for at, _ in known), default=now_us), is_whole=is_whole)
    arrivals, failures = [0] * BUCKETS, [0] * BUCKETS
    begin_us = now_us - window_us
    for started_us, is_failed in known:
        if begin_us <= started_us:
            bucket = min((started_us - begin_us) * BUCKETS // window_us, BUCKETS - 1)
            arrivals[bucket] += 1
            failures[bucket] += is_failed
    return Pulse(window_us, tuple(arrivals), tuple(failures))


def kinds_of(flows: Iterable[Flow], now_us: int, *, is_whole: bool = True) -> list[KindRow]:
    """One row a kind, the most frequent first."""
    alike: dict[str, list[Flow]] = {}
    for flow in flows:
        alike.setdefault(flow.kind, []).append(flow)
    everything = [flow for group in alike.values() for flow in group]
    window_us = pulse_of(everything, now_us, is_whole=is_whole).window_us
    rows = [_kind_row(kind, group, now_us, window_us) for kind, group in alike.items()]
    return sorted(rows, key=lambda row: (-row.flows, row.kind))


def percentile(values: Sequence[int], percent: int) -> int | None:
    """The value that so many of a hundred do not exceed, of sorted values. None of none."""
    return values[min(len(values) * percent // 100, len(values) - 1)] if values else None


def melted(counts: Sequence[int], parts: int) -> list[int]:
    """The same counts in fewer parts."""
    if parts >= len(counts):
        return list(counts)
    edges = [part * len(counts) // parts for part in range(parts + 1)]
    return [sum(counts[begin:end]) for begin, end in zip(edges, edges[1:], strict=False)]


def _kind_row(kind: str, flows: list[Flow], now_us: int, window_us: int) -> KindRow:
    took = sorted(took_us(flow, now_us) for flow in flows if flow.status not in UNFINISHED)
    return KindRow(
        kind,
        len(flows),
        sum(flow.status in _FAILED for flow in flows),
        sum(flow.status in UNFINISHED for flow in flows),
        tuple(took),
        _waiting_share(flows, now_us),
        pulse_of(flows, now_us, window_us=window_us),
        max(flows, key=lambda flow: flow.started_us),
    )


def _waiting_share(flows: Iterable[Flow], now_us: int) -> float | None:
    spent: dict[Kind, int] = {"waiting": 0, "running": 0, "retrying": 0, "rest": 0}
    for flow in flows:
        for stretch in stretches_of(flow, now_us):
            spent[stretch.kind] += stretch.end_us - stretch.start_us
    total = spent["waiting"] + spent["running"] + spent["retrying"]
    return spent["waiting"] / total if total else None


def _window_for(span_us: int, *, is_whole: bool) -> int:
    """The least span that holds all flows; the largest that is filled, when there are more than these."""
    if is_whole:
        return next((each for each in WINDOWS_US if each >= span_us), WINDOWS_US[-1])
    return next((each for each in reversed(WINDOWS_US) if each <= span_us), WINDOWS_US[0])
