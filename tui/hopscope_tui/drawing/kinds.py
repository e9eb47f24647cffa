"""Flows by kind: how many, how they went, how long they took, when they came (pure).

kind                               flows    rate  failed  going      p50    p95    p99  arrivals  failures
POST /orders › order_placed          412  27/min   1.4 %      3    1.2s   4.1s   9.8s  ▁▂▂▃▅▃▂▂  ····▁···
"""

from hopscope_collector.kinds import Kind, Window
from hopscope_collector.shape.times import MINUTE_US, duration
from hopscope_tui.drawing.rows import Row, Run, column, fit_row
from hopscope_tui.drawing.spark import per_minute, percent, spark
from hopscope_tui.lists.overview import span_of

_NUMBERS = (("flows", 7), ("rate", 9), ("failed", 8), ("going", 6), ("p50", 7), ("p95", 7), ("p99", 7))
_FEW_NUMBERS = frozenset({"flows", "rate", "failed", "p50", "p95"})
_NARROW_CELLS = 90
_MOST_SPARK_CELLS = 30


def heading_row(width_cells: int) -> Row:
    """The names of the columns."""
    kind, sparks = _shares(width_cells)
    cells = [column(name, width, "label", right=True) for name, width in _shown(width_cells)]
    when = (Run("  "), column("arrivals", sparks, "label"), Run("  "), column("failures", sparks, "label"))
    return fit_row((Run("  "), column("kind", kind, "label"), *cells, *(when if sparks else ())), width_cells)


def kind_row(kind: Kind, window: Window, width_cells: int) -> Row:
    """Exactly `width_cells` wide."""
    name, sparks = _shares(width_cells)
    minutes = span_of(window) / MINUTE_US
    said = {
        "flows": (f"{kind.flows:,}", "strong"),
        "rate": (per_minute(kind.flows / minutes), "plain"),
        "failed": (percent(100 * kind.failed / kind.flows), "failed") if kind.failed else ("", "faint"),
        "going": (f"{kind.open:,}" if kind.open else "", "running"),
        "p50": (duration(kind.p50_us), "plain"),
        "p95": (duration(kind.p95_us), "plain"),
        "p99": (duration(kind.p99_us), "dim"),
    }
    numbers = [column(*_first(said[each], width), right=True) for each, width in _shown(width_cells)]
    when = (
        Run("  "), column(spark(kind.arrivals, sparks), sparks, "bar-waiting"),
        Run("  "), column(spark(kind.failures, sparks), sparks, "bar-failed" if kind.failed else "faint"),
    )  # fmt: skip
    glyph = Run("✗ ", "failed") if kind.failed else Run("  ")
    return fit_row((glyph, column(kind.name, name, "key"), *numbers, *(when if sparks else ())), width_cells)


def _first(text: tuple[str, str], width: int) -> tuple[str, int, str]:
    return text[0], width, text[1]


def _shown(width_cells: int) -> list[tuple[str, int]]:
    return [each for each in _NUMBERS if width_cells >= _NARROW_CELLS or each[0] in _FEW_NUMBERS]


def _shares(width_cells: int) -> tuple[int, int]:
    """Cells for the kind, and for each of the two lines of blocks."""
    rest = max(width_cells - sum(width for _, width in _shown(width_cells)) - 2, 4)
    sparks = min((rest - 34) // 2 - 2, _MOST_SPARK_CELLS)
    return (rest, 0) if sparks < 8 else (rest - 2 * sparks - 4, sparks)
