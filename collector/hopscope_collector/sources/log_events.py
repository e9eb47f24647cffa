"""CloudWatch Logs as we need it: the seam, the real one, and its fake.

LogEvents            what is asked
├── CloudWatchLogs   boto3
└── MemoryLogs       a dictionary, for tests
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from botocore.exceptions import ClientError

from hopscope_collector.shape.times import date_and_clock
from hopscope_collector.sources.aws_client import client_of
from hopscope_collector.sources.aws_errors import in_our_words, is_missing

MOST_EVENTS = 10_000
"""FilterLogEvents gives no more at once."""


@dataclass(frozen=True, slots=True)
class LogGroup:
    """One log group."""

    arn: str
    """Its identity: the name is the same in another account and region."""

    name: str


@dataclass(frozen=True, slots=True)
class LogEvent:
    """One line in a log group."""

    id: str
    at_ms: int
    """When it was logged. Lines of one group may become readable out of this order, and late."""

    message: str
    stream: str = ""
    """Its log stream. Empty when not said."""


@dataclass(frozen=True, slots=True)
class LogPage:
    """What one request gave. An empty page with a token is normal: go on."""

    events: Sequence[LogEvent]
    next_token: str | None = None

    def is_cut_off_after(self, start_ms: int) -> bool:
        """Whether it may have left events out without a token, so that its last millisecond is to be asked for again.

        MiniStack 1.5.33 gives the first events that there are, and no token. AWS gives one, and such a page never.
        """
        return self.next_token is None and len(self.events) >= MOST_EVENTS and self.events[-1].at_ms > start_ms


_NAMED = 3


def groups_in_words(names: Sequence[str]) -> str:
    """What a person is told of the groups that are read."""
    more = ", …" if len(names) > _NAMED else ""
    return f"{len(names)} log group{'s' if len(names) != 1 else ''}: {', '.join(names[:_NAMED])}{more}"


def reached_in_words(group: str, at_ms: int) -> str:
    """How far reading came, for a line that may be cut on its right."""
    return f"up to {date_and_clock(at_ms * 1_000)} UTC, {group}"


class GroupGone(Exception):
    """The group was deleted since it was listed."""


class LogEvents(Protocol):
    """Log groups and their events.

    What may go well later (throttling, no connection) is raised as botocore raises it: `aws_errors.is_passing()`.
    """

    endpoint: str | None
    """Where it is when not at AWS. None at AWS."""

    def groups(self, prefix: str) -> Iterator[LogGroup]:
        """Every group whose name begins so."""
        ...

    def page(self, group: LogGroup, window: tuple[int, int | None], token: str | None) -> LogPage:
        """Events from a millisecond (included) to another (excluded; None: no end), one page of them.

        Raises:
            GroupGone: there is no such group any more.
        """
        ...


class CloudWatchLogs:
    """`LogEvents` over boto3. AWS_ENDPOINT_URL and the other usual variables hold.

    Asks without a filter pattern: AWS and the emulators read patterns differently, and a damaged record of ours would
    be filtered out before it is counted.
    """

    def __init__(self) -> None:
        self._client, self.endpoint = client_of("logs", "logs")

    def groups(self, prefix: str) -> Iterator[LogGroup]:
        """As in `LogEvents`."""
        with in_our_words(f"logs:{prefix}"):
            for page in self._client.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=prefix):
                for group in page["logGroups"]:
                    name = group.get("logGroupName", "")
                    yield LogGroup(group.get("arn") or name, name)

    def page(self, group: LogGroup, window: tuple[int, int | None], token: str | None) -> LogPage:
        """As in `LogEvents`."""
        asked: dict[str, Any] = {
            "logGroupName": group.name,
            "startTime": window[0],
        }
        if window[1] is not None:
            asked["endTime"] = window[1] - 1  # AWS takes the end as included
        if token is not None:
            asked["nextToken"] = token
        with in_our_words(f"logs:{group.name}"):
            try:
                answer = self._client.filter_log_events(**asked)
            except ClientError as error:
                if is_missing(error):
                    raise GroupGone from error
                raise
        events = [
            LogEvent(_id_of(each), each.get("timestamp", 0), each.get("message", ""), each.get("logStreamName", ""))
            for each in answer.get("events", [])
        ]
        return LogPage(events, answer.get("nextToken"))


def _id_of(event: Mapping[str, Any]) -> str:
    """AWS gives every event an id; for one without (MiniStack 1.5.33), all that is known of it."""
    return event.get("eventId") or f"{event.get('logStreamName')} {event.get('timestamp')} {event.get('message')}"


@dataclass(slots=True)
class MemoryLogs:
    """`LogEvents` over a dictionary: pages of `page_size`, each followed by an empty one."""

    events: dict[str, list[LogEvent]] = field(default_factory=dict)
    """By name of the group."""

    page_size: int = 3
    has_tokens: bool = True
    """False leaves out what does not fit on a page, as MiniStack does."""

    failures: list[Exception] = field(default_factory=list)
    """Raised one after the other, instead of giving a page."""

    endpoint: str | None = None

    def groups(self, prefix: str) -> Iterator[LogGroup]:
        """As in `LogEvents`."""
        return (LogGroup(f"arn:aws:logs:::{name}", name) for name in sorted(self.events) if name.startswith(prefix))

    def page(self, group: LogGroup, window: tuple[int, int | None], token: str | None) -> LogPage:
        """As in `LogEvents`."""
        if self.failures:
            raise self.failures.pop(0)
        start_ms, end_ms = window
        found = sorted(
            (
                each
                for each in self.events[group.name]
                if start_ms <= each.at_ms and (end_ms is None or each.at_ms < end_ms)
            ),
            key=lambda each: each.at_ms,
        )
        at, is_empty_page = divmod(int(token or 0), 2)
        events = [] if is_empty_page else found[at * self.page_size : (at + 1) * self.page_size]
        if not self.has_tokens:
            return LogPage(found[: self.page_size])
        is_last = (at + 1) * self.page_size >= len(found) and not is_empty_page
        return LogPage(events, None if is_last else str(int(token or 0) + 1))
