"""`v` — filters and orders that have a name: go to one, or give one to what is shown."""

from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from hopscope_tui.drawing.rows import Row, Run, column, fit_row
from hopscope_tui.drawing.statuses import PROBLEM_FILTER
from hopscope_tui.lists.sorting import SORTS, order_of
from hopscope_tui.state import View
from hopscope_tui.widgets.entry_list import EntryList

BUILT_IN = (
    View("everything"),
    View("problems", PROBLEM_FILTER),
    View("longest", "", "took"),
    View("tried again", "status:recovered|duplicated|failed|dead-lettered", "tries"),
    View("last hour, worst first", "since:1h", "status"),
    View("going on, oldest first", "status:running|waiting|overdue", "age"),
)
"""Known from the start; they cannot be removed."""

_NAME_CELLS = 26
_MOST_NAME = 60


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the person did: go to a view, keep one, or remove one."""

    view: View
    does: str = "go"
    """`go`, `keep` or `remove`."""


class ViewsScreen(ModalScreen[Chosen | None]):
    """Gives what was chosen."""

    CSS_PATH = "views.tcss"
    AUTO_FOCUS = "EntryList"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "go", "go", key_display="↵", id="views.go", tooltip="Show the flows of this view"),
        Binding("a", "name", "keep what is shown", id="views.keep", tooltip="Give what is shown a name"),
        Binding("d,delete", "remove", "remove", key_display="d", id="views.remove", tooltip="Remove one of your own"),
        Binding("question_mark", "app.help", "help", id="help", tooltip="These keys, and what the signs mean"),
        Binding("escape", "dismiss(None)", "back", id="views.back", tooltip="Leave it"),
    ]

    def __init__(self, own: tuple[View, ...], here: View) -> None:
        super().__init__()
        self._own = own
        self._here = here

    def compose(self) -> ComposeResult:
        """A box with the views and a field for a name."""
        with Vertical(id="views-box") as box:
            box.border_title = "views"
            box.border_subtitle = "↵ go   a keep what is shown   d remove   esc back"
            yield EntryList[View](self._row, id="views-list")
            yield Input(id="view-name", placeholder="a name for what is shown now", compact=True, max_length=_MOST_NAME)

    def on_mount(self) -> None:
        """One's own first."""
        views = self.query_one(EntryList)
        views.show((*self._own, *BUILT_IN))
        views.styles.height = min(len(self._own) + len(BUILT_IN), 16)
        self.query_one("#view-name").display = False

    def on_drawn_list_chosen(self) -> None:
        """Enter, or a second click."""
        self.action_go()

    def action_go(self) -> None:
        """Go there."""
        if (view := self.query_one(EntryList).chosen) is not None:
            self.dismiss(Chosen(view))

    def action_name(self) -> None:
        """Ask for a name."""
        box = self.query_one("#view-name", Input)
        box.display = True
        box.focus()

    def action_remove(self) -> None:
        """One's own only."""
        view = self.query_one(EntryList).chosen
        if view in self._own and view is not None:
            self.dismiss(Chosen(view, "remove"))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Keep it."""
        name = event.value.strip()
        if name:
            self.dismiss(Chosen(View(name, self._here.filter, self._here.order), "keep"))

    def _row(self, view: View, width_cells: int) -> Row:
        order = order_of(view.order)
        by = "" if order.is_plain else f"{SORTS[order.name].means}{', turned round' if order.is_reversed else ''}"
        role = "key" if view in self._own else "plain"
        rest = max(width_cells - _NAME_CELLS - 27, 0)
        row = (column(view.name, _NAME_CELLS, role), column(view.filter or "all flows", rest, "dim"), Run("  "))
        return fit_row((*row, column(by, 25, "accent")), width_cells)
