"""`?` — the keys of the screen below, and what the signs mean."""

from collections.abc import Iterator
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from hopscope_tui.drawing.statuses import LOOKS
from hopscope_tui.drawing.time_bar import GLYPHS
from hopscope_tui.screen_keys import app_keys, moving_keys, own_keys

TWO_COLUMNS_FROM_CELLS = 154
"""From here on the signs stand beside the keys."""

_SAYS = {
    "overdue": "what should have come by now has not",
    "lost": "sent, and every try of the broker is spent",
    "failed": "the last attempt raised",
    "timed-out": "stopped by Lambda at its deadline",
    "dead-lettered": "given up: its message is in a dead-letter queue",
    "waiting": "nothing runs, something is still to come",
    "running": "a function is at work",
    "recovered": "done, after failed attempts",
    "duplicated": "done, but something was handled twice",
    "slow": "a problem: longer than flows of its kind take",
    "not-instrumented": "delivered to something without the layer",
    "done": "nothing is left to wait for",
}

_SIGNS = (
    (GLYPHS["waiting"] + " ░", "waiting: for a queue, a broker or a person"),
    (GLYPHS["running"] + " █", "running; ▓ a cold start before it"),
    (GLYPHS["retrying"] + " ▒", "a failed attempt; × and ┄ until the next one"),
    (GLYPHS["rest"], "not yet due; in a line of blocks: nothing then"),
    ("◆", "on the critical path: were it faster, the flow would be"),
    ("╱╱", "a silence that is left out, its length stands above"),
    ("├─", "joined by an exact id"),
    ("├╌", "joined by header, key or inference: the word is there"),
    ("◇ ◈ ▤", "a bus, a topic, a queue; on the map ◇: nobody receives it"),
    ("≋ ▦ ◫", "a stream, a table, an execution"),
)


_KEY_CELLS = 9
_MOVES_CELLS = 16


class HelpScreen(ModalScreen[None]):
    """Closes on any of its keys."""

    CSS_PATH = "help.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-one-column"), (TWO_COLUMNS_FROM_CELLS, "-two-columns")]  # noqa: RUF012 - as Textual
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,q,enter", "dismiss", "close", id="help.close"),
    ]

    def __init__(self, below: Screen[Any]) -> None:
        """The keys are those that do something on the screen `below` now."""
        super().__init__()
        self._keys = list(_keys(below))

    def compose(self) -> ComposeResult:
        """The keys; beside or below them what the signs mean."""
        with VerticalScroll(id="help-box") as box:
            box.border_title = "help"
            box.border_subtitle = "↑ ↓ scroll   esc closes"
            with Container(id="help-columns"):
                yield Static(Content("\n".join(self._keys)), id="help-keys")
                yield Static(Content("\n".join(_signs())), id="help-signs")


def _keys(screen: Screen[Any]) -> Iterator[str]:
    """What can be done, how one moves, what is the same everywhere."""
    display = screen.app.get_key_display
    yield "Here"
    yield from (_line(display(one), one.tooltip) for one in own_keys(screen) if one.tooltip)
    moves: dict[str, list[str]] = {}
    for one in moving_keys(screen):
        moves.setdefault(one.tooltip, []).append(display(one))
    if moves:
        yield "\nMoving"
        yield from (f"  {' '.join(keys):<{_MOVES_CELLS}} {does}" for does, keys in moves.items())
    if everywhere := [_line(display(one), one.tooltip) for one in app_keys(screen)]:
        yield "\nEverywhere"
        yield from everywhere


def _signs() -> Iterator[str]:
    yield "Statuses"
    yield from (f"  {LOOKS[status].glyph} {status:<16} {says}" for status, says in _SAYS.items())
    yield "\nSigns"
    yield from (f"  {sign:<5}  {says}" for sign, says in _SIGNS)


def _line(keys: str, does: str) -> str:
    return f"  {keys:<{_KEY_CELLS}} {does}"
