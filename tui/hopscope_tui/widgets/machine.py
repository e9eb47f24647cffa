"""The execution beside a flow: its heading, its states, and which steps of the flow they led to."""

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Container

from hopscope_collector.executions.model import Execution, State
from hopscope_collector.flow import Flow
from hopscope_collector.shape.outline import Step
from hopscope_tui.drawing.states import Place, no_states_text
from hopscope_tui.flow.correspondence import NONE, correspondence_of
from hopscope_tui.flow.outlined import Outlined
from hopscope_tui.widgets.drawn import DrawnLine
from hopscope_tui.widgets.execution_list import ExecutionList


class Machine(Container):
    """Looks at one of the flow's executions; its cursor follows that of the flow, and leads it."""

    def __init__(self, arn: str | None = None, *, id: str | None = None) -> None:
        """With an `arn` that a person chose."""
        super().__init__(id=id)
        self.arn = arn
        """The execution that is looked at. None while the flow has none."""

        self.execution: Execution | None = None
        """None until it was read, and when no history of it was collected."""

        self.is_chosen = arn is not None
        """Whether the person chose it: then it stays until the cursor moves on."""

        self.states = ExecutionList(id="execution")
        self._heading = DrawnLine(id="machine-heading")
        self._outlined: Outlined | None = None
        self._matching = NONE

    def compose(self) -> ComposeResult:
        """What it is, and its states."""
        yield self._heading
        yield self.states

    @property
    def state(self) -> State | None:
        """The state under the cursor. None while the person is elsewhere."""
        return self.states.state if self.states.has_focus else None

    @property
    def led(self) -> Sequence[str]:
        """Ids of the steps that the state under the cursor led to."""
        return self._matching.steps_of(self.state)

    def look_at(self, arn: str | None) -> None:
        """Another execution, that is to be read; or none."""
        self.arn, self.execution = arn, None

    def next_of(self, flow: Flow) -> str | None:
        """The flow's execution after this one, the first after the last. None when there is no other."""
        known = flow.executions
        here = known.index(self.arn) if self.arn in known else -1
        return known[(here + 1) % len(known)] if len(known) > 1 else None

    def own_of(self, step: Step, flow: Flow) -> str | None:
        """The execution that a step is. None when it is none, or this one, or when the person chose this one."""
        arns = [hop.request_id for hop in step.hops if hop.request_id in flow.executions]
        return arns[0] if arns and arns[0] != self.arn and not self.is_chosen else None

    def show(self, outlined: Outlined) -> None:
        """The execution as it was read, beside this flow."""
        if outlined is not self._outlined or self.execution is not self.states.execution or self.execution is None:
            self._outlined, self._matching = outlined, NONE
            if self.execution is not None:
                self._matching = correspondence_of(self.execution, outlined.steps)
            self.states.show(self.execution, no_states_text(self.arn), self._heard)
        known = outlined.shown.executions
        number = known.index(self.arn) + 1 if self.arn in known else 1
        self._heading.drawing = self.states.heading(Place(number, len(known)))

    def follow(self, step_id: str | None) -> None:
        """The cursor goes to the state that led to a step, if one did."""
        if (state := self._matching.state_of(step_id)) is not None:
            self.states.choose(state)

    def _heard(self, state: State) -> Sequence[str]:
        """The functions that a state's messages led to."""
        by_id = self._outlined.by_id if self._outlined is not None else {}
        steps = (by_id[step_id] for step_id in self._matching.steps_of(state) if step_id in by_id)
        return [step.hop.function for step in steps if step.hop is not None]
