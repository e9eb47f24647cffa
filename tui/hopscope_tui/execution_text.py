"""An execution as text: what it is, its graph, the table of its states, and why it failed (pure).

Every line is at most `width_cells` wide and neutral: nothing that an execution carried acts on the terminal.
"""

import json
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hopscope_collector.executions.model import Execution, State, Wait
from hopscope_collector.executions.unreached import Unreached
from hopscope_tui.drawing.times import date_and_clock, duration
from hopscope_tui.execution_rows import GLYPHS, Folding, GraphRow, graph_rows, took_us, tries_of, word_of
from hopscope_tui.neutral import fit, fit_middle, fit_neutral, neutral

NARROWEST_CELLS = 60
_TABLE_ROWS = 200
_CAUSE_LINES = 6
_REFS_SHOWN = 3
_BADLY = ("FAILED", "TIMED_OUT")
_WAITS_FOR = {
    "callback": "waiting for callback",
    "job": "waiting for the job it started",
    "worker": "waiting for a worker to take it",
    "time": "waiting for the time to come",
    "retry": "waiting to try again",
}


@dataclass(frozen=True, slots=True)
class Look:
    """How an execution is printed."""

    width_cells: int = 80
    is_all: bool = False
    """Nothing is folded."""


def execution_lines(execution: Execution, unreached: Sequence[Unreached], look: Look) -> list[str]:
    """Everything, section after section."""
    width = max(look.width_cells, NARROWEST_CELLS)
    sections = (
        header_lines(execution, width),
        graph_lines(graph_rows(execution.states, Folding(unreached, is_off=look.is_all)), width),
        table_lines(execution, width, is_all=look.is_all),
        failure_lines(execution, width),
        note_lines(execution, width),
    )
    lines: list[str] = []
    for section in sections:
        if section:
            lines += ["", *section] if lines else section
    return [line.rstrip() for line in lines]


def header_lines(execution: Execution, width: int) -> list[str]:
    """Status, identity and size."""
    word = execution.status.lower().replace("_", " ")
    states = list(execution.walk())
    took = took_us(execution.started_us, execution.ended_us)
    retries = sum(tries_of(state) - 1 for state in states)
    parts = [
        f"{execution.kind} execution",
        _count(len(states), "state"),
        *([_count(retries, "retry", "retries")] if retries else []),
        *([_count(execution.redrives, "redrive")] if execution.redrives else []),
        *([duration(took)] if took is not None else []),
    ]
    lines = [f"{GLYPHS.get(word, '?')} {word}   {' · '.join(parts)}"]
    if execution.arn:
        lines.append("  " + fit_middle(execution.arn, width - 2))
    if execution.started_us is not None:
        lines.append(f"  started {date_and_clock(execution.started_us)} UTC")
    return [fit_neutral(line, width) for line in lines]


def graph_lines(rows: Sequence[GraphRow], width: int) -> list[str]:
    """One line a row, and below it what a person would ask next."""
    lines: list[str] = []
    for row in rows:
        lines.append(_graph_line(row, width))
        if row.state is not None:
            lines += [_detail_line(row, detail, width) for detail in _details(row.state)]
    return lines


def _graph_line(row: GraphRow, width: int) -> str:
    if not row.word:
        return fit(f"{row.guide}{row.label}", width)
    tries = f"×{row.tries}" if row.tries > 1 else ""
    took = duration(row.took_us) if row.took_us is not None else ""
    right = f" {fit(row.type, 8)} {row.word:<11} {took:>6} {tries:>4}"
    left = f"{row.guide}{GLYPHS.get(row.word, '?')} "
    return left + fit(row.label, max(width - len(left) - len(right), 8)) + right


def _detail_line(row: GraphRow, detail: str, width: int) -> str:
    inside = row.state is not None and (row.state.branches or row.state.iterations or row.state.map_runs)
    guide = row.guide.replace("├─", "│ ").replace("└─", "  ") + ("│ " if inside else "  ")
    return guide + fit(detail, max(width - len(guide), 8))


def _details(state: State) -> Iterator[str]:
    if state.error or state.cause:
        yield f"{GLYPHS['caught' if state.is_caught else 'failed']} {problem_text(state.error, state.cause)}"
    elif (failed := next((each for each in reversed(state.attempts) if each.status in _BADLY), None)) is not None:
        said = problem_text(failed.error, failed.cause) or "without an error"
        yield f"↺ a try {failed.status.lower().replace('_', ' ')}: {said}"
    if state.waits is not None:
        yield f"◌ {wait_text(state.waits)}"
    refs = state.identity.refs
    for ref in refs[:_REFS_SHOWN]:
        yield f"→ {ref}"
    if len(refs) > _REFS_SHOWN:
        yield f"→ {len(refs) - _REFS_SHOWN} more (--json has them)"


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
    if cause is None or not cause.startswith("{"):
        return cause
    try:
        fields = json.loads(cause)
    except (ValueError, RecursionError):  # cut short by the service, or a text that only begins like JSON
        return cause
    message = fields.get("errorMessage") if isinstance(fields, dict) else None
    return message if isinstance(message, str) else cause


def table_lines(execution: Execution, width: int, *, is_all: bool = False) -> list[str]:
    """One line a state that was entered, in the order of the history."""
    rows = sorted(_table_rows(execution.states, ""), key=lambda row: row[0])
    if not rows:
        return []
    name_cells = max(min(max(len(path) for _, path, _ in rows), width - 50), 12)
    heading = f"{'event':>6}  {'state':<{name_cells}} {'type':<8} {'status':<11} {'at':>7} {'time':>6} {'tries':>5}"
    lines = [fit_neutral(heading, width)]
    for event_id, path, state in rows if is_all else rows[:_TABLE_ROWS]:
        lines.append(_table_line(event_id, fit_middle(path, name_cells), state, execution.started_us))
    if len(lines) <= len(rows):
        lines.append(f"        … {len(rows) - _TABLE_ROWS} more (--all shows them)")
    return lines


def _table_rows(states: Sequence[State], path: str) -> Iterator[tuple[int, str, State]]:
    pending = [(state, path) for state in reversed(states)]
    while pending:
        state, above = pending.pop()
        here = f"{above}{state.name}"
        yield min(state.events, default=0), here, state
        pending += [(each, f"{here}/") for branch in state.branches for each in branch.states]
        pending += [
            (each, f"{here}[{iteration.index}]/") for iteration in state.iterations for each in iteration.states
        ]


def _table_line(event_id: int, path: str, state: State, started_us: int | None) -> str:
    at = duration(took_us(started_us, state.entered_us))
    took = duration(took_us(state.entered_us, state.exited_us))
    word = f"{GLYPHS.get(word_of(state), '?')} {word_of(state)}"
    return f"{event_id:>6}  {path} {fit(state.type, 8)} {word:<11} {at:>7} {took:>6} {tries_of(state):>5}"


def failure_lines(execution: Execution, width: int) -> list[str]:
    """Why the execution ended badly, in full. Empty when it did not."""
    if not execution.error and not execution.cause:
        return []
    text = neutral(problem_text(execution.error, execution.cause))
    return textwrap.wrap(
        text,
        width,
        initial_indent="✗ ",
        subsequent_indent="  ",
        max_lines=_CAUSE_LINES,
        placeholder=" … (--json has it all)",
    )


def note_lines(execution: Execution, width: int) -> list[str]:
    """What a reader must know about the history itself."""
    notes: list[str] = []
    if execution.missing:
        notes.append(f"{_count(len(execution.missing), 'event is', 'events are')} missing: {_first(execution.missing)}")
    if execution.unattached:
        count = _count(len(execution.unattached), "event has", "events have")
        notes.append(f"{count} no known place: {_first(execution.unattached)}")
    if not execution.is_linked:
        notes.append("no event names its cause (an emulator's history?): their order was taken for it")
    if any(state.is_assumed for state in execution.walk()):
        notes.append("where states stand whose cause is missing is the likely place")
    return [fit(f"note: {note}", width) for note in notes]


def _first(ids: Sequence[int]) -> str:
    return ", ".join([*map(str, ids[:3]), *(["…"] if len(ids) > 3 else [])])


def _count(number: int, one: str, many: str | None = None) -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
