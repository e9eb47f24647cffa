"""One flow: its steps with their times, and everything known of the step under the cursor."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container

from hopscope_collector.flow import Flow
from hopscope_tui.drawing.activity import UNFINISHED
from hopscope_tui.drawing.headline import flow_headline
from hopscope_tui.drawing.inspector import id_to_copy
from hopscope_tui.drawing.notes import notes_row
from hopscope_tui.messages import FlowRead
from hopscope_tui.screens.live import LiveScreen
from hopscope_tui.source import FlowSource
from hopscope_tui.widgets.banner import Banner
from hopscope_tui.widgets.drawn import DrawnLine, DrawnList
from hopscope_tui.widgets.inspector import Inspector
from hopscope_tui.widgets.key_line import KeyLine
from hopscope_tui.widgets.step_list import StepList


class FlowScreen(LiveScreen):
    """Screen 2: the flow, the same cursor in all of its views, the inspector below or beside."""

    CSS_PATH = "flow.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (140, "-wide")]  # noqa: RUF012 - Textual declares it on the instance
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "escape,backspace", "app.pop_screen", "back", key_display="esc", id="flow.back", tooltip="Back to the list"
        ),
        Binding(
            "tab",
            "app.focus_next",
            "inspector",
            key_display="tab",
            id="flow.tab",
            tooltip="Between the steps and the facts",
        ),
        Binding("y", "copy", "copy id", id="flow.copy", tooltip="Copy the request id or message id under the cursor"),
        Binding(
            "Y", "copy_flow", "copy flow id", show=False, id="flow.copy_flow", tooltip="Copy the flow's correlation id"
        ),
        Binding(
            "n", "next_problem", "next problem", id="flow.next", tooltip="To the next step that failed or is missing"
        ),
        Binding(
            "colon",
            "app.jump",
            "go to id",
            key_display=":",
            id="flow.jump",
            tooltip="Open another flow by any of its ids",
        ),
    ]

    def __init__(self, source: FlowSource, flow: Flow) -> None:
        super().__init__(source)
        self.flow = flow

    def compose(self) -> ComposeResult:
        """Headline, steps, inspector, keys."""
        yield DrawnLine(id="headline")
        yield Banner(id="banner")
        yield DrawnLine(id="notes")
        with Container(id="panes"):
            with Container(id="steps-pane"):
                yield DrawnLine(id="heading")
                yield StepList(id="steps")
            yield Inspector(id="inspector")
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        """Show what the list knew, then ask."""
        steps = self.query_one(StepList)
        steps.focus()
        self.query_one("#inspector").border_title = "facts"
        self.query_one("#heading", DrawnLine).drawing = steps.heading
        self._show()
        self.set_interval(1.0, self._tick)
        super().on_mount()

    def read(self) -> FlowRead:
        """The flow as it is now."""
        return FlowRead(self.source.flow(self.flow.id))

    def on_flow_read(self, read: FlowRead) -> None:
        """Show what became of it; a flow that the store let go of stays as it was, and says so."""
        if read.flow is None:
            self.query_one(Banner).show_problem("this flow", "no longer in the store")
        else:
            self.flow = read.flow
            self._show()
        self.answered()

    def on_drawn_list_moved(self, moved: DrawnList.Moved) -> None:
        """The inspector follows the cursor of the steps."""
        if moved.control is self.query_one(StepList):
            self._inspect()

    def action_copy(self) -> None:
        """The id that finds this step elsewhere."""
        if (step := self.query_one(StepList).chosen) is not None:
            self.desk.copy_id(id_to_copy(step, self.flow))

    def action_copy_flow(self) -> None:
        """The id that people know."""
        self.desk.copy_id(self.flow.correlation_id or self.flow.id)

    def action_next_problem(self) -> None:
        """Round and round."""
        self.query_one(StepList).to_next_problem()

    def _show(self) -> None:
        now_us = self.desk.now_us()
        flow = self.flow
        steps = self.query_one(StepList)
        steps.show_flow(flow, now_us)
        self.query_one("#headline", DrawnLine).drawing = lambda width: flow_headline(flow, width, now_us)
        self.query_one("#heading", DrawnLine).drawing = steps.heading
        notes = self.query_one("#notes", DrawnLine)
        notes.display = bool(flow.notes)
        notes.drawing = lambda width: notes_row(flow.notes, width)
        self._inspect()

    def _inspect(self) -> None:
        if (step := self.query_one(StepList).chosen) is not None:
            self.query_one(Inspector).show(step, self.flow, self.desk.now_us())

    def _tick(self) -> None:
        """What runs or waits grows."""
        if self.flow.status in UNFINISHED and self.is_current:
            self._show()
