"""One flow in one line: what a person reads first at three in the morning (pure).

  status        key          kind                  now at                    time            took   age  hops
◔ overdue       o-42         POST /orders › order  waiting: order_accepted   ▆▁▆▁▁▁▁▁▁▁▁▁   10m04   10m     5

Wider screens add how often something was tried again, what failed, and the functions at the flow's end.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from hopscope_collector.flow import Flow
from hopscope_collector.shape.activity import end_of, stretches_of
from hopscope_collector.shape.summary import key_of, now_at
from hopscope_collector.shape.times import age, duration
from hopscope_tui.drawing.rows import Row, Run, column, fit_row
from hopscope_tui.drawing.statuses import look_of, status_row
from hopscope_tui.drawing.time_bar import time_bar
from hopscope_tui.lists.sorting import NEWEST, Order, attempts_beyond_the_first, errors_in_flow

_GAP = Run(" ")
_STATUS_CELLS = 15
_TOOK_CELLS = 6
_AGE_CELLS = 4
_NUMBER_CELLS = 5
_TRIES_FROM_CELLS = 104
_ENDS_FROM_CELLS = 150
_PLAIN = Order()


class Column(NamedTuple):
    """One column: its name above it, its cells, and the sort that a click on its name asks for."""

    name: str
    cells: int
    sort: str = ""
    """Empty: nothing can be sorted by it."""

    is_right: bool = False


@lru_cache(maxsize=32)
def columns_for(width_cells: int) -> tuple[Column, ...]:
    """What fits: the kind goes first when it gets narrow, then the hops; where the flow stands stays to the last."""
    key = min(max(width_cells // 9, 8), 28)
    bar = min(max(width_cells // 9, 8), 24)
    numbers = [Column("took", _TOOK_CELLS, "took", is_right=True), Column("age", _AGE_CELLS, "age", is_right=True)]
    if width_cells >= 72:
        numbers.append(Column("hops", _NUMBER_CELLS - 1, "hops", is_right=True))
    if width_cells >= _TRIES_FROM_CELLS:
        numbers.append(Column("tries", _NUMBER_CELLS, "tries", is_right=True))
        numbers.append(Column("errs", _NUMBER_CELLS - 1, "errors", is_right=True))
    begin = [Column("status", _STATUS_CELLS, "status"), Column("key", key, "key")]
    fixed = sum(each.cells + 1 for each in (*begin, *numbers)) + bar
    rest = max(width_cells - fixed, 0)
    kind, ends = _shares(rest, width_cells)
    middle = [Column("kind", kind, "kind")] if kind else []
    at = Column("now at", max(rest - sum(each + 1 for each in (kind, ends) if each) - 1, 0))
    last = [Column("at its end", ends)] if ends else []
    return (*begin, *middle, at, *last, Column("time", bar), *numbers)


def heading_row(width_cells: int, order: Order = _PLAIN) -> Row:
    """The names of the columns above the lines; an arrow says by which they are sorted."""
    cells: list[Run] = []
    for each in columns_for(width_cells):
        name = f"  {each.name}" if each.name == "status" else each.name
        is_sorted = bool(each.sort) and each.sort == order.name != NEWEST
        arrow = ("▾" if order.is_descending else "▴") if is_sorted else ""
        role = "accent" if is_sorted else "label"
        cells += [column(arrow + name if each.is_right else name + arrow, each.cells, role, right=each.is_right), _GAP]
    return fit_row(cells[:-1], width_cells)


def sort_at(x: int, width_cells: int) -> str | None:
    """The sort that a click on the heading asks for. None beside the names."""
    at = 0
    for each in columns_for(width_cells):
        if at <= x < at + each.cells:
            return each.sort or None
        at += each.cells + 1
    return None


def flow_row(flow: Flow, width_cells: int, now_us: int) -> Row:
    """Exactly `width_cells` cells."""
    cells: list[Run] = []
    for each in columns_for(width_cells):
        cells += [*_CELLS[each.name](flow, each, now_us), _GAP]
    return fit_row(cells[:-1], width_cells)


def ends_of(flow: Flow) -> Iterator[str]:
    """The functions that nothing is known to have followed, the last one first."""
    sent_on = {send.id: send.hop for send in flow.sends}
    led_on = {sent_on.get(link.from_id, link.from_id) for link in flow.links}
    leaves = [hop for hop in flow.hops if hop.id not in led_on] or list(flow.hops)
    leaves.sort(key=lambda hop: -hop.started_us)
    yield from dict.fromkeys(hop.function for hop in leaves)


def _shares(rest: int, width_cells: int) -> tuple[int, int]:
    """Cells for the kind and for the functions at the end."""
    if width_cells >= _ENDS_FROM_CELLS:
        return rest * 36 // 100, rest * 28 // 100
    return ((rest - 1) * 45 // 100 if rest >= 44 else 0), 0


def _status(flow: Flow, place: Column, _: int) -> Row:
    return status_row(flow.status, place.cells - 2)


def _key(flow: Flow, place: Column, _: int) -> Row:
    return (column(key_of(flow), place.cells, "key"),)


def _kind(flow: Flow, place: Column, _: int) -> Row:
    return (column(flow.kind, place.cells, "dim"),)


def _now_at(flow: Flow, place: Column, _: int) -> Row:
    return (column(now_at(flow), place.cells, look_of(flow.status).role if flow.waits else "plain"),)


def _ends(flow: Flow, place: Column, _: int) -> Row:
    return (column(", ".join(ends_of(flow)), place.cells, "dim"),)


def _time(flow: Flow, place: Column, now_us: int) -> Row:
    return time_bar(stretches_of(flow, now_us), place.cells)


def _took(flow: Flow, place: Column, now_us: int) -> Row:
    return (column(duration(end_of(flow, now_us) - flow.started_us), place.cells, right=True),)


def _age(flow: Flow, place: Column, now_us: int) -> Row:
    return (column(age(now_us - flow.started_us), place.cells, "dim", right=True),)


def _hops(flow: Flow, place: Column, _: int) -> Row:
    return (column(str(len(flow.hops)), place.cells, "dim", right=True),)


def _tries(flow: Flow, place: Column, _: int) -> Row:
    again = attempts_beyond_the_first(flow)
    return (column(f"+{again}" if again else "", place.cells, "bar-retrying", right=True),)


def _errors(flow: Flow, place: Column, _: int) -> Row:
    errors = errors_in_flow(flow)
    return (column(f"✗{errors}" if errors else "", place.cells, "failed", right=True),)


_CELLS: Mapping[str, Callable[[Flow, Column, int], Row]] = MappingProxyType(
    {
        "status": _status,
        "key": _key,
        "kind": _kind,
        "now at": _now_at,
        "at its end": _ends,
        "time": _time,
        "took": _took,
        "age": _age,
        "hops": _hops,
        "tries": _tries,
        "errs": _errors,
    }
)
