"""How many flows came when, and how many of them failed (pure).

arrivals  ▁▂▂▃▅▃▂▂   failures  ▁▁▁▂▁▁▁▁   over the last 15 minutes
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from hopscope_collector.flow import UNFINISHED, Flow
from hopscope_collector.kinds import Kinds, Ran, Window, kinds_of
from hopscope_collector.shape.activity import end_of
from hopscope_collector.shape.times import DAY_US, HOUR_US, MINUTE_US, SECOND_US

WINDOWS_US = (
    10 * SECOND_US, 30 * SECOND_US, MINUTE_US, 5 * MINUTE_US, 15 * MINUTE_US, HOUR_US, 6 * HOUR_US, DAY_US, 7 * DAY_US,
    30 * DAY_US,
)  # fmt: skip
"""Spans that people think in."""

BUCKETS = 30
"""Into which a span is cut: enough for the widest screen, melted for others."""

ENOUGH_FLOWS = 100
"""A span that holds so many of the newest flows is long enough to see how things go."""

FULL_WINDOW_US = 5 * MINUTE_US
"""When there are more flows than those, the span is at least this long."""


@dataclass(frozen=True, slots=True)
class Pulse:
    """Flows that began within a span that ends now, in equal parts, oldest first."""

    window_us: int
    arrivals: tuple[int, ...]
    failures: tuple[int, ...]
    """Of those that arrived then, how many failed."""

    @property
    def arrived(self) -> int:
        """All of them."""
        return sum(self.arrivals)

    @property
    def failed(self) -> int:
        """All that failed."""
        return sum(self.failures)

    @property
    def per_minute(self) -> float:
        """Flows that began in a minute, over the whole span."""
        return self.arrived * MINUTE_US / self.window_us


def pulse_of(kinds: Kinds) -> Pulse:
    """All kinds together."""
    return Pulse(span_of(kinds.window), kinds.arrivals, kinds.failures)


def span_of(window: Window) -> int:
    """The µs that a window of `window_over()` stands for: its end is the moment after now."""
    return window.until_us - window.since_us - 1


def window_over(newest: Sequence[Flow], now_us: int, *, is_whole: bool) -> Window:
    """A span that ends now and holds the newest flows.

    Args:
        newest: the newest first.
        is_whole: whether there are no others.
    """
    some = newest[:ENOUGH_FLOWS]
    oldest_us = min((flow.started_us for flow in some), default=now_us)
    least_us = 0 if is_whole and len(newest) <= ENOUGH_FLOWS else FULL_WINDOW_US
    span_us = max(now_us - oldest_us, least_us)
    window_us = next((each for each in WINDOWS_US if each >= span_us), WINDOWS_US[-1])
    return Window(now_us - window_us, now_us + 1, BUCKETS)


def kinds_in(flows: Iterable[Flow], window: Window, now_us: int) -> Kinds:
    """Of flows that are at hand."""
    return kinds_of(
        [
            Ran(
                flow.kind,
                flow.status,
                flow.started_us,
                None if flow.status in UNFINISHED else end_of(flow, now_us) - flow.started_us,
            )
            for flow in flows
        ],
        window,
    )


def melted(counts: Sequence[int], parts: int) -> list[int]:
    """The same counts in fewer parts."""
    if parts >= len(counts) or parts <= 0:
        return list(counts) if parts > 0 else []
    edges = [part * len(counts) // parts for part in range(parts + 1)]
    return [sum(counts[begin:end]) for begin, end in pairwise(edges)]
