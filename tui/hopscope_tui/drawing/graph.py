"""A flow as cards and brokers, each under what led to it (pure).

                       ╭────────────────────╮
                       │ ✔ place-order 84ms │
                       ╰──────────┬─────────╯
                    order_placed ▸ ◇ bus orders
                  ┌───────────────┴─────────────┐
        ▤ queue promo-codes                   35ms
               33ms ×3            ╭─────────────┴─────────────╮
    ╭─────────────┴───────────╮   │ ✔ notify-restaurant 210ms │
    │ ↺ redeem-promo ✗✗✔ 1.1s │   ╰───────────────────────────╯
    ╰─────────────────────────╯

A line by key, header or inference carries the word. What nobody received, and what is waited for, is a card of its
own. Where the picture would be too wide, the cards become taller, and then what does not fit hangs on a rail.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from hopscope_collector.shape.outline import Step
from hopscope_tui.drawing.canvas import DOWN, LEFT, RIGHT, UP, Canvas
from hopscope_tui.drawing.graph_layout import RAIL, gap_of, lay_out
from hopscope_tui.drawing.graph_nodes import Manner, Node, forest_of
from hopscope_tui.drawing.rows import Row, Run
from hopscope_tui.drawing.statuses import look_of
from hopscope_tui.neutral import cells

MOST_STEPS = 400
"""Cards drawn at most: more than that is read in the waterfall."""

_TRIES = 3
"""Straight lines need more width than is foreseen: what is too much is asked for less the next time."""


Route = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a card stands on the canvas."""

    x: int
    y: int
    width: int
    height: int

    @property
    def middle(self) -> int:
        """The column that lines meet it in."""
        return self.x + self.width // 2

    def holds(self, x: int, y: int) -> bool:
        """Whether a cell is part of the card."""
        return self.x <= x < self.x + self.width and self.y <= y < self.y + self.height


@dataclass(frozen=True, slots=True)
class Picture:
    """The drawn graph, and where each step's card is."""

    canvas: Canvas
    places: dict[str, Place]
    routes: dict[str, Route]
    """The cells that a message goes along to each step's card, from its sender on; pills on the way are left out."""

    left_out: int = 0
    """Steps that were not drawn."""

    def row(self, y: int, cursor_id: str | None) -> Row:
        """One row; the card under the cursor has a heavy border."""
        row = self.canvas.row(y)
        place = self.places.get(cursor_id or "")
        return _heavy(row, place) if place is not None and place.y <= y < place.y + place.height else row


def graph_of(steps: Sequence[Step], manner: Manner, width_cells: int) -> Picture:
    """The cards of an outline, beginnings side by side; not wider than `width_cells` if that can be."""
    drawn = steps[:MOST_STEPS]
    left_out = len(steps) - len(drawn)
    tall = Manner(manner.now_us, is_tall=True, joins=manner.joins, machines=manner.machines)
    for way in (manner, tall):
        # As wide as it likes: taken only if that is not too wide.
        picture = _drawn(forest_of(drawn, way), 1 << 30, left_out)
        if picture.canvas.width_cells <= width_cells:
            return picture
    room_cells = width_cells
    for _ in range(_TRIES):
        picture = _drawn(forest_of(drawn, manner), room_cells, left_out)
        over_cells = picture.canvas.width_cells - width_cells
        if over_cells <= 0:
            break
        room_cells -= over_cells
    return picture


def _drawn(roots: Sequence[Node], width_cells: int, left_out: int) -> Picture:
    pen = _Pen()
    for root, (x, y) in zip(roots, lay_out(roots, width_cells), strict=True):
        pen.draw(root, x, y)
    return Picture(pen.canvas, pen.places, pen.routes, left_out)


class _Pen:
    """Puts nodes that are laid out on a canvas and remembers where the cards are, and the ways to them."""

    def __init__(self) -> None:
        self.canvas = Canvas()
        self.places: dict[str, Place] = {}
        self.routes: dict[str, Route] = {}

    def draw(self, root: Node, x: int, y: int) -> None:
        """A node with everything below it; (x, y) is the upper left corner of its span."""
        pending: list[tuple[Node, tuple[int, int], str, Route]] = [(root, (x, y), "─", ())]
        while pending:
            node, (x, y), joint, route = pending.pop()
            places = [(x + at, y + row) for at, row in zip(node.child_x, node.child_y, strict=True)]
            self._node(node, x + node.offset, y + node.drop, joint)
            if node.step is not None:
                self.routes[node.step.id], route = route, ()
            ways = self._lines(node, (x, y), places)
            joint = "─" if node.is_hanging or node.is_inline else "┴"
            pending += [
                (child, place, joint, route + way)
                for child, place, way in zip(node.children, places, ways, strict=True)
            ]

    def _lines(self, node: Node, corner: tuple[int, int], places: Sequence[tuple[int, int]]) -> list[Route]:
        """From a node to its children; the cells of each line in the order in which a message passes them."""
        x, y = corner
        if node.is_inline:
            return [self._arrow(node.children[0], (x + node.width + 1, y + node.drop), places[0])]
        if node.is_hanging:
            return self._rail(node, (x + node.offset + RAIL, y + node.height), places)
        return self._fork(node, (x + node.anchor, y + node.height), places) if node.children else []

    def _node(self, node: Node, x: int, y: int, joint: str) -> None:
        if node.step is None:
            self.canvas.texts(x, y, node.lines[0])
            return
        self.places[node.step.id] = Place(x, y, node.width, node.height)
        role = look_of(node.step.status).role if node.step.status not in ("done", "unknown") else "faint"
        bottom = "┬" if node.children else "─"
        leaves = RAIL if node.is_hanging else node.width // 2
        self.canvas.text(x, y, _border("╭", joint, "╮", (node.width, node.width // 2)), role)
        for row, line in enumerate(node.lines, y + 1):
            self.canvas.text(x, row, "│", role)
            self.canvas.texts(x + 2, row, line)
            self.canvas.text(x + node.width - 1, row, "│", role)
        self.canvas.text(x, y + node.height - 1, _border("╰", bottom, "╯", (node.width, leaves)), role)

    def _fork(self, node: Node, start: tuple[int, int], places: Sequence[tuple[int, int]]) -> list[Route]:
        """Lines to children side by side, what stands on a line at its end."""
        middle, top = start
        anchors = [x + child.anchor for (x, _), child in zip(places, node.children, strict=True)]
        is_straight = anchors == [middle]
        if not is_straight:
            self.canvas.line(middle, top, UP)
            self.canvas.across(min(*anchors, middle), max(*anchors, middle), top)
        last = top + gap_of(node) - 1
        ways: list[Route] = []
        for at, child in zip(anchors, node.children, strict=True):
            self.canvas.line(at, top, UP | DOWN if is_straight else DOWN)
            if last > top:
                self.canvas.line(at, last, UP | DOWN)
            if child.edge and (is_straight or last > top):
                self.canvas.text(at - len(child.edge) // 2, last, child.edge, _edge_role(child))
            sideways = range(middle, at, 1 if at > middle else -1)
            ways.append((*((x, top) for x in sideways), *((at, y) for y in range(top, last + 1))))
        return ways

    def _rail(self, node: Node, start: tuple[int, int], places: Sequence[tuple[int, int]]) -> list[Route]:
        """A line down the left side, and from it an arrow to each child."""
        x, top = start
        entries = [y + child.entry for (_, y), child in zip(places, node.children, strict=True)]
        for y in range(top, entries[-1] + 1):
            self.canvas.line(x, y, UP | (DOWN if y < entries[-1] else 0))
        ways: list[Route] = []
        for place, child, entry in zip(places, node.children, entries, strict=True):
            self.canvas.line(x, entry, RIGHT)
            ways.append((*((x, y) for y in range(top, entry + 1)), *self._arrow(child, (x + 1, entry), place)))
        return ways

    def _arrow(self, child: Node, start: tuple[int, int], place: tuple[int, int]) -> Route:
        """A line to the right that ends at a child; `place` is the corner of the child's span."""
        x, y = start
        role = "dead-lettered" if child.is_dead_letters else "faint"
        end = place[0] + child.offset - (1 if child.is_card else 2)
        for at in range(x, end):
            self.canvas.line(at, y, LEFT | RIGHT, role)
        self.canvas.text(end, y, "▶", role)
        if child.edge:
            self.canvas.text(x + 1, y, f" {child.edge} ", _edge_role(child))
        return tuple((at, y) for at in range(x, end + 1))


def _border(left: str, joint: str, right: str, shape: tuple[int, int]) -> str:
    """A line of a card's border, `shape[0]` wide, with a joint at `shape[1]`."""
    width, at = shape
    return f"{left}{'─' * (at - 1)}{joint}{'─' * (width - 2 - at)}{right}"


def _edge_role(child: Node) -> str:
    return "bar-retrying" if child.step is not None and len(child.step.hops) > 1 else "bar-waiting"


def _heavy(row: Row, place: Place) -> Row:
    """The row with the card's border drawn heavy."""
    runs: list[Run] = []
    at = 0
    for run in row:
        is_border = place.x <= at < place.x + place.width and run.text[:1] in ("╭", "╰", "│")
        runs.append(Run(run.text.translate(_HEAVY), "accent") if is_border else run)
        at += cells(run.text)
    return tuple(runs)


_HEAVY = str.maketrans("╭╮╰╯─│┬┴", "┏┓┗┛━┃┯┷")

__all__ = ["MOST_STEPS", "Manner", "Picture", "Place", "Route", "graph_of"]
