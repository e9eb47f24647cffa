"""The steps of one flow with their times: a tree and a waterfall with one cursor."""

from hopscope_collector.shape.outline import Step
from hopscope_tui.drawing.rows import Row
from hopscope_tui.drawing.waterfall import Layout, heading_row, layout_of, step_row
from hopscope_tui.flow.outlined import Outlined
from hopscope_tui.messages import Pointed
from hopscope_tui.widgets.drawn import DrawnList


class StepList(DrawnList):
    """Takes a flow; the cursor stays on its step while the flow grows."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._outlined: Outlined | None = None
        self._layouts: dict[int, Layout] = {}
        self._now_us = 0

    @property
    def chosen(self) -> Step | None:
        """The step under the cursor. None before a flow came."""
        return self._steps[self.cursor] if self.cursor < len(self._steps) else None

    @property
    def _steps(self) -> tuple[Step, ...]:
        return self._outlined.steps if self._outlined is not None else ()

    def show_flow(self, outlined: Outlined, now_us: int) -> None:
        """Draw a flow with its outline, or what became of it."""
        before = self.chosen
        self._outlined, self._now_us = outlined, now_us
        self._layouts.clear()
        self.row_count = len(self._steps)
        if before is not None:
            self.choose(before.id)
        self.refresh_rows()

    def choose(self, step_id: str) -> None:
        """Put the cursor on a step, if the flow has it."""
        index = next((place for place, step in enumerate(self._steps) if step.id == step_id), None)
        if index is not None:
            self.cursor = index

    def watch_cursor(self, before: int, now: int) -> None:
        """Tell the screen which step it is."""
        super().watch_cursor(before, now)
        if (step := self.chosen) is not None:
            self.post_message(Pointed(step.id))

    def heading(self, width_cells: int) -> Row:
        """The columns and the axis above the rows."""
        if self._outlined is None:
            return ()
        return heading_row(self._outlined.shown, self._layout(width_cells))

    def row(self, index: int, width_cells: int) -> Row:
        """One step."""
        return step_row(self._steps[index], self._layout(width_cells), is_first=index == 0)

    def _layout(self, width_cells: int) -> Layout:
        """Worked out once for a flow and a width."""
        assert self._outlined is not None
        if width_cells not in self._layouts:
            self._layouts[width_cells] = layout_of(self._outlined.shown, width_cells, self._now_us)
        return self._layouts[width_cells]
