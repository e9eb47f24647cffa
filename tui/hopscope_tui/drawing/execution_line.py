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
_NUMBERS_CELLS = 10 + 8 + 6


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
            Run("  "), column("status", _STATUS_CELLS - 2, "label"), column("state machine", machine, "label"),
            Run(" "), column("name", name, "label"), Run(" "), column("of flow", key, "label"), Run(" "),
            column("what", what, "label"), column("began", 10, "label", right=True),
            column("took", 8, "label", right=True), column("age", 6, "label", right=True),
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
            *status_row(hop.status, _STATUS_CELLS - 2), column(hop.function, machine, "strong"), Run(" "),
            column(each.arn.rsplit(":", 1)[-1], name, "dim"), Run(" "), column(key_of(each.flow), key, "key"),
            Run(" "), column(error or each.flow.kind, what, "failed" if error else "dim"),
            column(clock(hop.started_us)[:8], 10, "dim", right=True),
            column(duration(last_sign_of(hop, now_us) - hop.started_us), 8, right=True),
            column(age(now_us - hop.started_us), 6, "dim", right=True),
        ),
        width_cells,
    )  # fmt: skip


def _shares(width_cells: int) -> tuple[int, int, int, int]:
    """Cells for the state machine, the execution's name, the flow's key, and what it is about."""
    rest = max(width_cells - _STATUS_CELLS - _NUMBERS_CELLS - 3, 0)
    machine, name, key = rest * 27 // 100, rest * 27 // 100, rest * 18 // 100
    return machine, name, key, rest - machine - name - key
