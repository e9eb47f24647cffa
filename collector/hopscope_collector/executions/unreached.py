"""What a state machine could have done and this execution did not, or not yet (pure).

A state's name is unique in its state machine, so a state is reached if any state of that name was entered anywhere.
What is inside a state that was not reached is left out: it goes without saying. So is what is inside a Distributed
Map: its items are executions of their own.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from hopscope_collector.executions.definition import Definition, StateDefinition
from hopscope_collector.executions.model import Execution


@dataclass(frozen=True, slots=True)
class Unreached:
    """A state that was not entered."""

    name: str
    type: str
    inside: tuple[str, ...] = ()
    """The Maps and Parallels around it, outermost first."""

    branch: int = 0
    """Which branch of the innermost Parallel it is in, from 0."""

    siblings: frozenset[str] = frozenset()
    """Every state of its scope: tells to which entered branch it belongs."""

    is_bypassed: bool = False
    """A state that leads to it was left another way: the path not taken."""


def unreached_states(execution: Execution, definition: Definition) -> tuple[Unreached, ...]:
    """In the order in which the definition has them."""
    exited = {state.name for state in execution.walk() if state.exited_us is not None}
    reached = {state.name for state in execution.walk()}
    return tuple(_in(definition, reached, exited, inside=()))


def unknown_states(execution: Execution, definition: Definition) -> tuple[str, ...]:
    """Names that the execution has and the definition has not: it is another machine's, or another revision's."""
    known = {state.name for state in definition.walk()}
    return tuple(dict.fromkeys(state.name for state in execution.walk() if state.name not in known))


def _in(
    definition: Definition, reached: set[str], exited: set[str], *, inside: tuple[str, ...], branch: int = 0
) -> Iterator[Unreached]:
    siblings = frozenset(state.name for state in definition.states)
    for state in definition.states:
        if state.name not in reached:
            bypassed = any(state.name in (*other.leads_to, *other.catches) for other in _left(definition, exited))
            yield Unreached(state.name, state.type, inside, branch, siblings, bypassed)
        elif not state.is_distributed:
            for number, inner in enumerate(state.inner):
                yield from _in(inner, reached, exited, inside=(*inside, state.name), branch=number)


def _left(definition: Definition, exited: set[str]) -> Iterator[StateDefinition]:
    return (state for state in definition.states if state.name in exited)
