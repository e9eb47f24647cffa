"""A flow as messages between functions, downwards in the order of time (pure)."""

from collections.abc import Sequence

from hopscope_collector.export.graph import LinkOf, Picture, linked, nowhere
from hopscope_collector.export.icons import icon, tone
from hopscope_collector.export.layout import Size
from hopscope_collector.export.markup import Markup, element, joined
from hopscope_collector.export.type_setting import fitted, width_px
from hopscope_collector.flow import Flow
from hopscope_collector.shape.activity import last_sign_of
from hopscope_collector.shape.outline import Step, senders_of
from hopscope_collector.shape.times import duration

MOST_ROWS = 300
MOST_LANES = 40
_TIME = 84
_TOP = 46
_ROW = 44
_LEAST_LANE, _MOST_LANE = 140, 260
_WIDTH = 1_120


def sequence_of(flow: Flow, steps: Sequence[Step], now_us: int, link_of: LinkOf = nowhere) -> Picture:
    """One row a step, one lane a function, without an `svg` around them."""
    senders = senders_of(steps)
    in_time = sorted(steps, key=lambda step: (step.at_us, step.depth))[:MOST_ROWS]
    names = list(dict.fromkeys(step.hop.function for step in in_time if step.hop is not None))[:MOST_LANES]
    lane = min(max((_WIDTH - _TIME) / max(len(names), 1), _LEAST_LANE), _MOST_LANE)
    lanes = {name: _TIME + lane * (number + 0.5) for number, name in enumerate(names)}
    drawn = [step for step in in_time if step.hop is None or step.hop.function in lanes]
    height = _TOP + _ROW * len(drawn) + 14
    found = [_lane(name, x, lane, height) for name, x in lanes.items()]
    width = max(_TIME + lane * len(lanes) + 8, 480.0)
    for number, step in enumerate(drawn):
        y = _TOP + _ROW * number + 26
        after = element(
            "text",
            {"class": "number", "x": _TIME - 16, "y": y + 4, "text-anchor": "end"},
            duration(step.at_us - flow.started_us),
        )
        arrow = _message(step, lanes.get(senders.get(step.id, "")), lanes, (y, lane, now_us, width))
        backdrop = element("rect", {"class": "row", "x": 0, "y": y - 22, "width": width, "height": _ROW, "rx": 6})
        found.append(linked("line", link_of(step), (backdrop, after, arrow)))
    return Picture(joined(found), Size(width, height), len(steps) - len(drawn))


def _lane(name: str, x: float, lane: float, height: float) -> Markup:
    shown = fitted(name, lane - 24, 12)
    half = min(width_px(shown, 12) + 24, lane - 6) / 2
    return joined(
        [
            element("line", {"class": "lane", "x1": x, "y1": 34, "x2": x, "y2": height - 6}),
            element("rect", {"class": "head", "x": x - half, "y": 6, "width": 2 * half, "height": 28, "rx": 8}),
            element("text", {"class": "name head", "x": x, "y": 24.5, "text-anchor": "middle"}, shown),
        ]
    )


def _message(step: Step, sender: float | None, lanes: dict[str, float], at: tuple[float, float, int, float]) -> Markup:
    y, lane, now_us, width = at
    if step.hop is None:
        return _missing(step, sender, lanes, (y, now_us, width))
    receiver = lanes[step.hop.function]
    took = duration(last_sign_of(step.hop, now_us) - step.hops[0].started_us)
    found = []
    if sender is not None and sender != receiver:
        found.append(_arrow(step, sender, receiver, y))
    found.append(element("circle", {"class": "knot", "cx": receiver, "cy": y, "r": 10}))
    found.append(icon(step.status, receiver - 7, y - 7, 14))
    is_leftwards = sender is not None and sender > receiver
    # An arrow that comes from the right has its name there: the time stands on the other side.
    anchor, x = ("end", receiver - 15) if is_leftwards else ("start", receiver + 15)
    begins = step.name if sender is None and step.link is None else "again" if sender == receiver else ""
    words = fitted(" · ".join(part for part in (begins, took + step.tries) if part), lane - 30, 11.5)
    found.append(element("text", {"class": "small", "x": x, "y": y + 4, "text-anchor": anchor}, words))
    return joined(found)


def _arrow(step: Step, sender: float, receiver: float, y: float) -> Markup:
    """A line with its head, its name above it."""
    sign = 1 if receiver > sender else -1
    tip = receiver - sign * 12
    kind = "arrow guess" if step.guess else "arrow"
    room = abs(tip - sender) - 24
    name = fitted(f"{step.guess} {step.name}".lstrip(), room, 11.5)
    words = fitted(f"waited {duration(step.waited_us)}" if step.waited_us is not None else "", room, 10.5)
    middle = (sender + tip) / 2
    head = f"M{tip - sign * 6:.1f} {y - 4:.1f}L{tip:.1f} {y:.1f}L{tip - sign * 6:.1f} {y + 4:.1f}"
    return joined(
        [
            element("path", {"class": kind, "d": f"M{sender:.1f} {y:.1f}H{tip:.1f}"}),
            element("path", {"class": kind + " tip", "d": head}),
            element("text", {"class": "small on", "x": middle, "y": y - 5, "text-anchor": "middle"}, name),
            element("text", {"class": "small waited", "x": middle, "y": y + 14, "text-anchor": "middle"}, words),
        ]
    )  # fmt: skip


def _missing(step: Step, sender: float | None, lanes: dict[str, float], at: tuple[float, int, float]) -> Markup:
    """What nobody received, or what is waited for, beside its sender."""
    y, now_us, width = at
    x = sender if sender is not None else min(lanes.values(), default=_TIME)
    if step.wait is not None:
        text = f"{step.wait.state}: {step.wait.expected} {duration(now_us - step.wait.since_us)}"
    else:
        text = f"{step.name}: {step.fate}"
    is_near_edge = width - x < width_px(text, 11.5) + 60 and x > width / 2
    sign = -1 if is_near_edge else 1
    kind = f"arrow open {tone(step.status)}"
    anchor = "end" if is_near_edge else "start"
    room = (x - _TIME if is_near_edge else width - x) - 60
    return joined(
        [
            element("path", {"class": kind, "d": f"M{x:.1f} {y:.1f}H{x + sign * 22:.1f}"}),
            element("circle", {"class": "knot", "cx": x + sign * 34, "cy": y, "r": 10}),
            icon(step.status, x + sign * 34 - 7, y - 7, 14),
            element(
                "text",
                {"class": f"small {tone(step.status)}", "x": x + sign * 50, "y": y + 4, "text-anchor": anchor},
                fitted(text, room, 11.5),
            ),
        ]
    )
