"""The first line of each screen: where one is and how things stand (pure)."""

from collections import Counter
from collections.abc import Callable, Sequence

from hopscope_collector.flow import Flow
from hopscope_tui.drawing.activity import end_of
from hopscope_tui.drawing.flow_line import key_of
from hopscope_tui.drawing.rows import Row, Run, beside, said
from hopscope_tui.drawing.statuses import PROBLEMS, look_of
from hopscope_tui.drawing.times import clock, duration


def list_headline(name: str, flows: Sequence[Flow], state: Run, now_us: int) -> Callable[[int], Row]:
    """The source, whether it is live, how many of the flows in sight have which problem, and the time."""
    counts = Counter[str](flow.status for flow in flows)
    problems: list[Run] = []
    for status in PROBLEMS:
        if counts[status]:
            look = look_of(status)
            problems.append(Run(f"  {look.glyph} {counts[status]} {status}", look.role))
    left = (Run(" hopscope", "title"), said(f"  {name}  ", "dim"), state, *problems)
    right = (Run(clock(now_us)[:8] + " UTC ", "dim"),)
    return lambda width_cells: beside(left, right, width_cells)


def flow_headline(flow: Flow, width_cells: int, now_us: int) -> Row:
    """Status and key first; then what the flow is made of."""
    look = look_of(flow.status)
    took = duration(end_of(flow, now_us) - flow.started_us)
    left = (
        Run(f" {look.glyph} ", look.role),
        said(key_of(flow), "title"),
        Run(f"  {flow.status}", look.role),
        Run(f"  {took}", "strong"),
        Run(f"  {made_of(flow)}", "dim"),
        said(f"  {flow.kind}", "dim"),
    )
    return beside(left, (Run(f"started {clock(flow.started_us)[:8]} UTC ", "dim"),), width_cells)


def made_of(flow: Flow) -> str:
    """`5 hops, 1 retry, 3 links by id, 1 by key`."""
    retries = sum(hop.attempt > 1 for hop in flow.hops)
    exact = sum(link.is_exact for link in flow.links)
    parts = [_count(len(flow.hops), "hop"), _count(retries, "retry", "retries") if retries else ""]
    parts.append(f"{_count(exact, 'link')} by id" if exact else "")
    others = Counter(link.evidence[0] for link in flow.links if not link.is_exact)
    parts += [f"{count} by {kind}" for kind, count in sorted(others.items())]
    return ", ".join(part for part in parts if part)


def _count(number: int, noun: str, plural: str | None = None) -> str:
    return f"{number} {noun if number == 1 else plural or noun + 's'}"
