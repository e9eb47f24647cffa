"""The first line of a flow's screens: what it is called and how it stands (pure)."""

from hopscope_collector.flow import Flow
from hopscope_collector.shape.activity import end_of
from hopscope_collector.shape.summary import key_of, made_of
from hopscope_collector.shape.times import clock, duration
from hopscope_tui.drawing.rows import Row, Run, beside, said
from hopscope_tui.drawing.statuses import look_of

_STARTED_FROM_CELLS = 100
"""A narrower line has no room for more than what it is about."""


def flow_headline(flow: Flow, width_cells: int, now_us: int, *, is_one_clock: bool = False) -> Row:
    """Status and key first; then what the flow is made of."""
    look = look_of(flow.status)
    took = duration(end_of(flow, now_us) - flow.started_us)
    left = (
        Run(f" {look.glyph} ", look.role),
        said(key_of(flow), "title"),
        Run(f"  {flow.status}", look.role),
        Run(f"  {took}", "strong"),
        Run("  one clock" if is_one_clock else "", "accent"),
        said(f"  {flow.kind}", "plain"),
        Run(f"  {made_of(flow)}", "dim"),
    )
    right = (Run(f"started {clock(flow.started_us)[:8]} UTC ", "dim"),) if width_cells >= _STARTED_FROM_CELLS else ()
    return beside(left, right, width_cells)
