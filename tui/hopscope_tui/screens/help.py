"""`?` — the keys of the screen below, and what the signs mean."""

from collections.abc import Iterator, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from hopscope_tui.drawing.statuses import LOOKS
from hopscope_tui.drawing.time_bar import GLYPHS

_SAYS = {
    "overdue": "what should have come by now has not",
    "lost": "sent, and every try of the broker is spent",
    "failed": "the last attempt raised",
    "timed-out": "stopped by Lambda at its deadline",
    "dead-lettered": "given up, the message is in a dead-letter queue",
    "waiting": "nothing runs; something is still to come in time",
    "running": "a function is at work",
    "recovered": "done, after failed attempts",
    "duplicated": "done, but something was handled twice",
    "slow": "of the problems: it took longer than flows of its kind do",
    "not-instrumented": "delivered to something without the layer",
    "done": "nothing is left to wait for",
}

_SIGNS = (
    (GLYPHS["waiting"], "waiting: for a queue, a broker or a person"),
    (GLYPHS["running"], "running"),
    (GLYPHS["retrying"], "a failed attempt, and the time until the next"),
    (GLYPHS["rest"], "not yet due; in a line of blocks: nothing then"),
    ("◇", "on the map: nobody was seen to receive it"),
    ("├─", "joined by an exact id"),
    ("├╌", "joined by header, key or inference: the word stands beside it"),
    ("╱╱", "a silence that is left out; its length stands above"),
)


class HelpScreen(ModalScreen[None]):
    """Closes on any of its keys."""

    CSS_PATH = "help.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,q,enter", "dismiss", "close", id="help.close"),
    ]

    def __init__(self, bindings: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._keys = bindings

    def compose(self) -> ComposeResult:
        """One scrolled text."""
        with VerticalScroll(id="help-box") as box:
            box.border_title = "help"
            box.border_subtitle = "esc closes"
            yield Static(Content("\n".join(self._lines())))

    def _lines(self) -> Iterator[str]:
        yield "Keys"
        yield from (f"  {key:<8} {does}" for key, does in self._keys)
        yield "\nStatuses"
        yield from (f"  {LOOKS[status].glyph} {status:<16} {says}" for status, says in _SAYS.items())
        yield "\nSigns"
        yield from (f"  {sign:<4} {says}" for sign, says in _SIGNS)
