"""One event of a history, in one shape whatever it was read from (pure)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from hopscope_collector.executions.errors import BadEvent
from hopscope_collector.executions.times import epoch_us

_DIGITS = re.compile("[0-9]{1,18}")
_NO_DETAILS: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class HistoryEvent:
    """Something that happened to an execution."""

    id: int
    """From 1, unique in the execution, growing in the order in which things happened."""

    previous_id: int
    """The event that caused this one; 0 when nothing did, or when AWS does not say."""

    type: str
    """AWS's own name, such as `TaskStateEntered`."""

    time_us: int | None
    """None when the history has no readable time for it."""

    details: Mapping[str, object] = field(default_factory=dict)
    """The one `…EventDetails` object of the event."""

    def text(self, key: str) -> str | None:
        """A detail that is a string. None when it is missing or something else."""
        value = self.details.get(key)
        return value if isinstance(value, str) else None

    def number(self, key: str) -> int | None:
        """A detail that is a whole number. None when it is missing or something else."""
        value = self.details.get(key)
        return value if isinstance(value, int) and not isinstance(value, bool) else None


def event_from_api(given: object, where: str) -> HistoryEvent:
    """An element of `GetExecutionHistory.events`, as the API, the CLI or boto3 gives it.

    Raises:
        BadEvent: when it has no id or no type.
    """
    if not isinstance(given, Mapping):
        raise BadEvent(where, "the value", given, "an object with id, type and timestamp")
    details = next((value for key, value in given.items() if key.endswith("EventDetails")), _NO_DETAILS)
    return HistoryEvent(
        id=_whole(given.get("id"), where, "id", at_least=1),
        previous_id=_whole(given.get("previousEventId", 0), where, "previousEventId", at_least=0),
        type=_type(given.get("type"), where),
        time_us=epoch_us(given.get("timestamp")),
        details=details if isinstance(details, Mapping) else _NO_DETAILS,
    )


def event_from_log(given: Mapping[str, object], where: str) -> HistoryEvent:
    """A log line of an Express (or logging Standard) execution: ids are strings, the details have no name of their own.

    Raises:
        BadEvent: when it has no id or no type.
    """
    details = given.get("details")
    return HistoryEvent(
        id=_whole(given.get("id"), where, "id", at_least=1),
        previous_id=_whole(given.get("previous_event_id", 0), where, "previous_event_id", at_least=0),
        type=_type(given.get("type"), where),
        time_us=epoch_us(given.get("event_timestamp")),
        details=details if isinstance(details, Mapping) else _NO_DETAILS,
    )


def _whole(given: object, where: str, field: str, *, at_least: int) -> int:
    number = int(given) if isinstance(given, str) and _DIGITS.fullmatch(given) else given
    if not isinstance(number, int) or isinstance(number, bool) or number < at_least:
        raise BadEvent(where, field, given, f"a whole number of at least {at_least}")
    return number


def _type(given: object, where: str) -> str:
    if not isinstance(given, str) or not given:
        raise BadEvent(where, "type", given, "the name of an event type, such as TaskStateEntered")
    return given
