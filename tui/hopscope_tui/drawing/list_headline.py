"""The first line of the list: where one is, whether it lives, how things stand (pure)."""

from collections import Counter
from collections.abc import Callable, Sequence

from hopscope_collector.flow import Flow
from hopscope_collector.shape.times import clock
from hopscope_tui.drawing.rows import Row, Run, beside, fit_row, row_cells, said
from hopscope_tui.drawing.spark import pulse_row
from hopscope_tui.drawing.statuses import PROBLEMS, look_of
from hopscope_tui.lists.overview import Pulse

_MOST_PULSE_CELLS = 24
_FEWEST_PULSE_CELLS = 8


def list_headline(
    name: str, flows: Sequence[Flow], state: Run, *, now_us: int, pulse: Pulse | None = None
) -> Callable[[int], Row]:
    """The source, whether it is live, which problems are in sight, arrivals and failures, the time.

    When it gets narrow the problems lose their words, then the sparklines go, then the time.
    """
    counts = Counter[str](flow.status for flow in flows)
    found = [(status, counts[status]) for status in PROBLEMS if counts[status]]
    begin = (Run(" hopscope", "title"), said(f"  {name}  ", "dim"), state)
    right = (Run(clock(now_us)[:8] + " UTC ", "dim"),)

    def row(width_cells: int) -> Row:
        room = width_cells - row_cells(right) - 2
        for is_short in (False, True):
            left: Row = (*begin, *_problems(found, is_short=is_short))
            line = _pulse(pulse, room - row_cells(left))
            if line:
                return beside((*left, *line), right, width_cells)
        is_short = row_cells((*begin, *_problems(found, is_short=False))) > room
        left = (*begin, *_problems(found, is_short=is_short))
        return beside(left, right, width_cells) if row_cells(left) <= room else fit_row(left, width_cells)

    return row


def _pulse(pulse: Pulse | None, room_cells: int) -> Row:
    """As wide as there is room for; nothing when there is too little."""
    if pulse is None:
        return ()
    words_cells = row_cells(pulse_row(pulse, 0))
    cells = min((room_cells - words_cells) // 2, _MOST_PULSE_CELLS)
    return pulse_row(pulse, cells) if cells >= _FEWEST_PULSE_CELLS else ()


def _problems(found: Sequence[tuple[str, int]], *, is_short: bool) -> Row:
    return tuple(
        Run(f"  {look_of(status).glyph} {count}{'' if is_short else ' ' + status}", look_of(status).role)
        for status, count in found
    )
