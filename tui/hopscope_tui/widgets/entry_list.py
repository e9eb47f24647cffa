"""A list of anything that can be drawn as a row."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from hopscope_tui.drawing.rows import Row
from hopscope_tui.widgets.drawn import DrawnList

Entry = TypeVar("Entry")


class EntryList(DrawnList, Generic[Entry]):
    """Takes entries and how to draw one."""

    def __init__(self, draw: Callable[[Entry, int], Row], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._draw = draw
        self._entries: Sequence[Entry] = ()

    @property
    def chosen(self) -> Entry | None:
        """What is under the cursor. None when there is nothing."""
        return self._entries[self.cursor] if self.cursor < len(self._entries) else None

    def show(self, entries: Sequence[Entry]) -> None:
        """Draw these."""
        self._entries = entries
        self.row_count = len(entries)
        self.refresh_rows()

    def row(self, index: int, width_cells: int) -> Row:
        """One entry."""
        return self._draw(self._entries[index], width_cells)
