"""A small menu over a screen: a few things, each a row, one of which the person takes."""

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from hopscope_tui.drawing.rows import Row, Run, beside, column, fit_row, said
from hopscope_tui.widgets.drawn import DrawnList
from hopscope_tui.widgets.entry_list import EntryList

_NUMBERED = 9
_LABEL_CELLS = 14
_MOST_ROWS = 16


class Choice(NamedTuple):
    """A row of the menu."""

    label: str
    """What it is, in a word or two."""

    text: str
    """What would be taken."""

    hint: str = ""
    role: str = "plain"


class ChoiceScreen(ModalScreen[int | None]):
    """Gives the index of what was taken, or None when the person thought better of it."""

    CSS_PATH = "choice.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark", "app.help", "help", id="help", tooltip="These keys, and what the signs mean"),
        Binding("escape,q,backspace", "dismiss(None)", "back", key_display="esc", id="choice.back", tooltip="Leave it"),
        *[Binding(str(n), f"take({n - 1})", str(n), show=False) for n in range(1, _NUMBERED + 1)],
    ]

    def __init__(self, title: str, choices: Sequence[Choice], *, again: str = "", footer: str = "↵ takes it") -> None:
        """`again` is the key that opened the menu: pressed once more, it takes the row under the cursor."""
        super().__init__()
        self._title = title
        self._choices = choices
        self._footer = footer
        if again:
            self._bindings.bind(again, "take_chosen", show=False)

    def compose(self) -> ComposeResult:
        """A box with a list."""
        with Vertical(id="choice-box") as box:
            box.border_title = self._title
            box.border_subtitle = f"{self._footer}   esc back"
            yield EntryList(self._row, id="choices")

    def on_mount(self) -> None:
        """As high as its rows."""
        choices = self.query_one(EntryList)
        choices.styles.height = min(len(self._choices), _MOST_ROWS)
        choices.show(list(enumerate(self._choices)))
        choices.focus()

    def _row(self, numbered: tuple[int, Choice], width_cells: int) -> Row:
        index, choice = numbered
        number = str(index + 1) if index < _NUMBERED else " "
        left = (
            Run(f"{number} ", "accent"),
            column(choice.label, _LABEL_CELLS, "label"),
            Run(" "),
            said(choice.text, choice.role),
        )
        return (
            beside(left, (said(choice.hint + " ", "dim"),), width_cells) if choice.hint else fit_row(left, width_cells)
        )

    def on_drawn_list_chosen(self, chosen: DrawnList.Chosen) -> None:
        """This one."""
        self.dismiss(chosen.index)

    def action_take(self, index: int) -> None:
        """By its number."""
        if index < len(self._choices):
            self.dismiss(index)

    def action_take_chosen(self) -> None:
        """The one under the cursor."""
        self.dismiss(self.query_one(EntryList).cursor)
