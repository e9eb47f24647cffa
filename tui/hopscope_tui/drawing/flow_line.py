"""One flow in one line: what a person reads first at three in the morning (pure).

  status        key          kind                  now at                    time            took   age  hops
◔ overdue       o-42         POST /orders › order  waiting: order_accepted   ░█░█░░░░░░░░   10m04   10m     5
"""

from dataclasses import dataclass

from hopscope_collector.flow import Flow
from hopscope_collector.shape.activity import end_of, stretches_of
from hopscope_collector.shape.summary import key_of, now_at
from hopscope_collector.shape.times import age, duration
from hopscope_tui.drawing.rows import Row, Run, column, fit_row
from hopscope_tui.drawing.statuses import look_of, status_row
from hopscope_tui.drawing.time_bar import time_bar

_GAP = Run(" ")
_STATUS_CELLS = 15
_TOOK_CELLS = 6
_AGE_CELLS = 4
_HOPS_CELLS = 4


@dataclass(frozen=True, slots=True)
class Columns:
    """Cells of each column; 0 leaves it out."""

    key: int
    kind: int
    now_at: int
    bar: int
    hops: int


def columns_for(width_cells: int) -> Columns:
    """What fits: the kind goes first when it gets narrow, then the hops; where the flow stands stays to the last."""
    hops = _HOPS_CELLS if width_cells >= 72 else 0
    key = min(max(width_cells // 9, 8), 28)
    bar = min(max(width_cells // 9, 8), 24)
    fixed = _STATUS_CELLS + key + bar + _TOOK_CELLS + _AGE_CELLS + hops + (6 if hops else 5)
    rest = max(width_cells - fixed, 0)
    kind = (rest - 1) * 45 // 100 if rest >= 44 else 0
    return Columns(key=key, kind=kind, now_at=rest - kind - (1 if kind else 0), bar=bar, hops=hops)


def heading_row(width_cells: int) -> Row:
    """The names of the columns above the lines."""
    columns = columns_for(width_cells)
    cells = [Run("  "), column("status", _STATUS_CELLS - 2, "label"), _GAP, column("key", columns.key, "label"), _GAP]
    if columns.kind:
        cells += [column("kind", columns.kind, "label"), _GAP]
    cells += [column("now at", columns.now_at, "label"), _GAP, column("time", columns.bar, "label"), _GAP]
    cells += [column("took", _TOOK_CELLS, "label", right=True), _GAP, column("age", _AGE_CELLS, "label", right=True)]
    if columns.hops:
        cells += [_GAP, column("hops", columns.hops, "label", right=True)]
    return fit_row(cells, width_cells)


def flow_row(flow: Flow, width_cells: int, now_us: int) -> Row:
    """Exactly `width_cells` cells."""
    columns = columns_for(width_cells)
    took_us = end_of(flow, now_us) - flow.started_us
    cells: list[Run] = [
        *status_row(flow.status, _STATUS_CELLS - 2),
        _GAP,
        column(key_of(flow), columns.key, "key"),
        _GAP,
    ]
    if columns.kind:
        cells += [column(flow.kind, columns.kind, "dim"), _GAP]
    cells += [column(now_at(flow), columns.now_at, look_of(flow.status).role if flow.waits else "plain"), _GAP]
    cells += [*time_bar(stretches_of(flow, now_us), columns.bar), _GAP]
    cells += [column(duration(took_us), _TOOK_CELLS, right=True), _GAP]
    cells += [column(age(now_us - flow.started_us), _AGE_CELLS, "dim", right=True)]
    if columns.hops:
        cells += [_GAP, column(str(len(flow.hops)), columns.hops, "dim", right=True)]
    return fit_row(cells, width_cells)
