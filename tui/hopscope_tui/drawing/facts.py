"""Facts: rows with a label, sections that fold, texts wrapped at their words (pure)."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from hopscope_tui.drawing.rows import Row, Run, column, fit_row, said
from hopscope_tui.neutral import cells, head

LABEL_CELLS = 11
OPEN, FOLDED = "▾ ", "▸ "


class Fact(NamedTuple):
    """One row of what is known."""

    row: Row
    fold: str = ""
    """What the row opens and closes; empty for a row that does neither."""

    url: str = ""
    """Where the row leads. Empty for one that leads nowhere."""


class Folds(NamedTuple):
    """What a person opened or closed: the opposite of what it is by itself."""

    turned: frozenset[str] = frozenset()

    def is_open(self, name: str, *, by_itself: bool) -> bool:
        """Whether the part of that name is shown."""
        return by_itself != (name in self.turned)


def facts(label: str, text: str, width_cells: int, role: str = "plain") -> Iterator[Row]:
    """A label and a text, the text wrapped beside it at its words."""
    room = max(width_cells - LABEL_CELLS - 1, 8)
    for index, line in enumerate(wrapped(said(text).text, room)):
        yield (Run(" "), column(label if index == 0 else "", LABEL_CELLS, "label"), Run(line, role))


def section(name: str, summary: str, *, is_open: bool) -> Fact:
    """The heading of a part that folds."""
    row = (Run(OPEN if is_open else FOLDED, "accent"), column(name, LABEL_CELLS - 1, "title"), said(summary, "dim"))
    return Fact(row, fold=name)


def fitted(found: Iterable[Fact], width_cells: int) -> list[Fact]:
    """Every row exactly `width_cells` wide."""
    return [fact._replace(row=fit_row(fact.row, width_cells)) for fact in found]


def wrapped(text: str, width_cells: int) -> list[str]:
    """Lines of at most `width_cells`, broken at spaces where there are any, all indented as the text is."""
    indent = min(len(text) - len(text.lstrip(" ")), width_cells // 2)
    room = width_cells - indent
    lines: list[str] = []
    line = ""
    for word in text.strip(" ").split(" "):
        if line and cells(line) + 1 + cells(word) > room:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
        while cells(line) > room:
            lines.append(head(line, room))
            line = line[len(lines[-1]) :]
    lines = [*lines, line] if line or not lines else lines
    return [" " * indent + each for each in lines]
