"""What a state machine could have done and this execution did not, or not yet (pure).

A state's name is unique in its state machine, so a state is reached if any state of that name was entered anywhere.
What is inside a state that was not reached is left out: it goes without saying. So is what is inside a Distributed
Map: its items are executions of their own.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from hopscope_collector.executions.definition import Definition
from hopscope_collector.executions.model import Execution, State


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
    states = list(execution.walk())
    seen = _Seen(
        reached=frozenset(state.name for state in states),
        exited=frozenset(state.name for state in states if state.exited_us is not None),
        closed=frozenset(state.name for state in states if _hides_its_inside(state)),
    )
    return tuple(_in(definition, seen, inside=()))


@dataclass(frozen=True, slots=True)
class _Seen:
    """Names of states."""

    reached: frozenset[str]
    exited: frozenset[str]
    closed: frozenset[str]
    """What ran inside them was not recorded."""


def _hides_its_inside(state: State) -> bool:
    """A Parallel or Map that was left, but of which nothing inside was recorded, as emulators do it."""
    ran = state.type == "Parallel" or (state.type == "Map" and state.items != 0)
    return ran and state.exited_us is not None and not (state.branches or state.iterations or state.is_caught)


def unknown_states(execution: Execution, definition: Definition) -> tuple[str, ...]:
    """Names that the execution has and the definition has not: it is another machine's, or another revision's."""
    known = {state.name for state in definition.walk()}
    return tuple(dict.fromkeys(state.name for state in execution.walk() if state.name not in known))


def _in(definition: Definition, seen: _Seen, *, inside: tuple[str, ...], branch: int = 0) -> Iterator[Unreached]:
    siblings = frozenset(state.name for state in definition.states)
    left = [state for state in definition.states if state.name in seen.exited]
    for state in definition.states:
        if state.name not in seen.reached:
            is_bypassed = any(state.name in (*other.leads_to, *other.catches) for other in left)
            yield Unreached(state.name, state.type, inside, branch, siblings, is_bypassed)
        elif not state.is_distributed and state.name not in seen.closed:
            for number, inner in enumerate(state.inner):
                yield from _in(inner, seen, inside=(*inside, state.name), branch=number)
