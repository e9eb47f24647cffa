"""What is wrong: alike problems together, the worst first, the fact behind the chosen one in words."""

from collections.abc import Sequence
from dataclasses import replace

from textual.message import Message

from hopscope_collector.flow import Flow
from hopscope_tui.drawing import problems
from hopscope_tui.drawing.problems import Problem
from hopscope_tui.drawing.rows import Row
from hopscope_tui.drawing.statuses import PROBLEM_FILTER
from hopscope_tui.messages import WindowRead
from hopscope_tui.screens.report import MOST_FLOWS, Key, ReportScreen


class ProblemsScreen(ReportScreen):
    """Screen 4."""

    report_title = "problems"
    nothing = "✔ Nothing is wrong\n\nNothing is overdue, lost, failed, dead-lettered, duplicated or slower than usual."
    facts_rows = 5

    def read(self) -> Message:
        """The newest flows with a problem, and the newest of all: only these tell what is slow."""
        wrong = self.source.window(f"{PROBLEM_FILTER} {self.filter_text}".strip(), 0, MOST_FLOWS)
        window = self.source.window(self.filter_text, 0, MOST_FLOWS)
        known = {flow.id for flow in window.flows}
        others = tuple(flow for flow in wrong.flows if flow.id not in known)
        return WindowRead(self.filter_text, replace(window, flows=(*window.flows, *others)))

    def entries(self, flows: Sequence[Flow]) -> Sequence[Problem]:
        """Alike ones together."""
        return problems.problems_of(flows, self.desk.now_us())

    def heading(self, width_cells: int) -> Row:
        """Above the problems."""
        return problems.heading_row(width_cells)

    def draw(self, entry: Problem, width_cells: int) -> Row:
        """One problem."""
        return problems.problem_row(entry, width_cells, self.desk.now_us())

    def example(self, entry: Problem) -> Flow:
        """The newest that has it."""
        return entry.flows[0]

    def key(self, entry: Problem) -> Key:
        """What is wrong where."""
        return f"{entry.status} {entry.what} {entry.flows[0].kind if entry.usual else ''}"

    def facts(self, entry: Problem, width_cells: int) -> Sequence[Row]:
        """In words."""
        return problems.problem_facts(entry, width_cells, self.desk.now_us())
