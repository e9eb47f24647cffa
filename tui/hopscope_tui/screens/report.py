"""Reports over many flows: what is wrong, and who sends what to whom.

ReportScreen      reads the newest flows that fit a filter, and shows what a pure function makes of them
├── Problems      alike problems as one row: how many, since when, the newest example
└── Map           every edge between functions: how often, how many failed, how long it waited and ran
"""

from collections.abc import Sequence
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from hopscope_collector.flow import Flow
from hopscope_tui.drawing import edges, problems
from hopscope_tui.drawing.edges import Edge
from hopscope_tui.drawing.problems import Problem
from hopscope_tui.drawing.rows import Row, Run, beside, said
from hopscope_tui.drawing.statuses import PROBLEM_FILTER
from hopscope_tui.messages import WindowRead
from hopscope_tui.screens.live import LiveScreen
from hopscope_tui.source import Window
from hopscope_tui.widgets.banner import Banner
from hopscope_tui.widgets.drawn import DrawnLine
from hopscope_tui.widgets.entry_list import EntryList
from hopscope_tui.widgets.key_line import KeyLine

MOST_FLOWS = 300
"""The newest flows that a report looks at: enough to see, few enough to be quick."""


class ReportScreen(LiveScreen):
    """A list of entries that are worked out from flows."""

    CSS_PATH = "report.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,backspace", "app.pop_screen", "back", key_display="esc", id="report.back", tooltip="Back"),
        Binding(
            "enter", "open", "newest example", key_display="↵", id="report.open", tooltip="Open the newest example"
        ),
        Binding("colon", "app.jump", "go to id", key_display=":", id="report.jump", tooltip="Open a flow by any id"),
    ]
    report_title = ""
    nothing = ""

    def compose(self) -> ComposeResult:
        """Headline, heading, entries, keys."""
        yield DrawnLine(id="headline")
        yield Banner(id="banner")
        yield DrawnLine(id="heading")
        yield EntryList[Any](self.draw, id="entries")
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        """Draw the frame, then ask."""
        self.query_one("#heading", DrawnLine).drawing = self.heading
        self.query_one(EntryList).focus()
        super().on_mount()

    def read(self) -> WindowRead:
        """The newest flows that fit."""
        return WindowRead(self.filter_text, self.source.window(self.filter_text, 0, MOST_FLOWS))

    def on_window_read(self, read: WindowRead) -> None:
        """Work the entries out and show them."""
        self.answered()
        entries = self.entries(read.window.flows)
        self.query_one(EntryList).show(entries)
        self.query_one("#headline", DrawnLine).drawing = lambda width: self._headline(len(entries), read.window, width)

    def on_drawn_list_chosen(self) -> None:
        """Enter, or a second click."""
        self.action_open()

    def action_open(self) -> None:
        """The newest flow that the entry was worked out from."""
        if (entry := self.query_one(EntryList).chosen) is not None:
            self.desk.open_flow(self.example(entry))

    def entries(self, flows: Sequence[Flow]) -> Sequence[Any]:
        """What the flows say."""
        raise NotImplementedError

    def heading(self, width_cells: int) -> Row:
        """The names of the columns."""
        raise NotImplementedError

    def draw(self, entry: Any, width_cells: int) -> Row:
        """One entry as a row."""
        raise NotImplementedError

    def example(self, entry: Any) -> Flow:
        """A flow to look at."""
        raise NotImplementedError

    def _headline(self, count: int, window: Window, width_cells: int) -> Row:
        looked_at = len(window.flows)
        over = f"over the newest {looked_at:,} flows" if looked_at < window.total or not window.is_total_known else ""
        words = over or f"over {looked_at:,} flow{'s' if looked_at != 1 else ''}"
        left = (Run(f" {self.report_title}", "title"), said(f"  {self.source.name}  ", "dim"), Run(words, "dim"))
        return beside((*left, Run("" if count else f"  {self.nothing}", "done")), (), width_cells)


class ProblemsScreen(ReportScreen):
    """What is wrong: the worst first."""

    report_title = "problems"
    nothing = "✔ nothing is wrong"

    @property
    def filter_text(self) -> str:
        """Only what needs a person."""
        return PROBLEM_FILTER

    def entries(self, flows: Sequence[Flow]) -> Sequence[Problem]:
        """Alike ones together."""
        return problems.problems_of(flows)

    def heading(self, width_cells: int) -> Row:
        """Above the problems."""
        return problems.heading_row(width_cells)

    def draw(self, entry: Problem, width_cells: int) -> Row:
        """One problem."""
        return problems.problem_row(entry, width_cells, self.desk.now_us())

    def example(self, entry: Problem) -> Flow:
        """The newest that has it."""
        return entry.flows[0]


class MapScreen(ReportScreen):
    """Who sends what to whom."""

    report_title = "map"
    nothing = "no flows yet"

    def entries(self, flows: Sequence[Flow]) -> Sequence[Edge]:
        """Each edge once."""
        return edges.edges_of(flows)

    def heading(self, width_cells: int) -> Row:
        """Above the edges."""
        return edges.heading_row(width_cells)

    def draw(self, entry: Edge, width_cells: int) -> Row:
        """One edge."""
        return edges.edge_row(entry, width_cells)

    def example(self, entry: Edge) -> Flow:
        """The newest that has it."""
        return entry.example
