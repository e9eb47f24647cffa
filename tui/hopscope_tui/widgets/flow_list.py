"""The list of flows: holds the part that is in sight and asks for the rest."""

from hopscope_collector.flow import Flow
from hopscope_tui.drawing.flow_line import flow_row
from hopscope_tui.drawing.rows import Row, Run
from hopscope_tui.messages import WindowWanted
from hopscope_tui.sources.contract import Window
from hopscope_tui.widgets.drawn import DrawnList

AHEAD_ROWS = 40
"""Rows held above and below what is in sight, so that a step rarely waits for the source."""

FAR_ROWS = 1_000
"""Rows asked for at once by whoever goes to the end of a list whose end is not known."""


class FlowList(DrawnList):
    """Any number of flows; only a window of them is held."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._window = Window(0, (), 0)
        self.now_us = 0
        """Set by the screen's clock: the list itself has none."""

        self.is_following = True
        """Whether the cursor stays at the top as flows arrive, rather than on its flow."""

    @property
    def chosen(self) -> Flow | None:
        """The flow under the cursor. None while it is being fetched, and in an empty list."""
        return self._at(self.cursor)

    def show_window(self, window: Window) -> None:
        """Take what the source gave; the cursor stays on its flow, and the flow on its line of the screen."""
        before = self.chosen
        self._window = window
        self.row_count = window.total
        moved = self._index_of(before.id) if before is not None else None
        if self.is_following:
            self.cursor = 0
        elif moved is not None and moved != self.cursor:
            top = self.scroll_offset.y + moved - self.cursor
            self.scroll_to(y=max(top, 0), animate=False, force=True)
            self.cursor = moved
        self.refresh_rows()
        self.post_message(self.Moved(self, self.cursor))

    def row(self, index: int, width_cells: int) -> Row:
        """The line of a flow, or a placeholder while it is on its way."""
        flow = self._at(index)
        return flow_row(flow, width_cells, self.now_us) if flow is not None else (Run("  …", "faint"),)

    def wanted(self) -> tuple[int, int]:
        """First row and count of what should be held now."""
        height = max(self.size.height, 1)
        first = max(min(self.scroll_offset.y, max(self.row_count - height, 0)) - AHEAD_ROWS, 0)
        return first, height + 2 * AHEAD_ROWS

    def action_edge(self, direction: int) -> None:
        """To the first row, or to the last that is known: then more of them are asked for."""
        super().action_edge(direction)
        if direction > 0 and not self._window.is_total_known:
            first, count = self.wanted()
            self.post_message(WindowWanted(first, count + FAR_ROWS))

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Ask for rows that have come into sight and are not held."""
        super().watch_scroll_y(old_value, new_value)
        top, height = round(new_value), self.size.height
        held = range(self._window.first, self._window.first + len(self._window.flows))
        bottom = min(top + height, self.row_count) - 1
        nears_end = not self._window.is_total_known and bottom + AHEAD_ROWS >= self.row_count
        if self.row_count and (top not in held or bottom not in held or nears_end):
            self.post_message(WindowWanted(*self.wanted()))

    def _at(self, index: int) -> Flow | None:
        place = index - self._window.first
        return self._window.flows[place] if 0 <= place < len(self._window.flows) else None

    def _index_of(self, flow_id: str) -> int | None:
        places = (place for place, flow in enumerate(self._window.flows) if flow.id == flow_id)
        place = next(places, None)
        return None if place is None else place + self._window.first
