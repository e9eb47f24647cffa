"""A flow's time, to be gone through again: what every step is doing at a moment (pure).

moments    instants at which something happens: a send, the begin or the end of a hop
scene      the state of every step at one instant, and how far each message has come

at 11:51:07.070     place-order      running
                    └─ order_placed  ──●───▷   on its way: 40 of 100
at 11:51:07.120     place-order      ✔
                    └─ order_placed  ─────▶ notify-restaurant running
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from hopscope_collector.flow import Flow
from hopscope_collector.shape.activity import FAILED
from hopscope_collector.shape.outline import Step

Doing = Literal["nothing yet", "on its way", "running", "trying again", "over", "waiting", "lost"]
"""What a step does: before its message was sent, while it travels, while it runs, between attempts, afterwards; a wait
that goes on; a message that nobody was seen to receive."""


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant at which something happens."""

    at_us: int
    says: str


@dataclass(frozen=True, slots=True)
class Scene:
    """One step at one instant."""

    step: Step
    doing: Doing
    travelled: float
    """How far its message has come, 0 to 1."""

    attempt: int = 0
    """Which attempt runs or ran last; 0 before the first."""

    for_us: int = 0
    """For how long it has been doing so."""

    has_failed: bool = False
    """Whether the last attempt that is over failed."""


def moments_of(flow: Flow, steps: Sequence[Step]) -> tuple[Moment, ...]:
    """Everything that happens, earliest first; at least the start."""
    found = [Moment(flow.started_us, "it begins"), *(each for step in steps for each in _moments(step))]
    return tuple(sorted(found, key=lambda moment: moment.at_us))


def scene_at(step: Step, at_us: int) -> Scene:
    """What one step does at an instant."""
    sent_us = _sent_us(step)
    if not step.hops:
        return _without_hops(step, sent_us, at_us)
    begun = [hop for hop in step.hops if hop.started_us <= at_us]
    if not begun:
        if sent_us is None or at_us < sent_us:
            return Scene(step, "nothing yet", 0.0)
        length = max(step.hops[0].started_us - sent_us, 1)
        return Scene(step, "on its way", min((at_us - sent_us) / length, 1.0), for_us=at_us - sent_us)
    last = begun[-1]
    end_us = last.ended_us
    if end_us is None or at_us < end_us:
        is_known = end_us is not None or last.status == "running"
        doing: Doing = "running" if is_known else "over"
        return Scene(step, doing, 1.0, len(begun), at_us - last.started_us, not is_known)
    has_failed = last.status in FAILED
    goes_on = has_failed and len(begun) < len(step.hops)
    return Scene(step, "trying again" if goes_on else "over", 1.0, len(begun), at_us - end_us, has_failed)


def moment_before(moments: Sequence[Moment], at_us: int) -> int:
    """The instant of the last moment before; the first one when there is none."""
    place = bisect_left([moment.at_us for moment in moments], at_us)
    return moments[max(place - 1, 0)].at_us


def moment_after(moments: Sequence[Moment], at_us: int) -> int:
    """The instant of the next moment; the last one when there is none."""
    place = bisect_right([moment.at_us for moment in moments], at_us)
    return moments[min(place, len(moments) - 1)].at_us


def moment_at(moments: Sequence[Moment], at_us: int) -> Moment:
    """What happened last."""
    place = bisect_right([moment.at_us for moment in moments], at_us)
    return moments[max(place - 1, 0)]


def _without_hops(step: Step, sent_us: int | None, at_us: int) -> Scene:
    begun_us = sent_us if sent_us is not None else step.at_us
    if at_us < begun_us:
        return Scene(step, "nothing yet", 0.0)
    if step.wait is not None:
        return Scene(step, "waiting", 0.5, for_us=at_us - begun_us)
    is_answer = step.send is not None and step.send.is_answer
    return Scene(step, "over" if is_answer else "lost", 1.0, for_us=at_us - begun_us)


def _sent_us(step: Step) -> int | None:
    """When its message was sent, on whichever clock; never after the first attempt began."""
    if step.send is None:
        return None
    return min(step.send.sent_us, step.hops[0].started_us) if step.hops else step.send.sent_us


def _moments(step: Step) -> Iterator[Moment]:
    if step.send is not None:
        yield Moment(_sent_us(step) or 0, f"{step.name} is sent to {step.destination}")
    if step.wait is not None:
        yield Moment(step.wait.since_us, f"{step.wait.expected} is waited for")
        if step.wait.due_us is not None and step.wait.state == "overdue":
            yield Moment(step.wait.due_us, f"{step.wait.expected} is overdue")
    for number, hop in enumerate(step.hops, 1):
        again = f" attempt {number}" if len(step.hops) > 1 else ""
        yield Moment(hop.started_us, f"{hop.function} begins{again}")
        if hop.ended_us is not None:
            error = f": {hop.error.type}" if hop.error is not None else ""
            yield Moment(max(hop.ended_us, hop.started_us), f"{hop.function} {hop.status}{again}{error}")
