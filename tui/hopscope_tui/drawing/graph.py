"""A flow as cards, each under what led to it (pure).

                   ╭────────────────────╮
                   │ ✔ place-order 84ms │
                   ╰─────────┬──────────╯
                   order_placed → orders
              ┌──────────────┴──────────────┐
            33ms                          35ms
    ╭─────────┴───────────────╮ ╭───────────┴───────────────╮
    │ ↺ redeem-promo ✗✗✔ 1.1s │ │ ✔ notify-restaurant 210ms │
    ╰─────────────────────────╯ ╰───────────────────────────╯

A message stands between its sender and its consumers, once, however many consumers it has. A line by key, header or
inference carries the word. What nobody received, and what is waited for, is a card of its own. Where the picture would
be too wide, the cards become narrower and taller.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from hopscope_collector.shape.activity import last_sign_of
from hopscope_collector.shape.outline import Step
from hopscope_collector.shape.times import duration
from hopscope_tui.drawing.canvas import DOWN, UP, Canvas
from hopscope_tui.drawing.rows import Row, Run, row_cells, said
from hopscope_tui.drawing.statuses import look_of
from hopscope_tui.neutral import ELLIPSIS, cells, head, neutral

MOST_STEPS = 400
"""Cards drawn at most: more than that is read in the waterfall."""

_MOST_NAME_CELLS = 26
_BETWEEN = 2


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
    left_out: int = 0
    """Steps that were not drawn."""

    def row(self, y: int, cursor_id: str | None) -> Row:
        """One row; the card under the cursor has a heavy border."""
        row = self.canvas.row(y)
        place = self.places.get(cursor_id or "")
        return _heavy(row, place) if place is not None and place.y <= y < place.y + place.height else row


@dataclass(slots=True)
class _Node:
    """A card, or the label of a message, with what hangs below it."""

    lines: tuple[Row, ...]
    step: Step | None = None
    """None for a label."""

    children: list["_Node"] = field(default_factory=list)
    span: int = 0
    """Cells that it and everything below it need."""

    @property
    def width(self) -> int:
        return max(map(row_cells, self.lines)) + (4 if self.step is not None else 0)

    @property
    def below(self) -> int:
        """Cells of its children side by side."""
        return sum(child.span for child in self.children) + _BETWEEN * max(len(self.children) - 1, 0)


def graph_of(steps: Sequence[Step], now_us: int, width_cells: int) -> Picture:
    """The cards of an outline, beginnings side by side; not wider than `width_cells` if that can be."""
    drawn = steps[:MOST_STEPS]
    picture = _drawn(_forest(drawn, now_us, is_narrow=False), len(steps) - len(drawn))
    if picture.canvas.width_cells <= width_cells:
        return picture
    return _drawn(_forest(drawn, now_us, is_narrow=True), len(steps) - len(drawn))


def _drawn(roots: Sequence[_Node], left_out: int) -> Picture:
    pen = _Pen()
    x = 0
    for root in roots:
        _measure(root)
        pen.draw(root, x + root.span // 2)
        x += root.span + 2 * _BETWEEN
    return Picture(pen.canvas, pen.places, left_out)


def _forest(steps: Sequence[Step], now_us: int, *, is_narrow: bool) -> list[_Node]:
    """Cards under labels under cards, from the depths of the outline."""
    roots: list[_Node] = []
    path: list[_Node] = []
    labels: dict[str, _Node] = {}
    for step in steps:
        node = _Node(_card(step, now_us, is_narrow=is_narrow), step)
        del path[step.depth :]
        if not path:
            roots.append(node)
        elif not step.hops:
            path[-1].children.append(node)
        else:
            _label_above(step, path[-1], labels).children.append(node)
        path.append(node)
    return roots


def _label_above(step: Step, sender: _Node, labels: dict[str, _Node]) -> _Node:
    """The label that a consumer hangs under: its message's, shared with the message's other consumers."""
    message = step.send.id if step.send is not None else step.id
    if message not in labels:
        labels[message] = _Node((_label(step),))
        sender.children.append(labels[message])
    return labels[message]


def _label(step: Step) -> Row:
    """The message's name and where it was sent; or why the step stands here without a message."""
    link = step.link
    by = "" if link is None or (link.is_exact and step.send) else f"by {link.evidence[0]} "
    if step.send is None:
        return (Run(by, "accent"), said(link.detail if link else "", "dim"))
    return (*_message(step), Run(" " + by if by else "", "accent"))


def _message(step: Step) -> Row:
    name = (said(step.send.kind),) if step.send and step.send.kind and step.send.kind != step.destination else ()
    return (*name, said(f"{' ' if name else ''}→ {step.destination}", "dim"))


def _card(step: Step, now_us: int, *, is_narrow: bool) -> tuple[Row, ...]:
    """What stands in a card: one line, or two where it is narrow."""
    look = look_of(step.status)
    glyph = Run(look.glyph + " ", look.role)
    if step.hop is not None:
        ran = duration(last_sign_of(step.hop, now_us) - step.hops[0].started_us)
        tries = "".join(look_of(hop.status).glyph for hop in step.hops)[:9] if len(step.hops) > 1 else ""
        first: Row = (glyph, Run(_short(step.hop.function), "strong"))
        second: Row = (Run(tries + " " if tries else "", "bar-retrying"), Run(ran, "dim"))
    elif step.wait is not None:
        first = (glyph, Run(_short(step.wait.expected), look.role))
        second = (Run(duration(now_us - step.wait.since_us), look.role),)
    else:
        name, *to = _message(step)
        fate = Run(f" {step.fate}", "failed" if step.status == "failed" else "faint")
        return (glyph, name), (Run("  "), *(Run(run.text.lstrip(), run.role) for run in to), fate)
    return (first, (Run("  "), *second)) if is_narrow else ((*first, Run(" "), *second),)


def _short(name: str) -> str:
    shown = neutral(name)
    return shown if cells(shown) <= _MOST_NAME_CELLS else head(shown, _MOST_NAME_CELLS - 1) + ELLIPSIS


def _measure(root: _Node) -> None:
    """The span of every node: its own width, or that of what hangs below."""
    order = [root]
    for node in order:
        order += node.children
    for node in reversed(order):
        node.span = max(node.width, node.below)


class _Pen:
    """Puts nodes on a canvas and remembers where the cards are."""

    def __init__(self) -> None:
        self.canvas = Canvas()
        self.places: dict[str, Place] = {}

    def draw(self, root: _Node, middle: int) -> None:
        """A node in the middle of its span, its children below it, and so on."""
        pending = [(root, middle, 0)]
        while pending:
            node, middle, y = pending.pop()
            bottom = self._node(node, middle, y)
            at = middle - node.below // 2
            middles = []
            for child in node.children:
                middles.append(at + child.span // 2)
                at += child.span + _BETWEEN
            top = bottom + self._lines(node, middle, middles, bottom)
            pending += [(child, at, top) for child, at in zip(node.children, middles, strict=True)]

    def _node(self, node: _Node, middle: int, y: int) -> int:
        """Draws one node; gives the row below it."""
        x = middle - node.width // 2
        if node.step is None:
            self.canvas.texts(x, y, node.lines[0])
            return y + 1
        height = len(node.lines) + 2
        self.places[node.step.id] = Place(x, y, node.width, height)
        role = look_of(node.step.status).role if node.step.status not in ("done", "unknown") else "faint"
        before, after = "─" * (middle - x - 1), "─" * (node.width - 2 - (middle - x))
        self.canvas.text(x, y, f"╭{before}{'┴' if y else '─'}{after}╮", role)
        for row, line in enumerate(node.lines, y + 1):
            self.canvas.text(x, row, "│", role)
            self.canvas.texts(x + 2, row, line)
            self.canvas.text(x + node.width - 1, row, "│", role)
        self.canvas.text(x, y + height - 1, f"╰{before}{'┬' if node.children else '─'}{after}╯", role)
        return y + height

    def _lines(self, node: _Node, middle: int, middles: list[int], bottom: int) -> int:
        """Lines to what hangs below a node, with each consumer's waiting time; gives the rows they take."""
        if not middles:
            return 0
        is_straight = middles == [middle]
        if not is_straight:
            self.canvas.line(middle, bottom, UP)
            self.canvas.across(min(*middles, middle), max(*middles, middle), bottom)
        last = bottom + (0 if is_straight or node.step is not None else 1)
        for at, child in zip(middles, node.children, strict=True):
            self.canvas.line(at, bottom, UP | DOWN if is_straight else DOWN)
            waited_us = child.step.waited_us if child.step is not None and node.step is None else None
            if waited_us is not None:
                label = duration(waited_us)
                self.canvas.text(at - len(label) // 2, last, label, "bar-waiting")
            elif last > bottom:
                self.canvas.line(at, last, UP | DOWN)
        return last - bottom + 1


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
