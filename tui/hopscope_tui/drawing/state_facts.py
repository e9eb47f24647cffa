"""Everything known of a state of an execution, one fact a row (pure)."""

from collections.abc import Iterator, Sequence

from hopscope_collector.executions.model import Attempt, State
from hopscope_collector.flow import Hop
from hopscope_collector.shape.times import date_and_clock, duration
from hopscope_tui.drawing.facts import facts
from hopscope_tui.drawing.rows import Row, Run, fit_row, said
from hopscope_tui.text.execution import problem_text, wait_text
from hopscope_tui.text.execution_graph import GLYPHS, ROLES, took_us, word_of

_ATTEMPTS_SHOWN = 6


def state_rows(state: State, consumers: Sequence[Hop], width_cells: int) -> list[Row]:
    """The facts of a state; `consumers` are the hops that its messages led to."""
    return [fit_row(row, width_cells) for row in _rows(state, consumers, width_cells)]


def _rows(state: State, consumers: Sequence[Hop], width: int) -> Iterator[Row]:
    word = word_of(state)
    status = Run(f"  {GLYPHS.get(word, '?')} {word}", ROLES.get(word, "plain"))
    yield (said(f" {state.name}", "title"), status, Run(f"  {state.type}", "dim"))
    if state.error or state.cause:
        role = "recovered" if state.is_caught else "failed"
        yield from facts("caught" if state.is_caught else "error", problem_text(state.error, state.cause), width, role)
    if state.waits is not None:
        yield from facts("waits", wait_text(state.waits), width, "waiting")
    took = took_us(state.entered_us, state.exited_us)
    ran = f", took {duration(took)}" if took is not None else ""
    yield from facts("when", f"{date_and_clock(state.entered_us)} UTC{ran}", width)
    yield from _attempts(state.attempts, width)
    yield from facts("sent", "  ".join(state.identity.refs), width) if state.identity.refs else ()
    if consumers:
        names = ", ".join(dict.fromkeys(hop.function for hop in consumers))
        yield from facts("led to", f"{names}   ↵ goes there", width, "accent")
    yield from facts("started", "  ".join(state.children), width) if state.children else ()


def _attempts(attempts: Sequence[Attempt], width: int) -> Iterator[Row]:
    """What was called, and how each try went when there were several."""
    resources = list(dict.fromkeys(each.resource for each in attempts if each.resource))
    if resources:
        yield from facts("calls", "  ".join(resources), width)
    if len(attempts) < 2:
        return
    for number, each in enumerate(attempts[-_ATTEMPTS_SHOWN:], max(len(attempts) - _ATTEMPTS_SHOWN, 0) + 1):
        word = each.status.lower().replace("_", " ")
        took = duration(took_us(each.started_us or each.scheduled_us, each.ended_us))
        text = f"{number} {GLYPHS.get(word, '?')} {took}  {problem_text(each.error, each.cause)}"
        yield from facts("try", text, width, "plain" if each.status == "SUCCEEDED" else "bar-retrying")
