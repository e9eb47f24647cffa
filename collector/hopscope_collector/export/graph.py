"""A flow as cards under what led to them: the picture that people put into a ticket (pure).

A message stands once between its sender and its consumers. A line is whole where an id proves it and broken where a
key, a header or a guess does; the guess carries the word. What nobody received, and what is waited for, is a card of
its own.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from hopscope_collector.export.icons import icon, tone
from hopscope_collector.export.layout import Direction, Node, Size, placed
from hopscope_collector.export.markup import NOTHING, Markup, element, joined
from hopscope_collector.export.type_setting import fitted, width_px
from hopscope_collector.resource_names import resource_name
from hopscope_collector.shape.activity import last_sign_of
from hopscope_collector.shape.outline import Step
from hopscope_collector.shape.times import duration

MOST_CARDS = 300
"""Drawn at most: more than that is read in the waterfall and the table."""

FITTING_PX = 1_120
"""What a page is wide: a picture that fits is preferred."""

CARD_HEIGHT = 52
LABEL_HEIGHT = 22
_MOST_TEXT = 230
_MOST_LABEL = 200
_TEXT_LEFT = 36
_NAME_SIZE, _SMALL_SIZE = 13.5, 11.5
_DOT = 9
_BEND = 22

LinkOf = Callable[[Step], "str | None"]
"""Where a card leads when it is clicked; None for nowhere."""


def nowhere(step: Step) -> str | None:  # noqa: ARG001 - as `LinkOf`
    """For a picture without links."""
    return None


@dataclass(slots=True)
class _Card(Node):
    step: Step | None = None
    lines: tuple[str, str] = ("", "")


@dataclass(slots=True)
class _Label(Node):
    text: str = ""
    is_guess: bool = False
    waits: str | None = field(default=None)
    """The status of the wait it leads to. None when it leads to hops."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What was drawn, its size, and how many steps there was no room for."""

    markup: Markup
    size: Size
    left_out: int = 0


def graph_of(steps: Sequence[Step], now_us: int, link_of: LinkOf = nowhere) -> Picture:
    """The cards of an outline and their lines, without an `svg` around them."""
    drawn = steps[:MOST_CARDS]
    down = _forest(drawn, now_us)
    size = placed(down, "down", 20)
    direction: Direction = "down"
    roots = down
    if size.width > FITTING_PX:
        right = _forest(drawn, now_us)
        across = placed(right, "right", 22)
        if across.width < size.width:
            roots, size, direction = right, across, "right"
    nodes = [node for root in roots for node in root.walk()]
    lines = [_line(node, child, direction) for node in nodes if _is_drawn(node) for child in node.children]
    shapes = [_card(node, link_of) if isinstance(node, _Card) else _label(node) for node in nodes]
    return Picture(joined([*lines, *shapes]), size, len(steps) - len(drawn))


def _forest(steps: Sequence[Step], now_us: int) -> list[Node]:
    """Cards under labels under cards, from the depths of the outline."""
    roots: list[Node] = []
    path: list[Node] = []
    labels: dict[str, _Label] = {}
    for step in steps:
        card = _card_of(step, now_us)
        del path[step.depth :]
        if not path:
            roots.append(card)
        else:
            _label_above(step, path[-1], labels).children.append(card)
        path.append(card)
    return roots


def _label_above(step: Step, sender: Node, labels: dict[str, _Label]) -> _Label:
    message = step.send.id if step.send is not None and step.hops else step.id
    if message not in labels:
        labels[message] = _label_of(step)
        sender.children.append(labels[message])
    return labels[message]


def _label_of(step: Step) -> _Label:
    if not step.hops:
        return _Label(0, 0, waits=step.status)
    link = step.link
    is_guess = link is not None and not link.is_exact
    by = f"by {link.evidence[0]} " if link is not None and (is_guess or step.send is None) else ""
    is_by_key = link is not None and link.evidence[0] == "key"
    name = _message(step) if step.send is not None and not is_by_key else link.detail if link is not None else ""
    text = fitted(f"{by}{name}".strip(), _MOST_LABEL, _SMALL_SIZE)
    return _Label(width_px(text, _SMALL_SIZE) + 20, LABEL_HEIGHT, text=text, is_guess=is_guess)


def _message(step: Step) -> str:
    kind = step.send.kind if step.send is not None else None
    way = " → ".join(_places(step)) or step.destination
    return f"{kind} → {way}" if kind and kind not in way else f"→ {way}"


def _places(step: Step) -> list[str]:
    """The brokers that the message passed, first to last, as far as they are known; rules of a bus are no places."""
    through = step.link.through if step.link is not None else ()
    return list(dict.fromkeys(broker.name for broker in through if broker.kind != "rule"))


def _card_of(step: Step, now_us: int) -> _Card:
    first, second = card_words(step, now_us)
    first, second = fitted(first, _MOST_TEXT, _NAME_SIZE), fitted(second, _MOST_TEXT, _SMALL_SIZE)
    dots = (len(step.hops[:9]) * _DOT + 12) if len(step.hops) > 1 else 0
    text_px = max(width_px(first, _NAME_SIZE) * 1.06, width_px(second, _SMALL_SIZE) + dots)
    return _Card(max(_TEXT_LEFT + text_px + 14, 132), CARD_HEIGHT, step=step, lines=(first, second))


def card_words(step: Step, now_us: int) -> tuple[str, str]:
    """What stands on a card: who or what, then how long."""
    if step.hop is not None:
        if step.hop.status not in ("running",) and step.hop.ended_us is None:
            ran = "end not recorded"
        else:
            ran = f"ran {duration(last_sign_of(step.hop, now_us) - step.hops[0].started_us)}"
        began = step.name if step.link is None and step.name != step.hop.source else ""
        waited = f"waited {duration(step.waited_us)}" if step.waited_us is not None else began
        return step.hop.function, " · ".join(part for part in (waited, ran) if part)
    if step.wait is not None:
        words = {"lost": "no sign of it for", "not-instrumented": "not seen for"}.get(
            step.wait.state, f"{step.wait.state} for"
        )
        return resource_name(step.wait.expected), f"{words} {duration(now_us - step.wait.since_us)}"
    assert step.send is not None
    why = f": {step.send.error.type}" if step.send.error is not None else ""
    return step.name, f"→ {step.destination}: {step.fate}{why}" if not step.send.is_answer else step.fate


def _card(card: _Card, link_of: LinkOf) -> Markup:
    step = card.step
    assert step is not None, "a card shows a step"
    kind = "card" if step.hops else "card open"
    x, y = card.x, card.y
    first, second = card.lines
    dots = _attempts(step, x + card.width - 12, y + 36)
    inside = (
        element(
            "title", {}, f"{first}: {step.status}" + (f", {len(step.hops)} attempts" if len(step.hops) > 1 else "")
        ),
        element("rect", {"class": "box", "x": x, "y": y, "width": card.width, "height": card.height, "rx": 9}),
        icon(step.status, x + 11, y + 10),
        element("text", {"class": "name", "x": x + _TEXT_LEFT, "y": y + 23}, first),
        element("text", {"class": "small", "x": x + _TEXT_LEFT, "y": y + 40}, second),
        dots,
    )
    return linked(f"{kind} {tone(step.status)}", link_of(step), inside)


def linked(kind: str, target: str | None, inside: Sequence[Markup]) -> Markup:
    """A group that leads somewhere, or that does not."""
    if target is None:
        return element("g", {"class": kind}, *inside)
    return element("a", {"class": kind, "href": target}, *inside)


def _attempts(step: Step, right: float, middle: float) -> Markup:
    """A dot for each attempt, first to last."""
    if len(step.hops) < 2:
        return NOTHING
    tries = step.hops[-9:]
    first = right - _DOT * (len(tries) - 1)
    return joined(
        element("circle", {"class": f"try {tone(hop.status)}", "cx": first + _DOT * number, "cy": middle, "r": 3})
        for number, hop in enumerate(tries)
    )


def _label(label: Node) -> Markup:
    if not isinstance(label, _Label) or not label.text:
        return NOTHING
    kind = "message guess" if label.is_guess else "message"
    return element(
        "g",
        {"class": kind},
        element(
            "rect", {"x": label.x, "y": label.y, "width": label.width, "height": label.height, "rx": label.height / 2}
        ),
        element(
            "text",
            {"class": "small", "x": label.x + label.width / 2, "y": label.y + 15, "text-anchor": "middle"},
            label.text,
        ),
    )


def _is_drawn(node: Node) -> bool:
    """False for the label of what led nowhere: its line goes past it."""
    return not isinstance(node, _Label) or bool(node.text)


def _line(upper: Node, lower: Node, direction: Direction) -> Markup:
    label = lower if isinstance(lower, _Label) else upper
    kind = "edge"
    if isinstance(label, _Label):
        kind += " guess" if label.is_guess else f" open {tone(label.waits)}" if label.waits else ""
    end = lower if _is_drawn(lower) else lower.children[0]
    return element("path", {"class": kind, "d": _curve(upper, end, direction)})


def _curve(upper: Node, lower: Node, direction: Direction) -> str:
    """From the middle of one side to the middle of the other, bent at once: so it crosses no label."""
    if direction == "down":
        x1, y1, x2, y2 = upper.x + upper.width / 2, upper.y + upper.height, lower.x + lower.width / 2, lower.y
        bent = min(y1 + 2 * _BEND, y2)
        half = (y1 + bent) / 2
        return f"M{x1:.1f} {y1:.1f}C{x1:.1f} {half:.1f} {x2:.1f} {half:.1f} {x2:.1f} {bent:.1f}V{y2:.1f}"
    x1, y1, x2, y2 = upper.x + upper.width, upper.y + upper.height / 2, lower.x, lower.y + lower.height / 2
    bent = min(x1 + _BEND, x2)
    half = (x1 + bent) / 2
    return f"M{x1:.1f} {y1:.1f}C{half:.1f} {y1:.1f} {half:.1f} {y2:.1f} {bent:.1f} {y2:.1f}H{x2:.1f}"
