"""Histories written as a table, trees drawn as text, and executions that run by themselves."""

import random
import shlex
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import strategies as st

from hopscope_collector.executions import Execution, History, State, execution_of
from hopscope_collector.executions.event import HistoryEvent


def events_of(table: str) -> tuple[HistoryEvent, ...]:
    """One event a line: `id type <- previous id`, then its details. It happened at its id, in milliseconds."""
    return tuple(_event(line) for line in table.splitlines() if line.strip())


def _event(line: str) -> HistoryEvent:
    number, type_, arrow, previous, *details = shlex.split(line)
    assert arrow == "<-"
    pairs = (each.split("=", 1) for each in details)
    return HistoryEvent(
        int(number), int(previous), type_, int(number) * 1000, {key: _value(text) for key, text in pairs}
    )


def _value(text: str) -> object:
    return int(text) if text.isdigit() else text


def drawn(execution: Execution) -> str:
    """The tree, one line a state or iteration, with its events."""
    lines = [f"{execution.status} {_ids(execution.events)}", *_drawn_states(execution.states, "")]
    if execution.unattached:
        lines.append(f"unattached {_ids(execution.unattached)}")
    return "\n".join(lines)


def _drawn_states(states: Sequence[State], indent: str) -> Iterator[str]:
    for state in states:
        marks = [f"x{len(state.attempts)}"] * (len(state.attempts) > 1)
        marks += ["caught"] * state.is_caught + ["assumed"] * state.is_assumed
        marks += [state.error] if state.error else []
        yield " ".join([f"{indent}{state.name}:{state.type} {state.status}", *marks, _ids(state.events)])
        for branch in state.branches:
            yield f"{indent}| {branch.round}" if branch.round > 1 else f"{indent}|"
            yield from _drawn_states(branch.states, indent + "  ")
        for iteration in state.iterations:
            again = f" try {iteration.round}" if iteration.round > 1 else ""
            yield f"{indent}# {iteration.index}{again} {iteration.status} {_ids(iteration.events)}"
            yield from _drawn_states(iteration.states, indent + "  ")


def _ids(events: Sequence[int]) -> str:
    return f"[{' '.join(map(str, events))}]"


def tree_of(table: str) -> str:
    return drawn(execution_of(History(events_of(table))))


@pytest.fixture(scope="session", name="events_of")
def _events_of() -> Callable[[str], tuple[HistoryEvent, ...]]:
    return events_of


@pytest.fixture(scope="session", name="drawn")
def _drawn() -> Callable[[Execution], str]:
    return drawn


@pytest.fixture(scope="session", name="tree_of")
def _tree_of() -> Callable[[str], str]:
    """A table of events to the tree drawn as text."""
    return tree_of


@dataclass(frozen=True)
class Step:
    """A state of a made-up state machine: what it does when it runs."""

    type: str
    failures: int = 0
    """How often its task fails before it succeeds."""

    inner: tuple[tuple["Step", ...], ...] = ()
    """Branches of a Parallel; what each item of a Map does."""


leaves = st.one_of(
    st.sampled_from(["Pass", "Wait", "Choice"]).map(Step),
    st.integers(0, 2).map(lambda failures: Step("Task", failures)),
)
steps = st.recursive(
    leaves,
    lambda inner: st.builds(
        Step,
        st.sampled_from(["Parallel", "Map"]),
        st.just(0),
        st.lists(st.lists(inner, min_size=1, max_size=3).map(tuple), min_size=1, max_size=3).map(tuple),
    ),
    max_leaves=12,
)


@dataclass
class Run:
    """An execution that runs by itself: its events, and the tree that it really was."""

    rng: random.Random
    events: list[HistoryEvent] = field(default_factory=list)
    owner: dict[int, str] = field(default_factory=dict)
    """Path of what each event belongs to, such as `s0/b1/s2`."""

    def write(self, owner: str, type_: str, previous: int, **details: object) -> int:
        number = len(self.events) + 1
        self.events.append(HistoryEvent(number, previous, type_, number * 1000, details))
        self.owner[number] = owner
        return number

    def run(self, machine: Sequence[Step]) -> None:
        self.write("", "ExecutionStarted", 0)
        last = 0
        scope = self._scope(machine, "", 0)
        for last in scope:  # noqa: B007 - the last event is what the end follows
            pass
        self.write("", "ExecutionSucceeded", last)

    def _scope(self, machine: Sequence[Step], path: str, previous: int) -> Iterator[int]:
        for number, step in enumerate(machine):
            last = previous
            for last in self._state(step, f"{path}/{number}", previous):
                yield last
            previous = last

    def _state(self, step: Step, path: str, previous: int) -> Iterator[int]:
        last = self.write(path, f"{step.type}StateEntered", previous, name=path)
        yield last
        if step.type == "Task":
            for each in self._task(step, path, last):
                last = each
                yield last
        elif step.inner:
            for each in self._container(step, path, last):
                last = each
                yield last
        yield self.write(path, f"{step.type}StateExited", last, name=path)

    def _task(self, step: Step, path: str, last: int) -> Iterator[int]:
        for attempt in range(step.failures + 1):
            last = self.write(path, "TaskScheduled", last, resource="publish", resourceType="sns")
            yield last
            end = "TaskFailed" if attempt < step.failures else "TaskSucceeded"
            last = self.write(path, end, last)
            yield last

    def _container(self, step: Step, path: str, last: int) -> Iterator[int]:
        started = self.write(path, f"{step.type}StateStarted", last, length=len(step.inner))
        yield started
        inner = {number: self._inner(step, number, path, started) for number in range(len(step.inner))}
        while inner:
            number = self.rng.choice(sorted(inner))
            event = next(inner[number], None)
            if event is None:
                del inner[number]
                continue
            last = event
            yield last
        self.write(path, f"{step.type}StateSucceeded", last)

    def _inner(self, step: Step, number: int, path: str, started: int) -> Iterator[int]:
        machine = step.inner[number]
        if step.type == "Parallel":
            yield from self._scope(machine, f"{path}/b{number}", started)
            return
        own = f"{path}/i{number}"
        last = self.write(own, "MapIterationStarted", started, name=path, index=number)
        yield last
        for event in self._scope(machine, own, last):
            last = event
            yield last
        yield self.write(own, "MapIterationSucceeded", last, name=path, index=number)


@st.composite
def _runs(draw: st.DrawFn) -> Run:
    run = Run(draw(st.randoms(use_true_random=False)))
    run.run(draw(st.lists(steps, min_size=1, max_size=4)))
    return run


@pytest.fixture(scope="session")
def runs() -> st.SearchStrategy[Run]:
    """Executions of random state machines, their branches and iterations interleaved at random."""
    return _runs()
