"""Two flows side by side, step by step: what both have, what only one has, what differs (pure).

    o-5125                       o-5104                         rows
    place-order                  place-order                    =  both
    ├─ redeem-promo ×3           ├─ redeem-promo                ≠  3 attempts, not 1
    └─ notify-restaurant         ├─ notify-restaurant           =  both
                                 └─ print-ticket                −  only on the right

Steps are the same when they have the same name, stand under the same step, and are the same one among their like.
What is usual for a kind of flow is aligned in the same way: its steps hold the medians of many flows.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count

from hopscope_collector.flow import Flow
from hopscope_collector.kinds import percentile
from hopscope_collector.shape.activity import last_sign_of
from hopscope_collector.shape.outline import Step, outline
from hopscope_collector.shape.summary import counted
from hopscope_collector.shape.times import MS_US, duration

SLOWER_TIMES = 2
LEAST_MARGIN_US = 20 * MS_US
"""Two flows differ in a time when one took so many times as long, and so much longer."""

USUAL_SHARE = 0.5
"""A step that so many of the flows have is missed where it is not."""


@dataclass(frozen=True, slots=True)
class Part:
    """A step of one flow, or what is usual for it."""

    label: str
    status: str
    attempts: int = 1
    waited_us: int | None = None
    """From the send to the first attempt; the median of many. None when it is not known."""

    ran_us: int | None = None
    """The last attempt; the median of many. None when nothing ran."""

    waited_p95_us: int | None = None
    """None in a part of a single flow, as the next one."""

    ran_p95_us: int | None = None
    share: float | None = None
    """How many of the flows have it, 0 to 1. None in a part of a single flow."""

    step_id: str = ""


@dataclass(frozen=True, slots=True)
class Aligned:
    """One row: the step on the left, on the right, or on both sides."""

    depth: int
    left: Part | None
    right: Part | None
    differences: tuple[str, ...] = ()
    """In words; empty when nothing differs."""

    @property
    def sign(self) -> str:
        """`=` the same, `≠` different, `+` only on the left, `−` only on the right."""
        if self.left is None or self.right is None:
            return "−" if self.left is None else "+"
        return "≠" if self.differences else "="


@dataclass(frozen=True, slots=True)
class Shape:
    """Steps under steps, each with a number that is the same in every shape made by one `Aligner`."""

    parts: dict[int, Part] = field(default_factory=dict)
    parents: dict[int, int] = field(default_factory=dict)
    """Of every part, 0 for a beginning. Parents stand before their children, siblings in their order."""


class Aligner:
    """Numbers the steps of flows, so that the same step has the same number in all of them."""

    def __init__(self, now_us: int) -> None:
        self._now_us = now_us
        self._numbers: dict[tuple[int, str, int], int] = {}
        self._next = count(1)

    def shape_of(self, flow: Flow) -> Shape:
        """The steps of one flow."""
        shape = Shape()
        path: list[int] = []
        like: dict[tuple[int, str], int] = {}
        for step in outline(flow):
            del path[step.depth :]
            parent = path[-1] if path else 0
            label = label_of(step)
            nth = like[parent, label] = like.get((parent, label), 0) + 1
            number = self._numbers.setdefault((parent, label, nth), 0) or self._new(parent, label, nth)
            shape.parts[number], shape.parents[number] = self._part(step, label), parent
            path.append(number)
        return shape

    def usual_of(self, flows: Iterable[Flow]) -> Shape:
        """What many flows have in common: every step of any of them, with medians and its share."""
        found: dict[int, list[Part]] = {}
        parents: dict[int, int] = {}
        flows_seen = 0
        for flow in flows:
            flows_seen += 1
            shape = self.shape_of(flow)
            parents.update(shape.parents)
            for number, part in shape.parts.items():
                found.setdefault(number, []).append(part)
        parts = {number: _median(parts, flows_seen) for number, parts in found.items()}
        return Shape(parts, parents)

    def _new(self, parent: int, label: str, nth: int) -> int:
        number = self._numbers[parent, label, nth] = next(self._next)
        return number

    def _part(self, step: Step, label: str) -> Part:
        ran_us = last_sign_of(step.hop, self._now_us) - step.hop.started_us if step.hop is not None else None
        return Part(label, step.status, max(len(step.hops), 1), step.waited_us, ran_us, step_id=step.id)


def aligned(left: Shape, right: Shape) -> Iterator[Aligned]:
    """Every step of either side once, children below their parents, siblings in the order of both sides."""
    ours, theirs = _children(left), _children(right)
    pending = [(number, 0) for number in reversed(_merged(ours.get(0, []), theirs.get(0, [])))]
    while pending:
        number, depth = pending.pop()
        one, other = left.parts.get(number), right.parts.get(number)
        if one is not None or _is_missed(other):
            yield Aligned(depth, one, other, tuple(_differences(one, other)))
            below = _merged(ours.get(number, []), theirs.get(number, []))
            pending += [(child, depth + 1) for child in reversed(below)]


def label_of(step: Step) -> str:
    """What a step is called in every flow that has it."""
    if step.hop is not None:
        return f"{step.hop.function}  {step.name}"
    return f"waiting: {step.name}" if step.wait is not None else f"→ {step.name}"


def _is_missed(part: Part | None) -> bool:
    return part is not None and (part.share is None or part.share >= USUAL_SHARE)


def _children(shape: Shape) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for number, parent in shape.parents.items():
        found.setdefault(parent, []).append(number)
    return found


def _merged(ours: Sequence[int], theirs: Sequence[int]) -> list[int]:
    """Ours in their order, and each that only they have behind the sibling that it follows there."""
    known = set(ours)
    behind: dict[int, list[int]] = {}
    last = 0
    for number in theirs:
        if number in known:
            last = number
        else:
            behind.setdefault(last, []).append(number)
    merged = behind.get(0, [])[:]
    for number in ours:
        merged += [number, *behind.get(number, [])]
    return merged


def _differences(left: Part | None, right: Part | None) -> Iterator[str]:
    if left is None or right is None:
        yield from _alone(left or right, is_left=left is not None)
        return
    if right.share is None and left.status != right.status:
        yield f"{left.status}, not {right.status}"
    elif right.share is not None and left.status not in ("done", right.status):
        yield f"{left.status}, usually {right.status}"
    if left.attempts != right.attempts:
        yield f"{counted(left.attempts, 'attempt')}, not {right.attempts}"
    yield from _times("waited", left.waited_us, right.waited_us, right.waited_p95_us)
    yield from _times("ran", left.ran_us, right.ran_us, right.ran_p95_us)


def _alone(part: Part | None, *, is_left: bool) -> Iterator[str]:
    share = part.share if part is not None else None
    if is_left:
        yield "only on the left"
    elif share is None:
        yield "only on the right"
    else:
        yield f"missing: {100 * share:.0f} of 100 have it"


def _times(word: str, ours: int | None, theirs: int | None, p95_us: int | None) -> Iterator[str]:
    """Which side took longer, when it did by much; against what is usual, only beyond what 95 of 100 take."""
    if ours is None or theirs is None:
        return
    if p95_us is not None:
        if ours > max(p95_us, theirs * SLOWER_TIMES) and ours - theirs >= LEAST_MARGIN_US:
            yield f"{word} {duration(ours)}, usually {duration(theirs)} (95 of 100 under {duration(p95_us)})"
        return
    long, short = max(ours, theirs), max(min(ours, theirs), 1)
    if long - short >= LEAST_MARGIN_US and long >= SLOWER_TIMES * short:
        times = long / short
        amount = f"{times:.1f}" if times < 10 else f"{times:,.0f}"
        yield f"{word} {amount}× as long {'on the left' if ours > theirs else 'on the right'}"


def _median(parts: Sequence[Part], flows_seen: int) -> Part:
    waited = sorted(part.waited_us for part in parts if part.waited_us is not None)
    ran = sorted(part.ran_us for part in parts if part.ran_us is not None)
    statuses = [part.status for part in parts]
    return Part(
        parts[0].label,
        max(sorted(set(statuses)), key=statuses.count),
        sorted(part.attempts for part in parts)[len(parts) // 2],
        percentile(waited, 50),
        percentile(ran, 50),
        percentile(waited, 95),
        percentile(ran, 95),
        len(parts) / max(flows_seen, 1),
    )
