"""One flow: its views with one cursor, its execution beside it, and everything known of what is under the cursor.

read, or gone to ─▶ outlined: at once, or for thousands of hops in a worker ─▶ shown in the view, the states, the facts
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from textual import events, work
from textual.app import ComposeResult
from textual.containers import Container
from textual.message import Message

from hopscope_collector.flow import UNFINISHED, Flow, Hop
from hopscope_collector.shape.one_clock import has_skew
from hopscope_collector.shape.outline import Step
from hopscope_tui.drawing.flow_headline import flow_headline
from hopscope_tui.drawing.inspector import inspect, summary_row
from hopscope_tui.drawing.notes import notes_rows
from hopscope_tui.drawing.statuses import PROBLEMS
from hopscope_tui.flow.outlined import Outlined, outlined
from hopscope_tui.flow.subject import Subject
from hopscope_tui.flow.trail import Place, Trail
from hopscope_tui.flow.ways import Way, ways_of
from hopscope_tui.messages import FlowRead, Pointed
from hopscope_tui.screens.flow_keys import FLOW_KEYS
from hopscope_tui.screens.flow_menus import FlowMenus
from hopscope_tui.sources.contract import FlowSource
from hopscope_tui.sources.details import Details
from hopscope_tui.sources.invocation_logs import LogLines, read_lines
from hopscope_tui.widgets.banner import Banner
from hopscope_tui.widgets.drawn import DrawnLine, DrawnList
from hopscope_tui.widgets.drawn_rows import DrawnRows
from hopscope_tui.widgets.flow_views import FlowViews
from hopscope_tui.widgets.inspector import Inspector
from hopscope_tui.widgets.key_line import KeyLine
from hopscope_tui.widgets.machine import Machine

BESIDE_FROM_CELLS = 130
"""From here on the execution stands beside the flow."""

VAST_FROM_CELLS = 190
"""From here on the facts stand beside both."""

MOST_HOPS_AT_ONCE = 1_000
"""More of them are worked out in a thread: the keys stay alive."""


@dataclass
class FlowOutlined(Message):
    """A worker has worked out the steps of a flow, or could not."""

    outlined: Outlined | None
    fault: str = ""


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
        self._outlined = Outlined(flow, flow)
        self._is_one_clock = False
        self._pointed: str | None = None
        self._views = FlowViews(id="views")
        self._machine = Machine(execution_arn, id="machine")
        self._details = Details(source)
        self._noted: Sequence[str] | None = None
        self._trail = Trail()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What has nothing to do in this flow is no key of it."""
        useful = {
            "next_problem": any(step.status in PROBLEMS for step in self._outlined.steps),
            "table": bool(self.flow.executions),
            "next_execution": len(self.flow.executions) > 1,
            "clock": has_skew(self.flow),
        }
        return useful.get(action, True) and super().check_action(action, parameters)

    def compose(self) -> ComposeResult:
        """Headline, views beside the execution, facts, keys."""
        yield DrawnLine(id="headline")
        yield Banner(id="banner")
        yield DrawnRows(id="notes")
        with Container(id="panes"):
            with Container(id="body"):
                yield self._views
                yield self._machine
            yield Inspector(id="inspector")
            yield DrawnLine(id="summary")
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        """Show what the list knew, then ask."""
        self._views.view.focus()
        self._show_flow()
        if self._machine.is_chosen:
            self.action_states()
        self.set_interval(1.0, self._tick)

    def read(self) -> FlowRead:
        """The flow as it is now, and the execution that is looked at; an equal flow is the one that is shown."""
        flow, arn = self.source.flow(self.flow.id), self._machine.arn
        known = self.flow
        return FlowRead(known if flow == known else flow, self.source.execution(arn) if arn else None)

    def on_flow_read(self, read: FlowRead) -> None:
        """Show what became of it; a flow that the store let go of stays as it was, and says so."""
        self.answered()
        if read.flow is None:
            self.query_one(Banner).show_problem("this flow", "no longer in the store")
            return
        is_first = self._machine.execution is None
        self.flow, self._machine.execution = read.flow, read.execution
        self._show_flow()
        if is_first or not self._machine.states.has_focus:
            self._lead_states()

    def on_flow_outlined(self, made: FlowOutlined) -> None:
        """A flow of thousands of hops is ready to be shown, unless it is another one by now."""
        self.query_one(Banner).hide()
        if made.outlined is None:
            self.query_one(Banner).show_problem("cannot draw this flow", made.fault)
        elif made.outlined.flow is self.flow:
            self._take(made.outlined)
            self._show()

    def subject(self) -> Subject:
        """A state while the cursor is among the states, else a step."""
        machine, flow = self._machine, self._outlined.shown
        if machine.state is not None:
            return Subject(flow, execution=machine.execution, state=machine.state)
        return Subject(flow, self._step(), machine.execution)

    def ways(self) -> list[Way]:
        """From the step or the state under the cursor."""
        by_id = self._outlined.by_id
        own = [
            Way("→ to", f"{step.hop.function}  {step.name}" if step.hop else step.name, "in the flow", step_id=step.id)
            for step in map(by_id.__getitem__, self._machine.led)
        ]
        return [*own, *ways_of(self.subject(), by_id, self._outlined.relations)]

    def take(self, way: Way) -> None:
        """To another step, or to an execution's states."""
        self._trail.leave(Place(self.flow, self._pointed))
        if way.arn:
            self._machine.is_chosen = True
            self._look_at(way.arn)
            self.action_states()
        else:
            self._point_at(way.step_id)

    def go_to(self, flow: Flow) -> None:
        """Another flow in the same views."""
        self._trail.leave(Place(self.flow, self._pointed))
        self._open(Place(flow, None))

    def show_log(self, request_id: str, log: LogLines | None) -> None:
        """Among the facts."""
        self._details.keep_log(request_id, log)
        self._inspect()

    def action_history(self, direction: int) -> None:
        """Back to where the person came from, or forward again; from the first place back to the screen before."""
        place = self._trail.go(direction, Place(self.flow, self._pointed))
        if place is not None:
            self._open(place)
        elif direction < 0:
            self.app.pop_screen()

    def action_view(self, name: str) -> None:
        """Another view of the same flow, the cursor on the same step."""
        pointed = self._pointed
        self.remove_class("-states")
        self._views.turn_to(name)
        self._guarded(name, lambda: self._views.show(self._outlined, self.desk.now_us()))
        if pointed is not None:
            self._views.point_at(pointed)
        self._inspect()

    def action_states(self) -> None:
        """The states: in the place of the flow where it is narrow, else beside it."""
        self.add_class("-states")
        self._lead_states()
        self._machine.states.focus()

    def action_table(self) -> None:
        """The states as a table, and back."""
        self._machine.states.turn_table()

    def action_next_execution(self) -> None:
        """The states of the flow's next execution."""
        if (arn := self._machine.next_of(self.flow)) is not None:
            self._machine.is_chosen = True
            self._look_at(arn)

    def action_clock(self) -> None:
        """Times as recorded, or as if all functions had one clock."""
        self._is_one_clock = not self._is_one_clock
        self._show_flow()

    def action_facts(self) -> None:
        """Some facts, more of them, none."""
        order = ("", "-more-facts", "-no-facts")
        here = next((place for place, name in enumerate(order) if name and self.has_class(name)), 0)
        self.remove_class(*order[1:])
        if after := order[(here + 1) % len(order)]:
            self.add_class(after)

    def action_next_problem(self) -> None:
        """To the next step that needs a person, from the top again after the last."""
        steps = self._outlined.steps
        bad = [place for place, step in enumerate(steps) if step.status in PROBLEMS]
        here = next((place for place, step in enumerate(steps) if step.id == self._pointed), -1)
        if bad:
            self._point_at(steps[next((place for place in bad if place > here), bad[0])].id)

    def on_pointed(self, pointed: Pointed) -> None:
        """Facts and states follow the cursor, whichever view it moves in."""
        if pointed.step_id != self._pointed:
            self._pointed, self._machine.is_chosen = pointed.step_id, False
            if not self._machine.states.has_focus:
                self._lead_states()
            self._inspect()
            self._views.draw_headings()

    def on_drawn_list_moved(self, moved: DrawnList.Moved) -> None:
        """Among the states, the flow's cursor goes to what the state led to."""
        if moved.control is self._machine.states and self._machine.states.has_focus:
            if led := self._machine.led:
                self._views.point_at(led[0])
            self._inspect()

    def on_drawn_list_chosen(self) -> None:
        """Enter in any of the lists."""
        self.action_follow()

    def on_descendant_focus(self, _event: events.DescendantFocus) -> None:
        """The facts are those of the pane that the person is in."""
        if self._outlined.steps:
            self._inspect()

    def on_details_read(self, _read: Details.Read) -> None:
        """Payloads have come."""
        self._inspect()

    def _open(self, place: Place) -> None:
        self.flow, self._pointed = place
        self._outlined = Outlined(self.flow, self.flow)
        self._machine.look_at(None)
        self._show_flow()
        first = self._outlined.steps[0].id if self._outlined.steps else ""
        self._point_at(self._pointed or first)
        self.look_again()

    def _point_at(self, step_id: str) -> None:
        """Among the steps, the cursor on this one."""
        self.remove_class("-states")
        self._views.view.focus()
        self._views.point_at(step_id)

    def _step(self) -> Step | None:
        return self._outlined.by_id.get(self._pointed or "")

    def _look_at(self, arn: str) -> None:
        """Read another execution."""
        if arn != self._machine.arn:
            self._machine.look_at(arn)
            self._show_states()
        self.look_again()

    def _lead_states(self) -> None:
        """The states' cursor goes to the state that led to the step; another execution where the step is in another."""
        step = self._step()
        own = self._machine.own_of(step, self.flow) if step is not None else None
        if own is not None:
            self._look_at(own)
        else:
            self._machine.follow(self._pointed)

    def _show_flow(self) -> None:
        """What is known of the flow at once; its steps when they are worked out."""
        if not self._outlined.is_of(self.flow, is_one_clock=self._is_one_clock):
            if len(self.flow.hops) > MOST_HOPS_AT_ONCE:
                if not self._outlined.steps:
                    self.query_one(Banner).show_caution(f"drawing {len(self.flow.hops):,} hops")
                self._outline(self.flow, is_one_clock=self._is_one_clock)
            else:
                self._guarded("this flow", lambda: self._take(outlined(self.flow, is_one_clock=self._is_one_clock)))
        self._show()

    @work(thread=True, exclusive=True, exit_on_error=False, group="outline")
    def _outline(self, flow: Flow, *, is_one_clock: bool) -> None:
        try:
            self.post_message(FlowOutlined(outlined(flow, is_one_clock=is_one_clock)))
        except Exception as fault:  # noqa: BLE001 - the worker's boundary: a bug in it is shown, not raised
            self.post_message(FlowOutlined(None, f"{type(fault).__name__}: {fault}"))

    def _take(self, made: Outlined) -> None:
        self._outlined = made
        if self._machine.arn is None and made.flow.executions:
            self._look_at(made.flow.executions[0])
        self.set_class(bool(made.flow.executions), "-machine")
        if self._step() is None and made.steps:
            self._pointed = made.steps[0].id
        self.query_one(KeyLine).refresh()

    def _show(self) -> None:
        now_us, flow, is_one_clock = self.desk.now_us(), self.flow, self._outlined.is_one_clock
        self._guarded("the view", lambda: self._views.show(self._outlined, now_us))
        self._show_states()
        self.query_one("#headline", DrawnLine).drawing = lambda width: flow_headline(
            flow, width, now_us, is_one_clock=is_one_clock
        )
        self._note(flow.notes)
        self._inspect()

    def _note(self, notes: Sequence[str]) -> None:
        """What is known to be incomplete, in as many rows as it takes."""
        if notes != self._noted:
            self._noted = notes
            shown = self.query_one("#notes", DrawnRows)
            shown.display = bool(notes)
            shown.drawing = lambda width: notes_rows(notes, width)
            shown.refresh(layout=True)

    def _show_states(self) -> None:
        self._guarded("the states' hops", lambda: self._machine.show(self._outlined))

    def _inspect(self) -> None:
        subject = self.subject()
        known = self._details.known(subject, self.desk.now_us())
        self.query_one(Inspector).show(subject.id, lambda width, folds: inspect(subject, known, folds, width))
        self.query_one("#summary", DrawnLine).drawing = lambda width: summary_row(subject, width)
        if known.payloads is None and subject.step is not None:
            self._details.ask(self, subject)

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
