"""A flow as steps under steps, in the order in which one led to another (pure).

    links                          steps
    place-order ─order_placed─▶ a  place-order
                └─order_placed─▶ b ├─ a            order_placed
    a ─(key o-42)─▶ accept         │  └╌ accept    by key
    b tried three times            ├─ b ×3         order_placed
    c ─ nobody yet                 └─ ◔ waiting: order_accepted

Attempts of one consumer at one message are one step. A hop that several sends led to stands under the one with the
strongest evidence; the others are named in the inspector. Every hop is in exactly one step, whatever the links say.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from hopscope_collector.flow import EVIDENCE_ORDER, Flow, Hop, Link, Send, Wait, attempts_of
from hopscope_collector.resource_names import resource_name
from hopscope_collector.shape.activity import FAILED

NOBODY = "nobody seen"

MOST_GUIDES = 12
"""Ancestors whose guides are drawn: what is deeper does not fit a screen."""


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the outline: a consumer's attempts at a message, a message nobody received, or a wait."""

    id: str
    """Stays the same while the flow grows, so that a cursor can stay on it."""

    hops: tuple[Hop, ...] = ()
    """The attempts, first to last. Empty for a message or a wait."""

    send: Send | None = None
    """The message that led here, or that nobody received. None when no message is known."""

    link: Link | None = None
    """What joined the step to the one above. None for a beginning."""

    wait: Wait | None = None
    depth: int = 0
    """How many steps led to it, one after the other; 0 for a beginning."""

    guides: tuple[bool, ...] = ()
    """For the nearest ancestors and the step itself, whether a sibling follows; empty for a beginning."""

    @property
    def hop(self) -> Hop | None:
        """The last attempt, the one that counts."""
        return self.hops[-1] if self.hops else None

    @property
    def status(self) -> str:
        """A status of DESIGN.md's words; a message that nobody was seen to receive is `unknown`."""
        if self.hop is not None:
            failed_before = any(hop.status in FAILED for hop in self.hops[:-1])
            return "recovered" if self.hop.status == "done" and failed_before else self.hop.status
        if self.wait is not None:
            return self.wait.state
        return "failed" if self.send is not None and self.send.error is not None else "unknown"

    @property
    def at_us(self) -> int:
        """When it began."""
        if self.hops:
            return self.hops[0].started_us
        if self.send is not None:
            return self.send.sent_us
        return self.wait.since_us if self.wait is not None else 0

    @property
    def name(self) -> str:
        """What people call the message that led here, or that nobody received: its event, else where it came from."""
        if self.wait is not None:
            return self.wait.expected
        known = (self.hop.name if self.hop is not None else None) or (self.send.kind if self.send is not None else None)
        origin = self.hop.origin if self.hop is not None else None
        return known or resource_name(origin) or self.destination or (self.hop.source if self.hop is not None else "?")

    @property
    def tries(self) -> str:
        """` ×3` to stand behind a name; empty where one attempt was enough."""
        return f" ×{len(self.hops)}" if len(self.hops) > 1 else ""

    @property
    def guess(self) -> str:
        """`by key`: what joins it to the step above where no id does; empty where one does, and for a beginning."""
        return "" if self.link is None or self.link.is_exact else f"by {self.link.evidence[0]}"

    @property
    def stem(self) -> str:
        """Lines of text that its ancestors' siblings hang on: what stands left of the joint."""
        return "".join("│  " if goes_on else "   " for goes_on in self.guides[:-1])

    @property
    def joint(self) -> str:
        """What it hangs on, broken where no id proves it: `├─ `, `└╌ `; empty for a beginning."""
        return ("├" if self.guides[-1] else "└") + ("╌ " if self.guess else "─ ") if self.guides else ""

    @property
    def below(self) -> str:
        """What stands left of more lines of its own."""
        return self.stem + ("│  " if self.guides[-1] else "   ") if self.guides else ""

    @property
    def fate(self) -> str:
        """What became of a message that led to no hop."""
        if self.status == "failed":
            return "not sent"
        return "answered a task" if self.send is not None and self.send.is_answer else NOBODY

    @property
    def destination(self) -> str:
        """Last part of where the message was sent to; empty when no message is known."""
        return resource_name(self.send.destination) or self.send.service if self.send is not None else ""

    @property
    def waited_us(self) -> int | None:
        """From the send to the first attempt. None when either is unknown."""
        return self.link.waited_us if self.link is not None and self.hops else None


def outline(flow: Flow) -> tuple[Step, ...]:
    """The steps depth-first, siblings by time."""
    return tuple(_depth_first(_Family.of(flow)))


def with_parents(steps: Iterable[Step]) -> Iterator[tuple[Step, Step | None]]:
    """The steps of an outline, each with the one that it stands under; None for a beginning."""
    path: list[Step] = []
    for step in steps:
        del path[step.depth :]
        yield step, path[-1] if path else None
        path.append(step)


def senders_of(steps: Iterable[Step]) -> dict[str, str]:
    """The function that led to each step, by the step's id; empty where it stands under no function."""
    return {step.id: above.hop.function if above.hop else "" for step, above in with_parents(steps) if above}


@dataclass(slots=True)
class _Family:
    """Who stands under whom, by the id of the first attempt."""

    roots: list[Step] = field(default_factory=list)
    children: dict[str, list[Step]] = field(default_factory=dict)

    @classmethod
    def of(cls, flow: Flow) -> "_Family":
        family = cls()
        groups = [tuple(tries) for tries in attempts_of(flow.hops)]
        group_of = {hop.id: tries[0].id for tries in groups for hop in tries}
        sends = {send.id: send for send in flow.sends}
        links = _strongest(flow.links, group_of)
        for tries in groups:
            link = links.get(tries[0].id)
            send = sends.get(link.from_id) if link else None
            above = group_of.get(send.hop if send else link.from_id) if link else None
            family.add(above, Step(tries[0].id, hops=tries, link=link, send=send))
        received = {link.from_id for link in flow.links}
        waits = {wait.send: wait for wait in flow.waits if wait.send}
        for send in flow.sends:
            if send.id not in received:
                family.add(group_of.get(send.hop), Step(send.id, send=send, wait=waits.get(send.id)))
        for wait in flow.waits:
            if wait.send is None or wait.send in received or wait.send not in sends:
                family.add(_place_of(wait, flow, group_of), Step(f"wait/{wait.after}/{wait.expected}", wait=wait))
        return family

    def add(self, above: str | None, step: Step) -> None:
        """Hang a step under another one; a beginning, or a step whose sender is unknown, stands at the edge."""
        if above is None or above == step.id:
            self.roots.append(step)
        else:
            self.children.setdefault(above, []).append(step)


def _strongest(links: tuple[Link, ...], group_of: dict[str, str]) -> dict[str, Link]:
    """The link to believe for each group of attempts: the best evidence, then the first attempt's."""
    best: dict[str, Link] = {}
    for link in links:
        group = group_of.get(link.to_id)
        if group is None or group_of.get(link.from_id) == group:
            continue
        known = best.get(group)
        if known is None or EVIDENCE_ORDER.index(link.evidence[0]) < EVIDENCE_ORDER.index(known.evidence[0]):
            best[group] = link
    return best


def _place_of(wait: Wait, flow: Flow, group_of: dict[str, str]) -> str | None:
    """Under the step that sent the event after which the waiting began."""
    sent = [send for send in flow.sends if wait.after in (send.name, send.id)]
    return group_of.get(sent[-1].hop) if sent else None


def _depth_first(family: _Family) -> Iterator[Step]:
    """Every step once; links that run in a circle are cut where it is entered first."""
    seen: set[str] = set()
    yield from _walk(family, family.roots, seen)
    above = {step.id: parent for parent, siblings in family.children.items() for step in siblings}
    steps = {step.id: step for siblings in family.children.values() for step in siblings}
    for step_id in steps:
        if step_id not in seen:
            # Only circles, and what hangs on them, are left: nothing above them was a beginning.
            yield from _walk(family, [steps[_in_circle(step_id, above)]], seen)


def _in_circle(step_id: str, above: dict[str, str]) -> str:
    """The first step that is met twice on the way up."""
    met: set[str] = set()
    while step_id not in met:
        met.add(step_id)
        step_id = above[step_id]
    return step_id


def _walk(family: _Family, roots: list[Step], seen: set[str]) -> Iterator[Step]:
    pending = _placed(roots, None)
    while pending:
        step = pending.pop()
        if step.id in seen:
            continue
        seen.add(step.id)
        yield step
        pending += _placed([child for child in family.children.get(step.id, ()) if child.id not in seen], step)


def _placed(siblings: list[Step], above: Step | None) -> list[Step]:
    """Siblings with their guides, the last one first: the walk takes them from the end."""
    ordered = sorted(siblings, key=lambda step: (step.at_us, step.id))
    if above is None:
        return ordered[::-1]
    last = len(ordered) - 1
    return [
        replace(step, depth=above.depth + 1, guides=(*above.guides, index < last)[-MOST_GUIDES:])
        for index, step in reversed(list(enumerate(ordered)))
    ]
