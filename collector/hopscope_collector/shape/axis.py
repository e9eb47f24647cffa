"""Where an instant stands on a time axis that leaves out the long silences (pure).

    time     |██·█······················(10 minutes)···················██·█|
    axis     |██·█      ╱╱      ██·█|

A silence (nothing runs) that lasts longer than everything that ran, taken together, is cut out and marked.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

CUT_CELLS = 2


@dataclass(frozen=True, slots=True)
class Cut:
    """A silence that is left out: its first cell and its true length."""

    cell: int
    length_us: int


@dataclass(frozen=True, slots=True)
class Axis:
    """A piecewise linear map from instants to cells."""

    anchors_us: tuple[int, ...]
    """Ascending, at least two."""

    anchor_cells: tuple[float, ...]
    cuts: tuple[Cut, ...]
    width_cells: int

    def cell(self, at_us: int) -> float:
        """The cell of an instant, within the axis; instants outside stand at its ends."""
        if at_us <= self.anchors_us[0]:
            return 0.0
        if at_us >= self.anchors_us[-1]:
            return float(self.width_cells)
        after = bisect_right(self.anchors_us, at_us)
        begin_us, end_us = self.anchors_us[after - 1], self.anchors_us[after]
        begin, end = self.anchor_cells[after - 1], self.anchor_cells[after]
        return begin + (end - begin) * (at_us - begin_us) / (end_us - begin_us)


def axis_of(ran: Iterable[tuple[int, int]], start_us: int, end_us: int, width_cells: int) -> Axis:
    """An axis from `start_us` to `end_us` over `width_cells` cells.

    Args:
        ran: (start_us, end_us) of everything that ran, in any order, overlapping as it likes.
    """
    end_us = max(end_us, start_us + 1)
    busy = _united(ran, start_us, end_us)
    cuts = _silences(busy, start_us, end_us)[: max((width_cells // 2) // CUT_CELLS, 0)]
    drawn_us = max(end_us - start_us - sum(end - begin for begin, end in cuts), 1)
    scale = max(width_cells - CUT_CELLS * len(cuts), 1) / drawn_us
    anchors, cells, marks = [start_us], [0.0], []
    for number, (begin_us, silence_end_us) in enumerate(cuts):
        # Rounding up before every cut must not push the last ones out.
        room = width_cells - CUT_CELLS * (len(cuts) - number)
        at = min(round(cells[-1] + (begin_us - anchors[-1]) * scale), room)
        if begin_us > anchors[-1]:
            anchors.append(begin_us)
            cells.append(at)
        cells[-1] = at
        anchors.append(silence_end_us)
        cells.append(at + CUT_CELLS)
        marks.append(Cut(at, silence_end_us - begin_us))
    if anchors[-1] < end_us:
        anchors.append(end_us)
        cells.append(float(width_cells))
    cells[-1] = float(width_cells) if not cuts or cuts[-1][1] < end_us else cells[-1]
    return Axis(tuple(anchors), tuple(cells), tuple(marks), width_cells)


def _united(ran: Iterable[tuple[int, int]], start_us: int, end_us: int) -> list[tuple[int, int]]:
    """Overlapping times as one, within the axis."""
    united: list[tuple[int, int]] = []
    for begin, end in sorted((max(begin, start_us), min(max(begin, end), end_us)) for begin, end in ran):
        if united and begin <= united[-1][1]:
            united[-1] = (united[-1][0], max(end, united[-1][1]))
        elif begin <= end:
            united.append((begin, end))
    return united


def _silences(busy: list[tuple[int, int]], start_us: int, end_us: int) -> list[tuple[int, int]]:
    """The silences worth cutting, in time order."""
    ran_us = sum(end - begin for begin, end in busy)
    edges = [start_us, *(instant for span in busy for instant in span), end_us]
    gaps = list(zip(edges[::2], edges[1::2], strict=True))
    return [(begin, end) for begin, end in gaps if ran_us and end - begin > ran_us]
