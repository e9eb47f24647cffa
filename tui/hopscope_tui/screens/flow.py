"""One flow: its views with one cursor, its execution beside it, and everything known of what is under the cursor."""

from collections.abc import Callable, Sequence

from textual import events
from textual.app import ComposeResult
from textual.containers import Container
from textual.widgets import ContentSwitcher

from hopscope_collector.executions.model import Execution, State
from hopscope_collector.flow import UNFINISHED, Flow, Hop
from hopscope_collector.shape.one_clock import has_skew, on_one_clock
from hopscope_collector.shape.outline import Step, outline
from hopscope_tui.correspondence import NONE, correspondence_of
from hopscope_tui.details import Details
from hopscope_tui.drawing.flow_headline import flow_headline
from hopscope_tui.drawing.inspector import inspect, summary_row
from hopscope_tui.drawing.notes import notes_row
from hopscope_tui.drawing.states import Place, no_states_text
from hopscope_tui.drawing.statuses import PROBLEMS
from hopscope_tui.invocation_logs import LogLines, read_lines
from hopscope_tui.messages import FlowRead, Pointed
from hopscope_tui.relations import Relations, relations_of
from hopscope_tui.screens.flow_keys import FLOW_KEYS
from hopscope_tui.screens.flow_menus import FlowMenus
from hopscope_tui.source import FlowSource
from hopscope_tui.subject import Subject
from hopscope_tui.ways import Way, ways_of
from hopscope_tui.widgets.banner import Banner
from hopscope_tui.widgets.drawn import DrawnLine, DrawnList
from hopscope_tui.widgets.execution_list import ExecutionList
from hopscope_tui.widgets.flow_graph import FlowGraph
from hopscope_tui.widgets.inspector import Inspector
from hopscope_tui.widgets.key_line import KeyLine
from hopscope_tui.widgets.message_list import MessageList
from hopscope_tui.widgets.step_list import StepList

BESIDE_FROM_CELLS = 130
"""From here on the execution stands beside the flow."""

MOST_HOPS_AT_ONCE = 1_000
"""More of them take longer than a person takes for at once."""

VAST_FROM_CELLS = 190
"""From here on the facts stand beside both."""

View = StepList | FlowGraph | MessageList


class FlowScreen(FlowMenus):
    """Screen 2: the flow, the same cursor in all of its views; the execution follows the cursor, and leads it."""

    CSS_PATH = "flow.tcss"
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - Textual declares it on the instance
        (0, "-narrow"),
        (BESIDE_FROM_CELLS, "-wide"),
        (VAST_FROM_CELLS, "-vast"),
    ]
    BINDINGS = FLOW_KEYS

    def __init__(
        self,
        source: FlowSource,
        flow: Flow,
        *,
        execution_arn: str | None = None,
        log_lines: Callable[[Hop], LogLines] = read_lines,
    ) -> None:
        """With an `execution_arn` it opens at the states of that execution."""
        super().__init__(source, log_lines)
        self.flow = flow
        self._shown = flow
        self._steps: tuple[Step, ...] = ()
        self._by_id: dict[str, Step] = {}
        self._relations: Relations | None = None
        self._outlined: tuple[Flow, bool] | None = None
        self._pointed: str | None = None
        self._execution_arn = execution_arn
        self._is_chosen = execution_arn is not None  # by the person, until the cursor moves on
        self._execution: Execution | None = None
        self._matching = NONE
        self._matched: tuple[object, object] = (None, None)
        self._is_one_clock = False
        self._details = Details(source)
        self._past: list[tuple[Flow, str | None]] = []
        self._future: list[tuple[Flow, str | None]] = []

    def compose(self) -> ComposeResult:
        """Headline, views beside the execution, facts, keys."""
        yield DrawnLine(id="headline")
        yield Banner(id="banner")
        yield DrawnLine(id="notes")
        with Container(id="panes"):
            with Container(id="body"):
                with ContentSwitcher(initial="steps-pane", id="views"):
                    with Container(id="steps-pane"):
                        yield DrawnLine(id="heading")
                        yield StepList(id="steps")
                    with Container(id="graph-pane"):
                        yield FlowGraph(id="graph")
                    with Container(id="messages-pane"):
                        yield DrawnLine(id="upper-lanes")
                        yield DrawnLine(id="lanes")
                        yield MessageList(id="messages")
                with Container(id="machine"):
                    yield DrawnLine(id="machine-heading")
                    yield ExecutionList(id="execution")
            yield Inspector(id="inspector")
            yield DrawnLine(id="summary")
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        """Show what the list knew, then ask; a large flow after a frame that says so."""
        self.query_one(StepList).focus()
        if len(self.flow.hops) > MOST_HOPS_AT_ONCE:
            self.query_one(Banner).show_caution(f"drawing {len(self.flow.hops):,} hops")
            self.call_after_refresh(self._begin)
        else:
            self._begin()

    def _begin(self) -> None:
        self.query_one(Banner).hide()
        self._show()
        if self._is_chosen:
            self.action_states()
        self.set_interval(1.0, self._tick)

    def read(self) -> FlowRead:
        """The flow as it is now, and the execution that is looked at."""
        arn = self._execution_arn
        return FlowRead(self.source.flow(self.flow.id), self.source.execution(arn) if arn else None)

    def on_flow_read(self, read: FlowRead) -> None:
        """Show what became of it; a flow that the store let go of stays as it was, and says so."""
        self.answered()
        if read.flow is None:
            self.query_one(Banner).show_problem("this flow", "no longer in the store")
            return
        is_first = self._execution is None
        self.flow, self._execution = read.flow, read.execution
        self._show()
        if is_first or not self.query_one(ExecutionList).has_focus:
            self._lead_states()

    def subject(self) -> Subject:
        """A state while the cursor is among the states, else a step."""
        states = self.query_one(ExecutionList)
        if states.has_focus and states.state is not None:
            return Subject(self._shown, execution=self._execution, state=states.state)
        return Subject(self._shown, self._step(), self._execution)

    def ways(self) -> list[Way]:
        """From the step or the state under the cursor."""
        if self._relations is None:
            return []
        own = [
            Way("→ to", f"{step.hop.function}  {step.name}" if step.hop else step.name, "in the flow", step_id=step.id)
            for step in map(self._by_id.__getitem__, self._matching.steps_of(self.subject().state))
        ]
        return [*own, *ways_of(self.subject(), self._by_id, self._relations)]

    def take(self, way: Way) -> None:
        """To another step, or to an execution's states."""
        self._remember()
        if way.arn:
            self._is_chosen = True
            self._look_at(way.arn)
            self.action_states()
        else:
            self.remove_class("-states")
            self._view().focus()
            self._view().choose(way.step_id)

    def go_to(self, flow: Flow) -> None:
        """Another flow in the same views."""
        self._remember()
        self._open(flow, None)

    def show_log(self, request_id: str, log: LogLines | None) -> None:
        """Among the facts."""
        self._details.keep_log(request_id, log)
        self._inspect()

    def action_history(self, direction: int) -> None:
        """Back to where the person came from, or forward again; from the first place back to the screen before."""
        source, target = (self._past, self._future) if direction < 0 else (self._future, self._past)
        if not source:
            if direction < 0:
                self.app.pop_screen()
            return
        target.append((self.flow, self._pointed))
        flow, pointed = source.pop()
        self._open(flow, pointed)

    def action_view(self, name: str) -> None:
        """Another view of the same flow, the cursor on the same step."""
        pointed = self._pointed
        self.remove_class("-states")
        self.query_one("#views", ContentSwitcher).current = f"{name}-pane"
        view = self._view()
        view.focus()
        self._guarded(name, lambda: view.show_flow(self._shown, self._steps, self.desk.now_us()))
        if pointed is not None:
            view.choose(pointed)
        self._draw_headings()
        self._inspect()

    def action_states(self) -> None:
        """The states: in the place of the flow where it is narrow, else beside it."""
        self.add_class("-states")
        self._lead_states()
        self.query_one(ExecutionList).focus()

    def action_table(self) -> None:
        """The states as a table, and back."""
        self.query_one(ExecutionList).turn_table()

    def action_next_execution(self) -> None:
        """The states of the flow's next execution."""
        known = self._shown.executions
        if len(known) > 1:
            self._is_chosen = True
            here = known.index(self._execution_arn) if self._execution_arn in known else -1
            self._look_at(known[(here + 1) % len(known)])

    def action_clock(self) -> None:
        """Times as recorded, or as if all functions had one clock."""
        if not has_skew(self.flow):
            self.notify("no clock of this flow is known to be off", timeout=3)
            return
        self._is_one_clock = not self._is_one_clock
        self._show()

    def action_facts(self) -> None:
        """Some facts, more of them, none."""
        order = ("", "-more-facts", "-no-facts")
        here = next((place for place, name in enumerate(order) if name and self.has_class(name)), 0)
        self.remove_class(*order[1:])
        if after := order[(here + 1) % len(order)]:
            self.add_class(after)

    def action_next_problem(self) -> None:
        """To the next step that needs a person, from the top again after the last."""
        bad = [place for place, step in enumerate(self._steps) if step.status in PROBLEMS]
        here = next((place for place, step in enumerate(self._steps) if step.id == self._pointed), -1)
        if bad:
            self.remove_class("-states")
            self._view().focus()
            self._view().choose(self._steps[next((place for place in bad if place > here), bad[0])].id)

    def on_pointed(self, pointed: Pointed) -> None:
        """Facts and states follow the cursor, whichever view it moves in."""
        if pointed.step_id != self._pointed:
            self._pointed, self._is_chosen = pointed.step_id, False
            if not self.query_one(ExecutionList).has_focus:
                self._lead_states()
            self._inspect()
            self._draw_headings()

    def on_drawn_list_moved(self, moved: DrawnList.Moved) -> None:
        """Among the states, the flow's cursor goes to what the state led to."""
        states = self.query_one(ExecutionList)
        if moved.control is states and states.has_focus:
            if led := self._matching.steps_of(states.state):
                self._view().choose(led[0])
            self._inspect()

    def on_drawn_list_chosen(self) -> None:
        """Enter in any of the lists."""
        self.action_follow()

    def on_descendant_focus(self, _event: events.DescendantFocus) -> None:
        """The facts are those of the pane that the person is in."""
        if self._steps:
            self._inspect()

    def _open(self, flow: Flow, pointed: str | None) -> None:
        self.flow, self._pointed = flow, pointed
        self._execution_arn, self._execution = None, None
        self.remove_class("-states")
        self._show()
        self._view().focus()
        self._view().choose(pointed or (self._steps[0].id if self._steps else ""))
        self.look_again()

    def _remember(self) -> None:
        self._past.append((self.flow, self._pointed))
        self._future.clear()

    def _view(self) -> View:
        """The view of the flow that is seen now."""
        current = (self.query_one("#views", ContentSwitcher).current or "steps-pane").removesuffix("-pane")
        view = self.query_one(f"#{current}")
        assert isinstance(view, StepList | FlowGraph | MessageList)
        return view

    def _step(self) -> Step | None:
        return self._by_id.get(self._pointed or "")

    def _look_at(self, arn: str) -> None:
        """Read another execution."""
        if arn != self._execution_arn:
            self._execution_arn, self._execution = arn, None
            self._show_states()
        self.look_again()

    def _lead_states(self) -> None:
        """The states' cursor goes to the state that led to the step; another execution where the step is in another."""
        step = self._step()
        known = self._shown.executions
        own = [hop.request_id for hop in step.hops if hop.request_id in known] if step is not None else []
        if own and own[0] != self._execution_arn and not self._is_chosen:
            self._look_at(own[0])
        elif (state := self._matching.state_of(self._pointed)) is not None:
            self.query_one(ExecutionList).choose(state)

    def _heard(self, state: State) -> Sequence[str]:
        """The functions that a state's messages led to."""
        steps = (self._by_id[step_id] for step_id in self._matching.steps_of(state) if step_id in self._by_id)
        return [step.hop.function for step in steps if step.hop is not None]

    def _show(self) -> None:
        now_us = self.desk.now_us()
        if (self.flow, self._is_one_clock) != self._outlined:
            self._guarded("this flow", self._outline)
        flow = self._shown
        view = self._view()
        self._guarded("the view", lambda: view.show_flow(flow, self._steps, now_us))
        self._show_states()
        is_one_clock = self._is_one_clock
        self.query_one("#headline", DrawnLine).drawing = lambda width: flow_headline(
            flow, width, now_us, is_one_clock=is_one_clock
        )
        self._draw_headings()
        notes = self.query_one("#notes", DrawnLine)
        notes.display = bool(flow.notes)
        notes.drawing = lambda width: notes_row(flow.notes, width)
        if self._step() is None and self._steps:
            self._pointed = self._steps[0].id
        self._inspect()

    def _outline(self) -> None:
        self._outlined = (self.flow, self._is_one_clock)
        shown = on_one_clock(self.flow) if self._is_one_clock else self.flow
        steps = outline(shown)
        self._relations = relations_of(shown, steps)
        self._shown, self._steps, self._by_id = shown, steps, {step.id: step for step in steps}
        if self._execution_arn is None and self.flow.executions:
            self._execution_arn = self.flow.executions[0]
            self.look_again()
        self.set_class(bool(self.flow.executions), "-machine")

    def _show_states(self) -> None:
        """The pane of states, when it has anything new to show."""
        if self._matched != (self._execution, self._steps) or self._execution is None:
            self._matched = (self._execution, self._steps)
            execution = self._execution
            self._matching = NONE
            self._guarded("the states' hops", lambda: self._match(execution))
            self.query_one(ExecutionList).show(execution, no_states_text(self._execution_arn), self._heard)
        known = self._shown.executions
        number = known.index(self._execution_arn) + 1 if self._execution_arn in known else 1
        place = Place(number, len(known))
        self.query_one("#machine-heading", DrawnLine).drawing = self.query_one(ExecutionList).heading(place)

    def _match(self, execution: Execution | None) -> None:
        self._matching = correspondence_of(execution, self._steps) if execution is not None else NONE

    def _draw_headings(self) -> None:
        self.query_one("#heading", DrawnLine).drawing = self.query_one(StepList).heading
        messages, upper = self.query_one(MessageList), self.query_one("#upper-lanes", DrawnLine)
        self.query_one("#lanes", DrawnLine).drawing = messages.heading
        upper.drawing, upper.display = messages.upper_heading, messages.needs_two_rows

    def _inspect(self) -> None:
        subject = self.subject()
        known = self._details.known(subject, self.desk.now_us())
        self.query_one(Inspector).show(subject.id, lambda width, folds: inspect(subject, known, folds, width))
        self.query_one("#summary", DrawnLine).drawing = lambda width: summary_row(subject, width)
        if known.payloads is None and subject.step is not None:
            self._details.ask(self, subject)

    def on_details_read(self, _read: Details.Read) -> None:
        """Payloads have come."""
        self._inspect()

    def _guarded(self, what: str, draw: Callable[[], None]) -> None:
        """A bug in one panel is a banner; the others go on."""
        try:
            draw()
        except Exception as fault:  # noqa: BLE001 - the boundary of a panel: a bug in it is shown, not raised
            self.query_one(Banner).show_problem(f"cannot draw {what}", f"{type(fault).__name__}: {fault}")

    def _tick(self) -> None:
        """What runs or waits grows."""
        if self.flow.status in UNFINISHED and self.is_current:
            self._show()
