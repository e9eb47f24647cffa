"""The filter above a list: shown as a line, typed in a box, completed from what has been seen.

/ status:slow fn:no▌                                                    what stands there, or is typed
~~~~~~~~~~~~~ 'slow' is no status; expected one of running, waiting, …   only while it is typed, or is wrong
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input

from hopscope_collector.flow import Flow
from hopscope_collector.search.filter import FIELDS
from hopscope_tui.drawing.rows import Row, Run, beside, fit_row, said
from hopscope_tui.lists.completion import candidates, completed, is_begun, seen_values
from hopscope_tui.messages import FilterWrong
from hopscope_tui.neutral import cells, neutral
from hopscope_tui.widgets.drawn import DrawnLine

if TYPE_CHECKING:
    from textual.timer import Timer

TYPING_S = 0.15
"""A pause that says: look for what stands there now."""

_PREFIX_CELLS = 3
_MOST_OFFERED = 12


class _Completion(Suggester):
    """Completes the last word of a filter, from what the screen has seen so far."""

    def __init__(self, seen: Callable[[], Mapping[str, list[str]]]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._seen = seen

    async def get_suggestion(self, value: str) -> str | None:
        """The whole text, completed."""
        return completed(value, self._seen())


class FilterBar(Vertical):
    """Knows the filter's text, its mistake, and what might come next; posts what the person wants."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "complete", "complete", show=False, tooltip="Take the completion"),
    ]

    @dataclass
    class Wanted(Message):
        """The person asks for another filter."""

        text: str

    @dataclass
    class Left(Message):
        """The person is done typing: the keys belong to the list again."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.text = ""
        self.count: Row = ()
        """At the right end: how many there are, and in which order."""

        self._fault: FilterWrong | None = None
        self._typing: Timer | None = None
        self._seen: dict[str, list[str]] = {}

    def compose(self) -> ComposeResult:
        """The line, the box that takes its place, and what is said below."""
        yield DrawnLine(id="filter-line")
        yield Input(
            id="filter",
            placeholder="status:failed  key:order_id=o-42  fn:notify-*  dur:>2s  since:1h",
            compact=True,
            select_on_focus=False,
            suggester=_Completion(lambda: self._seen),
        )
        yield DrawnLine(id="filter-hint")

    def on_mount(self) -> None:
        """Closed."""
        self._show_box(is_open=False)

    @property
    def is_open(self) -> bool:
        """Whether it is being typed."""
        return bool(self.query_one("#filter").display)

    @property
    def has_fault(self) -> bool:
        """Whether what stands there cannot be understood."""
        return self._fault is not None

    def learn(self, flows: Iterable[Flow]) -> None:
        """Complete from these as well."""
        self._seen = seen_values(flows, self._seen)

    def show(self, text: str, count: Row) -> None:
        """This is the filter now, and this is how many fit it."""
        if text != self.text:
            self._fault = None
        self.text, self.count = text, count
        self._draw()

    def show_fault(self, fault: FilterWrong | None) -> None:
        """Underline what is wrong, say what was expected; None: nothing is."""
        self._fault = fault
        self._draw()

    def open(self) -> None:
        """Let the person type."""
        self._show_box(is_open=True)
        box = self.query_one("#filter", Input)
        box.value = self.text
        box.cursor_position = len(self.text)
        box.focus()
        self._draw()

    def close(self) -> None:
        """Show what stands there."""
        self._show_box(is_open=False)
        self._draw()
        self.post_message(self.Left())

    def action_complete(self) -> None:
        """Take what is offered first."""
        box = self.query_one("#filter", Input)
        if (text := completed(box.value, self._seen)) is not None:
            box.value = text
            box.cursor_position = len(text)

    def on_input_changed(self, event: Input.Changed) -> None:
        """The list follows the filter as it is typed."""
        self._stop_typing()
        self._draw()
        if self.is_open and not is_begun(event.value):
            self._typing = self.set_timer(TYPING_S, lambda: self.post_message(self.Wanted(event.value)))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Back to the list; the filter stays."""
        self._stop_typing()
        self.post_message(self.Wanted(event.value))
        self.close()

    def on_click(self) -> None:
        """A click on the line opens it."""
        if not self.is_open:
            self.open()

    def _stop_typing(self) -> None:
        if self._typing is not None:
            self._typing.stop()

    def _show_box(self, *, is_open: bool) -> None:
        """Disabled as well: the focus goes to any widget that may have it when the list is hidden for being empty."""
        box = self.query_one("#filter")
        box.display, box.disabled = is_open, not is_open
        self.query_one("#filter-line").display = not is_open

    def _draw(self) -> None:
        self.query_one("#filter-line", DrawnLine).drawing = self._line
        hint = self.query_one("#filter-hint", DrawnLine)
        hint.display = self.is_open or self._fault is not None
        hint.drawing = self._hint

    def _line(self, width_cells: int) -> Row:
        if not self.text:
            return beside((Run(" / ", "accent"), Run("type to filter", "faint")), self.count, width_cells)
        text, fault = self.text, self._fault
        start, end = (fault.start, max(fault.end, fault.start + 1)) if fault is not None else (len(text), len(text))
        wrong = said(text[start:end] or " ", "wrong") if fault is not None else Run("")
        left = (Run(" / ", "accent"), said(text[:start], "strong"), wrong, said(text[end:], "strong"))
        return beside(left, self.count, width_cells)

    def _hint(self, width_cells: int) -> Row:
        box = self.query_one("#filter", Input)
        text = box.value if self.is_open else self.text
        fault = self._fault
        if fault is not None and fault.filter_text == text:
            return self._said_wrong(fault, text, width_cells)
        return self._offered(text, width_cells)

    def _said_wrong(self, fault: FilterWrong, text: str, width_cells: int) -> Row:
        """A wavy line under the mistake, and what was expected there."""
        under = max(cells(neutral(text[fault.start : fault.end])), 1)
        at = _PREFIX_CELLS + cells(neutral(text[: fault.start]))
        if at + under + 40 > width_cells:
            return fit_row((Run(" ! ", "failed"), said(fault.message, "failed")), width_cells)
        row = (Run(" " * at), Run("~" * under, "failed"), said(f" {fault.message}", "failed"))
        return fit_row(row, width_cells)

    def _offered(self, text: str, width_cells: int) -> Row:
        """What the last word may become; of the first field also what it means."""
        offered = list(islice(candidates(text, self._seen), _MOST_OFFERED))
        word = text.rpartition(" ")[2].lstrip("!")
        field = word.partition(":")[0]
        if not offered and ":" in word and field in FIELDS:
            facts = FIELDS[field]
            return fit_row((Run("   "), Run(f"{facts.means}, such as {facts.example}", "dim")), width_cells)
        runs: list[Run] = [Run("   ")]
        for place, each in enumerate(offered):
            runs += [said(each.shown, "match" if place == 0 and word else "dim"), Run("  ")]
        if offered and offered[0].means and word:
            runs.append(Run(f" {offered[0].means}", "faint"))
        keys = (Run("tab completes  ↵ keeps  esc leaves ", "faint"),) if width_cells >= 100 else ()
        return beside(runs, keys, width_cells)
