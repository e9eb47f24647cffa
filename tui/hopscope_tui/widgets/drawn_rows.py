"""A few rows that are drawn anew for every width: what is known of the thing under the cursor."""

from collections.abc import Callable, Sequence

from textual.geometry import Size
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from hopscope_tui.drawing.rows import Row
from hopscope_tui.widgets.drawn import row_or_fault, strip_of


class DrawnRows(Widget):
    """As many rows as it is high; the rest is left out. With `height: auto` it is as high as its rows."""

    drawing: reactive[Callable[[int], Sequence[Row]] | None] = reactive(None, always_update=True)
    """The rows for a width in cells."""

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 - as in `Widget`
        """One for each row."""
        return len(self.drawing(width)) if self.drawing is not None else 0

    def render_line(self, y: int) -> Strip:
        """One of the rows, nothing below the last."""
        width, draw = self.size.width, self.drawing
        row = row_or_fault(lambda: _at(draw(width), y)) if draw is not None else ()
        return strip_of(self, row, width)


def _at(rows: Sequence[Row], index: int) -> Row:
    return rows[index] if index < len(rows) else ()
