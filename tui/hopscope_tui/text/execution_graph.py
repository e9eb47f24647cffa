"""An execution as the rows of its graph, in the order in which it is read (pure).

    ✔ Reserve                 Task       succeeded   1.2s  ×2
    ✔ Prepare                 Parallel   succeeded   2.0s
    ├─ ✔ Charge               Task       succeeded   400ms
    │  ✔ Settle               Task       succeeded   1.1s
    └─ ✔ Pick                 Task       succeeded   2.0s
    · Escalate                Choice     not taken

Iterations of a Map fold: those that succeeded into one row once there are more than a few, the others stand by
themselves. A long scope (a loop) folds in its middle. Rows hold raw text: whoever draws them neutralises it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from hopscope_collector.executions.model import Iteration, State
from hopscope_collector.executions.unreached import Unreached

GLYPHS = {
    "succeeded": "✔",
    "failed": "✗",
    "timed out": "◷",
    "aborted": "⊘",
    "stopped": "⊘",
    "running": "●",
    "waiting": "◌",
    "paused": "◌",
    "pending redrive": "◌",
    "caught": "↷",
    "unknown": "?",
    "not taken": "·",
    "not reached": "·",
}
"""A glyph for every word, so that neither stands by itself."""

ROLES = {
    "succeeded": "done",
    "failed": "failed",
    "timed out": "failed",
    "aborted": "dim",
    "stopped": "dim",
    "running": "running",
    "waiting": "waiting",
    "paused": "waiting",
    "pending redrive": "waiting",
    "caught": "recovered",
    "unknown": "lost",
    "not taken": "faint",
    "not reached": "faint",
}
"""What a style sheet colours a word by."""

_ITERATIONS_UNFOLDED = 3
_PROBLEMS_UNFOLDED = 5
_STATES_UNFOLDED = 60
_DEEPEST = 40
"""Levels that are drawn: more do not fit a screen."""


@dataclass(frozen=True, slots=True)
class GraphRow:
    """One row of the graph."""

    guide: str
    """What is drawn before it: `│  ├─ `."""

    label: str
    word: str = ""
    """Status word, a key of `GLYPHS`. Empty for a row that only says something about the row above."""

    type: str = ""
    took_us: int | None = None
    """None while it runs, and where the times are missing."""

    tries: int = 1
    state: State | None = None
    """None for iterations, folds and states that were not reached."""

    is_unreached: bool = False


@dataclass(frozen=True, slots=True)
class Folding:
    """What the rows of one execution have in common."""

    unreached: Sequence[Unreached] = ()
    is_off: bool = False
    """Everything is shown."""


def graph_of(states: Sequence[State], folding: Folding) -> list[GraphRow]:
    """The rows of the whole execution."""
    return [*_scope_rows(states, folding, ()), *(_unreached_row(each) for each in _unreached_in(folding, ()))]


def word_of(state: State) -> str:
    """What a person calls the state of a state."""
    if state.is_caught:
        return "caught"
    if state.status == "RUNNING" and state.waits is not None:
        return "waiting"
    return state.status.lower().replace("_", " ")


def took_us(from_us: int | None, until_us: int | None) -> int | None:
    """Microseconds between two times. None when one of them is not known."""
    return None if from_us is None or until_us is None else until_us - from_us


def tries_of(state: State) -> int:
    """How often the state's work was tried."""
    return max(len(state.attempts), state.rounds, 1)


def _scope_rows(states: Sequence[State], folding: Folding, inside: tuple[str, ...]) -> Iterator[GraphRow]:
    """States that ran one after the other."""
    if len(states) <= _STATES_UNFOLDED or folding.is_off:
        for state in states:
            yield from _state_rows(state, folding, inside)
        return
    half = _STATES_UNFOLDED // 2
    for state in states[:half]:
        yield from _state_rows(state, folding, inside)
    yield GraphRow("", f"… {len(states) - 2 * half} more states (--all shows them)")
    for state in states[-half:]:
        yield from _state_rows(state, folding, inside)


def _state_rows(state: State, folding: Folding, inside: tuple[str, ...]) -> Iterator[GraphRow]:
    took = took_us(state.entered_us, state.exited_us)
    yield GraphRow("", state.name, word_of(state), state.type, took, tries_of(state), state)
    here = (*inside, state.name)
    if len(here) > _DEEPEST:
        yield GraphRow("   ", "… deeper (--json has it)")
        return
    blocks = [rows for rows in _blocks(state, folding, here) if rows]
    for number, rows in enumerate(blocks):
        is_last = number == len(blocks) - 1
        for index, row in enumerate(rows):
            guide = ("   " if is_last else "│  ") if index else ("└─ " if is_last else "├─ ")
            yield replace(row, guide=guide + row.guide)


def _blocks(state: State, folding: Folding, inside: tuple[str, ...]) -> Iterator[list[GraphRow]]:
    """What ran inside a state, each branch and iteration by itself."""
    rounds = max([1, *(each.round for each in state.branches), *(each.round for each in state.iterations)])
    if rounds > 1 and not folding.is_off:
        yield [GraphRow("", f"↺ {rounds - 1} earlier {'try' if rounds == 2 else 'tries'} (--all shows them)")]
    branches = [each for each in state.branches if each.round == rounds or folding.is_off]
    entered: set[str] = set()
    for branch in branches:
        names = {each.name for each in branch.states}
        entered |= names
        rest = (_unreached_row(each) for each in _unreached_in(folding, inside) if names & each.siblings)
        yield [*_scope_rows(branch.states, folding, inside), *rest]
    iterations = [each for each in state.iterations if each.round == rounds or folding.is_off]
    yield from _iteration_blocks(iterations, folding, inside)
    for run in state.map_runs:
        yield [GraphRow("", f"Map Run {run.arn or ''}".rstrip(), run.status.lower().replace("_", " "))]
    for _, group in groupby(_unreached_in(folding, inside), key=lambda each: each.branch):
        if rows := [_unreached_row(each) for each in group if not entered & each.siblings]:
            yield rows


def _iteration_blocks(
    iterations: Sequence[Iteration], folding: Folding, inside: tuple[str, ...]
) -> Iterator[list[GraphRow]]:
    if len(iterations) <= _ITERATIONS_UNFOLDED or folding.is_off:
        for each in iterations:
            yield _iteration_block(each, folding, inside)
        return
    for status, group in groupby(sorted(iterations, key=_by_status), key=lambda each: each.status):
        alike = list(group)
        unfolded = 1 if status == "SUCCEEDED" else _PROBLEMS_UNFOLDED
        for each in alike[:unfolded]:
            yield _iteration_block(each, folding, inside)
        if rest := alike[unfolded:]:
            word = status.lower().replace("_", " ")
            yield [GraphRow("", f"{len(rest)} more, items {ranges(each.index for each in rest)}", word)]


def _by_status(iteration: Iteration) -> tuple[bool, str, int]:
    """Problems first; by item within."""
    return iteration.status == "SUCCEEDED", iteration.status, iteration.index


def _iteration_block(iteration: Iteration, folding: Folding, inside: tuple[str, ...]) -> list[GraphRow]:
    took = took_us(iteration.started_us, iteration.ended_us)
    word = iteration.status.lower().replace("_", " ")
    rows = [GraphRow("", f"item {iteration.index}", word, took_us=took)]
    return [*rows, *(replace(row, guide="  " + row.guide) for row in _scope_rows(iteration.states, folding, inside))]


def _unreached_in(folding: Folding, inside: tuple[str, ...]) -> Iterable[Unreached]:
    return (each for each in folding.unreached if each.inside == inside)


def _unreached_row(each: Unreached) -> GraphRow:
    word = "not taken" if each.is_bypassed else "not reached"
    return GraphRow("", each.name, word, each.type, is_unreached=True)


def ranges(numbers: Iterable[int]) -> str:
    """`0–41, 44, 46–99`, at most four of them."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    shown = [str(first) if first == last else f"{first}–{last}" for first, last in runs[:4]]
    return ", ".join([*shown, "…"] if len(runs) > len(shown) else shown)
