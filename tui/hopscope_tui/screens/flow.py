"""One flow: its views with one cursor, and everything known of the step under it."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widgets import ContentSwitcher

from hopscope_collector.executions.model import Execution, State
from hopscope_collector.flow import Flow, Hop
from hopscope_collector.shape.activity import UNFINISHED
from hopscope_collector.shape.outline import Step, outline
from hopscope_tui.drawing.headline import flow_headline
from hopscope_tui.drawing.inspector import id_to_copy, inspect
from hopscope_tui.drawing.notes import notes_row
from hopscope_tui.drawing.state_facts import state_rows
from hopscope_tui.drawing.statuses import PROBLEMS
from hopscope_tui.messages import FlowRead, Pointed
from hopscope_tui.screens.live import LiveScreen
from hopscope_tui.source import FlowSource
from hopscope_tui.widgets.banner import Banner
from hopscope_tui.widgets.drawn import DrawnLine, DrawnList
from hopscope_tui.widgets.execution_list import ExecutionList
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
        Binding("4", "view('execution')", "execution", id="flow.execution", tooltip="States of its state machine"),
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
        self._execution_arn: str | None = None
        self._execution: Execution | None = None

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
                with Container(id="execution-pane"):
                    yield ExecutionList(id="execution")
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
        """The flow as it is now, and the execution that is looked at."""
        arn = self._execution_arn
        return FlowRead(self.source.flow(self.flow.id), self.source.execution(arn) if arn else None)

    def on_flow_read(self, read: FlowRead) -> None:
        """Show what became of it; a flow that the store let go of stays as it was, and says so."""
        self.answered()
        if read.flow is None:
            self.query_one(Banner).show_problem("this flow", "no longer in the store")
        else:
            is_first = self._execution is None and read.execution is not None
            self.flow, self._execution = read.flow, read.execution
            self._show()
            if is_first and (step := self._step()) is not None and step.send is not None:
                self.query_one(ExecutionList).choose_ref(step.send.refs)

    def on_drawn_list_moved(self, moved: DrawnList.Moved) -> None:
        """Among the states, the facts are those of the state."""
        if isinstance(moved.control, ExecutionList):
            self._inspect()

    def on_drawn_list_chosen(self) -> None:
        """From a state to the hop that its message led to."""
        view = self._view()
        if isinstance(view, ExecutionList) and (hops := self._consumers(view.state)):
            step = next((step for step in self._steps if hops[0] in step.hops), None)
            self._pointed = step.id if step is not None else self._pointed
            self.action_view("steps")

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
        view.focus()
        if isinstance(view, ExecutionList):
            self._ask_for_execution()
            self._show()
            return
        view.show_flow(self.flow, self._steps, self.desk.now_us())
        if pointed is not None:
            view.choose(pointed)
        self._draw_headings()
        self._inspect()

    def _ask_for_execution(self) -> None:
        """That of the step under the cursor, or the one that sent its message, or the flow's first."""
        step = self._step()
        known = self.flow.executions
        own = [hop.request_id for hop in step.hops if hop.request_id in known] if step is not None else []
        above = [hop.request_id for hop in self.flow.hops if self._is_sender(hop.id) and hop.request_id in known]
        arn = next(iter([*own, *above, *known]), None)
        if arn != self._execution_arn:
            self._execution_arn, self._execution = arn, None
        self.look_again()

    def _is_sender(self, hop_id: str) -> bool:
        step = self._step()
        return step is not None and step.send is not None and step.send.hop == hop_id

    def action_copy(self) -> None:
        """The id that finds this step elsewhere; among states, that of the execution."""
        if isinstance(self._view(), ExecutionList) and self._execution_arn is not None:
            self.desk.copy_id(self._execution_arn)
        elif (step := self._step()) is not None:
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
            if isinstance(self._view(), ExecutionList):
                self.action_view("steps")
            view = self._view()
            assert not isinstance(view, ExecutionList)
            view.choose(ids[next((place for place in bad if place > here), bad[0])])

    def _view(self) -> StepList | FlowGraph | MessageList | ExecutionList:
        """The view that is seen now."""
        current = (self.query_one("#views", ContentSwitcher).current or "steps-pane").removesuffix("-pane")
        view = self.query_one(f"#{current}")
        assert isinstance(view, StepList | FlowGraph | MessageList | ExecutionList)
        return view

    def _consumers(self, state: State | None) -> list[Hop]:
        """The hops that a state's messages led to."""
        refs = set(state.identity.refs) if state is not None else set()
        return [hop for hop in self.flow.hops if not refs.isdisjoint(hop.refs)]

    def _step(self) -> Step | None:
        return next((step for step in self._steps if step.id == self._pointed), None)

    def _show(self) -> None:
        now_us, flow = self.desk.now_us(), self.flow
        if flow is not self._outlined:
            self._steps, self._outlined = outline(flow), flow
        view = self._view()
        if isinstance(view, ExecutionList):
            view.show(self._execution, self._no_execution())
        else:
            view.show_flow(flow, self._steps, now_us)
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
        view, flow, now_us = self._view(), self.flow, self.desk.now_us()
        inspector = self.query_one(Inspector)
        if isinstance(view, ExecutionList) and (state := view.state) is not None:
            hops = self._consumers(state)
            inspector.show(f"{state.name}/{state.events[:1]}", lambda width: state_rows(state, hops, width))
        elif (step := self._step()) is not None:
            inspector.show(step.id, lambda width: inspect(step, flow, width, now_us))

    def _no_execution(self) -> str:
        if self._execution_arn is None:
            return "no execution of a state machine is part of this flow"
        name = self._execution_arn.rsplit(":", 1)[-1]
        return f"no history of {name} was collected; hopscope collect executions:ARN does"

    def _tick(self) -> None:
        """What runs or waits grows."""
        if self.flow.status in UNFINISHED and self.is_current:
            self._show()
