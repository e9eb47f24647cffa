"""What is wrong across many flows: alike problems as one row (pure).

  status         flows  what                           kind                       since  newest
☠ dead-lettered      1  print-ticket  PrinterBroken    POST /orders › order_pla…    18m  o-5124
◔ overdue            3  waiting: order_accepted        POST /orders › order_pla…     2m  o-5104
"""

from collections.abc import Iterable
from dataclasses import dataclass

from hopscope_collector.flow import Flow
from hopscope_collector.shape.summary import key_of, now_at
from hopscope_collector.shape.times import age
from hopscope_tui.drawing.rows import Row, Run, column, fit_row
from hopscope_tui.drawing.statuses import PROBLEMS, look_of, status_row

_STATUS_CELLS = 15
_COUNT_CELLS = 6
_SINCE_CELLS = 6
_KEY_CELLS = 14


@dataclass(frozen=True, slots=True)
class Problem:
    """Flows that are in the same trouble at the same place."""

    status: str
    what: str
    """Where they stand, in words."""

    flows: tuple[Flow, ...]
    """Newest first, at least one."""

    @property
    def since_us(self) -> int:
        """Start of the first flow that had it."""
        return min(flow.started_us for flow in self.flows)


def problems_of(flows: Iterable[Flow]) -> list[Problem]:
    """Worst status first, then the one that most flows have."""
    alike: dict[tuple[str, str], list[Flow]] = {}
    for flow in flows:
        if flow.status in PROBLEMS:
            alike.setdefault((flow.status, _what(flow)), []).append(flow)
    found = [
        Problem(status, what, tuple(sorted(group, key=lambda flow: -flow.started_us)))
        for (status, what), group in alike.items()
    ]
    return sorted(found, key=lambda each: (PROBLEMS.index(each.status), -len(each.flows), each.what))


def heading_row(width_cells: int) -> Row:
    """The names of the columns."""
    what, kind = _shares(width_cells)
    return fit_row(
        (
            Run("  "), column("status", _STATUS_CELLS - 2, "label"), column("flows", _COUNT_CELLS, "label", right=True),
            Run("  "), column("what", what, "label"), Run(" "), column("kind", kind, "label"),
            column("since", _SINCE_CELLS, "label", right=True), Run("  "), column("newest", _KEY_CELLS, "label"),
        ),
        width_cells,
    )  # fmt: skip


def problem_row(problem: Problem, width_cells: int, now_us: int) -> Row:
    """Exactly `width_cells` wide."""
    what, kind = _shares(width_cells)
    newest = problem.flows[0]
    return fit_row(
        (
            *status_row(problem.status, _STATUS_CELLS - 2),
            column(f"{len(problem.flows):,}", _COUNT_CELLS, "strong", right=True), Run("  "),
            column(problem.what, what, look_of(problem.status).role), Run(" "), column(newest.kind, kind, "dim"),
            column(age(now_us - problem.since_us), _SINCE_CELLS, right=True), Run("  "),
            column(key_of(newest), _KEY_CELLS, "key"),
        ),
        width_cells,
    )  # fmt: skip


def _what(flow: Flow) -> str:
    """Where it stands; of a flow that is over, what a note says."""
    return (
        "; ".join(_alike(note) for note in flow.notes[:1])
        if flow.status == "duplicated" and flow.notes
        else now_at(flow)
    )


def _alike(note: str) -> str:
    """A note without what differs from flow to flow."""
    return " ".join("…" if any(character.isdigit() for character in word) else word for word in note.split())


def _shares(width_cells: int) -> tuple[int, int]:
    """Cells for what and for the kind."""
    rest = max(width_cells - _STATUS_CELLS - _COUNT_CELLS - _SINCE_CELLS - _KEY_CELLS - 5, 0)
    kind = rest * 2 // 5 if rest >= 50 else 0
    return rest - kind, kind
