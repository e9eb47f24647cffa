"""Which step of a flow belongs to which state of an execution, and the other way round (pure).

    state SendTicket ── sns/e262ad4d ──▶ print-ticket        the message that the state sent led to the step
    state Charge ────── lambda/57cb0b58 ─▶ charge            the state called the function
    state Accept ────── while it ran ──▶ wait-for-accept     its payload is not kept: it is the one that ran then
    state Nested ────── states/arn:… ──▶ its own execution
    state Accept ────── waits ─────────▶ the wait of the flow

A step that no state led to belongs to the state of what led to it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hopscope_collector.executions.model import Execution, State
from hopscope_collector.shape.outline import Step, with_parents


@dataclass(frozen=True, slots=True)
class Correspondence:
    """Both directions, worked out once for an execution and an outline."""

    state_by_step: Mapping[str, State]
    steps_by_state: Mapping[int, Sequence[str]]
    """By `id()` of the state: two states may be equal. The steps it led to itself."""

    def state_of(self, step_id: str | None) -> State | None:
        """The state that led to a step, maybe over others. None for what is outside of the execution."""
        return self.state_by_step.get(step_id or "")

    def steps_of(self, state: State | None) -> Sequence[str]:
        """The steps that a state led to, by time."""
        return self.steps_by_state.get(id(state), ())


NONE = Correspondence({}, {})


def correspondence_of(execution: Execution, steps: Sequence[Step]) -> Correspondence:
    """Of one execution and the steps of its flow, depth-first."""
    states = list(execution.walk())
    by_ref = {ref: state for state in states for ref in _refs_of(state)}
    found: dict[str, State] = {}
    direct: dict[int, list[str]] = {}
    for step, above in with_parents(steps):
        state = next((by_ref[ref] for ref in _ids_of(step) if ref in by_ref), None)
        if state is None and above is not None and above.hop is not None and above.hop.request_id == execution.arn:
            state = _waiting_now(states) if step.wait is not None else _running_then(states, step)
        if state is not None:
            direct.setdefault(id(state), []).append(step.id)
        elif above is not None:
            state = found.get(above.id)
        if state is not None:
            found[step.id] = state
    return Correspondence(found, direct)


def _refs_of(state: State) -> list[str]:
    return [*state.identity.refs, *(f"states/{arn}" for arn in state.children)]


def _ids_of(step: Step) -> list[str]:
    """Everything that a state may have recorded of what led to the step."""
    ids = list(step.send.refs) if step.send is not None else []
    for hop in step.hops:
        ids += [*hop.refs, f"lambda/{hop.request_id}"]
    return ids


def _waiting_now(states: Sequence[State]) -> State | None:
    """What the execution waits for is what the flow waits for. None when it waits for nothing, or for several."""
    waiting = [state for state in states if state.waits is not None]
    return waiting[0] if len(waiting) == 1 else None


def _running_then(states: Sequence[State], step: Step) -> State | None:
    """The one task that called a function and ran when the step began. None when it cannot be told."""
    then = [
        state
        for state in states
        if any("lambda" in (attempt.resource or "") for attempt in state.attempts)
        and state.entered_us is not None
        and state.entered_us <= step.at_us <= (state.exited_us or step.at_us)
        and not state.identity.refs
    ]
    return then[0] if len(then) == 1 else None
