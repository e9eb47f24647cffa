"""The facts that a person should know before believing the picture (pure)."""

from collections.abc import Sequence

from hopscope_tui.drawing.facts import wrapped
from hopscope_tui.drawing.rows import Row, Run, column, fit_row, said

MOST_ROWS = 3
"""The picture itself needs the rest."""


def notes_rows(notes: Sequence[str], width_cells: int) -> list[Row]:
    """How many notes there are, and all of them one after the other, as far as three rows go."""
    count = f" {len(notes)} notes: " if len(notes) > 1 else " note: "
    lines = wrapped(said("; ".join(notes)).text, max(width_cells - len(count), 8))
    if len(lines) > MOST_ROWS:
        lines = [*lines[: MOST_ROWS - 1], " ".join(lines[MOST_ROWS - 1 :])]
    labels = (count, *("" for _ in lines))
    rows = zip(labels, lines, strict=False)
    return [fit_row((column(label, len(count), "accent"), Run(line)), width_cells) for label, line in rows]
