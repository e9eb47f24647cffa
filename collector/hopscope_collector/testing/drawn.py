"""A flow as a few lines of text (pure).

shape, without times: equal from run to run          drawn, for people
place-order                                          ✔ place-order  POST /orders  84ms
  order_placed > notify-restaurant                   ├─ ✔ notify-restaurant  order_placed  210ms
  order_placed > redeem-promo ×3 (recovered)         ├─ ↺ redeem-promo ×3  order_placed  1.1s
  waiting: order_accepted                            │    attempt 1: Refused: the code was used
                                                     └╌ ◌ waiting: order_accepted
"""

from collections.abc import Iterable, Iterator

from hopscope_collector.export.plain import plain
from hopscope_collector.flow import Flow
from hopscope_collector.shape.activity import last_sign_of
from hopscope_collector.shape.outline import NOBODY, Step, outline, with_parents
from hopscope_collector.shape.signs import sign_of
from hopscope_collector.shape.summary import key_of, made_of
from hopscope_collector.shape.times import duration

MOST_STEPS = 120


def shape_of(flow: Flow) -> str:
    """Who led to whom by what, siblings in the order of their names: the same flow has the same shape in every run."""
    children: dict[str, list[Step]] = {}
    for step, above in with_parents(outline(flow)):
        children.setdefault(above.id if above else "", []).append(step)
    lines: list[str] = []
    pending = [(step, 0) for step in _sorted(children.get("", []))]
    while pending:
        step, depth = pending.pop()
        lines.append("  " * depth + _shape_line(step))
        pending += [(child, depth + 1) for child in _sorted(children.get(step.id, []))]
    return "\n".join(lines)


def drawn(flow: Flow) -> str:
    """The whole flow for a message: a headline, its tree, errors."""
    steps = outline(flow)
    lines = [f"{sign_of(flow.status)} {plain(key_of(flow), 80)}: {flow.status}, {made_of(flow)}"]
    for step in steps[:MOST_STEPS]:
        lines += ["  " + line for line in _drawn_step(step, flow)]
    if len(steps) > MOST_STEPS:
        lines.append(f"  … and {len(steps) - MOST_STEPS} more steps")
    lines += [f"  ! {plain(note, 200)}" for note in flow.notes[:10]]
    return "\n".join(lines)


def _sorted(siblings: Iterable[Step]) -> list[Step]:
    """Last first: they are taken from the end."""
    return sorted(siblings, key=_shape_line, reverse=True)


def _shape_line(step: Step) -> str:
    by = f" {step.guess}" if step.guess else ""
    if step.hop is not None:
        status = "" if step.status == "done" else f" ({step.status})"
        message = f"{step.name} > " if step.link is not None else ""
        return plain(f"{message}{step.hop.function}{step.tries}{status}{by}", 300)
    if step.wait is not None:
        return plain(f"{step.wait.state}: {step.wait.expected}", 300)
    return plain(f"{step.name} > {'nobody' if step.fate == NOBODY else step.fate}", 300)


def _drawn_step(step: Step, flow: Flow) -> Iterator[str]:
    yield f"{step.stem}{step.joint}{sign_of(step.status)} {plain(_words(step, flow), 200)}"
    for hop in step.hops:
        if hop.error is not None:
            yield f"{step.below}    attempt {hop.attempt}: {plain(f'{hop.error.type}: {hop.error.message}', 200)}"


def _words(step: Step, flow: Flow) -> str:
    if step.hop is not None:
        by = f"  {step.guess}" if step.guess else ""
        took = duration(last_sign_of(step.hop, step.hop.started_us) - step.at_us)
        after = duration(step.at_us - flow.started_us)
        return f"{step.hop.function}{step.tries}{by}  {step.name}  {took}, after {after}"
    if step.wait is not None:
        return f"{step.wait.state}: {step.wait.expected}"
    return f"{step.name} → {step.destination}: {step.fate}"
