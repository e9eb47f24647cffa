"""The names of the columns above a list; a click on one is told to the screen."""

from dataclasses import dataclass

from textual import events
from textual.message import Message

from hopscope_tui.widgets.drawn import DrawnLine


class Heading(DrawnLine):
    """Draws what it is given, and says where it was clicked."""

    @dataclass
    class Pressed(Message):
        """A click on a cell of the row."""

        x: int
        width_cells: int

    def on_click(self, event: events.Click) -> None:
        """Count from where the row begins."""
        at = event.get_content_offset(self)
        if at is not None:
            self.post_message(self.Pressed(at.x, self.size.width))
