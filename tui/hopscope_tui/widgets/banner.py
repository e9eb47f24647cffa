"""One line that says what is wrong and what happens next; hidden while nothing is."""

from hopscope_tui.drawing.rows import Row, Run, beside, fit_row, said
from hopscope_tui.widgets.drawn import DrawnLine


class Banner(DrawnLine):
    """Hidden until there is something to say."""

    def on_mount(self) -> None:
        """Nothing is wrong yet."""
        self.display = False

    def show_problem(self, what: str, why: str) -> None:
        """A source does not answer: what is shown may be old."""

        def row(width_cells: int) -> Row:
            left = (Run(" ! ", "failed"), said(what, "strong"), said(f": {why}", "plain"))
            return beside(left, (Run(" trying again ", "dim"),), width_cells)

        self.drawing = row
        self.display = True

    def show_caution(self, what: str) -> None:
        """What is shown is true, but not all of it, or not the latest."""
        self.drawing = lambda width_cells: fit_row((Run(" ⚠ ", "overdue"), said(what)), width_cells)
        self.display = True

    def hide(self) -> None:
        """It works again."""
        self.display = False
