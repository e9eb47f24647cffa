"""Two flows side by side, one row a step (pure).

   step                            o-5125           o-5104           what differs
=  ✔ place-order  POST /orders        –    84ms        –    80ms
≠  ├ redeem-promo  order_placed  ×3  9ms    1.2s       8ms  0.3ms    3 attempts, not 1
−  └ print-ticket  tickets           –               12ms   60ms     only on the right
"""

from hopscope_collector.shape.times import duration
from hopscope_tui.drawing.rows import Row, Run, column, fit_row
from hopscope_tui.drawing.statuses import glyph_run
from hopscope_tui.flow.alignment import Aligned, Part

_SIDE_CELLS = 23
_SIGN_CELLS = 2
_MOST_INDENT = 12
_SIGN_ROLES = {"=": "faint", "≠": "overdue", "+": "accent", "−": "failed"}


def heading_row(left: str, right: str, width_cells: int) -> Row:
    """The names of the two above their columns."""
    step, what = _shares(width_cells)
    sides = (column(left, _SIDE_CELLS, "key"), Run(" "), column(right, _SIDE_CELLS, "key"), Run(" "))
    head = (Run(" " * _SIGN_CELLS), column("step", step, "label"), Run(" "))
    return fit_row((*head, *sides, column("what differs", what, "label")), width_cells)


def units_row(width_cells: int) -> Row:
    """What the numbers of both sides are."""
    step, _ = _shares(width_cells)
    side = (
        column("tries", 6, "faint"),
        column("waited", 8, "faint", right=True),
        column("ran", 8, "faint", right=True),
    )
    return fit_row((Run(" " * (_SIGN_CELLS + step + 1)), *side, Run("  "), *side), width_cells)


def aligned_row(each: Aligned, width_cells: int) -> Row:
    """Exactly `width_cells` wide."""
    step, what = _shares(width_cells)
    part = each.left or each.right
    assert part is not None, "a row has at least one side"
    indent = "  " * min(each.depth, _MOST_INDENT) if each.depth <= _MOST_INDENT else "  " * _MOST_INDENT + "…"
    role = "plain" if each.sign in ("=", "≠") else _SIGN_ROLES[each.sign]
    name, _, message = part.label.partition("  ")
    label_cells = max(step - len(indent) - 2, 1)
    shown = f"{name}  {message}" if message else name
    return fit_row(
        (
            Run(f"{each.sign} ", _SIGN_ROLES[each.sign]),
            column(indent, min(len(indent), step)),
            *((glyph_run(part.status), Run(" ")) if step > len(indent) + 2 else ()),
            column(shown, label_cells, role), Run(" "),
            *_side(each.left), Run(" "), *_side(each.right), Run(" "),
            column("; ".join(each.differences), what, _SIGN_ROLES[each.sign]),
        ),
        width_cells,
    )  # fmt: skip


def _side(part: Part | None) -> Row:
    if part is None:
        return (column("–", _SIDE_CELLS, "faint"),)
    tries = f"×{part.attempts}" if part.attempts > 1 else ""
    return (
        glyph_run(part.status), Run(" "), column(tries, 4, "bar-retrying"),
        column(duration(part.waited_us), 8, "waiting", right=True), column(duration(part.ran_us), 8, right=True),
        Run(" "),
    )  # fmt: skip


def _shares(width_cells: int) -> tuple[int, int]:
    """Cells for the step and for what differs."""
    rest = max(width_cells - _SIGN_CELLS - 2 * _SIDE_CELLS - 3, 0)
    step = rest if rest < 40 else rest * 45 // 100
    return step, rest - step
