"""Where an event belongs whose cause is missing: what followed tells (pure).

Express logs are best effort and pages of a history can be taken alone, so the event that `previousEventId` names may
not be there. What came after an event is in the same place, until something names that place:

    TaskSucceeded (cause missing) → TaskStateExited "Charge"             it was the task of Charge
    PassStateEntered (cause missing) → … → MapIterationSucceeded "M" 3   it ran in iteration 3 of M
"""

from collections.abc import Iterable
from dataclasses import dataclass

from hopscope_collector.executions.event import HistoryEvent


@dataclass(frozen=True, slots=True)
class IterationName:
    """An iteration as events name it."""

    name: str
    """Of the Map."""

    index: int


class Ahead:
    """What followed each event, indexed when first asked for: whole histories never ask."""

    def __init__(self, events: Iterable[HistoryEvent]) -> None:
        self._events = events
        self._next: dict[int, list[HistoryEvent]] | None = None

    def exit_of(self, event: HistoryEvent) -> HistoryEvent | None:
        """The exit of the state whose task the event is of. None when none followed."""
        for later in self._chain(event):
            if later.type.endswith("StateEntered"):
                return None
            if later.type.endswith("StateExited"):
                return later
        return None

    def iteration_of(self, event: HistoryEvent) -> IterationName | None:
        """The iteration that the event's scope turned out to be. None when it is another scope, or nothing tells."""
        last = self._last(event)
        if last is None or not last.type.startswith("MapIteration") or last.type == "MapIterationStarted":
            return None
        name, index = last.text("name"), last.number("index")
        return IterationName(name, index) if name is not None and index is not None else None

    def reaches_the_end_of_the_execution(self, event: HistoryEvent) -> bool:
        """Whether the execution itself ended right after the event's scope did."""
        last = self._last(event)
        return last is not None and last.type.startswith("Execution")

    def _last(self, event: HistoryEvent) -> HistoryEvent | None:
        last = None
        for last in self._chain(event):  # noqa: B007 - the last one is what is asked for
            pass
        return last

    def _chain(self, event: HistoryEvent) -> Iterable[HistoryEvent]:
        """What followed in the same scope, up to and with its end; stops where a Map or Parallel opens."""
        following = self._following()
        seen = {event.id}
        current = event
        while following.get(current.id) and not current.type.startswith(("MapState", "ParallelState")):
            current = min(following[current.id], key=lambda each: (each.type == "MapIterationStarted", each.id))
            if current.id in seen:
                return
            seen.add(current.id)
            yield current
            if current.type.startswith(("MapIteration", "Execution")):
                return

    def _following(self) -> dict[int, list[HistoryEvent]]:
        if self._next is None:
            self._next = {}
            for event in self._events:
                self._next.setdefault(event.previous_id, []).append(event)
        return self._next
