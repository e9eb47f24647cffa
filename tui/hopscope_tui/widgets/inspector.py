"""The pane that explains what is under the cursor."""

from hopscope_collector.flow import Flow
from hopscope_tui.drawing.inspector import inspect
from hopscope_tui.drawing.outline import Step
from hopscope_tui.drawing.rows import EMPTY, Row
from hopscope_tui.widgets.drawn import GUTTER_CELLS, DrawnList


class Inspector(DrawnList):
    """Rows of facts; scrolls when there are more than fit."""

    keeps_cursor = False

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._shown: tuple[Step, Flow, int] | None = None
        self._rows: list[Row] = []
        self._width_cells = 0

    def show(self, step: Step, flow: Flow, now_us: int) -> None:
        """Explain a step; another one is read from its first fact."""
        is_another = self._shown is None or self._shown[0].id != step.id
        self._shown = (step, flow, now_us)
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
        if self._shown is None or width_cells == self._width_cells or width_cells <= 0:
            return
        self._width_cells = width_cells
        self._rows = inspect(*self._shown[:2], width_cells, self._shown[2])
        self.row_count = len(self._rows)
