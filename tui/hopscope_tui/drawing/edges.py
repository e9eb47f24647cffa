"""Who sends what to whom, over many flows: one row for each edge of the map (pure).

from               message         to                  hops   failed    waited p50  p95      ran p50  p95
place-order        order_placed    redeem-promo          30     3 %          25ms  61ms      0.4ms  1.2ms
notify-restaurant  tickets         print-ticket          41    24 %          90ms  6.3s        14ms   69ms
award-points       points_awarded  nobody seen           29
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hopscope_collector.flow import Flow
from hopscope_collector.shape.activity import FAILED
from hopscope_collector.shape.outline import NOBODY, Step, outline
from hopscope_collector.shape.times import duration
from hopscope_tui.drawing.rows import Row, Run, column, fit_row
from hopscope_tui.overview import percentile

_NUMBERS = (("hops", 6), ("failed", 7), ("waited", 7), ("p95", 7), ("ran", 7), ("p95", 7))
_NUMBER_CELLS = sum(width for _, width in _NUMBERS) + 1


@dataclass(frozen=True, slots=True)
class Edge:
    """What one function sends to another by one message."""

    sender: str
    """Empty for what comes from outside."""

    message: str
    receiver: str
    hops: int
    """Attempts; for `nobody seen`, messages."""

    failed: int
    waited_us: tuple[int, ...]
    """Sorted."""

    ran_us: tuple[int, ...]
    """Sorted."""

    example: Flow
    """The newest flow that has it."""


@dataclass(slots=True)
class _Tally:
    example: Flow
    hops: int = 0
    failed: int = 0


def edges_of(flows: Iterable[Flow]) -> list[Edge]:
    """In the order of the flow: what begins first stands first."""
    tallies: dict[tuple[str, str, str], _Tally] = {}
    waited: dict[tuple[str, str, str], list[int]] = {}
    ran: dict[tuple[str, str, str], list[int]] = {}
    depths: dict[tuple[str, str, str], int] = {}
    for flow in flows:
        path: list[str] = []
        for step in outline(flow):
            del path[step.depth :]
            sender = path[-1] if path else ""
            path.append(_receiver(step))
            if step.wait is not None and step.send is None:
                continue
            edge = (sender, step.name, path[-1])
            tally = tallies.setdefault(edge, _Tally(flow))
            tally.hops += max(len(step.hops), 1)
            tally.failed += sum(hop.status in FAILED for hop in step.hops)
            depths[edge] = min(depths.get(edge, step.depth), step.depth)
            _measure(step, waited.setdefault(edge, []), ran.setdefault(edge, []))
    ordered = sorted(tallies, key=lambda edge: (depths[edge], edge))
    return [
        Edge(*edge, tally.hops, tally.failed, tuple(sorted(waited[edge])), tuple(sorted(ran[edge])), tally.example)
        for edge in ordered
        for tally in (tallies[edge],)
    ]


def _receiver(step: Step) -> str:
    if step.hop is not None:
        return step.hop.function
    return "(a task)" if step.send is not None and step.send.is_answer else NOBODY


def heading_row(width_cells: int) -> Row:
    """The names of the columns."""
    share = _share(width_cells)
    names = [column(name, share, "label") for name in ("from", "message", "to")]
    cells = [column(name, width, "label", right=True) for name, width in _NUMBERS]
    return fit_row((Run("  "), *_spaced(names), *cells), width_cells)


def edge_row(edge: Edge, width_cells: int) -> Row:
    """Exactly `width_cells` wide."""
    share = _share(width_cells)
    percent = f"{100 * edge.failed / edge.hops:.0f} %" if edge.failed else ""
    numbers = [
        (f"{edge.hops:,}", "strong"), (percent, "failed"),
        (_at(edge.waited_us, 50), "bar-waiting"), (_at(edge.waited_us, 95), "bar-waiting"),
        (_at(edge.ran_us, 50), "plain"), (_at(edge.ran_us, 95), "plain"),
    ]  # fmt: skip
    cells = [column(text, width, role, right=True) for (text, role), (_, width) in zip(numbers, _NUMBERS, strict=True)]
    glyph = Run("✗ ", "failed") if edge.failed else Run("· " if edge.receiver == NOBODY else "  ", "faint")
    names = [
        column(edge.sender or "(outside)", share, "plain" if edge.sender else "faint"),
        column(edge.message, share, "dim"),
        column(edge.receiver, share, "faint" if edge.receiver == NOBODY else "strong"),
    ]
    return fit_row((glyph, *_spaced(names), *cells), width_cells)


def _measure(step: Step, waited: list[int], ran: list[int]) -> None:
    if step.waited_us is not None:
        waited.append(step.waited_us)
    ran += [hop.ended_us - hop.started_us for hop in step.hops if hop.ended_us is not None]


def _at(values: Sequence[int], percent: int) -> str:
    found = percentile(values, percent)
    return duration(found) if found is not None else ""


def _spaced(runs: Sequence[Run]) -> list[Run]:
    return [part for run in runs for part in (run, Run(" "))]


def _share(width_cells: int) -> int:
    """Cells of each of the three names."""
    return max((width_cells - _NUMBER_CELLS - 2 - 3) // 3, 4)
