"""Kept histories to invocations of their state machines (pure).

history of assign-courier, in parts   ─▶   invocation of assign-courier: the message that started it,
                                           a send for each thing that its tasks sent or started

An execution is one consumer of one message, so flows hold it like any other. A redrive is another attempt.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from hopscope_collector.executions import Execution, NotAnExecution, execution_of, histories_of
from hopscope_collector.executions.as_records import records_of
from hopscope_collector.flow import Hop
from hopscope_collector.stitch.invocations import Invocation
from hopscope_collector.stitch.weave import Weave
from hopscope_wire.decode import record_of_object
from hopscope_wire.fields import WIRE_VERSION
from hopscope_wire.model import Begin, End, History, Record

TASK_TOKEN = "task-token/"  # noqa: S105 - the kind of a ref; the token itself is kept nowhere
TOKENS = "task-tokens"
"""Attribute of the hop of an execution: hashes of the tokens it gave away, with spaces between."""


def executions_of(records: Iterable[Record]) -> list[tuple[Execution, History]]:
    """Every execution whose history is among the records, each with what was kept of it, sorted by its id."""
    parts: dict[str, list[History]] = {}
    for record in records:
        if isinstance(record, History):
            parts.setdefault(record.invocation_id, []).append(record)
    found: list[tuple[Execution, History]] = []
    for _, kept in sorted(parts.items()):
        kept.sort(key=repr)
        try:
            history = histories_of(document for each in kept for document in each.documents)[0]
        except NotAnExecution:
            continue  # a record that somebody else made: nothing in it tells of an execution
        found.append((_named(execution_of(history), kept[0]), kept[0]))
    return found


def _named(execution: Execution, kept: History) -> Execution:
    """With what every part knows of the whole: the one that describes it may be lost, or still to come."""
    name = next(iter(kept.refs), "")
    return replace(
        execution,
        arn=execution.arn or name.partition("/")[2] or None,
        started_us=kept.start_us if execution.started_us is None else execution.started_us,
    )


@dataclass(frozen=True, slots=True)
class ExecutedRun:
    """One run of an execution: its first, or a redrive."""

    invocation: Invocation
    """Without an end while it runs."""

    so_far: Invocation
    """The same with everything that it has sent until now, whether it is over or not."""


def executed(records: Iterable[Record]) -> list[ExecutedRun]:
    """The executions among the records, one for each run."""
    found = executions_of(records)
    children: dict[str, list[str]] = {}
    for execution, _ in found:
        if execution.map_run_arn and execution.arn:
            children.setdefault(execution.map_run_arn, []).append(execution.arn)
    return [each for execution, kept in found for each in _runs_of(execution, kept, children)]


def _runs_of(execution: Execution, kept: History, children: Mapping[str, Sequence[str]]) -> Iterator[ExecutedRun]:
    map_runs = (each.arn for state in execution.walk() for each in state.map_runs if each.arn)
    own = [child for each in map_runs for child in children.get(each, ())]
    now, ended = _invocations(execution, kept, own), _invocations(_as_if_over(execution), kept, own)
    for invocation_id, invocation in now.items():
        yield ExecutedRun(invocation, ended.get(invocation_id, invocation))


def _as_if_over(execution: Execution) -> Execution:
    """An end record is what holds sends, so a run that goes on is given one."""
    started_us = execution.started_us
    if not execution.runs:
        return replace(execution, ended_us=execution.ended_us or started_us, status="SUCCEEDED")
    runs = (
        replace(each, ended_us=each.ended_us or each.started_us or started_us, status="SUCCEEDED")
        for each in execution.runs
    )
    return replace(execution, runs=tuple(runs))


def _invocations(execution: Execution, kept: History, children: Sequence[str]) -> dict[str, Invocation]:
    begins: dict[str, Begin] = {}
    ends: dict[str, End] = {}
    for found in records_of(execution, children):
        record = record_of_object({"hopscope": WIRE_VERSION, **found, "keys": dict(kept.keys)})
        if isinstance(record, Begin):
            begins[record.invocation_id] = _also_known_as(record, kept)
        elif isinstance(record, End):
            ends[record.invocation_id] = record
    return {each: Invocation(begin, ends.get(each)) for each, begin in begins.items()}


def _also_known_as(begin: Begin, kept: History) -> Begin:
    """With what its payloads told: the event that started it, and the task tokens it gave away, as hashes."""
    tokens = " ".join(ref.removeprefix(TASK_TOKEN) for ref in kept.refs if ref.startswith(TASK_TOKEN))
    attributes = {TOKENS: tokens} if tokens else {}
    (message,) = begin.messages
    refs = (*message.refs, *([kept.started_by] if kept.started_by else []))
    return replace(begin, messages=(replace(message, refs=refs, attributes=attributes),))


def tokens_given_away(hops: Iterable[Hop]) -> dict[str, list[Hop]]:
    """By the ref of each task token: the runs of the execution that handed it to a task."""
    given: dict[str, list[Hop]] = {}
    for hop in hops:
        for token in hop.attributes.get(TOKENS, "").split():
            given.setdefault(TASK_TOKEN + token, []).append(hop)
    return given


def join_callbacks(weave: Weave) -> None:
    """Join the flow of whoever answered a task token to that of the execution that gave it away.

    It is no link: the answer led to a state of the execution, not to the execution.
    """
    for ref, runs in tokens_given_away(weave.hops).items():
        for send in weave.index.sends_by_ref.get(ref, ()):
            for run in runs:
                weave.joined.unite(run.id, send.hop)
