"""The keys of a screen in one line that always fits: what does not fit is behind `?`."""

from textual import events
from textual.binding import Binding

from hopscope_tui.drawing.key_line import Key, key_places, key_row
from hopscope_tui.drawing.rows import Row
from hopscope_tui.widgets.drawn import DrawnLine


class KeyLine(DrawnLine):
    """Draws the bindings of the screen it is on; a click on one does it."""

    def on_mount(self) -> None:
        """The keys are those of the screen."""
        self.drawing = self._row

    def _keys(self) -> list[Key]:
        shown = [binding for binding in self.screen.BINDINGS if isinstance(binding, Binding) and binding.show]
        for owner in type(self.screen).__mro__[1:]:
            shown += [one for one in getattr(owner, "BINDINGS", ()) if isinstance(one, Binding) and one.show and one.id]
        taken: set[str] = set()
        ordered = []
        for one in shown:
            keys = set(one.key.split(","))
            if not keys & taken:
                ordered.append(one)
            taken |= keys
        return [Key(self.app.get_key_display(one), one.description, one.action) for one in ordered]

    def _row(self, width_cells: int) -> Row:
        return key_row(self._keys(), width_cells)

    async def on_click(self, event: events.Click) -> None:
        """Do what the key under the mouse does."""
        for key, place in key_places(self._keys(), self.size.width):
            if event.x in place:
                await self.screen.run_action(key.action)
