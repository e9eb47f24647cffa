"""The facts that a person should know before believing the picture, in one line (pure)."""

from collections.abc import Sequence

from hopscope_tui.drawing.rows import Row, Run, fit_row, said


def notes_row(notes: Sequence[str], width_cells: int) -> Row:
    """As many notes as fit, and how many there are."""
    count = f" {len(notes)} notes:" if len(notes) > 1 else " note:"
    return fit_row((Run(count + " ", "accent"), said("; ".join(notes), "plain")), width_cells)
