"""One execution of a state machine in one line (pure).

  status       state machine      name        of flow   began        took   age  now in
✔ done         order-flow         o-5130-…    o-5130    05:29:22     1.4s   40s
"""

from dataclasses import dataclass

from hopscope_collector.flow import Flow, Hop
from hopscope_collector.shape.activity import last_sign_of
from hopscope_collector.shape.summary import key_of
from hopscope_collector.shape.times import age, clock, duration
from hopscope_tui.drawing.rows import Row, Run, column, fit_row
from hopscope_tui.drawing.statuses import status_row

_STATUS_CELLS = 15
_NUMBERS_CELLS = 8 + 8 + 6
_WHAT_FROM_CELLS = 60


@dataclass(frozen=True, slots=True)
class ExecutionLine:
    """An execution, and the flow it is part of."""

    arn: str
    hop: Hop
    flow: Flow


def executions_in(flows: "tuple[Flow, ...]") -> list[ExecutionLine]:
    """Every execution of the flows once, begun last first."""
    found: dict[str, ExecutionLine] = {}
    for flow in flows:
        hops = {hop.request_id: hop for hop in flow.hops}
        for arn in flow.executions:
            if arn in hops:
                found.setdefault(arn, ExecutionLine(arn, hops[arn], flow))
    return sorted(found.values(), key=lambda each: (-each.hop.started_us, each.arn))


def heading_row(width_cells: int) -> Row:
    """The names of the columns."""
    machine, name, key, what = _shares(width_cells)
    return fit_row(
        (
            Run("  "), column("status", _STATUS_CELLS - 2, "label"), *_cell("state machine", machine, "label"),
            *_cell("name", name, "label"), *_cell("of flow", key, "label"), *_cell("what", what, "label"),
            column("began", 8, "label"), column("took", 8, "label", right=True), column("age", 6, "label", right=True),
        ),
        width_cells,
    )  # fmt: skip


def execution_row(each: ExecutionLine, width_cells: int, now_us: int) -> Row:
    """Exactly `width_cells` wide."""
    machine, name, key, what = _shares(width_cells)
    hop = each.hop
    error = f"{hop.error.type}  {hop.error.message}".strip() if hop.error is not None else ""
    return fit_row(
        (
            *status_row(hop.status, _STATUS_CELLS - 2), *_cell(hop.function, machine, "strong"),
            *_cell(each.arn.rsplit(":", 1)[-1], name, "dim"), *_cell(key_of(each.flow), key, "key"),
            *_cell(error or each.flow.kind, what, "failed" if error else "dim"),
            column(clock(hop.started_us)[:8], 8, "dim"),
            column(duration(last_sign_of(hop, now_us) - hop.started_us), 8, right=True),
            column(age(now_us - hop.started_us), 6, "dim", right=True),
        ),
        width_cells,
    )  # fmt: skip


def _cell(text: str, width_cells: int, role: str) -> Row:
    """A column and the gap behind it; nothing where there is no room."""
    return (column(text, width_cells, role), Run(" ")) if width_cells else ()


def _shares(width_cells: int) -> tuple[int, int, int, int]:
    """Cells for the state machine, the execution's name, the flow's key, and what it is about: that goes first."""
    rest = max(width_cells - _STATUS_CELLS - _NUMBERS_CELLS - 4, 0)
    if rest < _WHAT_FROM_CELLS:
        machine, name = rest * 40 // 100, rest * 32 // 100
        return machine, name, max(rest - machine - name, 0), 0
    machine, name, key = rest * 26 // 100, rest * 24 // 100, rest * 16 // 100
    return machine, name, key, rest - machine - name - key
