"""A flow as a tree with its times beside it: who led to whom, how long it waited, how long it ran (pure).

      hop   ◆ waited 31ms, ran 294ms                waited    ran  0        ╱10m02╱             1.4s
    ✔ place-order  POST /orders                          –   84ms ◆██        ╱╱
    ✔ ├─ notify-restaurant  order_placed              31ms  210ms ◆░░████    ╱╱
    ↺ ├─ redeem-promo ×3  order_placed                 9ms   1.2s  ░▓▒▒ ▒▒ ██╱╱
    ◔ └─ waiting: order_accepted                     10m02      –  ░░░░░░░░░░╱╱

`├─` is an exact link, `├╌` one by header, key or inference. `╱╱` is a silence that is left out. `▓` is a cold start.
`◆` is on the critical path: had it been faster, the flow would have ended sooner.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hopscope_collector.flow import Flow, Hop
from hopscope_collector.shape.activity import FAILED, end_of, last_sign_of, working_hops
from hopscope_collector.shape.axis import CUT_CELLS, Axis, axis_of
from hopscope_collector.shape.critical_path import Segment, critical_path, waited_and_ran_us
from hopscope_collector.shape.outline import NOBODY, Step
from hopscope_collector.shape.times import NO_TIME, duration
from hopscope_tui.drawing.rows import Row, Run, column, fit_row, said
from hopscope_tui.drawing.statuses import look_of

CUT_GLYPH = "╱"
NOTHING_CUT = "┊"
"""In a row in which nothing went on then."""

_TIME_CELLS = 7
_EIGHTHS = " ▏▎▍▌▋▊▉█"


@dataclass(frozen=True, slots=True)
class Layout:
    """Cells of the tree and of the bars; what lies between is fixed."""

    tree: int
    bars: int
    axis: Axis
    now_us: int
    path: Mapping[str, tuple[Segment, ...]] = field(default_factory=dict)
    """The critical path by hop id, in parts that touch."""

    @property
    def path_words(self) -> str:
        """What the critical path is made of."""
        waited_us, ran_us = waited_and_ran_us([each for parts in self.path.values() for each in parts])
        return f"◆ waited {duration(waited_us)}, ran {duration(ran_us)}"


def layout_of(flow: Flow, width_cells: int, now_us: int) -> Layout:
    """Half of the width for the tree, the rest for the bars; under 60 cells the bars are left out."""
    numbers = 2 * (_TIME_CELLS + 1)
    spare = max(width_cells - 2 - numbers - 2, 0)
    bars = 0 if width_cells < 60 else min(max(spare * 45 // 100, 16), 90)
    end_us = end_of(flow, now_us)
    ran = [(hop.started_us, last_sign_of(hop, now_us)) for hop in working_hops(flow)]
    axis = axis_of(ran, flow.started_us, end_us, max(bars, 1))
    return Layout(
        tree=spare - bars if bars else max(width_cells - 2 - numbers, 0),
        bars=bars,
        axis=axis,
        now_us=now_us,
        path=_by_hop(flow, now_us),
    )


def _by_hop(flow: Flow, now_us: int) -> dict[str, tuple[Segment, ...]]:
    found: dict[str, tuple[Segment, ...]] = {}
    for segment in critical_path(flow, now_us):
        found[segment.hop_id] = (*found.get(segment.hop_id, ()), segment)
    return found


def heading_row(flow: Flow, layout: Layout) -> Row:
    """The names of the columns, and the axis: its length, and the length of each silence over its cut."""
    words = (Run("hop", "label"), Run(f"   {layout.path_words}" if layout.bars else "", "faint"))
    cells: list[Run] = [Run("  "), *fit_row(words, layout.tree)]
    cells += [Run(" "), column("waited", _TIME_CELLS, "label", right=True)]
    cells += [Run(" "), column("ran", _TIME_CELLS, "label", right=True)]
    if layout.bars:
        cells += [Run("  "), Run(_ruler(flow, layout), "label")]
    return fit_row(cells, 2 + layout.tree + 2 * (_TIME_CELLS + 1) + (2 + layout.bars if layout.bars else 0))


def step_row(step: Step, layout: Layout, *, is_first: bool = False) -> Row:
    """One step, as wide as the heading."""
    look = look_of(step.status)
    ran_us = _ran_us(step, layout.now_us)
    waited_us = step.waited_us if step.wait is None else layout.now_us - step.wait.since_us
    cells: list[Run] = [Run(look.glyph + " ", look.role)]
    cells += fit_row((*_guides(step), *label_of(step, is_first=is_first)), layout.tree)
    cells += [Run(" "), column(duration(waited_us), _TIME_CELLS, _waited_role(step, waited_us), right=True)]
    cells += [Run(" "), column(NO_TIME if ran_us is None else duration(ran_us), _TIME_CELLS, right=True)]
    if layout.bars:
        is_critical = any(hop.id in layout.path for hop in step.hops)
        cells += [Run(" "), Run("◆" if is_critical else " ", "bar-critical"), *_bars(step, layout)]
    return tuple(cells)


def label_of(step: Step, *, is_first: bool = False) -> Row:
    """What a step is, in words: the function and the message that led to it, or what is missing."""
    if step.hop is not None:
        by = f"  {step.guess}" if step.guess and not is_first else ""
        return (
            said(step.hop.function, "strong"),
            Run(step.tries, "bar-retrying"),
            Run(by, "accent"),
            said(f"  {step.name}", "dim"),
        )
    if step.wait is not None:
        words = {"lost": "no sign of", "not-instrumented": "not seen:"}.get(step.wait.state, "waiting:")
        return (Run(f"{words} ", look_of(step.wait.state).role), said(step.wait.expected, "strong"))
    assert step.send is not None
    rest = f": {step.send.error.type}" if step.send.error else " yet" if step.fate == NOBODY else ""
    return (
        said(step.name, "strong"),
        said("" if step.send.is_answer else f" → {step.destination}", "dim"),
        said(f"  {step.fate}{rest}", "failed" if step.send.error else "faint"),
    )


def _waited_role(step: Step, waited_us: int | None) -> str:
    if step.wait is not None:
        return look_of(step.wait.state).role
    return "bar-failed" if waited_us is not None and waited_us < 0 else "bar-waiting"


def _guides(step: Step) -> Row:
    """The lines that lead down to the step."""
    cut = "┈" if step.depth > len(step.guides) else ""
    return (Run(cut + step.stem + step.joint, "faint"),)


def _ran_us(step: Step, now_us: int) -> int | None:
    """From the start of the first attempt to the end of the last; None for what does not run."""
    if step.hop is None:
        return None
    if step.hop.ended_us is None and step.hop.status != "running":
        return None
    return last_sign_of(step.hop, now_us) - step.hops[0].started_us


def _ruler(flow: Flow, layout: Layout) -> str:
    """The labels of the axis; a label that would touch another one is left out."""
    width = layout.bars
    text = [" "] * width
    total = duration(layout.axis.anchors_us[-1] - flow.started_us)
    for cut in sorted(layout.axis.cuts, key=lambda cut: -cut.length_us):
        label = f"{CUT_GLYPH}{duration(cut.length_us)}{CUT_GLYPH}"
        start = min(max(cut.cell + CUT_CELLS // 2 - len(label) // 2, 0), width - len(label))
        _write(text, start, label)
    _write(text, 0, "0")
    _write(text, width - len(total), total)
    return "".join(text)


def _write(cells: list[str], start: int, label: str) -> None:
    """Put a label where it and one cell around it are free."""
    around = cells[max(start - 1, 0) : start + len(label) + 1]
    if start >= 0 and start + len(label) <= len(cells) and all(cell == " " for cell in around):
        cells[start : start + len(label)] = label


def _bars(step: Step, layout: Layout) -> Row:
    """Waiting, then each attempt, on the axis; silences marked."""
    cells = [Run(" ")] * layout.bars
    axis = layout.axis
    if step.wait is not None or (step.send is not None and not step.hops):
        begin = step.wait.since_us if step.wait else step.send.sent_us if step.send else 0
        if step.status not in ("failed", "unknown", "not-instrumented"):
            _fill(cells, axis.cell(begin), float(layout.bars), Run("░", look_of(step.status).role))
        else:
            _fill(cells, axis.cell(begin), axis.cell(begin), Run("╷", "faint"))
    if step.hops and step.send is not None:
        _fill(cells, axis.cell(step.send.sent_us), axis.cell(step.hops[0].started_us), Run("░", "bar-waiting"))
    for earlier, later in zip(step.hops, step.hops[1:], strict=False):
        begin, end = last_sign_of(earlier, layout.now_us), later.started_us
        _fill(cells, axis.cell(begin), axis.cell(end), Run("┄", "bar-retrying"))
    for hop in step.hops:
        _attempt(cells, hop, layout)
        _mark_path(cells, layout.path.get(hop.id, ()), axis)
    for cut in axis.cuts:
        for cell in range(cut.cell, min(cut.cell + CUT_CELLS, layout.bars)):
            if cells[cell].text != " ":
                cells[cell] = Run(CUT_GLYPH, cells[cell].role)
            elif cell == cut.cell:
                cells[cell] = Run(NOTHING_CUT, "faint")
    return tuple(cells)


def _mark_path(cells: list[Run], segments: Sequence[Segment], axis: Axis) -> None:
    """The same glyphs in the colour of the path; a failed attempt stays what it is."""
    for segment in segments:
        role, brighter = ("bar-running", "bar-critical") if segment.doing == "running" else ("bar-waiting", "waiting")
        first = int(axis.cell(segment.start_us))
        for cell in range(first, min(int(axis.cell(segment.end_us)) + 1, len(cells))):
            if cells[cell].role == role:
                cells[cell] = Run(cells[cell].text, brighter)


def _attempt(cells: list[Run], hop: Hop, layout: Layout) -> None:
    """One run; its end to an eighth of a cell, and never less than something to see."""
    begin = min(layout.axis.cell(hop.started_us), len(cells) - 1)
    end = max(layout.axis.cell(last_sign_of(hop, layout.now_us)), begin)
    if hop.status in FAILED:
        _fill(cells, begin, max(end, begin + 1), Run("▒", "bar-failed"))
        return
    init_us = hop.attributes.get("init-us", "")
    if init_us.isdecimal() and (earlier := layout.axis.cell(hop.started_us - int(init_us))) < begin:
        _fill(cells, earlier, begin, Run("▓", "bar-cold"))
    role = "bar-running"
    first, whole = int(begin), int(end)
    _fill(cells, float(first), float(whole), Run("█", role))
    part = round((end - whole) * 8)
    if whole < len(cells) and (part or whole == first):
        cells[whole] = Run(_EIGHTHS[max(part, 1)], role)


def _fill(cells: list[Run], begin: float, end: float, run: Run) -> None:
    for cell in range(max(int(begin), 0), min(max(int(end), int(begin) + 1), len(cells))):
        cells[cell] = run
