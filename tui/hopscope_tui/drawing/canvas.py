"""A sheet of cells on which lines meet properly (pure).

Lines are drawn cell by cell as the directions they leave to; where two lines cross, the glyph has all of their arms.
"""

from hopscope_tui.drawing.rows import Row, Run, fit_row, said
from hopscope_tui.neutral import cells

UP, DOWN, LEFT, RIGHT = 1, 2, 4, 8

_GLYPHS = {
    UP: "│", DOWN: "│", LEFT: "─", RIGHT: "─",
    UP | DOWN: "│", LEFT | RIGHT: "─",
    DOWN | RIGHT: "┌", DOWN | LEFT: "┐", UP | RIGHT: "└", UP | LEFT: "┘",
    UP | DOWN | RIGHT: "├", UP | DOWN | LEFT: "┤", DOWN | LEFT | RIGHT: "┬", UP | LEFT | RIGHT: "┴",
    UP | DOWN | LEFT | RIGHT: "┼",
}  # fmt: skip


class Canvas:
    """Grows downwards and to the right as it is drawn on."""

    def __init__(self) -> None:
        self._lines: dict[int, dict[int, int]] = {}
        self._line_roles: dict[tuple[int, int], str] = {}
        self._texts: dict[int, dict[int, Run]] = {}
        self.width_cells = 0
        self.height = 0

    def line(self, x: int, y: int, directions: int, role: str = "faint") -> None:
        """Add arms to the line in one cell."""
        row = self._lines.setdefault(y, {})
        row[x] = row.get(x, 0) | directions
        self._line_roles[x, y] = role
        self._grow(x + 1, y + 1)

    def across(self, left: int, right: int, y: int, role: str = "faint") -> None:
        """A horizontal line between the middles of two cells."""
        for x in range(left, right + 1):
            self.line(x, y, (RIGHT if x < right else 0) | (LEFT if x > left else 0), role)

    def text(self, x: int, y: int, text: str, role: str = "plain") -> None:
        """Write over whatever is there."""
        self.texts(x, y, (said(text, role),))

    def texts(self, x: int, y: int, row: Row) -> None:
        """Write runs one after the other."""
        for run in row:
            if run.text:
                self._texts.setdefault(y, {})[x] = run
                x += cells(run.text)
        self._grow(x, y + 1)

    def row(self, y: int) -> Row:
        """One row, as wide as the canvas."""
        runs: list[Run] = []
        at = 0
        texts = self._texts.get(y, {})
        lines = self._lines.get(y, {})
        for x in sorted({*texts, *lines}):
            if x < at:
                continue
            if x > at:
                runs.append(Run(" " * (x - at)))
            run = texts[x] if x in texts else Run(_GLYPHS[lines[x]], self._line_roles[x, y])
            runs.append(run)
            at = x + cells(run.text)
        return fit_row(runs, self.width_cells)

    def _grow(self, width_cells: int, height: int) -> None:
        self.width_cells = max(self.width_cells, width_cells)
        self.height = max(self.height, height)
