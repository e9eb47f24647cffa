"""Where the cards of a flow stand: a tree, downwards or to the right, whichever fits a page (pure).

    downwards              to the right
        a                  a ─ m ┬ b
        m                        └ c
      ┌─┴─┐
      b   c

A node stands in the middle of what hangs below it; nodes of one depth begin on one line.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

Direction = Literal["down", "right"]

_BESIDE_PX = 20
_ROOTS_APART_PX = 36


@dataclass(slots=True)
class Node:
    """A card or a label, with what it led to."""

    width: float
    height: float
    children: list["Node"] = field(default_factory=list)
    x: float = 0.0
    y: float = 0.0
    span: float = 0.0
    """Room that it and all below it need, across the direction of the tree."""

    def walk(self) -> Iterator["Node"]:
        """The node and all below it, parents first."""
        pending: list[Node] = [self]
        while pending:
            node = pending.pop()
            yield node
            pending.extend(reversed(node.children))


@dataclass(frozen=True, slots=True)
class Size:
    """Of a whole picture, in pixels."""

    width: float
    height: float


def placed(roots: Sequence[Node], direction: Direction, between_px: float) -> Size:
    """Gives every node its `x` and `y`, and says how much room they take together."""
    levels = _levels(roots, direction)
    along: list[float] = []
    at = 0.0
    for thickness in levels:
        along.append(at)
        at += thickness + (between_px if thickness else 0)
    across = 0.0
    for root in roots:
        _measure(root, direction)
        _place(root, across, along, direction)
        across += root.span + _ROOTS_APART_PX
    return _size([node for root in roots for node in root.walk()])


def _levels(roots: Sequence[Node], direction: Direction) -> list[float]:
    """The thickness of each depth."""
    found: list[float] = []
    level = list(roots)
    while level:
        found.append(max(_along(node, direction) for node in level))
        level = [child for node in level for child in node.children]
    return found


def _measure(root: Node, direction: Direction) -> None:
    for node in reversed(list(root.walk())):
        below = sum(child.span for child in node.children) + _BESIDE_PX * max(len(node.children) - 1, 0)
        node.span = max(_across(node, direction), below)


def _place(root: Node, across: float, along: Sequence[float], direction: Direction) -> None:
    pending = [(root, across, 0)]
    while pending:
        node, begin, depth = pending.pop()
        middle = begin + node.span / 2
        if direction == "down":
            node.x, node.y = middle - node.width / 2, along[depth]
        else:
            node.x, node.y = along[depth], middle - node.height / 2
        below = sum(child.span for child in node.children) + _BESIDE_PX * max(len(node.children) - 1, 0)
        at = middle - below / 2
        for child in node.children:
            pending.append((child, at, depth + 1))
            at += child.span + _BESIDE_PX


def _size(nodes: Sequence[Node]) -> Size:
    return Size(
        max((node.x + node.width for node in nodes), default=0.0),
        max((node.y + node.height for node in nodes), default=0.0),
    )


def _along(node: Node, direction: Direction) -> float:
    return node.height if direction == "down" else node.width


def _across(node: Node, direction: Direction) -> float:
    return node.width if direction == "down" else node.height
