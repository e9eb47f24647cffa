"""The keys of a screen in one line (pure). The last two (help, quit) stay; others leave from the right."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from hopscope_tui.drawing.rows import Row, Run, fit_row
from hopscope_tui.neutral import cells


class Key(NamedTuple):
    """A key, and what it does."""

    key: str
    does: str
    action: str = ""


_BETWEEN = 2


def key_row(keys: Sequence[Key], width_cells: int) -> Row:
    """Exactly `width_cells` cells."""
    runs: list[Run] = [Run(" ")]
    for key in _that_fit(keys, width_cells):
        runs += [Run(key.key, "accent"), Run(f" {key.does}" if key.does else "", "dim"), Run(" " * _BETWEEN)]
    return fit_row(runs[:-1], width_cells)


def key_places(keys: Sequence[Key], width_cells: int) -> Iterator[tuple[Key, range]]:
    """The cells that each key takes, for the mouse."""
    at = 1
    for key in _that_fit(keys, width_cells):
        width = _cells_of(key)
        yield key, range(at, at + width)
        at += width + _BETWEEN


def _that_fit(keys: Sequence[Key], width_cells: int) -> list[Key]:
    """The first keys and the last two, as many as there is room for."""
    first, last = list(keys[:-2]), list(keys[-2:])
    while first and 1 + sum(_cells_of(key) + _BETWEEN for key in (*first, *last)) - _BETWEEN > width_cells:
        first.pop()
    return [*first, *last]


def _cells_of(key: Key) -> int:
    return cells(key.key) + (1 + cells(key.does) if key.does else 0)
