"""The keys of a screen in one line that always fits: what does not fit is behind `?`."""

from textual import events

from hopscope_tui.drawing.key_line import Key, key_places, key_row
from hopscope_tui.drawing.rows import Row
from hopscope_tui.screen_keys import own_keys
from hopscope_tui.widgets.drawn import DrawnLine

LAST = ("help", "quit")
"""They stay at the end of the line, however narrow it is."""


class KeyLine(DrawnLine):
    """Draws the bindings of the screen it is on; a click on one does it."""

    def on_mount(self) -> None:
        """The keys are those of the screen."""
        self.drawing = self._row

    def _keys(self) -> list[Key]:
        shown = [one for one in own_keys(self.screen) if one.show]
        shown.sort(key=lambda one: LAST.index(one.id) + 1 if one.id in LAST else 0)
        return [Key(self.app.get_key_display(one), one.description, one.action) for one in shown]

    def _row(self, width_cells: int) -> Row:
        return key_row(self._keys(), width_cells)

    async def on_click(self, event: events.Click) -> None:
        """Do what the key under the mouse does."""
        for key, place in key_places(self._keys(), self.size.width):
            if event.x in place:
                await self.screen.run_action(key.action)
