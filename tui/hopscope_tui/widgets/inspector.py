"""The pane that explains what is under the cursor."""

from collections.abc import Callable
from dataclasses import dataclass

from textual import events
from textual.message import Message

from hopscope_tui.drawing.facts import Fact, Folds
from hopscope_tui.drawing.rows import EMPTY, Row
from hopscope_tui.widgets.drawn import GUTTER_CELLS, DrawnList, fault_row

Draw = Callable[[int, Folds], list[Fact]]


class Inspector(DrawnList):
    """Rows of facts; sections fold, and stay as the person left them. Scrolls when there are more than fit."""

    keeps_cursor = False

    @dataclass
    class Led(Message):
        """The person wants to go where a row leads."""

        url: str

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._shown_id = ""
        self._draw: Draw | None = None
        self._facts: list[Fact] = []
        self._width_cells = 0
        self._turned: set[str] = set()

    def show(self, shown_id: str, draw: Draw) -> None:
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
        return self._facts[index].row if index < len(self._facts) else EMPTY

    def turn(self, fold: str) -> None:
        """Open what is closed, close what is open."""
        self._turned ^= {fold}
        self._width_cells = 0
        self._arrange(self.scrollable_content_region.width - GUTTER_CELLS)
        self.refresh_rows()

    def action_choose(self) -> None:
        """Open or close the section under the cursor, or go where its row leads."""
        fact = self._facts[self.cursor] if self.cursor < len(self._facts) else None
        if fact is not None and fact.fold:
            self.turn(fact.fold)
        elif fact is not None and fact.url:
            self.post_message(self.Led(fact.url))

    def on_click(self, event: events.Click) -> None:
        """One click does what enter does."""
        event.prevent_default()
        index = event.y + self.scroll_offset.y
        if index < len(self._facts):
            self.cursor = index
            self.action_choose()

    def on_resize(self) -> None:
        """Wrap anew."""
        self._arrange(self.scrollable_content_region.width - GUTTER_CELLS)
        super().on_resize()

    def _arrange(self, width_cells: int) -> None:
        if self._draw is None or width_cells == self._width_cells or width_cells <= 0:
            return
        self._width_cells = width_cells
        try:
            self._facts = self._draw(width_cells, Folds(frozenset(self._turned)))
        except Exception as fault:  # noqa: BLE001 - the boundary of a panel: a bug in it is shown, not raised
            self._facts = [Fact(fault_row("cannot tell the facts", fault))]
        self.row_count = max(len(self._facts), self.scrollable_content_region.height)  # the same size: no new layout
