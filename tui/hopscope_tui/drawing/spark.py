"""Counts over time as a line of blocks (pure)."""

from collections.abc import Sequence

from hopscope_collector.shape.times import DAY_US, HOUR_US, MINUTE_US, SECOND_US
from hopscope_tui.drawing.rows import Row, Run
from hopscope_tui.lists.overview import Pulse, melted

_LEVELS = "▁▂▃▄▅▆▇█"
_NOTHING = "·"
"""A stretch without anything: told apart from one with little."""


def spark(counts: Sequence[int], width_cells: int, *, most: int | None = None) -> str:
    """As many cells as asked for, or as there are counts.

    Args:
        most: what the highest block stands for; the largest count when None.
    """
    parts = melted(counts, width_cells)
    top = most if most is not None else max(parts, default=0)
    return "".join(_block(count, top) for count in parts)


def pulse_row(pulse: Pulse, width_cells: int) -> Row:
    """`214/min ▁▂▂▃▅▃▂▂ ✗ 1.4 % ·····▂··  last 15m`: arrivals, and the share of failures with when they came."""
    if not pulse.arrived:
        return ()
    most = max(melted(pulse.arrivals, width_cells), default=0)
    share = 100 * pulse.failed / pulse.arrived
    arrivals: Row = (
        Run(f"  {per_minute(pulse.per_minute)} ", "plain"),
        Run(spark(pulse.arrivals, width_cells, most=most), "bar-waiting"),
    )
    failures: Row = (
        Run(f"  ✗ {percent(share)} ", "failed" if pulse.failed else "faint"),
        Run(spark(pulse.failures, width_cells), "bar-failed" if pulse.failed else "faint"),
    )
    return (*arrivals, *failures, Run(f"  last {span(pulse.window_us)}", "faint"))


def per_minute(rate: float) -> str:
    """`214/min`; a few an hour are said so."""
    if rate >= 10:
        return f"{rate:,.0f}/min"
    if rate >= 1:
        return f"{rate:.1f}/min"
    return f"{rate * 60:.0f}/h" if rate * 60 >= 1 else f"{rate * 60 * 24:.0f}/day"


def percent(share: float) -> str:
    """`0 %`, `0.3 %`, `12 %`: something that is not nothing is never said to be."""
    if share == 0:
        return "0 %"
    return f"{share:.0f} %" if share >= 10 else f"{max(share, 0.1):.1f} %"


def span(us: int) -> str:
    """A round length of time in one unit."""
    for unit_us, unit in ((DAY_US, "d"), (HOUR_US, "h"), (MINUTE_US, "m")):
        if us >= unit_us and us % unit_us == 0:
            return f"{us // unit_us}{unit}"
    return f"{us // SECOND_US}s"


def _block(count: int, top: int) -> str:
    if count <= 0 or top <= 0:
        return _NOTHING
    return _LEVELS[min(-(-count * len(_LEVELS) // top), len(_LEVELS)) - 1]
