"""Where the nodes of a graph stand: side by side where that fits, else on a rail (pure).

    side by side                              on a rail, in the same order

         ╭ a ╮                                ╭ a ─╮
         ╰─┬─╯                                ╰─┬──╯
      ┌────┴────┐                               ├─ 35ms ─▶ ╭ b ╮
    35ms      12ms                              │          ╰───╯
    ╭─┴─╮     ╭─┴─╮                             └─ 12ms ─▶ ╭ c ╮
    │ b │     │ c │                                        ╰───╯

Linear in the nodes, without recursion: a flow may be as deep as it likes.
"""

from collections.abc import Sequence

from hopscope_tui.drawing.graph_nodes import Node

BETWEEN = 2
RAIL = 2
"""Cells from the left end of a node to the rail below it."""

ARROW_CELLS = 4
"""`├─` and `─▶`."""


def lay_out(roots: Sequence[Node], width_cells: int) -> list[tuple[int, int]]:
    """Gives every node its place within its parent's; the roots' own places as (x, y) in cells and rows."""
    order = list(roots)
    for node in order:
        order += node.children
    for node in reversed(order):
        node.span = max(node.width, _side_by_side([child.span for child in node.children]))
        below = max((child.least for child in node.children), default=0)
        node.least = max(node.width, below + (indent_of(node) if len(node.children) > 1 else 0))
    is_row = _side_by_side([root.span + BETWEEN for root in roots]) <= width_cells
    _choose(roots, width_cells)
    for node in reversed(order):
        _arrange(node)
    places, x, y = [], 0, 0
    for root in roots:
        places.append((x, y))
        x, y = (x + root.span + 2 * BETWEEN, y) if is_row else (x, y + root.rows + 1)
    return places


def indent_of(node: Node) -> int:
    """Cells from the rail of a node to its children: the longest edge fits."""
    return RAIL + ARROW_CELLS + max((len(child.edge) + 2 if child.edge else 0 for child in node.children), default=0)


def gap_of(node: Node) -> int:
    """Rows between a node and its children side by side: the fork, and what stands on its lines."""
    if not node.children or node.is_inline:
        return 0
    if len(node.children) == 1:
        return 1
    return 2 if not node.is_card or any(child.edge for child in node.children) else 1


def _side_by_side(spans: Sequence[int]) -> int:
    return sum(spans) + BETWEEN * max(len(spans) - 1, 0)


def _choose(roots: Sequence[Node], width_cells: int) -> None:
    """From the top: as much side by side as fits, the rest on rails."""
    pending = [(root, width_cells, False) for root in roots]
    while pending:
        node, room, is_on_rail = pending.pop()
        leasts = [child.least for child in node.children]
        if len(node.children) == 1 and is_on_rail and not node.is_card:
            taken = node.width + _inline_cells(node)
            node.is_inline = taken + leasts[0] <= room
            pending.append((node.children[0], room - taken if node.is_inline else room, node.is_inline))
        elif len(node.children) > 1 and node.span > room and _side_by_side(leasts) > room:
            node.is_hanging = True
            pending += [(child, room - indent_of(node), True) for child in node.children]
        else:
            spare = room - _side_by_side(leasts)
            for child in sorted(node.children, key=lambda each: each.span - each.least):
                granted = min(child.span - child.least, max(spare, 0))
                spare -= granted
                pending.append((child, child.least + granted, False))


def _arrange(node: Node) -> None:
    """Its children within its span, once they are arranged themselves."""
    if node.is_inline:
        _put_beside(node, node.children[0])
    elif node.is_hanging:
        _hang(node)
    else:
        _spread(node)


def _inline_cells(node: Node) -> int:
    edge = node.children[0].edge
    return ARROW_CELLS + (len(edge) + 2 if edge else 0)


def _put_beside(node: Node, child: Node) -> None:
    node.child_x, node.child_y = [node.width + _inline_cells(node)], [0]
    node.drop = child.entry
    node.span, node.rows = node.child_x[0] + child.span, child.rows


def _hang(node: Node) -> None:
    indent = indent_of(node)
    y = node.height
    for child in node.children:
        node.child_x.append(indent)
        node.child_y.append(y)
        y += child.rows
    node.span = max(node.width, indent + max(child.span for child in node.children))
    node.rows = y


def _spread(node: Node) -> None:
    below = _side_by_side([child.span for child in node.children])
    x = 0
    for child in node.children:
        node.child_x.append(x)
        x += child.span + BETWEEN
    anchors = [at + child.anchor for at, child in zip(node.child_x, node.children, strict=True)]
    middle = (anchors[0] + anchors[-1]) // 2 if anchors else node.width // 2
    node.offset = middle - node.width // 2
    # A node that is wider than what is below it sticks out to the left: everything moves to the right.
    out = max(-node.offset, 0)
    node.offset += out
    node.child_x = [at + out for at in node.child_x]
    node.span = max(node.offset + node.width, below + out)
    top = node.height + gap_of(node)
    node.child_y = [top for _ in node.children]
    node.rows = top + max((child.rows for child in node.children), default=0)
