"""The pane that explains what is under the cursor."""

from collections.abc import Callable

from hopscope_tui.drawing.rows import EMPTY, Row
from hopscope_tui.widgets.drawn import GUTTER_CELLS, DrawnList


class Inspector(DrawnList):
    """Rows of facts; scrolls when there are more than fit."""

    keeps_cursor = False

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._shown_id = ""
        self._draw: Callable[[int], list[Row]] | None = None
        self._rows: list[Row] = []
        self._width_cells = 0

    def show(self, shown_id: str, draw: Callable[[int], list[Row]]) -> None:
        """Draw some facts for the width; those of another thing are read from the first."""
        is_another = self._shown_id != shown_id
        self._shown_id, self._draw = shown_id, draw
        self._width_cells = 0
        self._arrange(self.scrollable_content_region.width - GUTTER_CELLS)
        if is_another:
            self.cursor = 0
            self.scroll_to(y=0, animate=False, force=True)
        self.refresh_rows()

    def row(self, index: int, width_cells: int) -> Row:
        """One fact."""
        self._arrange(width_cells)
        return self._rows[index] if index < len(self._rows) else EMPTY

    def on_resize(self) -> None:
        """Wrap anew."""
        self._arrange(self.scrollable_content_region.width - GUTTER_CELLS)
        super().on_resize()

    def _arrange(self, width_cells: int) -> None:
        if self._draw is None or width_cells == self._width_cells or width_cells <= 0:
            return
        self._width_cells = width_cells
        self._rows = self._draw(width_cells)
        self.row_count = max(len(self._rows), self.scrollable_content_region.height)  # the same size: no new layout
