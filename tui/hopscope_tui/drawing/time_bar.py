"""A flow's time in a few cells: the order is true, the lengths are compressed (pure).

An order that waits ten minutes for a person runs for a fraction of a second. Drawn to scale, only the waiting would be
seen. So every stretch gets one cell first, and what is left is shared by the square root of the durations.

    ▁ waiting   ▆ running   × retrying   · not yet due
"""

from collections.abc import Sequence
from math import isqrt

from hopscope_collector.shape.activity import Kind, Stretch
from hopscope_tui.drawing.rows import Row, Run

GLYPHS: dict[Kind, str] = {"waiting": "▁", "running": "▆", "retrying": "×", "rest": "·"}
ROLES: dict[Kind, str] = {
    "waiting": "bar-waiting",
    "running": "bar-running",
    "retrying": "bar-retrying",
    "rest": "bar-rest",
}
_STRONGEST_FIRST: tuple[Kind, ...] = ("running", "retrying", "waiting", "rest")
"""Which kind survives when there are more stretches than cells."""


def time_bar(stretches: Sequence[Stretch], width_cells: int) -> Row:
    """Exactly `width_cells` cells."""
    kept = _as_many_as_fit(list(stretches), width_cells)
    widths = _shares([one.end_us - one.start_us for one in kept], width_cells)
    runs = [Run(GLYPHS[one.kind] * cells, ROLES[one.kind]) for one, cells in zip(kept, widths, strict=True)]
    used = sum(widths)
    return (*runs, Run(" " * (width_cells - used))) if used < width_cells else tuple(runs)


def _as_many_as_fit(stretches: list[Stretch], width_cells: int) -> list[Stretch]:
    """Neighbours melted together until each can have a cell."""
    if width_cells <= 0:
        return []
    if len(stretches) <= width_cells:
        return stretches
    melted: list[Stretch] = []
    for cell in range(width_cells):
        first = cell * len(stretches) // width_cells
        last = max((cell + 1) * len(stretches) // width_cells, first + 1)
        group = stretches[first:last]
        kinds = {one.kind for one in group}
        kind: Kind = next(each for each in _STRONGEST_FIRST if each in kinds)
        melted.append(Stretch(kind, group[0].start_us, group[-1].end_us))
    return melted


def _shares(durations_us: list[int], width_cells: int) -> list[int]:
    """One cell each, the rest by square root, largest remainders first."""
    if not durations_us:
        return []
    spare = width_cells - len(durations_us)
    roots = [isqrt(max(us, 0)) for us in durations_us]
    total = sum(roots) or 1
    widths = [1 + spare * root // total for root in roots]
    remainders = sorted(range(len(roots)), key=lambda index: -(spare * roots[index] % total))
    for index in remainders[: max(width_cells - sum(widths), 0) if sum(roots) else 0]:
        widths[index] += 1
    return widths
