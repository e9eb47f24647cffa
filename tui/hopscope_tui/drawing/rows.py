"""Rows of runs: the one thing that every drawing gives and every widget takes (pure).

A run is a text and the *role* it plays (`overdue`, `dim`, `bar-running`, …). What a role looks like is decided by the
style sheet alone; that it means something without any colour is decided by the text.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from hopscope_tui.neutral import cells, fit_neutral, neutral

ROLES = (
    "plain",
    "strong",
    "dim",
    "faint",
    "label",
    "title",
    "accent",
    "key",
    "overdue",
    "lost",
    "failed",
    "dead-lettered",
    "waiting",
    "running",
    "recovered",
    "duplicated",
    "done",
    "bar-waiting",
    "bar-running",
    "bar-retrying",
    "bar-failed",
    "bar-rest",
    "bar-cold",
    "bar-critical",
    "added",
    "removed",
    "match",
    "wrong",
)
"""Every role there is. The style sheet has one rule for each."""


class Run(NamedTuple):
    """A text without line breaks, drawn in one style."""

    text: str
    role: str = "plain"
    url: str = ""
    """Where a click leads, in terminals that know how (OSC 8). Only addresses that we made ourselves."""


Row = tuple[Run, ...]

EMPTY: Row = ()


def said(text: str, role: str = "plain") -> Run:
    """A run of text that came from outside, made harmless."""
    return Run(neutral(text), role)


def column(text: str, width_cells: int, role: str = "plain", *, right: bool = False) -> Run:
    """A run of text from outside in exactly `width_cells` cells, to the left or to the right."""
    shown = neutral(text)
    used = cells(shown)
    if right and used < width_cells:
        shown = " " * (width_cells - used) + shown
    return Run(fit_neutral(shown, width_cells), role)


def row_cells(row: Iterable[Run]) -> int:
    """How many cells a row takes."""
    return sum(cells(run.text) for run in row)


def row_text(row: Iterable[Run]) -> str:
    """A row without its styles, as the tests and the clipboard see it."""
    return "".join(run.text for run in row)


def fit_row(row: Iterable[Run], width_cells: int) -> Row:
    """The row in exactly `width_cells` cells: padded, or cut with `…`."""
    fitted: list[Run] = []
    left = width_cells
    for run in row:
        used = cells(run.text)
        if used > left:
            if left > 0:
                fitted.append(run._replace(text=fit_neutral(run.text, left)))
            elif fitted:
                last = fitted.pop()
                fitted.append(last._replace(text=fit_neutral(last.text + " ", cells(last.text))))
            return tuple(fitted)
        fitted.append(run)
        left -= used
    return (*fitted, Run(" " * left)) if left > 0 else tuple(fitted)


def beside(left: Sequence[Run], right: Sequence[Run], width_cells: int) -> Row:
    """One row with `left` at its left end and `right` at its right end; `left` gives way."""
    right_cells = row_cells(right)
    if right_cells + 2 > width_cells:
        return fit_row(left, width_cells)
    return (*fit_row(left, width_cells - right_cells - 1), Run(" "), *right)
