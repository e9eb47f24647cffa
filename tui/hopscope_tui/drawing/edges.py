"""Who sends what to whom, over many flows: one row for each edge of the map (pure).

from               message         to                  hops     rate   failed    waited p50  p95      ran p50  p95
place-order        order_placed    redeem-promo          30   27/min     3 %          25ms  61ms      0.4ms  1.2ms
notify-restaurant  tickets         print-ticket          41   30/min    24 %          90ms  6.3s        14ms   69ms
award-points       points_awarded  nobody seen           29   27/min
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log1p

from hopscope_collector.flow import Flow
from hopscope_collector.kinds import percentile
from hopscope_collector.shape.activity import FAILED
from hopscope_collector.shape.outline import NOBODY, Step, outline, with_parents
from hopscope_collector.shape.times import MINUTE_US, SECOND_US, duration
from hopscope_tui.drawing.rows import Row, Run, column, fit_row, said
from hopscope_tui.drawing.spark import per_minute, percent, spark

_NUMBERS = (
    ("hops", 6), ("rate", 8), ("failed", 7), ("waited", 7), ("p95", 7), ("ran", 7), ("p95", 7),
)  # fmt: skip
_RATE_FROM_CELLS = 100


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

    span_us: int = 0
    """Over which the flows that were looked at began."""


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
    known = list(flows)
    starts = [flow.started_us for flow in known]
    span_us = max(starts) - min(starts) if starts else 0
    for flow in known:
        for step, above in with_parents(outline(flow)):
            if step.wait is not None and step.send is None:
                continue
            edge = (_receiver(above) if above else "", step.name, _receiver(step))
            tally = tallies.setdefault(edge, _Tally(flow))
            tally.hops += max(len(step.hops), 1)
            tally.failed += sum(hop.status in FAILED for hop in step.hops)
            depths[edge] = min(depths.get(edge, step.depth), step.depth)
            _measure(step, waited.setdefault(edge, []), ran.setdefault(edge, []))
    ordered = sorted(tallies, key=lambda edge: (depths[edge], edge))
    return [
        Edge(
            *edge,
            tally.hops,
            tally.failed,
            tuple(sorted(waited[edge])),
            tuple(sorted(ran[edge])),
            tally.example,
            span_us,
        )
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
    cells = [column(name, width, "label", right=True) for _, name, width in _shown(width_cells)]
    return fit_row((Run("  "), *_spaced(names), *cells), width_cells)


def edge_row(edge: Edge, width_cells: int) -> Row:
    """Exactly `width_cells` wide."""
    share = _share(width_cells)
    share_failed = percent(100 * edge.failed / edge.hops) if edge.failed else ""
    numbers = [
        (f"{edge.hops:,}", "strong"), (rate_of(edge), "plain"), (share_failed, "failed"),
        (_at(edge.waited_us, 50), "waiting"), (_at(edge.waited_us, 95), "waiting"),
        (_at(edge.ran_us, 50), "plain"), (_at(edge.ran_us, 95), "plain"),
    ]  # fmt: skip
    cells = [column(numbers[at][0], width, numbers[at][1], right=True) for at, _, width in _shown(width_cells)]
    glyph = Run("✗ ", "failed") if edge.failed else Run("◇ " if edge.receiver == NOBODY else "  ", "overdue")
    names = [
        column(edge.sender or "(outside)", share, "plain" if edge.sender else "faint"),
        column(edge.message, share, "dim"),
        column(edge.receiver, share, "faint" if edge.receiver == NOBODY else "strong"),
    ]
    return fit_row((glyph, *_spaced(names), *cells), width_cells)


def edge_facts(edge: Edge, width_cells: int) -> list[Row]:
    """The edge under the cursor: between whom, and how its waiting and running are spread."""
    sender = edge.sender or "(outside)"
    head: Row = (
        said(f" {sender}", "strong"), said(f"  ─ {edge.message} ─▶  ", "dim"), said(edge.receiver, "strong"),
        Run(f"   {edge.failed:,} of {edge.hops:,} failed" if edge.failed else "", "failed"),
    )  # fmt: skip
    if edge.receiver == NOBODY:
        nobody = "   nobody was seen to receive it: no consumer, or one without the layer"
        return [head, (Run(nobody, "overdue"),)]
    cells = max(width_cells - 60, 8)
    return [
        head,
        _spread("waited", edge.waited_us, "bar-waiting", cells),
        _spread("ran", edge.ran_us, "bar-running", cells),
    ]


def rate_of(edge: Edge) -> str:
    """How often in a minute; nothing when the flows span no time."""
    return per_minute(edge.hops * MINUTE_US / edge.span_us) if edge.span_us > SECOND_US else ""


def _spread(word: str, values: Sequence[int], role: str, width_cells: int) -> Row:
    """Least, median, 95th percentile and most, and how often between: `12ms ▁▃█▅▁▁ 6.3s`."""
    if not values:
        return (column(f"   {word}", 10, "label"), Run("nothing is known", "faint"))
    facts = "  ".join(
        f"{name} {duration(percentile(values, at))}" for name, at in (("p50", 50), ("p95", 95), ("p99", 99))
    )
    counts = histogram(values, min(width_cells, 40))
    return (
        column(f"   {word}", 10, "label"), Run(f"{duration(values[0]):>7} ", "dim"), Run(spark(counts, 40), role),
        Run(f" {duration(values[-1])}", "dim"), Run(f"   {facts}", "plain"),
    )  # fmt: skip


def histogram(values: Sequence[int], parts: int) -> list[int]:
    """How many of the sorted values lie in each part, from the least to the most, on a logarithmic scale."""
    low, high = log1p(max(values[0], 0)), log1p(max(values[-1], 0))
    counts = [0] * max(parts, 1)
    for value in values:
        share = (log1p(max(value, 0)) - low) / (high - low) if high > low else 0.0
        counts[min(int(share * len(counts)), len(counts) - 1)] += 1
    return counts


def _shown(width_cells: int) -> list[tuple[int, str, int]]:
    """Which numbers there is room for."""
    every = [(at, name, width) for at, (name, width) in enumerate(_NUMBERS)]
    return [each for each in every if each[1] != "rate" or width_cells >= _RATE_FROM_CELLS]


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
    numbers = sum(width for _, _, width in _shown(width_cells)) + 1
    return max((width_cells - numbers - 2 - 3) // 3, 4)
