"""The states of an execution beside the flow it belongs to: as a graph, or as a table (pure).

✔ Reserve   → order_placed            1.2s  ×2          at    state            type    time  tries
✔ Prepare                             2.0s             0ms  ✔ Reserve          Task    1.2s     ×2
├─ ✔ Charge                          400ms             1.2s ✔ Prepare/Charge   Task   400ms
└─ ◌ Pick   waiting for callback      1m40             1.2s ◌ Prepare/Pick     Task    1m40
· Escalate                        not taken
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from hopscope_collector.executions.model import Execution, State
from hopscope_collector.shape.summary import counted
from hopscope_collector.shape.times import duration
from hopscope_tui.drawing.rows import EMPTY, Row, Run, beside, column, fit_row, said
from hopscope_tui.neutral import cells
from hopscope_tui.text.execution import failure_rows, note_rows, paths_of, problem_text, wait_text
from hopscope_tui.text.execution_graph import GLYPHS, ROLES, Folding, GraphRow, graph_of, took_us, tries_of, word_of

_WORDY_CELLS = 64
"""From here on the type and the word of a state have room."""

_SENT_SHOWN = 2
_TIME_CELLS = 7
_TRIES_CELLS = 6

StateRow = tuple[Row, State | None]
"""A row, and the state that it is about."""


@dataclass(frozen=True, slots=True)
class Place:
    """An execution among those of its flow."""

    number: int = 1
    count: int = 1


def machine_heading(execution: Execution, place: Place, width_cells: int) -> Row:
    """What it is, how it stands, and whether there are others."""
    word = execution.status.lower().replace("_", " ")
    states = sum(1 for _ in execution.walk())
    took = took_us(execution.started_us, execution.ended_us)
    left = (
        Run(" ◫ ", "accent"),
        said(name_of(execution.arn), "title"),
        Run(f"  {GLYPHS.get(word, '?')} {word}", ROLES.get(word, "plain")),
        Run(f"  {duration(took)}" if took is not None else "", "strong"),
        Run(f"  {counted(states, 'state')}", "dim"),
    )
    right = (Run(f"{place.number} of {place.count}, x next ", "dim"),) if place.count > 1 else ()
    return beside(left, right, width_cells)


def name_of(arn: str | None) -> str:
    """The state machine's name of an execution's ARN, which people say."""
    parts = (arn or "execution").split(":")
    return parts[-2] if len(parts) > 2 else parts[-1]


def state_graph(execution: Execution, heard: Callable[[State], Sequence[str]], width_cells: int) -> list[StateRow]:
    """A row a state as it is nested, what a person would ask next below it, and why it failed at the end."""
    rows: list[StateRow] = []
    for each in graph_of(execution.states, Folding()):
        rows.append((_graph_row(each, heard, width_cells), each.state))
        rows += [(row, each.state) for row in _below(each, width_cells)]
    ends = [*failure_rows(execution, width_cells), *note_rows(execution)]
    return [*rows, *(((EMPTY, None),) if ends else ()), *((fit_row(row, width_cells), None) for row in ends)]


def _graph_row(each: GraphRow, heard: Callable[[State], Sequence[str]], width_cells: int) -> Row:
    guide = Run(each.guide, "faint")
    if not each.word:
        return fit_row((guide, said(each.label, "dim")), width_cells)
    role = ROLES.get(each.word, "plain")
    is_plain = each.word == "succeeded"
    tries = f"×{each.tries}" if each.tries > 1 else ""
    took = duration(each.took_us) if each.took_us is not None else ""
    words = "" if is_plain and width_cells < _WORDY_CELLS else each.word
    right = [Run(f" {words}", role)]
    if width_cells >= _WORDY_CELLS:
        right = [column(each.type, 9, "dim"), column(each.word, 12, role)]
    right += [column(took, _TIME_CELLS, right=True), column(tries, _TRIES_CELLS, "bar-retrying", right=True)]
    name = said(each.label, "faint" if each.is_unreached else "strong")
    sent = _sent(each.state, heard) if each.state is not None else ()
    return beside((guide, Run(f"{GLYPHS.get(each.word, '?')} ", role), name, *sent), right, width_cells)


def _sent(state: State, heard: Callable[[State], Sequence[str]]) -> Row:
    """What it sent, and who heard it."""
    consumers = list(dict.fromkeys(heard(state)))
    if consumers:
        more = f" +{len(consumers) - _SENT_SHOWN}" if len(consumers) > _SENT_SHOWN else ""
        return (said(f"  → {', '.join(consumers[:_SENT_SHOWN])}{more}", "accent"),)
    names = [each.name or each.operation for each in state.identity.sent]
    return (said(f"  → {', '.join(names[:_SENT_SHOWN])}", "dim"),) if names else ()


def _below(each: GraphRow, width_cells: int) -> Iterator[Row]:
    state = each.state
    if state is None:
        return
    guide = each.guide.replace("├─", "│ ").replace("└─", "  ") + "  "
    if state.error or state.cause:
        word = "caught" if state.is_caught else "failed"
        text = problem_text(state.error, state.cause)
        yield fit_row((Run(guide, "faint"), said(f"{GLYPHS[word]} {text}", ROLES[word])), width_cells)
    elif (failed := next((one for one in state.attempts if one.status in ("FAILED", "TIMED_OUT")), None)) is not None:
        text = f"↺ a try failed: {problem_text(failed.error, failed.cause)}"
        yield fit_row((Run(guide, "faint"), said(text, ROLES["caught"])), width_cells)
    if state.waits is not None:
        yield fit_row((Run(guide, "faint"), said(f"◌ {wait_text(state.waits)}", ROLES["waiting"])), width_cells)


def state_table(execution: Execution, width_cells: int) -> list[StateRow]:
    """One row a state that was entered, in the order of the history."""
    rows: list[StateRow] = [(_table_heading(width_cells), None)]
    for _, path, state in sorted(paths_of(execution.states), key=lambda each: each[0]):
        word = word_of(state)
        at = duration(took_us(execution.started_us, state.entered_us))
        tries = f"×{tries_of(state)}" if tries_of(state) > 1 else ""
        took = took_us(state.entered_us, state.exited_us)
        left = (
            column(at, _TIME_CELLS, "dim", right=True),
            Run(f"  {GLYPHS.get(word, '?')} ", ROLES.get(word, "plain")),
            said(path, "strong"),
        )
        right = (
            column(state.type, 9, "dim"),
            column(word, 12, ROLES.get(word, "plain")),
            column(duration(took) if took is not None else "", _TIME_CELLS, right=True),
            column(tries, _TRIES_CELLS, "bar-retrying", right=True),
        )
        rows.append((beside(left, right if width_cells >= _WORDY_CELLS else right[2:], width_cells), state))
    return rows


def _table_heading(width_cells: int) -> Row:
    left = (column("at", _TIME_CELLS, "label", right=True), Run("    state", "label"))
    right = (
        column("type", 9, "label"),
        column("status", 12, "label"),
        column("time", _TIME_CELLS, "label", right=True),
        column("tries", _TRIES_CELLS, "label", right=True),
    )
    return beside(left, right if width_cells >= _WORDY_CELLS else right[2:], width_cells)


def reason_rows(reason: str, width_cells: int) -> list[StateRow]:
    """Why there is nothing to see, wrapped."""
    rows: list[StateRow] = [(EMPTY, None)]
    line = ""
    for word in said(reason).text.split(" "):
        if line and cells(line) + cells(word) + 2 > width_cells:
            rows.append((fit_row((Run(f" {line}", "dim"),), width_cells), None))
            line = word
        else:
            line = f"{line} {word}" if line else word
    return [*rows, (fit_row((Run(f" {line}", "dim"),), width_cells), None)]


def no_states_text(arn: str | None) -> str:
    """What to do where there are no states; without an ARN the flow has no execution."""
    if arn is None:
        return (
            "No execution of a state machine is part of this flow. Step Functions are collected by "
            "hopscope collect executions:ARN-OR-PREFIX; 1, 2 and 3 show the flow itself."
        )
    name = arn.rsplit(":", 1)[-1]
    return f"No history of {name} was collected. hopscope collect executions:ARN-OR-PREFIX reads it."
