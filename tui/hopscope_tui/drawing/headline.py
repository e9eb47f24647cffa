"""The first line of each screen: where one is and how things stand (pure)."""

from collections import Counter
from collections.abc import Callable, Sequence

from hopscope_collector.flow import Flow
from hopscope_collector.shape.activity import end_of
from hopscope_collector.shape.summary import key_of, made_of
from hopscope_collector.shape.times import MINUTE_US, SECOND_US, clock, duration
from hopscope_tui.drawing.rows import Row, Run, beside, said
from hopscope_tui.drawing.statuses import PROBLEMS, look_of

PULSE_FROM_CELLS = 100
PULSE_CELLS = 14
FEWEST_FOR_PULSE = 5
_LEVELS = "▁▂▃▄▅▆▇█"


def list_headline(name: str, flows: Sequence[Flow], state: Run, now_us: int) -> Callable[[int], Row]:
    """The source, whether it is live, how many of the flows in sight have which problem, and the time."""
    counts = Counter[str](flow.status for flow in flows)
    problems: list[Run] = []
    for status in PROBLEMS:
        if counts[status]:
            look = look_of(status)
            problems.append(Run(f"  {look.glyph} {counts[status]} {status}", look.role))
    begin = (Run(" hopscope", "title"), said(f"  {name}  ", "dim"), state)
    right = (Run(clock(now_us)[:8] + " UTC ", "dim"),)

    def row(width_cells: int) -> Row:
        pulse = arrivals(flows) if width_cells >= PULSE_FROM_CELLS else ()
        return beside((*begin, *problems, *pulse), right, width_cells)

    return row


def arrivals(flows: Sequence[Flow]) -> Row:
    """How many flows began a minute, and how that went up and down, over the time that these flows span."""
    starts = sorted(flow.started_us for flow in flows)
    if len(starts) < FEWEST_FOR_PULSE or starts[-1] - starts[0] < SECOND_US:
        return ()
    span_us = starts[-1] - starts[0]
    counts = [0] * PULSE_CELLS
    for start_us in starts:
        counts[min((start_us - starts[0]) * PULSE_CELLS // span_us, PULSE_CELLS - 1)] += 1
    line = "".join(_LEVELS[-(-count * (len(_LEVELS) - 1) // max(counts))] for count in counts)
    rate = (len(starts) - 1) * MINUTE_US / span_us
    shown = f"{rate:,.0f}/min" if rate >= 10 else f"{rate:.1f}/min"
    return (Run(f"  {shown} ", "plain"), Run(line, "bar-waiting"))


def flow_headline(flow: Flow, width_cells: int, now_us: int) -> Row:
    """Status and key first; then what the flow is made of."""
    look = look_of(flow.status)
    took = duration(end_of(flow, now_us) - flow.started_us)
    left = (
        Run(f" {look.glyph} ", look.role),
        said(key_of(flow), "title"),
        Run(f"  {flow.status}", look.role),
        Run(f"  {took}", "strong"),
        Run(f"  {made_of(flow)}", "dim"),
        said(f"  {flow.kind}", "dim"),
    )
    return beside(left, (Run(f"started {clock(flow.started_us)[:8]} UTC ", "dim"),), width_cells)
