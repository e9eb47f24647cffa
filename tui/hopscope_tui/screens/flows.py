"""The list of flows: live, filtered, sorted, problems first."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container

from hopscope_collector.flow import Flow
from hopscope_tui.drawing.flow_line import heading_row, sort_at
from hopscope_tui.drawing.list_headline import list_headline
from hopscope_tui.drawing.rows import Row, Run
from hopscope_tui.drawing.statuses import PROBLEM_FILTER
from hopscope_tui.lists.sorting import NEWEST, SORTS, Order, chosen_order, next_order
from hopscope_tui.messages import FilterWrong, SourceFailed, WindowRead, WindowWanted
from hopscope_tui.screens.live import LiveScreen
from hopscope_tui.sources.contract import FlowSource, Window
from hopscope_tui.widgets.banner import Banner
from hopscope_tui.widgets.drawn import DrawnLine
from hopscope_tui.widgets.filter_bar import FilterBar
from hopscope_tui.widgets.flow_list import FlowList
from hopscope_tui.widgets.heading import Heading
from hopscope_tui.widgets.key_line import KeyLine
from hopscope_tui.widgets.nothing import Nothing


class FlowsScreen(LiveScreen):
    """Screen 1: one line a flow."""

    CSS_PATH = "flows.tcss"
    AUTO_FOCUS = "FlowList"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "open", key_display="↵", id="flows.open", tooltip="Open the flow under the cursor"),
        Binding("slash", "filter", "filter", key_display="/", id="flows.filter", tooltip="Show only flows that match"),
        Binding("exclamation_mark", "problems", "problems", key_display="!", id="flows.problems",
                tooltip="Only flows with a problem; again for all"),
        Binding("colon", "app.jump", "go to id", key_display=":", id="flows.jump",
                tooltip="Open a flow by any of its ids: order number, message id, …"),
        Binding("s", "sort", "sort", id="flows.sort", tooltip="Sort by the next column; so does a click on one"),
        Binding("g", "app.show('kinds')", "kinds", id="flows.kinds", tooltip="Group by kind: rates and percentiles"),
        Binding("p", "app.show('problems')", "by problem", id="flows.grouped",
                tooltip="Problems, alike ones together"),
        Binding("m", "app.show('map')", "map", id="flows.map", tooltip="Who sends what to whom, over all flows"),
        Binding("x", "app.show('executions')", "executions", id="flows.executions",
                tooltip="Executions of state machines and durable functions"),
        Binding("v", "app.views", "views", id="flows.views", tooltip="Filters and orders that have a name"),
        Binding("f", "follow", "follow", id="flows.follow",
                tooltip="Keep the cursor on the newest flow, or on its own"),
        Binding("space", "pause", "pause", key_display="space", id="flows.pause", tooltip="Hold the list still"),
        Binding("c", "app.compare", "compare", id="flows.compare",
                tooltip="Mark this flow, then compare it with another"),
        Binding("C", "app.compare_usual", "with usual", show=False, id="flows.usual",
                tooltip="Compare this flow with the usual shape of its kind"),
        Binding("r", "app.replay", "replay", id="flows.replay", tooltip="Watch this flow happen again"),
        Binding("S", "turn_round", "turn round", show=False, id="flows.turn", tooltip="Turn the order round"),
        Binding("y", "copy", "copy id", id="flows.copy", tooltip="Copy the flow's correlation id"),
        Binding("escape", "clear", "all flows", show=False, id="flows.clear", tooltip="Leave the filter"),
    ]  # fmt: skip

    def __init__(
        self, source: FlowSource, filter_text: str = "", order: Order | None = None, *, first: Window | None = None
    ) -> None:
        """`first` is shown until the source has answered."""
        super().__init__(source)
        self._filter_text = filter_text
        self.order = order or Order()
        self._wanted = (0, 100)
        self._last = first or Window(0, (), 0)
        self._held: Window | None = None
        self._read_as = (filter_text, self.order) if first is not None else None
        self._asked_to_count = False

    def compose(self) -> ComposeResult:
        """Headline, filter, list, keys."""
        yield DrawnLine(id="headline")
        yield Banner(id="banner")
        yield FilterBar(id="filter-bar")
        yield Heading(id="heading")
        with Container(id="body"):
            yield FlowList(id="flows")
            yield Nothing(id="nothing")
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        """Draw the frame, then ask."""
        self.query_one(FlowList).focus()
        self.set_interval(1.0, self._tick)
        if self._read_as is not None:
            self._show(self._last)
        self._tick()

    @property
    def filter_text(self) -> str:
        """As the person typed it."""
        return self._filter_text

    @property
    def chosen(self) -> Flow | None:
        """The flow under the cursor."""
        return self.query_one(FlowList).chosen

    def read(self) -> WindowRead:
        """The part of the list that is in sight."""
        filter_text, order, (first, count) = self._filter_text, self.order, self._wanted
        return WindowRead(filter_text, self.source.window(filter_text, first, count, order), order)

    def on_window_read(self, read: WindowRead) -> None:
        """Show it, unless the person holds the list or has typed on."""
        if (read.filter_text, read.order) == (self._filter_text, self.order):
            self._last, self._read_as = read.window, (read.filter_text, read.order)
            bar = self.query_one(FilterBar)
            bar.show_fault(None)
            bar.learn(read.window.flows)
            if self._held is None:
                self._show(read.window)
            self._draw_lines()
            # Rows come first; what must be counted is asked for when they are on the screen.
            self._is_stale |= read.window.pulse is None and not self._asked_to_count
            self._asked_to_count = True
        self.answered()
        # What fits may lie further down than one reading looks: the next look goes on.
        self._is_stale |= not read.window.is_total_known and read.window.total < sum(self._wanted)

    def on_filter_wrong(self, wrong: FilterWrong) -> None:
        """Keep the list, underline the mistake."""
        if wrong.filter_text == self._filter_text:
            self.query_one(FilterBar).show_fault(wrong)
            self._draw_lines()
        self.answered()

    def on_source_failed(self, failed: SourceFailed) -> None:
        """Say so in the first line as well; who has never seen a flow is told where they come from."""
        super().on_source_failed(failed)
        if self._read_as is None:
            self.query_one(Nothing).show(self._last, "", self.source.name)
        self._draw_lines()

    def on_window_wanted(self, wanted: WindowWanted) -> None:
        """The person scrolls."""
        self._wanted = (wanted.first, wanted.count)
        self.look_again()

    def on_drawn_list_chosen(self) -> None:
        """Enter, or a second click."""
        self.action_open()

    def on_filter_bar_wanted(self, wanted: FilterBar.Wanted) -> None:
        """The person typed."""
        self.show_only(wanted.text)

    def on_filter_bar_left(self) -> None:
        """The keys belong to the list again."""
        self.query_one(FlowList).focus()

    def on_heading_pressed(self, pressed: Heading.Pressed) -> None:
        """A column by which to sort."""
        if (name := sort_at(pressed.x, pressed.width_cells)) is not None:
            self.show_sorted(chosen_order(self.order, name))

    def action_open(self) -> None:
        """The flow under the cursor."""
        if (flow := self.query_one(FlowList).chosen) is not None:
            self.desk.open_flow(flow)

    def action_filter(self) -> None:
        """Type a filter."""
        self.query_one(FilterBar).open()

    def action_problems(self) -> None:
        """Problems only, or everything again."""
        self.show_only("" if self._filter_text == PROBLEM_FILTER else PROBLEM_FILTER)

    def action_clear(self) -> None:
        """Out of the filter box, then out of the filter, then out of the order."""
        bar = self.query_one(FilterBar)
        if bar.is_open:
            bar.close()
        elif self._filter_text:
            self.show_only("")
        else:
            self.show_sorted(Order())

    def action_sort(self) -> None:
        """By the next column."""
        self.show_sorted(next_order(self.order))

    def action_turn_round(self) -> None:
        """The other way round."""
        self.show_sorted(chosen_order(self.order, self.order.name))

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

    def show_only(self, filter_text: str) -> None:
        """Another filter, from the top."""
        if filter_text != self._filter_text:
            self._filter_text = filter_text
            self._begin_anew()

    def show_sorted(self, order: Order) -> None:
        """Another order, from the top."""
        if order != self.order:
            self.order = order
            self._begin_anew()

    def _begin_anew(self) -> None:
        flows = self.query_one(FlowList)
        flows.cursor, flows.is_following = 0, True
        self._asked_to_count = False
        self._wanted = (0, self._wanted[1])
        self._held = None
        self._draw_lines()
        self.look_again()

    def _show(self, window: Window) -> None:
        flows = self.query_one(FlowList)
        flows.show_window(window)
        flows.display = window.total > 0
        if self.focused is None and flows.display:
            flows.focus()
        self.query_one(Nothing).show(window, self._filter_text, self.source.name)

    def _tick(self) -> None:
        """Ages and running times go on while nothing is received."""
        flows = self.query_one(FlowList)
        flows.now_us = self.desk.now_us()
        flows.refresh_rows()
        self._draw_lines()

    def _draw_lines(self) -> None:
        now_us, last, order = self.query_one(FlowList).now_us, self._last, self.order
        headline = self.query_one("#headline", DrawnLine)
        headline.drawing = list_headline(self.source.name, last.flows, self._state(), now_us=now_us, pulse=last.pulse)
        self.query_one("#heading", DrawnLine).drawing = lambda width: heading_row(width, order)
        self.query_one(FilterBar).show(self._filter_text, self._count())

    def _state(self) -> Run:
        if self._held is not None:
            new = self._last.total - self._held.total
            return Run(f"‖ paused, {new} new" if new > 0 else "‖ paused", "accent")
        if self._failures:
            return Run("○ not live", "failed")
        if self.query_one(FlowList).is_following:
            return Run("● live, following", "running")
        return Run("● live", "running")

    def _count(self) -> Row:
        """How many fit, and in which order they stand."""
        if self._read_as != (self._filter_text, self.order) and not self.query_one(FilterBar).has_fault:
            if self._failures:
                return ()
            return (Run("looking… ", "accent"),)
        last = self._last
        more = "" if last.is_total_known else "+"
        if not last.total and more:
            return (Run("looking further… ", "accent"),)
        count = Run(f"{last.total:,}{more} flow{'s' if last.total != 1 else ''} ", "dim")
        if self.order.name == NEWEST:
            return (Run("oldest first  ", "accent"), count) if self.order.is_reversed else (count,)
        among = f" of the newest {last.sorted_among:,}" if last.sorted_among is not None else ""
        turned = ", turned round" if self.order.is_reversed else ""
        return (Run(f"{SORTS[self.order.name].means}{turned}{among}  ", "accent"), count)
