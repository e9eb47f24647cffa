"""Reports over many flows: entries that are worked out from what the list shows, each with an example to open.

ReportScreen      reads what it needs, with the filter of the list, and shows what a pure function makes of it
├── Problems      alike problems as one row: how many, since when, the fact in words
├── Map           every edge between functions: rate, failures, waiting, running
├── Kinds         the flows by kind: rates, percentiles, arrivals and failures
└── Executions    runs of state machines and of durable functions
"""

from collections.abc import Sequence
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message

from hopscope_collector.flow import Flow
from hopscope_tui.drawing.rows import Row, Run, beside, said
from hopscope_tui.messages import FilterWrong, WindowRead
from hopscope_tui.screen_keys import BACK
from hopscope_tui.screens.live import LiveScreen
from hopscope_tui.sources.contract import FlowSource, Window
from hopscope_tui.widgets.banner import Banner
from hopscope_tui.widgets.drawn import DrawnLine
from hopscope_tui.widgets.drawn_rows import DrawnRows
from hopscope_tui.widgets.entry_list import EntryList
from hopscope_tui.widgets.key_line import KeyLine
from hopscope_tui.widgets.nothing import Nothing

MOST_FLOWS = 400
"""The newest flows that a report looks at: enough to see, few enough to be quick."""

MOST_UNASKED = 4_000
"""As far a report reads on while its list is short; further where the person goes down."""

AHEAD_ENTRIES = 40
"""So near to the last entry it reads on."""

Key = str
"""What tells an entry from others: the cursor stays on it."""


class ReportScreen(LiveScreen):
    """A list of entries that are worked out from flows."""

    CSS_PATH = "report.tcss"
    AUTO_FOCUS = "EntryList"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "example", key_display="↵", id="report.open", tooltip="Open the newest example"),
        Binding("colon", "app.jump", "go to id", key_display=":", id="report.jump", tooltip="Open a flow by any id"),
        Binding("p", "app.show('problems')", "problems", id="report.problems", tooltip="What is wrong"),
        Binding("m", "app.show('map')", "map", id="report.map", tooltip="Who sends what to whom"),
        Binding("g", "app.show('kinds')", "kinds", id="report.kinds", tooltip="Flows by kind"),
        Binding("x", "app.show('executions')", "executions", id="report.executions", tooltip="Executions"),
        BACK,
    ]
    report_title = ""
    nothing = ""
    facts_rows = 0
    """Rows below the list that say more about the entry under the cursor."""

    reads_on = False
    """Whether it looks at more flows when the end of the list is near."""

    def __init__(self, source: FlowSource, filter_text: str = "") -> None:
        super().__init__(source)
        self._filter_text = filter_text
        self._reach = MOST_FLOWS
        self._has_more = False

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nobody goes to the report that is there."""
        return (
            False if (action, *parameters) == ("show", self.report_title) else super().check_action(action, parameters)
        )

    def compose(self) -> ComposeResult:
        """Headline, heading, entries, facts, keys."""
        yield DrawnLine(id="headline")
        yield Banner(id="banner")
        yield DrawnLine(id="heading")
        yield EntryList[Any](self.draw, id="entries")
        yield Nothing(id="nothing")
        yield DrawnRows(id="facts")
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        """Draw the frame, then ask."""
        self.query_one("#heading", DrawnLine).drawing = self.heading
        self.query_one(Nothing).display = False
        facts = self.query_one("#facts")
        facts.styles.height = self.facts_rows
        facts.display = self.facts_rows > 0
        self.query_one(EntryList).focus()

    @property
    def filter_text(self) -> str:
        """That of the list below."""
        return self._filter_text

    def read(self) -> Message:
        """The newest flows that fit."""
        return WindowRead(self.filter_text, self.source.window(self.filter_text, 0, self._reach))

    def on_window_read(self, read: WindowRead) -> None:
        """Work the entries out and show them."""
        window = read.window
        self._has_more = len(window.flows) < window.total or not window.is_total_known
        self.show(self.entries(window.flows), _looked_at(window))
        self._read_on()

    def on_filter_wrong(self, wrong: FilterWrong) -> None:
        """The filter of the list below cannot be understood: say so."""
        self.answered()
        self.query_one(Banner).show_problem(f"filter {wrong.filter_text}", wrong.message)

    def show(self, entries: Sequence[Any], over: str) -> None:
        """Draw these; `over` says what they were worked out from."""
        self.answered()
        shown = self.query_one(EntryList)
        before = self.key(shown.chosen) if shown.chosen is not None else None
        shown.show(entries)
        place = next((at for at, entry in enumerate(entries) if before is not None and self.key(entry) == before), None)
        if place is not None:
            shown.cursor = place
        shown.display = bool(entries)
        nothing = self.query_one(Nothing)
        nothing.display = not entries
        nothing.say(self.nothing)
        self.query_one("#headline", DrawnLine).drawing = lambda width: self._headline(len(entries), over, width)
        self._draw_facts()

    def on_drawn_list_moved(self) -> None:
        """Another entry under the cursor."""
        self._draw_facts()
        self._read_on()

    def on_drawn_list_chosen(self) -> None:
        """Enter, or a second click."""
        self.action_open()

    def action_open(self) -> None:
        """The newest flow that the entry was worked out from."""
        if (entry := self.query_one(EntryList).chosen) is not None:
            self.open_entry(entry)

    def open_entry(self, entry: Any) -> None:
        """What stands behind an entry."""
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

    def key(self, entry: Any) -> Key:
        """What tells it from others."""
        raise NotImplementedError

    def facts(self, entry: Any, width_cells: int) -> Sequence[Row]:  # noqa: ARG002 - for those that have facts
        """What more is known of an entry."""
        return ()

    def _read_on(self) -> None:
        entries = self.query_one(EntryList)
        is_near_end = entries.cursor + AHEAD_ENTRIES >= entries.row_count
        if self.reads_on and self._has_more and is_near_end and (entries.cursor or self._reach < MOST_UNASKED):
            self._reach, self._has_more = self._reach + MOST_FLOWS, False
            self.look_again()

    def _draw_facts(self) -> None:
        entry = self.query_one(EntryList).chosen
        rows = self.query_one("#facts", DrawnRows)
        rows.drawing = (lambda width: self.facts(entry, width)) if entry is not None else None

    def _headline(self, count: int, over: str, width_cells: int) -> Row:
        left = (
            Run(f" {self.report_title}", "title"),
            Run(f" {count:,}", "strong"),
            said(f"  {self.source.name}", "dim"),
            said(f"  / {self._filter_text}" if self._filter_text else "", "accent"),
        )
        return beside(left, (said(f"{over} ", "dim"),), width_cells)


def _looked_at(window: Window) -> str:
    looked_at = len(window.flows)
    if looked_at < window.total or not window.is_total_known:
        return f"over the newest {looked_at:,} flows"
    return f"over {looked_at:,} flow{'s' if looked_at != 1 else ''}"
