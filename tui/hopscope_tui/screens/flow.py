"""One flow: three views with one cursor, and everything known of the step under it."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widgets import ContentSwitcher

from hopscope_collector.flow import Flow
from hopscope_tui.drawing.activity import UNFINISHED
from hopscope_tui.drawing.headline import flow_headline
from hopscope_tui.drawing.inspector import id_to_copy
from hopscope_tui.drawing.notes import notes_row
from hopscope_tui.drawing.outline import Step, outline
from hopscope_tui.drawing.statuses import PROBLEMS
from hopscope_tui.messages import FlowRead, Pointed
from hopscope_tui.screens.live import LiveScreen
from hopscope_tui.source import FlowSource
from hopscope_tui.widgets.banner import Banner
from hopscope_tui.widgets.drawn import DrawnLine
from hopscope_tui.widgets.flow_graph import FlowGraph
from hopscope_tui.widgets.inspector import Inspector
from hopscope_tui.widgets.key_line import KeyLine
from hopscope_tui.widgets.message_list import MessageList
from hopscope_tui.widgets.step_list import StepList


class FlowScreen(LiveScreen):
    """Screen 2: the flow, the same cursor in all of its views, the inspector below or beside."""

    CSS_PATH = "flow.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (140, "-wide")]  # noqa: RUF012 - Textual declares it on the instance
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,backspace", "app.pop_screen", "back", key_display="esc", id="flow.back", tooltip="Back"),
        Binding("1", "view('graph')", "graph", id="flow.graph", tooltip="Cards under what led to them"),
        Binding("2", "view('steps')", "waterfall", id="flow.steps", tooltip="Tree and times"),
        Binding("3", "view('messages')", "sequence", id="flow.messages", tooltip="Messages between functions, by time"),
        Binding("n", "next_problem", "next problem", id="flow.next", tooltip="To the next step that needs you"),
        Binding("y", "copy", "copy id", id="flow.copy", tooltip="Copy the request or message id under the cursor"),
        Binding("Y", "copy_flow", "copy flow id", show=False, id="flow.copy_flow", tooltip="Copy the correlation id"),
        Binding("tab", "app.focus_next", "facts", id="flow.tab", tooltip="Between the steps and the facts"),
        Binding("colon", "app.jump", "go to id", key_display=":", id="flow.jump", tooltip="Open a flow by any id"),
    ]

    def __init__(self, source: FlowSource, flow: Flow) -> None:
        super().__init__(source)
        self.flow = flow
        self._steps: tuple[Step, ...] = ()
        self._outlined: Flow | None = None
        self._pointed: str | None = None

    def compose(self) -> ComposeResult:
        """Headline, views, inspector, keys."""
        yield DrawnLine(id="headline")
        yield Banner(id="banner")
        yield DrawnLine(id="notes")
        with Container(id="panes"):
            with ContentSwitcher(initial="steps-pane", id="views"):
                with Container(id="steps-pane"):
                    yield DrawnLine(id="heading")
                    yield StepList(id="steps")
                with Container(id="graph-pane"):
                    yield FlowGraph(id="graph")
                with Container(id="messages-pane"):
                    yield DrawnLine(id="lanes")
                    yield MessageList(id="messages")
            yield Inspector(id="inspector")
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        """Show what the list knew, then ask."""
        self.query_one(StepList).focus()
        self.query_one("#inspector").border_title = "facts"
        self._show()
        self.set_interval(1.0, self._tick)
        super().on_mount()

    def read(self) -> FlowRead:
        """The flow as it is now."""
        return FlowRead(self.source.flow(self.flow.id))

    def on_flow_read(self, read: FlowRead) -> None:
        """Show what became of it; a flow that the store let go of stays as it was, and says so."""
        self.answered()
        if read.flow is None:
            self.query_one(Banner).show_problem("this flow", "no longer in the store")
        else:
            self.flow = read.flow
            self._show()

    def on_pointed(self, pointed: Pointed) -> None:
        """The inspector follows the cursor, whichever view it moves in."""
        if pointed.step_id != self._pointed:
            self._pointed = pointed.step_id
            self._inspect()
            self._draw_headings()

    def action_view(self, name: str) -> None:
        """Another view of the same flow, the cursor on the same step."""
        pointed = self._pointed
        self.query_one("#views", ContentSwitcher).current = f"{name}-pane"
        view = self._view()
        view.show_flow(self.flow, self._steps, self.desk.now_us())
        if pointed is not None:
            view.choose(pointed)
        view.focus()
        self._draw_headings()

    def action_copy(self) -> None:
        """The id that finds this step elsewhere."""
        if (step := self._step()) is not None:
            self.desk.copy_id(id_to_copy(step, self.flow))

    def action_copy_flow(self) -> None:
        """The id that people know."""
        self.desk.copy_id(self.flow.correlation_id or self.flow.id)

    def action_next_problem(self) -> None:
        """To the next step that needs a person, from the top again after the last."""
        ids = [step.id for step in self._steps]
        bad = [place for place, step in enumerate(self._steps) if step.status in PROBLEMS]
        here = ids.index(self._pointed) if self._pointed in ids else -1
        if bad:
            self._view().choose(ids[next((place for place in bad if place > here), bad[0])])

    def _view(self) -> StepList | FlowGraph | MessageList:
        """The view that is seen now."""
        views = {"steps-pane": StepList, "graph-pane": FlowGraph, "messages-pane": MessageList}
        view = self.query_one(views[self.query_one("#views", ContentSwitcher).current or "steps-pane"])
        assert isinstance(view, StepList | FlowGraph | MessageList)
        return view

    def _step(self) -> Step | None:
        return next((step for step in self._steps if step.id == self._pointed), None)

    def _show(self) -> None:
        now_us, flow = self.desk.now_us(), self.flow
        if flow is not self._outlined:
            self._steps, self._outlined = outline(flow), flow
        self._view().show_flow(flow, self._steps, now_us)
        self.query_one("#headline", DrawnLine).drawing = lambda width: flow_headline(flow, width, now_us)
        self._draw_headings()
        notes = self.query_one("#notes", DrawnLine)
        notes.display = bool(flow.notes)
        notes.drawing = lambda width: notes_row(flow.notes, width)
        if self._step() is None and self._steps:
            self._pointed = self._steps[0].id
        self._inspect()

    def _draw_headings(self) -> None:
        self.query_one("#heading", DrawnLine).drawing = self.query_one(StepList).heading
        self.query_one("#lanes", DrawnLine).drawing = self.query_one(MessageList).heading

    def _inspect(self) -> None:
        if (step := self._step()) is not None:
            self.query_one(Inspector).show(step, self.flow, self.desk.now_us())

    def _tick(self) -> None:
        """What runs or waits grows."""
        if self.flow.status in UNFINISHED and self.is_current:
            self._show()
