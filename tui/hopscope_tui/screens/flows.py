"""The list of flows: live, filtered, problems first."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.suggester import Suggester
from textual.widgets import Input

from hopscope_tui.completion import completed, is_begun, seen_values
from hopscope_tui.drawing.flow_line import heading_row
from hopscope_tui.drawing.headline import list_headline
from hopscope_tui.drawing.rows import Row, Run, beside, said
from hopscope_tui.drawing.statuses import PROBLEM_FILTER
from hopscope_tui.messages import FilterWrong, WindowRead, WindowWanted
from hopscope_tui.screens.live import LiveScreen
from hopscope_tui.source import FlowSource, Window
from hopscope_tui.widgets.banner import Banner
from hopscope_tui.widgets.drawn import DrawnLine
from hopscope_tui.widgets.flow_list import FlowList
from hopscope_tui.widgets.key_line import KeyLine
from hopscope_tui.widgets.nothing import Nothing

if TYPE_CHECKING:
    from textual.timer import Timer


TYPING_S = 0.2
"""A pause that says: look for what stands there now."""


class _Completion(Suggester):
    """Completes the last word of a filter, from what the screen has seen so far."""

    def __init__(self, seen: Callable[[], Mapping[str, list[str]]]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._seen = seen

    async def get_suggestion(self, value: str) -> str | None:
        """The whole text, completed."""
        return completed(value, self._seen())


class FlowsScreen(LiveScreen):
    """Screen 1: one line a flow."""

    CSS_PATH = "flows.tcss"
    AUTO_FOCUS = "FlowList"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "open", key_display="↵", id="flows.open", tooltip="Open the flow under the cursor"),
        Binding("slash", "filter", "filter", key_display="/", id="flows.filter", tooltip="Show only flows that match"),
        Binding(
            "exclamation_mark",
            "problems",
            "problems",
            key_display="!",
            id="flows.problems",
            tooltip="Only flows with a problem; again for all",
        ),
        Binding(
            "colon",
            "app.jump",
            "go to id",
            key_display=":",
            id="flows.jump",
            tooltip="Open a flow by any of its ids: order number, message id, …",
        ),
        Binding("p", "app.problems", "grouped", id="flows.grouped", tooltip="Problems, alike ones together"),
        Binding("m", "app.map", "map", id="flows.map", tooltip="Who sends what to whom, over all flows"),
        Binding(
            "f", "follow", "follow", id="flows.follow", tooltip="Keep the cursor on the newest flow, or on its own"
        ),
        Binding("space", "pause", "pause", key_display="space", id="flows.pause", tooltip="Hold the list still"),
        Binding("y", "copy", "copy key", id="flows.copy", tooltip="Copy the flow's correlation id"),
        Binding("escape", "clear", "all flows", show=False, id="flows.clear", tooltip="Leave the filter"),
    ]

    def __init__(self, source: FlowSource) -> None:
        super().__init__(source)
        self._filter_text = ""
        self._wanted = (0, 100)
        self._last = Window(0, (), 0)
        self._held: Window | None = None
        self._read_filter = ""
        self._fault: FilterWrong | None = None
        self._typing: Timer | None = None
        self._seen_values: dict[str, list[str]] = {}

    def compose(self) -> ComposeResult:
        """Headline, filter, list, keys."""
        yield DrawnLine(id="headline")
        yield Banner(id="banner")
        yield DrawnLine(id="filter-line")
        yield Input(
            id="filter",
            placeholder="status:failed  key:order_id=o-42  fn:notify-*  dur:>2s  since:1h",
            compact=True,
            suggester=_Completion(lambda: self._seen_values),
        )
        yield DrawnLine(id="heading")
        with Container(id="body"):
            yield FlowList(id="flows")
            yield Nothing(id="nothing")
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        """Draw the frame, then ask."""
        self._hide_filter()
        self.query_one("#heading", DrawnLine).drawing = heading_row
        self.query_one(FlowList).focus()
        self.set_interval(1.0, self._tick)
        self._tick()
        super().on_mount()

    @property
    def filter_text(self) -> str:
        """As the person typed it."""
        return self._filter_text

    def read(self) -> WindowRead:
        """The part of the list that is in sight."""
        filter_text, (first, count) = self._filter_text, self._wanted
        return WindowRead(filter_text, self.source.window(filter_text, first, count))

    def on_window_read(self, read: WindowRead) -> None:
        """Show it, unless the person holds the list or has typed on."""
        if read.filter_text == self._filter_text:
            self._last, self._read_filter = read.window, read.filter_text
            self._fault = None
            self._seen_values = seen_values(read.window.flows) or self._seen_values
            if self._held is None:
                self._show(read.window)
            self._draw_lines()
        self.answered()

    def on_filter_wrong(self, wrong: FilterWrong) -> None:
        """Keep the list, underline the mistake."""
        if wrong.filter_text == self._filter_text:
            self._fault = wrong
            self._draw_lines()
        self.answered()

    def on_window_wanted(self, wanted: WindowWanted) -> None:
        """The person scrolls."""
        self._wanted = (wanted.first, wanted.count)
        self.look_again()

    def on_drawn_list_chosen(self) -> None:
        """Enter, or a second click."""
        self.action_open()

    def on_input_changed(self, event: Input.Changed) -> None:
        """The list follows the filter as it is typed."""
        if self._typing is not None:
            self._typing.stop()
        if not is_begun(event.value):
            self._typing = self.set_timer(TYPING_S, lambda: self._set_filter(event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Back to the list; the filter stays."""
        if self._typing is not None:
            self._typing.stop()
        self._set_filter(event.value)
        self._close_filter()

    def action_open(self) -> None:
        """The flow under the cursor."""
        if (flow := self.query_one(FlowList).chosen) is not None:
            self.desk.open_flow(flow)

    def action_filter(self) -> None:
        """Type a filter."""
        self.query_one("#filter-line").display = False
        box = self.query_one("#filter", Input)
        box.value = self._filter_text
        box.display, box.disabled = True, False
        box.focus()

    def action_problems(self) -> None:
        """Problems only, or everything again."""
        self._set_filter("" if self._filter_text == PROBLEM_FILTER else PROBLEM_FILTER)

    def action_clear(self) -> None:
        """Out of the filter box, then out of the filter."""
        if self.query_one("#filter").display:
            self._close_filter()
        else:
            self._set_filter("")

    def action_follow(self) -> None:
        """Stay at the newest, or stay where the cursor is."""
        flows = self.query_one(FlowList)
        flows.is_following = not flows.is_following
        if flows.is_following:
            flows.cursor = 0
        self._draw_lines()

    def action_pause(self) -> None:
        """Hold the list still, or let it run and show what came."""
        self._held = self._last if self._held is None else None
        if self._held is None:
            self._show(self._last)
        self._draw_lines()

    def action_copy(self) -> None:
        """The id that people know."""
        if (flow := self.query_one(FlowList).chosen) is not None:
            self.desk.copy_id(flow.correlation_id or flow.id)

    def on_drawn_list_moved(self, moved: FlowList.Moved) -> None:
        """Who moves down wants to read: the list no longer runs away from under the cursor."""
        flows = self.query_one(FlowList)
        if flows.is_following and moved.index > 0:
            flows.is_following = False
            self._draw_lines()

    def _set_filter(self, filter_text: str) -> None:
        if filter_text != self._filter_text:
            self._filter_text = filter_text
            self._wanted = (0, self._wanted[1])
            self._held = None
            self._draw_lines()
            self.look_again()

    def _hide_filter(self) -> None:
        """Disabled as well: the focus goes to any widget that may have it when the list is hidden for being empty."""
        box = self.query_one("#filter")
        box.display, box.disabled = False, True

    def _close_filter(self) -> None:
        self._hide_filter()
        self.query_one("#filter-line").display = True
        self.query_one(FlowList).focus()
        self._draw_lines()

    def _show(self, window: Window) -> None:
        flows = self.query_one(FlowList)
        flows.show_window(window)
        flows.display = window.total > 0
        if self.focused is None and flows.display:
            flows.focus()
        self.query_one(Nothing).show(window.total, self._filter_text, self.source.name)

    def _tick(self) -> None:
        """Ages and running times go on while nothing is received."""
        flows = self.query_one(FlowList)
        flows.now_us = self.desk.now_us()
        flows.refresh_rows()
        self._draw_lines()

    def _draw_lines(self) -> None:
        now_us = self.query_one(FlowList).now_us
        flows, state = self._last.flows, self._state()
        headline = self.query_one("#headline", DrawnLine)
        headline.drawing = list_headline(self.source.name, flows, state, now_us)
        self.query_one("#filter-line", DrawnLine).drawing = self._filter_row

    def _state(self) -> Run:
        if self._held is not None:
            new = self._last.total - self._held.total
            return Run(f"‖ paused, {new} new" if new > 0 else "‖ paused", "accent")
        if self.query_one(FlowList).is_following:
            return Run("● live, following", "running")
        return Run("● live", "running")

    def _filter_row(self, width_cells: int) -> Row:
        more = "" if self._last.is_total_known else "+"
        is_read = self._read_filter == self._filter_text or self._fault is not None
        count = Run(f"{self._last.total:,}{more} flows " if is_read else "looking… ", "dim" if is_read else "accent")
        if not self._filter_text:
            return beside((Run(" / ", "accent"), Run("type to filter", "faint")), (count,), width_cells)
        if self._fault is None:
            return beside((Run(" / ", "accent"), said(self._filter_text, "strong")), (count,), width_cells)
        text, fault = self._filter_text, self._fault
        end = max(fault.end, fault.start + 1)
        wrong = (
            said(text[fault.start : end] or " ", "failed"),
            said(text[end:]),
            said(f"   {fault.message}", "failed"),
        )
        return beside((Run(" / ", "accent"), said(text[: fault.start]), *wrong), (count,), width_cells)
