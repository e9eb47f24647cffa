"""Widgets that draw rows of runs: a single line, and a scrolled list with a cursor.

Everything that reaches the terminal goes through `strip_of()`: it is neutralised there once more, whatever a drawing
forgot, and is exactly as wide as the widget.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Protocol, cast

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.color import Color
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from hopscope_tui.drawing.rows import ROLES, Row, Run, fit_row, said
from hopscope_tui.neutral import neutral

GUTTER_CELLS = 1
GUTTER = Run(" ")
CURSOR_MARK = Run("▌", "accent")
"""Seen where colours are not."""

MOST_STRIPS = 1_000
"""Drawn rows that are kept: a few screens of them."""

CURSOR = "cursor"
"""What is laid over the runs of the row that the cursor is on: another background, with 16 colours another colour."""

ROLE_CLASSES = {f"drawn--{role}" for role in (*ROLES, CURSOR)}
"""Component classes of the app: were they those of each widget, every screen would be styled thirty times over."""


class Painter(Protocol):
    """What the widgets ask of the app they are on."""

    def look(self, role: str, background: Color) -> Style:
        """How a role looks on a background, as the style sheet says."""
        ...


def strip_of(widget: Widget, row: Row, width_cells: int, over: Style | None = None) -> Strip:
    """A row as Textual draws it; `over` is laid over every run (the cursor)."""
    segments = []
    background, app = widget.background_colors[1], cast(Painter, widget.app)
    for run in fit_row(row, width_cells):
        style = app.look(run.role, background)
        if run.url:
            style += Style(link=run.url)
        segments.append(Segment(neutral(run.text), style + over if over is not None else style))
    return Strip(segments).adjust_cell_length(width_cells)


def row_or_fault(draw: Callable[[], Row]) -> Row:
    """A drawing, or what is wrong with it in its place: one bad row does not take the screen."""
    try:
        return draw()
    except Exception as fault:  # noqa: BLE001 - the boundary of a panel: a bug in it is shown, not raised
        return fault_row("cannot draw this", fault)


def fault_row(what: str, fault: Exception) -> Row:
    """What stands in the place of something that could not be drawn."""
    return (Run(f" {what}: ", "failed"), said(f"{type(fault).__name__}: {fault}", "dim"))


class DrawnLine(Widget):
    """One line that is drawn anew for every width."""

    drawing: reactive[Callable[[int], Row] | None] = reactive(None, always_update=True)
    """The row for a width in cells."""

    def render_line(self, y: int) -> Strip:
        """The row, whatever the width is now."""
        width = self.size.width
        draw = self.drawing
        row = row_or_fault(lambda: draw(width)) if draw is not None and y == 0 else ()
        return strip_of(self, row, width)


class DrawnList(ScrollView, can_focus=True):
    """Rows drawn one by one as they come into sight, with a cursor that stays in sight.

    Subclasses say how many rows there are (`row_count`) and draw one (`row()`).
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False, id="list.up", tooltip="Move"),
        Binding("down,j", "move(1)", "Down", show=False, id="list.down", tooltip="Move"),
        Binding("pageup,ctrl+b", "page(-1)", "Page up", show=False, id="list.page_up", tooltip="Move by a page"),
        Binding("pagedown,ctrl+f", "page(1)", "Page down", show=False, id="list.page_down", tooltip="Move by a page"),
        Binding("home", "edge(-1)", "First", show=False, id="list.first", tooltip="To the first, to the last"),
        Binding("end", "edge(1)", "Last", show=False, id="list.last", tooltip="To the first, to the last"),
        Binding("enter", "choose", "Open", show=False, id="list.open", tooltip="Open what is under the cursor"),
    ]

    keeps_cursor = True
    """Whether the cursor is seen while the focus is elsewhere."""

    row_count: reactive[int] = reactive(0, layout=False)
    cursor: reactive[int] = reactive(0)

    @dataclass
    class Moved(Message):
        """The cursor stands on another row, or the row under it changed."""

        sender: "DrawnList"
        index: int

        @property
        def control(self) -> "DrawnList":
            """The list that the cursor is in."""
            return self.sender

    @dataclass
    class Chosen(Message):
        """The person wants to see more of the row."""

        index: int

    def __init__(self, *, id: str | None = None) -> None:
        self._strips: dict[tuple[int, int], Strip] = {}
        super().__init__(id=id)

    def row(self, index: int, width_cells: int) -> Row:
        """The drawing of one row; asked again only after `refresh_rows()`."""
        raise NotImplementedError

    def render_line(self, y: int) -> Strip:
        """One row in sight, with the cursor under it."""
        width = self.scrollable_content_region.width
        index = y + self.scroll_offset.y
        if not 0 <= index < self.row_count:
            return Strip.blank(width, self.rich_style)
        if index == self.cursor and (self.has_focus or self.keeps_cursor):
            over = cast(Painter, self.app).look(CURSOR, self.background_colors[1])
            return self._strip(index, CURSOR_MARK if self.has_focus else GUTTER, over)
        if (index, width) not in self._strips:
            if len(self._strips) >= MOST_STRIPS:
                self._strips.clear()
            self._strips[index, width] = self._strip(index, GUTTER)
        return self._strips[index, width]

    def _strip(self, index: int, gutter: Run, over: Style | None = None) -> Strip:
        width = self.scrollable_content_region.width
        row = row_or_fault(lambda: self.row(index, width - GUTTER_CELLS))
        return strip_of(self, (gutter, *row), width, over)

    def notify_style_update(self) -> None:
        """Another theme: every row looks different."""
        self._strips.clear()
        super().notify_style_update()

    def validate_cursor(self, cursor: int) -> int:
        """Within the rows."""
        return min(max(cursor, 0), max(self.row_count - 1, 0))

    def watch_row_count(self) -> None:
        """Grow or shrink what is scrolled over."""
        self.virtual_size = Size(0, self.row_count)
        self.cursor = self.validate_cursor(self.cursor)
        self.refresh_rows()

    def watch_cursor(self, before: int, now: int) -> None:
        """Redraw two rows, bring the cursor into sight, tell the screen."""
        self.refresh_line(before)
        self.refresh_line(now)
        self.show_cursor()
        self.post_message(self.Moved(self, now))

    def show_cursor(self) -> None:
        """Scroll as little as needed."""
        height = self.scrollable_content_region.height
        top = self.scroll_offset.y
        if height and not top <= self.cursor < top + height:
            target = self.cursor if self.cursor < top else self.cursor - height + 1
            self.scroll_to(y=target, animate=False, force=True)

    def on_resize(self) -> None:
        """Keep the cursor in sight."""
        self.virtual_size = Size(0, self.row_count)
        self.show_cursor()

    def on_click(self, event: events.Click) -> None:
        """One click moves the cursor, a second one opens."""
        index = event.y + self.scroll_offset.y
        if index < self.row_count:
            self.cursor = index
            if event.chain > 1:
                self.action_choose()

    def refresh_rows(self) -> None:
        """Draw what is in sight anew."""
        self._strips.clear()
        self.refresh(Region(0, 0, *self.size))

    def action_move(self, rows: int) -> None:
        """Some rows up or down."""
        self.cursor += rows

    def action_page(self, pages: int) -> None:
        """As many rows as are in sight."""
        self.cursor += pages * max(self.scrollable_content_region.height - 1, 1)

    def action_edge(self, direction: int) -> None:
        """To the first or the last row."""
        self.cursor = self.row_count - 1 if direction > 0 else 0

    def action_choose(self) -> None:
        """Open the row under the cursor."""
        if self.row_count:
            self.post_message(self.Chosen(self.cursor))
