"""Two flows aligned step by step, or a flow and what is usual for its kind; differences are marked and said."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message

from hopscope_collector.flow import UNFINISHED, Flow
from hopscope_collector.shape.activity import end_of
from hopscope_collector.shape.summary import key_of
from hopscope_collector.shape.times import duration
from hopscope_tui.drawing.comparison import aligned_row, heading_row, units_row
from hopscope_tui.drawing.rows import Row, Run, beside, fit_row, said
from hopscope_tui.drawing.statuses import glyph_run
from hopscope_tui.flow.alignment import Aligned, Aligner, aligned
from hopscope_tui.screen_keys import BACK
from hopscope_tui.screens.live import LiveScreen
from hopscope_tui.sources.contract import FlowSource
from hopscope_tui.widgets.banner import Banner
from hopscope_tui.widgets.drawn import DrawnLine
from hopscope_tui.widgets.entry_list import EntryList
from hopscope_tui.widgets.key_line import KeyLine

MOST_FLOWS = 200
"""The newest of a kind, from which is learned what is usual."""

ENDED_WELL = "status:done|recovered|duplicated"


@dataclass(frozen=True, slots=True)
class _Sides:
    """What is compared: two flows, or a flow and others of its kind."""

    left: Flow
    right: Flow | None
    others: tuple[Flow, ...] = ()


class CompareScreen(LiveScreen):
    """Screen 7."""

    CSS_PATH = "compare.tcss"
    AUTO_FOCUS = "EntryList"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "open left", key_display="↵", id="compare.open", tooltip="Open the flow on the left"),
        Binding("o", "open_right", "open right", id="compare.right", tooltip="Open the flow on the right"),
        Binding("n", "next_difference", "next difference", id="compare.next", tooltip="To the next step that differs"),
        Binding("d", "differences", "differences only", id="compare.only", tooltip="Only what differs; again for all"),
        Binding("w", "swap", "swap sides", id="compare.swap", tooltip="Left to right and right to left"),
        Binding("C", "usual", "with usual", id="compare.usual", tooltip="The left one, with the usual of its kind"),
        Binding("colon", "app.jump", "go to id", key_display=":", id="compare.jump", tooltip="Open a flow by any id"),
        BACK,
    ]

    @dataclass
    class Read(Message):
        """A worker has read both sides."""

        sides: _Sides

    def __init__(self, source: FlowSource, left: Flow | None, right: Flow) -> None:
        """Without `left`: `right` stands on the left, and what is usual for its kind on the right."""
        super().__init__(source)
        self._left = left if left is not None else right
        self._right = right if left is not None else None
        self._sides = _Sides(self._left, self._right)
        self._rows: tuple[Aligned, ...] = ()
        self._has_only_differences = False

    @property
    def flow(self) -> Flow:
        """The one on the left: what other screens go on from."""
        return self._left

    def compose(self) -> ComposeResult:
        """Headline, heading, rows, keys."""
        yield DrawnLine(id="headline")
        yield Banner(id="banner")
        yield DrawnLine(id="heading")
        yield DrawnLine(id="units")
        yield EntryList[Aligned](aligned_row, id="entries")
        yield DrawnLine(id="facts")
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        """Draw what is known, then ask."""
        self.query_one("#units", DrawnLine).drawing = units_row
        self.query_one(EntryList).focus()
        self._align(_Sides(self._left, self._right))

    def read(self) -> "CompareScreen.Read":
        """Both as they are now; of a kind, those that ended well."""
        left = self.source.flow(self._left.id) or self._left
        if self._right is not None:
            return self.Read(_Sides(left, self.source.flow(self._right.id) or self._right))
        kind = left.kind.replace("\\", "\\\\").replace('"', '\\"')
        window = self.source.window(f'{ENDED_WELL} kind:"{kind}"', 0, MOST_FLOWS)
        return self.Read(_Sides(left, None, tuple(flow for flow in window.flows if flow.id != left.id)))

    def on_compare_screen_read(self, read: "CompareScreen.Read") -> None:
        """Align them anew."""
        self.answered()
        self._align(read.sides)

    def on_drawn_list_moved(self) -> None:
        """The differences of the row under the cursor, in full."""
        self._draw_facts()

    def on_drawn_list_chosen(self) -> None:
        """Enter, or a second click."""
        self.action_open()

    def action_open(self) -> None:
        """The flow on the left."""
        self.desk.open_flow(self._left)

    def action_open_right(self) -> None:
        """The flow on the right; the newest that the usual was learned from."""
        right = self._right or next(iter(self._sides.others), None)
        if right is not None:
            self.desk.open_flow(right)

    def action_swap(self) -> None:
        """Left to right and right to left."""
        if self._right is not None:
            self._left, self._right = self._right, self._left
            self._align(_Sides(self._left, self._right))

    def action_usual(self) -> None:
        """The left one with what is usual; two that were compared are so no more."""
        self._right = None
        self.look_again()

    def action_differences(self) -> None:
        """Only what differs, or everything again."""
        self._has_only_differences = not self._has_only_differences
        self._show()

    def action_next_difference(self) -> None:
        """To the next row that differs, from the top again after the last."""
        shown = self.query_one(EntryList)
        bad = [place for place, row in enumerate(self._shown()) if row.sign != "="]
        if bad:
            shown.cursor = next((place for place in bad if place > shown.cursor), bad[0])

    def _align(self, sides: _Sides) -> None:
        aligner = Aligner(self.desk.now_us())
        left = aligner.shape_of(sides.left)
        right = aligner.shape_of(sides.right) if sides.right is not None else aligner.usual_of(sides.others)
        self._sides = sides
        self._rows = tuple(aligned(left, right))
        self._show()

    def _shown(self) -> Sequence[Aligned]:
        return [row for row in self._rows if row.sign != "="] if self._has_only_differences else self._rows

    def _show(self) -> None:
        self.query_one(EntryList).show(self._shown())
        self._draw_facts()
        left, right = key_of(self._sides.left), self._right_name()
        self.query_one("#heading", DrawnLine).drawing = lambda width: heading_row(left, right, width)
        self.query_one("#headline", DrawnLine).drawing = self._headline

    def _draw_facts(self) -> None:
        row: Aligned | None = self.query_one(EntryList).chosen
        part = (row.left or row.right) if row is not None else None
        said_of = "; ".join(row.differences) if row is not None and row.differences else "no difference"
        label = part.label if part is not None else ""
        facts: Row = (said(f" {label}  ", "strong"), said(said_of, "dim"))
        self.query_one("#facts", DrawnLine).drawing = lambda width: fit_row(facts, width)

    def _right_name(self) -> str:
        if self._sides.right is not None:
            return key_of(self._sides.right)
        return f"usual of {len(self._sides.others)}"

    def _headline(self, width_cells: int) -> Row:
        differ = sum(row.sign != "=" for row in self._rows)
        words = f"{differ} of {len(self._rows)} steps differ" if differ else "no step differs"
        right = self._sides.right
        left_words = (Run(" compare  ", "title"), *self._named(self._sides.left), Run("  with  ", "dim"))
        rest = self._named(right) if right is not None else (said(self._right_words(), "strong"),)
        return beside((*left_words, *rest), (Run(f"{words} ", "overdue" if differ else "done"),), width_cells)

    def _right_words(self) -> str:
        others = len(self._sides.others)
        if not others:
            return "what is usual: no other flow of its kind has ended yet"
        return f"what is usual for {others} flows of its kind"

    def _named(self, flow: Flow) -> Row:
        took = duration(end_of(flow, self.desk.now_us()) - flow.started_us)
        goes_on = ", going on" if flow.status in UNFINISHED else ""
        return (glyph_run(flow.status), said(f" {key_of(flow)}", "key"), Run(f" {flow.status}, {took}{goes_on}", "dim"))
