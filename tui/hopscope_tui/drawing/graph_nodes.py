"""What stands in the graph of a flow: a card for every step, a pill for every broker on the way to it (pure).

    place-order ─ order_placed ▸ ◇ bus orders ─┬─ notify-restaurant
                                               └─ ▤ queue promo-codes ─ redeem-promo

A message stands between its sender and its consumers, once, however many consumers it has. The queues that it was
spread to stand below it, a dead-letter queue below the queue whose letters it takes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hopscope_collector.flow import BROKER_KINDS
from hopscope_collector.resource_names import resource_name
from hopscope_collector.shape.activity import last_sign_of
from hopscope_collector.shape.outline import Step
from hopscope_collector.shape.times import duration
from hopscope_tui.drawing.rows import Row, Run, row_cells
from hopscope_tui.drawing.statuses import look_of
from hopscope_tui.neutral import ELLIPSIS, cells, head, neutral

BROKER_GLYPHS = {"bus": "◇", "topic": "◈", "queue": "▤", "stream": "≋", "table": "▦", "state machine": "◫"}
DEAD_LETTERS = "☠"

_SPREADERS = frozenset({"sqs", "kinesis"})
"""What has consumers of its own, told by where a message came from last."""

_MOST_NAME_CELLS = 26
_MOST_CHAIN_CELLS = 48
_MOST_TRIES_SHOWN = 9
_LED_BY = {"task-token": "◫ task token", "states": "◫ execution", "lambda": "direct call"}


@dataclass(slots=True)
class Node:
    """A card, or the pill of a broker, with what hangs below it, and its place once it is laid out."""

    lines: tuple[Row, ...]
    step: Step | None = None
    """None for a pill."""

    children: list["Node"] = field(default_factory=list)
    is_dead_letters: bool = False
    is_hanging: bool = False
    """Its children stand one below the other, on a rail at its left."""

    is_inline: bool = False
    """A pill whose only consumer stands at its right."""

    span: int = 0
    """Cells that it and everything below it need."""

    least: int = 0
    """Cells that they need when everything that can hang hangs."""

    rows: int = 0
    """Rows that it and everything below it need."""

    offset: int = 0
    """Cells from the left end of its span to itself."""

    drop: int = 0
    """Rows from the top of its span to itself."""

    child_x: list[int] = field(default_factory=list)
    """Cells from the left end of its span to that of each child."""

    child_y: list[int] = field(default_factory=list)

    @property
    def is_card(self) -> bool:
        """Whether it has a border."""
        return self.step is not None

    @property
    def width(self) -> int:
        """Cells of itself."""
        return max(map(row_cells, self.lines)) + (4 if self.is_card else 0)

    @property
    def height(self) -> int:
        """Rows of itself."""
        return len(self.lines) + (2 if self.is_card else 0)

    @property
    def anchor(self) -> int:
        """The column of its middle within its span."""
        return self.offset + self.width // 2

    @property
    def entry(self) -> int:
        """The row, within its span, in which an arrow from the left meets it."""
        return self.drop + (1 if self.is_card else 0)

    @property
    def edge(self) -> str:
        """What stands on the line that leads to it: how long the message waited, how often it was tried."""
        if self.step is None or self.step.waited_us is None:
            return ""
        return duration(self.step.waited_us) + self.step.tries


@dataclass(frozen=True, slots=True)
class Manner:
    """How cards are drawn."""

    now_us: int
    is_tall: bool = False
    """Two lines in a card: it takes less width."""

    joins: Mapping[str, int] = field(default_factory=dict)
    """How many other messages led to a step too, by its id."""

    machines: frozenset[str] = frozenset()
    """ARNs of the executions in the flow."""


def forest_of(steps: Sequence[Step], manner: Manner) -> list[Node]:
    """Cards under pills under cards, from the depths of the outline."""
    roots: list[Node] = []
    path: list[Node] = []
    pills: dict[tuple[str, str], Node] = {}
    for step in steps:
        node = Node(_card(step, manner), step)
        del path[step.depth :]
        if not path:
            roots.append(node)
        elif not step.hops:
            path[-1].children.append(node)
        else:
            _pill_above(step, path[-1], pills).children.append(node)
        path.append(node)
    for pill in pills.values():
        _join_chain(pill)
    return roots


def _join_chain(pill: Node) -> None:
    """A topic and the one queue that it feeds are read as one line."""
    while len(pill.children) == 1 and not (only := pill.children[0]).is_card:
        joined = (*pill.lines[0], Run(" ▸ ", "faint"), *only.lines[0])
        if row_cells(joined) > _MOST_CHAIN_CELLS:
            return
        pill.lines, pill.children = (joined,), only.children


def _pill_above(step: Step, sender: Node, pills: dict[tuple[str, str], Node]) -> Node:
    """The pill that a consumer hangs under: its message's, or its queue's below it; both are shared."""
    message = step.send.id if step.send is not None else step.id
    if (message, "") not in pills:
        pills[message, ""] = Node((_message_label(step),))
        sender.children.append(pills[message, ""])
    queue, above = _queue_of(step), pills[message, ""]
    if not queue:
        return above
    if (message, queue) not in pills:
        taken_from = step.hop.attributes.get("dead-letter-source") if step.hop is not None else None
        above = pills.get((message, taken_from or ""), above)
        kind = BROKER_KINDS.get(step.hop.source, "") if step.hop is not None else ""
        glyph, role = (DEAD_LETTERS, "dead-lettered") if taken_from else (BROKER_GLYPHS.get(kind, ""), "accent")
        pill = Node((_pill(glyph, kind, queue, role),), is_dead_letters=bool(taken_from))
        pills[message, queue] = pill
        above.children.append(pill)
    return pills[message, queue]


def _queue_of(step: Step) -> str:
    """The queue or stream that the consumer reads, when the message was not sent to it itself. Else empty."""
    hop, send = step.hop, step.send
    if hop is None or send is None or hop.source not in _SPREADERS or not hop.origin:
        return ""
    is_same = send.service == hop.source and resource_name(send.destination) == resource_name(hop.origin)
    return "" if is_same else hop.origin


def _message_label(step: Step) -> Row:
    """The message's name and the broker it was sent to; or why the step stands here without a message."""
    link, send = step.link, step.send
    by = "" if link is None or link.is_exact else f"by {link.evidence[0]} "
    if send is None:
        detail = link.detail if link else ""
        known = _LED_BY.get(detail.split("/", 1)[0], detail) if link and link.is_exact else detail
        return (Run(by, "accent"), Run(_short(known), "dim"))
    kind = BROKER_KINDS.get(send.service, "")
    pill = _pill(BROKER_GLYPHS.get(kind, "→"), "" if kind == "state machine" else kind, step.destination, "accent")
    named = send.kind if send.kind and send.kind != step.destination else ""
    name = (Run(_short(named)), Run(" ▸ ", "faint")) if named else ()
    return (*name, *pill, Run(" " + by.strip() if by else "", "accent"))


def _pill(glyph: str, kind: str, name: str, role: str) -> Row:
    words = f"{kind} " if kind else ""
    return (Run(glyph + " ", role), Run(words, "faint"), Run(_short(resource_name(name)), "dim"))


def _card(step: Step, manner: Manner) -> tuple[Row, ...]:
    """What stands in a card: one line, or two where it is tall."""
    look = look_of(step.status)
    glyph = Run(look.glyph + " ", look.role)
    first: Row
    second: Row
    if step.hop is not None:
        first = (glyph, Run(_short(step.hop.function), "strong"))
        second = tuple(_performance(step, manner))
    elif step.wait is not None:
        first = (glyph, Run(_short(step.wait.expected), look.role))
        second = (Run(duration(manner.now_us - step.wait.since_us), look.role),)
    else:
        first = (glyph, Run(_short(step.name)))
        to = f"→ {_short(step.destination)} " if step.destination != step.name else ""
        second = (Run(to, "dim"), Run(step.fate, "failed" if step.status == "failed" else "faint"))
    is_tall = manner.is_tall or (not step.hops and step.wait is None)
    return (first, (Run("  "), *second)) if is_tall else ((*first, Run(" "), *second),)


def _performance(step: Step, manner: Manner) -> list[Run]:
    """How its attempts went, how long it took, what else to know at one glance."""
    assert step.hop is not None
    runs: list[Run] = []
    if len(step.hops) > 1:
        tries = "".join(look_of(hop.status).glyph for hop in step.hops)[:_MOST_TRIES_SHOWN]
        runs.append(Run(tries + " ", "bar-retrying"))
    if step.hop.request_id in manner.machines:
        runs.append(Run("◫ execution ", "accent"))
    runs.append(Run(duration(last_sign_of(step.hop, manner.now_us) - step.at_us), "dim"))
    if "cold-start" in step.hop.attributes:
        runs.append(Run(" cold", "bar-cold"))
    if step.hop.batch_size > 1:
        runs.append(Run(" batch", "accent"))
    if joins := manner.joins.get(step.id, 0):
        runs.append(Run(f" +{joins}⇠", "accent"))
    return runs


def _short(name: str) -> str:
    shown = neutral(name)
    return shown if cells(shown) <= _MOST_NAME_CELLS else head(shown, _MOST_NAME_CELLS - 1) + ELLIPSIS
