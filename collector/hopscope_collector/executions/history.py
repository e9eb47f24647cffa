"""A history and what describes it, read from whatever holds them (pure).

    {"events": […]}                            GetExecutionHistory, as the CLI, boto3 or the API prints it
    […]                                        its events alone
    {"history": {"events": […]}, …}            wrapped, with `describe` or `definition` beside it or without
    {"executionArn": …, "status": …, …}        DescribeExecution
    {"id": "1", "execution_arn": …, …}         one log line of an Express execution
    {"Events": […]}, {"DurableExecutionArn"…}  durable executions: GetDurableExecutionHistory, GetDurableExecution
    {"source": "aws.states", "detail": {…}}    an EventBridge status-change event
    {"logEvents": […]}, {"events": [{"message"…  a log subscription's payload, or what `aws logs filter-log-events`
                                               prints: the messages are the above
    {"definition": "…"}                        DescribeStateMachine, DescribeStateMachineForExecution

Several of them may stand in one file; what names the same execution belongs together, and a history without a name
belongs to the one description that is there.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from hopscope_collector.executions.description import Description, description_of, status_change
from hopscope_collector.executions.documents import documents_in, lines_of_a_log
from hopscope_collector.executions.durable_event import DurableEvent, durable_event
from hopscope_collector.executions.errors import NotAHistory
from hopscope_collector.executions.event import HistoryEvent, event_from_api, event_from_log
from hopscope_collector.executions.model import Kind

UNNAMED = " "
"""Stands where the ARN of an execution is not known; no ARN begins with it."""


@dataclass(frozen=True, slots=True)
class History:
    """Everything known about one execution, before it is made a tree."""

    events: tuple[HistoryEvent, ...] = ()
    """In any order, with repeats. Empty for a durable execution, and when only a description was given."""

    description: Description | None = None
    """None when only events were given."""

    kind: Kind = "standard"
    definition: object = None
    """The state machine as JSON or as a mapping. None when it was not beside the history."""

    durable_events: tuple[DurableEvent, ...] = ()


@dataclass(slots=True)
class _Draft:
    events: list[HistoryEvent] = field(default_factory=list)
    types: dict[int, str] = field(default_factory=dict)
    descriptions: list[Description] = field(default_factory=list)
    kind: Kind = "standard"
    durable_events: list[DurableEvent] = field(default_factory=list)

    def is_empty(self) -> bool:
        return not (self.events or self.descriptions or self.durable_events)


def histories_in(text: str) -> tuple[History, ...]:
    """Every execution in a text, in the order in which each first appears; at least one.

    Raises:
        NotAnExecution: when the text holds none, or one that cannot be read.
    """
    return histories_of(documents_in(text))


def histories_of(documents: Iterable[object]) -> tuple[History, ...]:
    """Every execution in documents that are parsed already, such as boto3's responses.

    Raises:
        NotAnExecution: when they hold none, or one that cannot be read.
    """
    reader = _Reader()
    for number, document in enumerate(documents, 1):
        reader.read(document, f"document {number}")
    return reader.histories()


class _Reader:
    """Sorts documents by the execution they belong to."""

    def __init__(self) -> None:
        self._drafts: dict[str, _Draft] = {}
        self._definition: object = None
        self._refused = "nothing"

    def read(self, document: object, where: str) -> None:
        match document:
            case list():
                self._list(document, where)
            case Mapping():
                self._mapping(document, where)
            case _:
                self._refused = f"{document!r:.60}"

    def histories(self) -> tuple[History, ...]:
        if all(draft.is_empty() for draft in self._drafts.values()):
            raise NotAHistory("a history without events" if self._drafts else self._refused)
        self._adopt_the_unnamed()
        return tuple(
            History(
                events=tuple(draft.events),
                description=_merged(draft.descriptions),
                kind=draft.kind,
                definition=self._definition,
                durable_events=tuple(draft.durable_events),
            )
            for draft in self._drafts.values()
        )

    def _list(self, documents: Sequence[object], where: str) -> None:
        if documents and _is_event(documents[0]):
            self._events(documents, where)
            return
        if not documents:
            self._refused = "an empty list"
        for number, each in enumerate(documents, 1):
            self.read(each, f"{where}, item {number}")

    def _mapping(self, document: Mapping[str, object], where: str) -> None:
        """There are many things it can be; a wrapper may be several at once."""
        known = False
        if isinstance(found := document.get("definition"), str | Mapping):
            self._definition, known = found, True
        for inner in _wrapped(document):
            self.read(inner, where)
            known = True
        known = self._leaf(document, where) or known
        if not known:
            keys = ", ".join(sorted(map(str, document))[:3])
            self._refused = f"an object with {keys or 'no keys'}"

    def _leaf(self, document: Mapping[str, object], where: str) -> bool:
        if isinstance(events := document.get("events"), list):
            if _are_log_events(events):
                self._list(tuple(lines_of_a_log(events)), where)
            else:
                arn = document.get("executionArn")
                self._events(events, where, arn if isinstance(arn, str) else None)
        elif isinstance(events := document.get("Events"), list):
            self._durable(events, str(document.get("DurableExecutionArn") or UNNAMED))
        elif "execution_arn" in document and "type" in document:
            self._log_line(document, where)
        elif _is_event(document):
            self._events([document], where)
        elif (described := status_change(document) or description_of(document)) is not None:
            self._draft(described.arn, kind=described.kind).descriptions.append(described)
        elif isinstance(events := document.get("logEvents"), list):
            self._list(tuple(lines_of_a_log(events)), where)
        else:
            return False
        return True

    def _events(self, events: Sequence[object], where: str, arn: str | None = None) -> None:
        parsed = [event_from_api(event, f"event {number} of {where}") for number, event in enumerate(events, 1)]
        draft = self._draft(self._unnamed_for(parsed) if arn is None else arn)
        draft.events.extend(parsed)
        draft.types.update({event.id: event.type for event in parsed})

    def _unnamed_for(self, events: Sequence[HistoryEvent]) -> str:
        """Pages of one history go together; another history has the same ids for other things."""
        unnamed = [arn for arn in self._drafts if arn.startswith(UNNAMED)]
        for arn in unnamed:
            types = self._drafts[arn].types
            if all(types.get(event.id, event.type) == event.type for event in events):
                return arn
        return UNNAMED * (len(unnamed) + 1)

    def _durable(self, events: Sequence[object], arn: str) -> None:
        parsed = [durable_event(event, number) for number, event in enumerate(events, 1)]
        self._draft(arn, kind="durable").durable_events.extend(parsed)

    def _log_line(self, document: Mapping[str, object], where: str) -> None:
        arn = str(document.get("execution_arn"))
        kind: Kind = "express" if ":express:" in arn else "standard"
        self._draft(arn, kind=kind).events.append(event_from_log(document, where))
        if not self._drafts[arn].descriptions:
            self._drafts[arn].descriptions.append(Description(arn=arn, kind=kind))

    def _draft(self, arn: str, *, kind: Kind = "standard") -> _Draft:
        draft = self._drafts.setdefault(arn, _Draft(kind=kind))
        draft.kind = kind if kind != "standard" else draft.kind
        return draft

    def _adopt_the_unnamed(self) -> None:
        """A history and a description printed one after the other: only the description has the ARN."""
        named = [arn for arn in self._drafts if not arn.startswith(UNNAMED)]
        if UNNAMED in self._drafts and len(named) == 1:
            unnamed, draft = self._drafts.pop(UNNAMED), self._drafts[named[0]]
            draft.events.extend(unnamed.events)
            draft.durable_events.extend(unnamed.durable_events)
            draft.kind = unnamed.kind if draft.kind == "standard" else draft.kind


_WRAPPERS = (
    *("history", "describe", "description", "execution", "get_execution_history", "describe_execution"),
    *("executions", "DurableExecutions"),  # ListExecutions, ListDurableExecutionsByFunction
)


def _wrapped(document: Mapping[str, object]) -> Iterable[object]:
    for key in _WRAPPERS:
        if isinstance(inner := document.get(key), Mapping | list):
            yield inner


def _are_log_events(events: Sequence[object]) -> bool:
    """What `aws logs filter-log-events` prints stands under the same key as a history."""
    return bool(events) and isinstance(events[0], Mapping) and isinstance(events[0].get("message"), str)


def _is_event(value: object) -> bool:
    return isinstance(value, Mapping) and {"id", "type"} <= value.keys() and "execution_arn" not in value


def _merged(descriptions: Sequence[Description]) -> Description | None:
    """Of several descriptions of one execution, each later one completes what the earlier left open."""
    merged: Description | None = None
    for each in descriptions:
        merged = each if merged is None else merged.completed_by(each)
    return merged
