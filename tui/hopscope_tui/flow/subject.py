"""What is under the cursor of a flow's screen, and the ids that find it elsewhere (pure)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from hopscope_collector.executions.model import Execution, State
from hopscope_collector.flow import Flow, Hop
from hopscope_collector.shape.outline import Step


@dataclass(frozen=True, slots=True)
class Subject:
    """A step of a flow, or a state of an execution that belongs to it."""

    flow: Flow
    step: Step | None = None
    """None for a flow without a step, and among states."""

    execution: Execution | None = None
    """The execution that is looked at beside the flow. None when there is none, or no history of it."""

    state: State | None = None
    """None among steps."""

    @property
    def id(self) -> str:
        """Tells one subject from another."""
        if self.state is not None:
            return f"state/{self.state.name}/{self.state.events[:1]}"
        return self.step.id if self.step is not None else self.flow.id


class NamedId(NamedTuple):
    """An id, and what kind it is."""

    label: str
    text: str


def ids_of(subject: Subject) -> list[NamedId]:
    """Every id of the subject, that which is asked for most first, none twice."""
    found: dict[str, NamedId] = {}
    for named in _ids(subject):
        if named.text:
            found.setdefault(named.text, named)
    return list(found.values())


def _ids(subject: Subject) -> Iterator[NamedId]:
    flow, step, state = subject.flow, subject.step, subject.state
    if state is not None:
        if subject.execution is not None:
            yield NamedId("execution", subject.execution.arn or "")
        yield NamedId("state", state.name)
        yield from (NamedId("sent", _bare(ref)) for ref in state.identity.refs)
        yield from (NamedId("started", arn) for arn in state.children)
    elif step is not None and step.hop is not None:
        yield NamedId("request", step.hop.request_id)
        yield from (NamedId("message", _bare(ref)) for ref in step.hop.refs)
        yield from (NamedId(f"attempt {hop.attempt}", hop.request_id) for hop in step.hops[:-1])
        yield NamedId("function", step.hop.function)
        if step.hop.error is not None:
            yield NamedId("error", f"{step.hop.error.type}: {step.hop.error.message}")
        yield NamedId("log group", log_group_of(step.hop))
    elif step is not None and step.send is not None:
        yield from (NamedId("message", _bare(ref)) for ref in step.send.refs)
    yield NamedId("correlation", flow.correlation_id or "")
    yield from (NamedId(name, value) for name, value in flow.keys.items())
    yield from (NamedId("trace", trace) for trace in flow.traces)
    yield NamedId("X-Ray trace", xray_id(flow.id))
    yield from (NamedId("execution", arn) for arn in flow.executions)


def log_group_of(hop: Hop) -> str:
    """Where Lambda writes a function's lines unless it was told otherwise."""
    return f"/aws/lambda/{hop.function}"


def xray_id(trace_id: str) -> str:
    """A trace id as X-Ray writes it. Empty for what is no trace id."""
    return f"1-{trace_id[:8]}-{trace_id[8:]}" if len(trace_id) == 32 else ""


def _bare(ref: str) -> str:
    """A provider's id without our word for the provider."""
    return ref.partition("/")[2] or ref
