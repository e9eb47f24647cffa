"""Where one can go from a step: to what led to it, to what it led to, and into other flows (pure)."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from hopscope_collector.flow import Flow
from hopscope_collector.shape.evidence import sureness
from hopscope_collector.shape.outline import Step
from hopscope_tui.flow.relations import Relations
from hopscope_tui.flow.subject import Subject


class Way(NamedTuple):
    """One way on."""

    label: str
    text: str
    hint: str = ""
    step_id: str = ""
    """A step of the same flow."""

    id_text: str = ""
    """What other flows are found by; empty when the way stays in the flow."""

    arn: str = ""
    """An execution to look at beside the flow."""


def ways_of(subject: Subject, steps: Mapping[str, Step], relations: Relations) -> list[Way]:
    """Backwards first, then forwards, then into executions and other flows."""
    return [*_of_state(subject), *(_of_step(subject, steps, relations) if subject.step is not None else ())]


def _of_state(subject: Subject) -> Iterator[Way]:
    state = subject.state
    if state is None:
        return
    for arn in state.children:
        yield Way("started", _last(arn), "its states", arn=arn)
        yield Way("started", _last(arn), "its flow", id_text=arn)


def _of_step(subject: Subject, steps: Mapping[str, Step], relations: Relations) -> Iterator[Way]:
    step, flow = subject.step, subject.flow
    assert step is not None
    if (above := relations.parents.get(step.id)) is not None:
        yield Way("← from", _words(steps[above]), _because(step), step_id=above)
    for other, link in relations.also_from.get(step.id, ()):
        yield Way("← also from", _words(steps[other]), sureness(link), step_id=other)
    for below in relations.children.get(step.id, ()):
        yield Way("→ to", _words(steps[below]), _because(steps[below]), step_id=below)
    for other, link in relations.also_to.get(step.id, ()):
        yield Way("→ also to", _words(steps[other]), sureness(link), step_id=other)
    if step.hop is not None:
        if step.hop.request_id in flow.executions:
            yield Way("its states", _last(step.hop.request_id), arn=step.hop.request_id)
        if step.hop.batch_size > 1:
            yield Way("same batch", "what else this invocation was given", "other flows", id_text=step.hop.request_id)
    refs = (step.send.refs if step.send is not None else ()) or (step.hop.refs if step.hop is not None else ())
    if refs:
        yield Way("same message", refs[0], "other flows", id_text=refs[0])
    yield from _of_machine(flow)


def _of_machine(flow: Flow) -> Iterator[Way]:
    """An execution may belong to a flow of its own, or to several."""
    for arn in flow.executions:
        yield Way("execution", _last(arn), "its flows", id_text=arn)


def _words(step: Step) -> str:
    if step.hop is not None:
        return f"{step.hop.function}  {step.name}"
    return f"{step.name}  {step.fate if step.wait is None else step.status}"


def _because(step: Step) -> str:
    return f"{sureness(step.link)}, by {step.link.evidence[0]}" if step.link is not None else ""


def _last(arn: str) -> str:
    return arn.rsplit(":", 2)[-2] + ":" + arn.rsplit(":", 1)[-1] if arn.count(":") > 1 else arn


def others_than(flow: Flow, found: tuple[Flow, ...]) -> list[Flow]:
    """Of the flows that an id names, those that are not this one."""
    return [each for each in found if each.id != flow.id]
