"""A flow as bars on one axis of time, each under what led to it (pure).

Long silences are cut out of the axis and marked with their length, as in the terminal. Pale is waiting, full is
running, red is an attempt that failed.
"""

from collections.abc import Sequence

from hopscope_collector.export.graph import LinkOf, Picture, linked, nowhere
from hopscope_collector.export.icons import icon, tone
from hopscope_collector.export.layout import Size
from hopscope_collector.export.markup import NOTHING, Markup, element, joined
from hopscope_collector.export.type_setting import fitted, width_px
from hopscope_collector.flow import Flow
from hopscope_collector.shape.activity import FAILED, end_of, last_sign_of, working_hops
from hopscope_collector.shape.axis import CUT_CELLS, Axis, axis_of
from hopscope_collector.shape.outline import Step
from hopscope_collector.shape.times import duration

MOST_ROWS = 500
WIDTH_PX = 1_120
ROW_PX = 30
_TOP = 46
_RULE = _TOP - 10
_CELL = 7
_TREE = 400
_NUMBER = 74
_BARS = _TREE + 2 * _NUMBER + 16
_INDENT = 16
_DEEPEST = 9
_LEAST_BAR = 3.0


def waterfall_of(flow: Flow, steps: Sequence[Step], now_us: int, link_of: LinkOf = nowhere) -> Picture:
    """One row a step, without an `svg` around them."""
    drawn = steps[:MOST_ROWS]
    cells = (WIDTH_PX - _BARS - 8) // _CELL
    ran = [(hop.started_us, last_sign_of(hop, now_us)) for hop in working_hops(flow)]
    axis = axis_of(ran, flow.started_us, end_of(flow, now_us), cells)
    height = _TOP + ROW_PX * len(drawn) + 6
    rows = [_row(number, step, axis, (now_us, link_of)) for number, step in enumerate(drawn)]
    lines = [_guides(drawn), _ruler(flow, axis, height)]
    return Picture(joined([*lines, *rows]), Size(WIDTH_PX, height), len(steps) - len(drawn))


def _x(axis: Axis, at_us: int) -> float:
    return _BARS + axis.cell(at_us) * _CELL


def _y(number: int) -> float:
    return _TOP + ROW_PX * number


def _ruler(flow: Flow, axis: Axis, height: float) -> Markup:
    """Zero, the end, and every silence with its length; a label that would touch another one is left out."""
    end = _BARS + axis.width_cells * _CELL
    total = duration(axis.anchors_us[-1] - flow.started_us)
    found = [
        element("line", {"class": "axis", "x1": _BARS, "y1": _RULE, "x2": end, "y2": _RULE}),
        *(
            element("text", {"class": "label", "x": x, "y": 14, "text-anchor": anchor}, words)
            for x, anchor, words in (
                (_INDENT - 8, "start", "step"),
                (_TREE + _NUMBER, "end", "waited"),
                (_TREE + 2 * _NUMBER, "end", "ran"),
                (_BARS, "start", "0"),
                (end, "end", total),
            )
        ),
    ]
    free_from = float(_BARS)
    for cut in axis.cuts:
        left = _BARS + cut.cell * _CELL
        found.append(
            element(
                "rect",
                {"class": "cut", "x": left, "y": _RULE, "width": CUT_CELLS * _CELL, "height": height - _RULE - 4},
            )
        )
        words = f"{duration(cut.length_us)} of silence"
        middle = min(left + CUT_CELLS * _CELL / 2, end - width_px(words, 11) / 2)
        if middle - width_px(words, 11) / 2 >= free_from:
            free_from = middle + width_px(words, 11) / 2 + 8
            found.append(
                element("text", {"class": "label silence", "x": middle, "y": 30, "text-anchor": "middle"}, words)
            )
    return joined(found)


def _guides(steps: Sequence[Step]) -> Markup:
    """Lines from each step down to those that it led to."""
    found = []
    above: list[int] = []
    for number, step in enumerate(steps):
        del above[step.depth :]
        if above and len(above) <= _DEEPEST:
            parent = above[-1]
            x = _left(len(above) - 1) + 8
            kind = "guide guess" if step.guess else "guide"
            bend = _y(number) + 4
            found.append(element("path", {"class": "guide", "d": f"M{x} {_y(parent) + 24:.0f}V{bend:.0f}"}))
            found.append(element("path", {"class": kind, "d": f"M{x} {bend:.0f}v5q0 6 6 6h{_INDENT - 8}"}))
        above.append(number)
    return joined(found)


def _left(depth: int) -> float:
    return 8 + _INDENT * min(depth, _DEEPEST)


def _row(number: int, step: Step, axis: Axis, known: tuple[int, LinkOf]) -> Markup:
    now_us, link_of = known
    y, left = _y(number), _left(step.depth) + (6 if step.depth else 0)
    name, message = _words(step)
    name = fitted(name, _TREE - left - 24, 13)
    waited_us = step.waited_us if step.wait is None else now_us - step.wait.since_us
    ran_us = _ran_us(step, now_us)
    numbers = ((_TREE + _NUMBER, waited_us), (_TREE + 2 * _NUMBER, ran_us))
    label = element(
        "text", {"class": "step", "x": left + 22, "y": y + 19},
        element("tspan", {"class": "name"}, name),
        element("tspan", {"class": "small", "dx": 7}, fitted(message, _TREE - left - 40 - 8.6 * len(name), 11.5)),
    )  # fmt: skip
    inside = (
        element("title", {}, f"{name}: {step.status}"),
        element("rect", {"class": "row", "x": 0, "y": y, "width": WIDTH_PX, "height": ROW_PX, "rx": 6}),
        icon(step.status, left, y + 7),
        label,
        *(
            element("text", {"class": "number", "x": x, "y": y + 19, "text-anchor": "end"}, duration(us))
            for x, us in numbers
            if us is not None
        ),
        _bars(step, axis, y, now_us),
    )
    return linked("line", link_of(step), inside)


def _words(step: Step) -> tuple[str, str]:
    if step.hop is not None:
        return step.hop.function + step.tries, f"{step.guess} · {step.name}" if step.guess else step.name
    if step.wait is not None:
        return step.wait.expected, {"lost": "no sign of it", "not-instrumented": "not seen"}.get(
            step.wait.state, step.wait.state
        )
    return step.name, step.fate if step.send is None or step.send.is_answer else f"→ {step.destination}: {step.fate}"


def _ran_us(step: Step, now_us: int) -> int | None:
    """From the start of the first attempt to the end of the last; None for what does not run."""
    if step.hop is None or (step.hop.ended_us is None and step.hop.status != "running"):
        return None
    return last_sign_of(step.hop, now_us) - step.hops[0].started_us


def _bars(step: Step, axis: Axis, y: float, now_us: int) -> Markup:
    """Waiting, then each attempt and what lies between them."""
    found: list[Markup] = []
    if step.wait is not None:
        found.append(
            _bar("waiting " + tone(step.status), _x(axis, step.wait.since_us), _BARS + axis.width_cells * _CELL, y)
        )
    elif step.send is not None and not step.hops:
        x = _x(axis, step.send.sent_us)
        found.append(
            element("line", {"class": f"sent {tone(step.status)}", "x1": x, "y1": y + 7, "x2": x, "y2": y + 23})
        )
    elif step.send is not None:
        found.append(_bar("waited", _x(axis, step.send.sent_us), _x(axis, step.hops[0].started_us), y))
    for earlier, later in zip(step.hops, step.hops[1:], strict=False):
        begin, end = _x(axis, last_sign_of(earlier, now_us)), _x(axis, later.started_us)
        if end > begin:
            found.append(element("line", {"class": "between", "x1": begin, "y1": y + 15, "x2": end, "y2": y + 15}))
    for hop in step.hops:
        kind = "ran failed" if hop.status in FAILED else f"ran {tone(hop.status)}"
        begin = _x(axis, hop.started_us)
        found.append(_bar(kind, begin, max(_x(axis, last_sign_of(hop, now_us)), begin + _LEAST_BAR), y))
    return joined(found)


def _bar(kind: str, begin: float, end: float, y: float) -> Markup:
    if end <= begin:
        return NOTHING
    return element(
        "rect",
        {
            "class": f"bar {kind}",
            "x": begin,
            "y": y + 8,
            "width": end - begin,
            "height": ROW_PX - 16,
            "rx": min(3.0, (end - begin) / 2),
        },
    )
