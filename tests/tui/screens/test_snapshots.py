"""Every screen at three sizes, dark and light, as it was when somebody last looked at it and found it good.

One file for a screen at a size, readable in a review: its text in a frame, then the styles of every row in runs
(`A3 B12`: three cells as A, twelve as B), then what A and B are in the dark theme and in the light one. The text must
be the same in both.

    pytest tests/tui/screens/test_snapshots.py --update-snapshots     takes them anew; look at the difference
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from string import ascii_letters
from typing import Any

import pytest
from rich.style import Style

from hopscope_tui.sources.memory import MemorySource

MINUTE_US = 60_000_000
SIZES = [(80, 24), (120, 40), (200, 60)]

SCREENS: dict[str, tuple[str, ...]] = {
    "flows": (),
    "flows-sorted": ("s", "s"),
    "flows-problems": ("exclamation_mark",),
    "flows-wrong-filter": ("slash", *"status:slow", "enter"),
    "flows-none-fit": ("slash", *"fn:nobody", "enter"),
    "problems": ("p",),
    "kinds": ("g",),
    "map": ("m",),
    "executions": ("x",),
    "compare": ("s", "s", "c", "down", "c"),
    "compare-usual": ("exclamation_mark", "s", "s", "down", "down", "C"),
    "replay": ("s", "s", "r", *["right"] * 7),
    "replay-graph": ("s", "s", "r", "1", *["right"] * 4),
    "flow-waterfall": ("s", "s", "enter", "n"),
    "flow-graph": ("s", "s", "enter", "n", "1"),
    "flow-sequence": ("s", "s", "enter", "n", "3"),
    "flow-states": ("s", "s", "down", "enter", "4"),
    "views": ("v",),
    "help": ("question_mark",),
}
"""By name: the keys that lead to it."""

_KEYS = {":": "colon", "-": "minus"}


FOLDER = Path(__file__).parent.parent / "snapshots"
Cell = tuple[str, str]
"""One character and how it is drawn."""


@dataclass
class Snapshot:
    """A screen in two themes."""

    name: str
    width: int
    dark: list[list[Cell]]
    light: list[list[Cell]]
    _letters: dict[tuple[str, str], str] = field(default_factory=dict)

    @property
    def path(self) -> Path:
        return FOLDER / f"{self.name}.txt"

    def text(self) -> str:
        """The whole file."""
        assert _texts(self.dark) == _texts(self.light), "the two themes show different texts"
        styles = [self._styles(*rows) for rows in zip(self.dark, self.light, strict=True)]
        legend = [f"{letter}  {dark}  |  {light}" for (dark, light), letter in self._letters.items()]
        frame = "─" * self.width
        shown = (f"│{text}│" for text in _texts(self.dark))
        return "\n".join([f"┌{frame}┐", *shown, f"└{frame}┘", "", *styles, "", *legend, ""])

    def _styles(self, dark: list[Cell], light: list[Cell]) -> str:
        pairs = [(one[1], other[1]) for one, other in zip(dark, light, strict=True)]
        runs = ((pair, len(list(cells))) for pair, cells in groupby(pairs))
        return " ".join(f"{self._letter(pair)}{count}" for pair, count in runs)

    def _letter(self, pair: tuple[str, str]) -> str:
        number = len(self._letters)
        name = ascii_letters[number % 52] + ("'" * (number // 52))
        return self._letters.setdefault(pair, name)


def cells_of(screen: Any) -> list[list[Cell]]:
    """Every cell that a person sees."""
    return [list(_cells(strip)) for strip in screen._compositor.render_strips()]


def _cells(strip: Any) -> Iterator[Cell]:
    for segment in strip:
        for character in segment.text:
            yield character, _look(segment.style)


def _look(style: Style | None) -> str:
    if style is None:
        return "plain"
    names = [name for name in ("bold", "dim", "italic", "underline", "reverse", "strike") if getattr(style, name)]
    return " ".join([_colour(style.color), "on", _colour(style.bgcolor), *names])


def _colour(colour: Any) -> str:
    if colour is None or colour.triplet is None:
        return colour.name if colour is not None else "default"
    return str(colour.triplet.hex)


def _texts(rows: list[list[Cell]]) -> list[str]:
    return ["".join(character for character, _ in row) for row in rows]


def a_source(orders: Any) -> MemorySource:
    flows = [orders.overdue(), *orders.many(30), orders.orchestrated(id="5" * 32, keys={"order_id": "o-43"})]
    source = MemorySource(flows, name="orders.db")
    source.executions[orders.execution().arn] = orders.execution()
    return source


@pytest.mark.parametrize(
    ("name", "size"), [pytest.param(name, size, id=f"{name}-{size[0]}x{size[1]}") for name in SCREENS for size in SIZES]
)
async def test_a_screen_looks_as_it_did(request, orders, hopscope, name, size):  # noqa: PLR0917 - fixtures and cases
    now_us = orders.start_us + 12 * MINUTE_US
    looks = []
    async with hopscope(a_source(orders), now_us, size) as person:
        await person.keys(*(_KEYS.get(key, key) for key in SCREENS[name]))
        for theme in ("hopscope-night", "hopscope-day"):
            person.app.theme = theme
            await person.settle()
            looks.append(cells_of(person.screen))

    snapshot = Snapshot(f"{name}-{size[0]}x{size[1]}", size[0], *looks)
    found = snapshot.text()
    if request.config.getoption("--update-snapshots", default=False):
        snapshot.path.parent.mkdir(exist_ok=True)
        snapshot.path.write_text(found, encoding="utf-8")

    assert snapshot.path.exists(), "no snapshot yet: look at the screen, then take it with --update-snapshots"
    assert found == snapshot.path.read_text(encoding="utf-8"), "look at it; if it is good: --update-snapshots"
