"""What is wrong across many flows: alike problems as one row, and the chosen one in words (pure).

  status         flows  what                           kind                       since  newest
☠ dead-lettered      1  print-ticket  PrinterBroken    POST /orders › order_pla…    18m  o-5124
◔ overdue            3  waiting: order_accepted        POST /orders › order_pla…     2m  o-5104
◑ slow               2  slower than usual              POST /orders › order_pla…     5m  o-5111
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap

from hopscope_collector.flow import Flow
from hopscope_collector.shape.summary import key_of
from hopscope_collector.shape.times import age, clock
from hopscope_tui.drawing.rows import Row, Run, column, fit_row, said
from hopscope_tui.drawing.slowness import Usual, slow_flows, usual_by_kind
from hopscope_tui.drawing.spark import spark
from hopscope_tui.drawing.statuses import PROBLEMS, look_of, status_row
from hopscope_tui.drawing.trouble import SLOW, fact_of, since_us, what_of
from hopscope_tui.neutral import neutral

_STATUS_CELLS = 15
_COUNT_CELLS = 6
_SINCE_CELLS = 6
_KEY_CELLS = 14
_SPARK_CELLS = 16
_WHICH_CELLS = 13
_SPARK_FROM_CELLS = 110
_SPARK_BUCKETS = 16
ORDER = (*PROBLEMS, SLOW)


@dataclass(frozen=True, slots=True)
class Problem:
    """Flows that are in the same trouble at the same place."""

    status: str
    """A status of a flow, or `slow`."""

    what: str
    """Where they stand, in words."""

    flows: tuple[Flow, ...]
    """Newest first, at least one."""

    since_us: int = 0
    """When the first of them got into it."""

    usual: Usual | None = None
    """What is usual for the kind of a slow one."""

    when: tuple[int, ...] = ()
    """How many began when, over the time that all flows looked at span."""

    @property
    def first(self) -> Flow:
        """The one that had it first."""
        return self.flows[-1]


def problems_of(flows: Iterable[Flow], now_us: int = 0) -> list[Problem]:
    """Worst status first, then the one that most flows have; what is slow at the end."""
    known = list(flows)
    usual = usual_by_kind(known, now_us)
    alike: dict[tuple[str, str, str], list[Flow]] = {}
    for flow in known:
        if flow.status in PROBLEMS:
            alike.setdefault((flow.status, what_of(flow, flow.status), ""), []).append(flow)
    for flow in slow_flows([each for each in known if each.status not in PROBLEMS], usual, now_us):
        alike.setdefault((SLOW, what_of(flow, SLOW), flow.kind), []).append(flow)
    starts = [flow.started_us for flow in known] or [0]
    looking = _Looking(usual, min(starts), max(max(starts) - min(starts), 1), now_us)
    found = [looking.problem(status, what, group, kind) for (status, what, kind), group in alike.items()]
    return sorted(found, key=lambda each: (ORDER.index(each.status), -len(each.flows), each.what))


def heading_row(width_cells: int) -> Row:
    """The names of the columns."""
    what, kind, when = _shares(width_cells)
    return fit_row(
        (
            Run("  "), column("status", _STATUS_CELLS - 2, "label"), column("flows", _COUNT_CELLS, "label", right=True),
            Run("  "), column("what", what, "label"), Run(" "), column("kind", kind, "label"),
            Run(" " * bool(when)), column("began", when, "label"),
            column("since", _SINCE_CELLS, "label", right=True), Run("  "), column("newest", _KEY_CELLS, "label"),
        ),
        width_cells,
    )  # fmt: skip


def problem_row(problem: Problem, width_cells: int, now_us: int) -> Row:
    """Exactly `width_cells` wide."""
    what, kind, when = _shares(width_cells)
    newest = problem.flows[0]
    role = look_of(problem.status).role
    return fit_row(
        (
            *status_row(problem.status, _STATUS_CELLS - 2),
            column(f"{len(problem.flows):,}", _COUNT_CELLS, "strong", right=True), Run("  "),
            column(problem.what, what, role), Run(" "), column(newest.kind, kind, "dim"),
            Run(" " * bool(when)), column(spark(problem.when, when), when, role),
            column(age(now_us - problem.since_us), _SINCE_CELLS, right=True), Run("  "),
            column(key_of(newest), _KEY_CELLS, "key"),
        ),
        width_cells,
    )  # fmt: skip


def problem_facts(problem: Problem, width_cells: int, now_us: int) -> list[Row]:
    """The problem under the cursor in words: what, since when, the first and the newest that have it, and why."""
    look = look_of(problem.status)
    first, newest = problem.first, problem.flows[0]
    others = len(problem.flows)
    so_many = "one flow" if others == 1 else f"{others:,} flows"
    head: Row = (
        Run(f" {look.glyph} {problem.status}", look.role),
        Run(f"  {so_many}, since {clock(problem.since_us)[:8]} UTC", "strong"),
        Run(f" ({age(now_us - problem.since_us)} ago)", "dim"),
        said(f"  {newest.kind}", "dim"),
    )
    told = [_fact_rows(newest, problem, "newest" if others > 1 else "this one", width_cells=width_cells, now_us=now_us)]
    if others > 1:
        told.insert(0, _fact_rows(first, problem, "first", width_cells=width_cells, now_us=now_us))
    return [head, *(row for rows in told for row in rows)]


def _fact_rows(flow: Flow, problem: Problem, which: str, *, width_cells: int, now_us: int) -> list[Row]:
    """Which flow, and its fact, wrapped."""
    fact = neutral(fact_of(flow, problem.status, problem.usual, now_us))
    key = key_of(flow)
    begin: Row = (column(f"   {which}", _WHICH_CELLS, "label"), column(key, _KEY_CELLS, "key"))
    lines = wrap(fact, max(width_cells - _WHICH_CELLS - _KEY_CELLS, 20), max_lines=2, placeholder=" …") or [""]
    indent = Run(" " * (_WHICH_CELLS + _KEY_CELLS))
    return [(*begin, said(lines[0])), *((indent, said(line)) for line in lines[1:])]


@dataclass(frozen=True, slots=True)
class _Looking:
    """What a problem is judged by."""

    usual: Mapping[str, Usual]
    begin_us: int
    length_us: int
    now_us: int

    def problem(self, status: str, what: str, flows: Sequence[Flow], slow_kind: str) -> Problem:
        ordered = tuple(sorted(flows, key=lambda flow: -flow.started_us))
        since = min(since_us(flow, status, self.now_us) for flow in flows)
        return Problem(status, what, ordered, since, self.usual.get(slow_kind), self._when(ordered))

    def _when(self, flows: Iterable[Flow]) -> tuple[int, ...]:
        counts = [0] * _SPARK_BUCKETS
        for flow in flows:
            counts[min((flow.started_us - self.begin_us) * _SPARK_BUCKETS // self.length_us, _SPARK_BUCKETS - 1)] += 1
        return tuple(counts)


def _shares(width_cells: int) -> tuple[int, int, int]:
    """Cells for what, for the kind, and for when."""
    when = _SPARK_CELLS if width_cells >= _SPARK_FROM_CELLS else 0
    used = _STATUS_CELLS + _COUNT_CELLS + _SINCE_CELLS + _KEY_CELLS + 5 + when + bool(when)
    rest = max(width_cells - used, 0)
    kind = rest * 2 // 5 if rest >= 46 else 0
    return rest - kind, kind, when
