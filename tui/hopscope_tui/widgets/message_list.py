"""One flow as a sequence of messages between functions."""

from hopscope_collector.shape.outline import Step
from hopscope_tui.drawing.rows import Row
from hopscope_tui.drawing.sequence import (
    MessageSequence,
    heading_rows,
    message_row,
    needs_two_rows,
    offset_for,
    sequence_of,
)
from hopscope_tui.flow.outlined import Outlined
from hopscope_tui.messages import Pointed
from hopscope_tui.widgets.drawn import GUTTER_CELLS, DrawnList


class MessageList(DrawnList):
    """Takes a flow; moves its lanes so that the message under the cursor is in sight."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._sequence: MessageSequence | None = None
        self._offset_cells = 0

    def show_flow(self, outlined: Outlined, now_us: int) -> None:
        """Draw a flow with its outline, or what became of it."""
        before = self._pointed()
        self._sequence = sequence_of(outlined.shown, outlined.steps, now_us)
        self.row_count = len(self._sequence.steps)
        if before is not None:
            self.choose(before.id)
        self.refresh_rows()

    def choose(self, step_id: str) -> None:
        """Put the cursor on a step, if the flow has it."""
        steps = self._sequence.steps if self._sequence is not None else ()
        self.cursor = next((place for place, step in enumerate(steps) if step.id == step_id), self.cursor)

    @property
    def needs_two_rows(self) -> bool:
        """Whether the names above the lanes go over two rows."""
        width = self.scrollable_content_region.width - GUTTER_CELLS
        return self._sequence is not None and width > 0 and needs_two_rows(self._sequence, width)

    def upper_heading(self, width_cells: int) -> Row:
        """The beginnings of the names that are too long for their lanes."""
        return heading_rows(self._sequence, width_cells, self._offset_cells)[0] if self._sequence is not None else ()

    def heading(self, width_cells: int) -> Row:
        """The functions above the lanes."""
        return heading_rows(self._sequence, width_cells, self._offset_cells)[1] if self._sequence is not None else ()

    def row(self, index: int, width_cells: int) -> Row:
        """One message."""
        return message_row(self._sequence, index, width_cells, self._offset_cells) if self._sequence is not None else ()

    def watch_cursor(self, before: int, now: int) -> None:
        """Bring both lanes into sight, tell the screen which step it is."""
        super().watch_cursor(before, now)
        if (step := self._pointed()) is None or self._sequence is None:
            return
        width = self.scrollable_content_region.width - GUTTER_CELLS
        offset = offset_for(self._sequence, now, width, self._offset_cells) if width > 0 else 0
        if offset != self._offset_cells:
            self._offset_cells = offset
            self.refresh_rows()
        self.post_message(Pointed(step.id))

    def _pointed(self) -> Step | None:
        steps = self._sequence.steps if self._sequence is not None else ()
        return steps[self.cursor] if self.cursor < len(steps) else None
