"""An execution as rows of text: what it is, its graph, the table of its states, and why it failed (pure).

Every row is at most `width_cells` wide and neutral: nothing that an execution carried acts on the terminal.
"""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from hopscope_collector.executions.model import Execution, State, Wait
from hopscope_collector.executions.unreached import Unreached
from hopscope_collector.json_values import json_in, object_or_empty
from hopscope_collector.shape.summary import counted
from hopscope_collector.shape.times import date_and_clock, duration
from hopscope_tui.drawing.rows import EMPTY, Row, Run, fit_row
from hopscope_tui.neutral import cells, fit, fit_middle, neutral
from hopscope_tui.text.execution_graph import GLYPHS, ROLES, Folding, GraphRow, graph_of, took_us, tries_of, word_of

_TABLE_ROWS = 200
_CAUSE_LINES = 6
_REFS_SHOWN = 3
_WORDY_CELLS = 40
"""A narrower place has no room for a hint."""

_LEAST_LABEL_CELLS = 8
_BADLY = ("FAILED", "TIMED_OUT")
_WAITS_FOR = {
    "callback": "waiting for callback",
    "job": "waiting for the job it started",
    "worker": "waiting for a worker to take it",
    "time": "waiting for the time to come",
    "retry": "waiting to try again",
}

Heard = Mapping[str, Sequence[str]]
"""By ref of what a state sent: the functions that it led to."""

_NOBODY: Heard = {}


@dataclass(frozen=True, slots=True)
class Look:
    """How an execution is printed."""

    width_cells: int = 80
    is_all: bool = False
    """Nothing is folded."""


def execution_rows(execution: Execution, unreached: Sequence[Unreached], look: Look) -> list[Row]:
    """Everything, section after section, an empty row between them."""
    width = look.width_cells
    sections = (
        list(header_rows(execution, width)),
        list(graph_rows(graph_of(execution.states, Folding(unreached, is_off=look.is_all)), width)),
        list(table_rows(execution, look)),
        list(failure_rows(execution, width)),
        list(note_rows(execution)),
    )
    rows: list[Row] = []
    for section in sections:
        if section:
            rows += [EMPTY, *section] if rows else section
    return [fit_row(row, width) for row in rows]


def header_rows(execution: Execution, width: int) -> Iterator[Row]:
    """Status, size and identity."""
    word = execution.status.lower().replace("_", " ")
    states = list(execution.walk())
    retries = sum(tries_of(state) - 1 for state in states)
    took = took_us(execution.started_us, execution.ended_us)
    parts = [
        f"{execution.kind} execution",
        counted(len(states), "state"),
        *([counted(retries, "retry", "retries")] if retries else []),
        *([counted(execution.redrives, "redrive")] if execution.redrives else []),
        *([duration(took)] if took is not None else []),
    ]
    yield (Run(f"{GLYPHS.get(word, '?')} {word}", ROLES.get(word, "plain")), Run(f"   {' · '.join(parts)}"))
    if execution.arn:
        yield (Run(f"  {fit_middle(execution.arn, width - 2)}", "dim"),)
    if execution.started_us is not None:
        yield (Run(f"  started {date_and_clock(execution.started_us)} UTC", "dim"),)


def graph_rows(graph: Sequence[GraphRow], width: int, heard: Heard = _NOBODY) -> Iterator[Row]:
    """One row a state, and below it what a person would ask next. Who heard what it sent is known inside a flow."""
    for each in graph:
        yield _graph_row(each, width)
        if each.state is not None:
            for detail, role in _details(each.state, heard):
                yield _detail_row(each, detail, role, width)


def _graph_row(each: GraphRow, width: int) -> Row:
    if not each.word:
        return (Run(each.guide, "faint"), Run(neutral(each.label), "dim"))
    role = ROLES.get(each.word, "plain")
    tries = f"×{each.tries}" if each.tries > 1 else ""
    took = duration(each.took_us) if each.took_us is not None else ""
    right = (Run(f" {fit(each.type, 8)} ", "dim"), Run(f"{each.word:<11}", role), Run(f" {took:>6} {tries:>4}"))
    label_cells = width - cells(each.guide) - 2 - sum(cells(run.text) for run in right)
    label = fit(each.label, max(label_cells, _LEAST_LABEL_CELLS))
    return (
        Run(each.guide, "faint"),
        Run(f"{GLYPHS.get(each.word, '?')} ", role),
        Run(label, "dim" if each.is_unreached else "plain"),
        *right,
    )


def _detail_row(each: GraphRow, detail: str, role: str, width: int) -> Row:
    has_inside = each.state is not None and (each.state.branches or each.state.iterations or each.state.map_runs)
    guide = each.guide.replace("├─", "│ ").replace("└─", "  ") + ("│ " if has_inside else "  ")
    return (Run(guide, "faint"), Run(fit(detail, max(width - cells(guide), _LEAST_LABEL_CELLS)), role))


def _details(state: State, heard: Heard) -> Iterator[tuple[str, str]]:
    if state.error or state.cause:
        word = "caught" if state.is_caught else "failed"
        yield f"{GLYPHS[word]} {problem_text(state.error, state.cause)}", ROLES[word]
    elif (failed := next((each for each in reversed(state.attempts) if each.status in _BADLY), None)) is not None:
        said = problem_text(failed.error, failed.cause) or "without an error"
        yield f"↺ a try {failed.status.lower().replace('_', ' ')}: {said}", ROLES["caught"]
    if state.waits is not None:
        yield f"◌ {wait_text(state.waits)}", ROLES["waiting"]
    refs = state.identity.refs
    for ref in refs[:_REFS_SHOWN]:
        yield f"→ {_by_whom(ref, heard)}{ref}", "dim"
    if len(refs) > _REFS_SHOWN:
        yield f"→ {len(refs) - _REFS_SHOWN} more (--json has them)", "dim"


def _by_whom(ref: str, heard: Heard) -> str:
    names = ", ".join(heard.get(ref, ()))
    return f"{names}  " if names else ""


def wait_text(wait: Wait) -> str:
    """What is waited for, since when, until when."""
    since = f" since {date_and_clock(wait.since_us)} UTC" if wait.since_us is not None else ""
    until = f", at most until {date_and_clock(wait.until_us)}" if wait.until_us is not None else ""
    return f"{_WAITS_FOR[wait.what]}{since}{until}"


def problem_text(error: str | None, cause: str | None) -> str:
    """Error and cause in one line; of a function's error only its message."""
    return ": ".join(part for part in (error, _readable(cause)) if part)


def _readable(cause: str | None) -> str | None:
    """Lambda writes its errors as JSON: the message is what a person wants."""
    message = object_or_empty(json_in(cause)).get("errorMessage")
    return message if isinstance(message, str) else cause


def table_rows(execution: Execution, look: Look) -> Iterator[Row]:
    """One row a state that was entered, in the order of the history."""
    entered = sorted(paths_of(execution.states), key=lambda each: each[0])
    if not entered:
        return
    name_cells = max(min(max(len(path) for _, path, _ in entered), look.width_cells - 50), 12)
    heading = f"{'event':>6}  {'state':<{name_cells}} {'type':<8} {'status':<11} {'at':>7} {'time':>6} {'tries':>5}"
    yield (Run(heading, "label"),)
    shown = entered if look.is_all else entered[:_TABLE_ROWS]
    for event_id, path, state in shown:
        yield _table_row(event_id, fit_middle(path, name_cells), state, execution.started_us)
    if len(shown) < len(entered):
        yield (Run(f"        … {len(entered) - len(shown)} more (--all shows them)", "dim"),)


def paths_of(states: Sequence[State]) -> Iterator[tuple[int, str, State]]:
    """Every state with its first event and where it stands: `Orders[3]/Charge`."""
    pending = [(state, "") for state in reversed(states)]
    while pending:
        state, above = pending.pop()
        here = f"{above}{state.name}"
        yield min(state.events, default=0), here, state
        pending += [(each, f"{here}/") for branch in state.branches for each in branch.states]
        pending += [(each, f"{here}[{one.index}]/") for one in state.iterations for each in one.states]


def _table_row(event_id: int, path: str, state: State, started_us: int | None) -> Row:
    word = word_of(state)
    at = duration(took_us(started_us, state.entered_us))
    took = duration(took_us(state.entered_us, state.exited_us))
    return (
        Run(f"{event_id:>6}  ", "dim"),
        Run(f"{path} "),
        Run(f"{fit(state.type, 8)} ", "dim"),
        Run(f"{GLYPHS.get(word, '?')} {word:<9}", ROLES.get(word, "plain")),
        Run(f" {at:>7} {took:>6} {tries_of(state):>5}"),
    )


def failure_rows(execution: Execution, width: int) -> Iterator[Row]:
    """Why the execution ended badly, in full. Nothing when it did not."""
    text = neutral(problem_text(execution.error, execution.cause))
    for line in textwrap.wrap(
        text,
        width,
        initial_indent="✗ ",
        subsequent_indent="  ",
        max_lines=_CAUSE_LINES,
        placeholder=" … (--json has it all)" if width >= _WORDY_CELLS else " …",
    ):
        yield (Run(line, "failed"),)


def note_rows(execution: Execution) -> Iterator[Row]:
    """What a reader must know about the history itself."""
    if execution.missing:
        count = counted(len(execution.missing), "event is", "events are")
        yield _note(f"{count} missing: {_first(execution.missing)}")
    if execution.unattached:
        count = counted(len(execution.unattached), "event has", "events have")
        yield _note(f"{count} no known place: {_first(execution.unattached)}")
    if not execution.is_linked:
        yield _note("no event names its cause (an emulator?): the order was taken for it")
    if any(state.is_assumed for state in execution.walk()):
        yield _note("where states stand whose cause is missing is the likely place")


def _note(text: str) -> Row:
    return (Run(f"note: {text}", "dim"),)


def _first(ids: Sequence[int]) -> str:
    return ", ".join([*map(str, ids[:3]), *(["…"] if len(ids) > 3 else [])])
