"""A glyph, a word and a role for every status: never told apart by colour alone (pure)."""

from typing import NamedTuple

from hopscope_collector.shape import signs
from hopscope_tui.drawing.rows import Row, Run, column


class Look(NamedTuple):
    """How a status is drawn."""

    glyph: str
    role: str


_ROLES = {
    "overdue": "overdue",
    "lost": "lost",
    "failed": "failed",
    "timed-out": "failed",
    "dead-lettered": "dead-lettered",
    "waiting": "waiting",
    "running": "running",
    "recovered": "recovered",
    "duplicated": "duplicated",
    "not-instrumented": "dim",
    "done": "done",
}
LOOKS = {status: Look(signs.SIGNS[status], role) for status, role in _ROLES.items()} | {"slow": Look("◑", "overdue")}
UNKNOWN = Look(signs.UNKNOWN, "dim")

PROBLEMS = ("overdue", "lost", "failed", "timed-out", "dead-lettered", "duplicated")
"""What a person must look at; what can still be saved comes first."""

PROBLEM_FILTER = "status:" + "|".join(PROBLEMS)
"""The same in the filter language."""

WORD_CELLS = max(map(len, LOOKS))


def look_of(status: str) -> Look:
    """A status that this version does not know is drawn plainly, by its word."""
    return LOOKS.get(status, UNKNOWN)


def glyph_run(status: str) -> Run:
    """The glyph alone, for places where the word stands nearby."""
    look = look_of(status)
    return Run(look.glyph, look.role)


def status_row(status: str, word_cells: int = WORD_CELLS) -> Row:
    """Glyph and word, `word_cells + 2` cells wide."""
    look = look_of(status)
    return (Run(look.glyph + " ", look.role), column(status, word_cells, look.role))
