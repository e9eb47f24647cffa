"""One flow as a graph of cards; arrows walk from card to card."""

from typing import ClassVar, Literal

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from hopscope_tui.drawing.graph import Manner, Picture, Place, graph_of
from hopscope_tui.drawing.rows import Row, Run
from hopscope_tui.flow.outlined import Outlined
from hopscope_tui.messages import Followed, Pointed
from hopscope_tui.widgets.drawn import fault_row, row_or_fault, strip_of

Direction = Literal["up", "down", "left", "right"]


class FlowGraph(ScrollView, can_focus=True):
    """Takes a flow; scrolls both ways when it is larger than the screen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "walk('up')", "Up", show=False, id="graph.up", tooltip="To the next card that way"),
        Binding("down,j", "walk('down')", "Down", show=False, id="graph.down", tooltip="To the next card that way"),
        Binding("left", "walk('left')", "Left", show=False, id="graph.left", tooltip="To the next card that way"),
        Binding("right", "walk('right')", "Right", show=False, id="graph.right", tooltip="To the next card that way"),
        Binding("enter", "choose", "Follow", show=False, id="graph.open", tooltip="Follow its links"),
    ]

    pointed: reactive[str | None] = reactive(None)
    """Id of the step whose card the cursor is on."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._outlined: Outlined | None = None
        self._now_us = 0
        self._picture: Picture | None = None
        self._fault: Row | None = None

    def show_flow(self, outlined: Outlined, now_us: int) -> None:
        """Draw a flow with its outline, or what became of it."""
        self._outlined, self._now_us = outlined, now_us
        self._arrange()

    def choose(self, step_id: str) -> None:
        """Put the cursor on a step's card."""
        self.pointed = step_id

    def row(self, picture: Picture, y: int) -> Row:
        """The drawing of one row of the picture."""
        return picture.row(y, self.pointed)

    def render_line(self, y: int) -> Strip:
        """One row of the picture, moved to the left as far as it is scrolled."""
        width = self.scrollable_content_region.width
        picture, row = self._picture, y + self.scroll_offset.y
        if self._fault is not None and y == 0:
            return strip_of(self, self._fault, width)
        if picture is not None and picture.left_out and row == picture.canvas.height + 1:
            words = f" … {picture.left_out:,} more steps than are drawn here: 2 shows them all"
            return strip_of(self, (Run(words, "dim"),), width)
        if picture is None or row >= picture.canvas.height:
            return Strip.blank(width, self.rich_style)
        whole = max(picture.canvas.width_cells, self._margin + width + self.scroll_offset.x)
        strip = strip_of(self, row_or_fault(lambda: self.row(picture, row)), whole)
        blank = Strip.blank(self._margin, self.rich_style)
        return Strip.join([blank, strip]).crop_extend(
            self.scroll_offset.x, self.scroll_offset.x + width, self.rich_style
        )

    def watch_pointed(self) -> None:
        """Bring the card into sight, tell the screen."""
        self.refresh()
        if self.pointed is not None:
            self._show_card()
            self.post_message(Pointed(self.pointed))

    def on_resize(self) -> None:
        """Draw for the new width."""
        self._arrange()

    def on_click(self, event: events.Click) -> None:
        """The card under the mouse."""
        x, y = event.x + self.scroll_offset.x - self._margin, event.y + self.scroll_offset.y
        places = self._picture.places if self._picture is not None else {}
        self.pointed = next((step_id for step_id, place in places.items() if place.holds(x, y)), self.pointed)
        if event.chain > 1:
            self.action_choose()

    def action_choose(self) -> None:
        """The person wants to go on from here."""
        self.post_message(Followed())

    def action_walk(self, direction: Direction) -> None:
        """To the nearest card in a direction."""
        if self._picture is None or self.pointed not in self._picture.places:
            return
        here = self._picture.places[self.pointed]
        ways = {
            step_id: distance
            for step_id, place in self._picture.places.items()
            if (distance := _distance(here, place, direction)) is not None
        }
        if ways:
            self.pointed = min(ways, key=ways.__getitem__)

    @property
    def _margin(self) -> int:
        """A picture that is narrower than the screen stands in its middle."""
        spare = self.scrollable_content_region.width - (self._picture.canvas.width_cells if self._picture else 0)
        return max(spare // 2, 0)

    def _arrange(self) -> None:
        width = self.scrollable_content_region.width
        if self._outlined is None or width <= 0:
            return
        steps, machines = self._outlined.steps, frozenset(self._outlined.shown.executions)
        try:
            manner = Manner(self._now_us, joins=self._outlined.relations.joins, machines=machines)
            self._picture, self._fault = graph_of(steps, manner, width), None
        except Exception as fault:  # noqa: BLE001 - the boundary of a panel: a bug in it is shown, not raised
            self._picture, self._fault = None, fault_row("cannot draw the graph", fault)
            self.refresh()
            return
        more = 2 if self._picture.left_out else 0
        self.virtual_size = Size(self._picture.canvas.width_cells, self._picture.canvas.height + more)
        if self.pointed not in self._picture.places:
            self.pointed = steps[0].id if steps else None
        self._show_card()
        self.refresh()

    def _show_card(self) -> None:
        place = self._picture.places.get(self.pointed or "") if self._picture is not None else None
        if place is not None:
            region = Region(place.x + self._margin - 2, max(place.y - 3, 0), place.width + 4, place.height + 5)
            self.scroll_to_region(region, animate=False, force=True)


def _distance(here: Place, there: Place, direction: Direction) -> int | None:
    """How far it is to a card, sideways counting more. None when it lies elsewhere."""
    across, along = there.middle - here.middle, there.y - here.y
    if direction in ("left", "right"):
        forward, aside = (across if direction == "right" else -across), abs(along) * 4
    else:
        forward, aside = (along if direction == "down" else -along) * 4, abs(across)
    return forward + 2 * aside if forward > 0 else None
