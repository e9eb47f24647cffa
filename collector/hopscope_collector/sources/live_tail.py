"""CloudWatch Logs Live Tail as we need it: the seam, the real one, and its fake.

LiveTail               what is asked
├── CloudWatchTail     boto3: StartLiveTail, an event stream
└── MemoryTail         lists of updates, for tests
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import boto3
from botocore.config import Config
from botocore.exceptions import EventStreamError, ResponseStreamingError
from urllib3.exceptions import HTTPError

from hopscope_collector.sources.aws_client import region_set
from hopscope_collector.sources.aws_errors import code_of, in_our_words
from hopscope_collector.sources.log_events import LogGroup

SILENCE_S = 15
"""AWS sends an update every second, be it an empty one: after this long without, the connection is dead."""


@dataclass(frozen=True, slots=True)
class LiveLine:
    """One log event, as it is ingested."""

    group: str
    """Name of its log group."""

    at_ms: int
    message: str
    stream: str = ""
    """Its log stream. Empty when not said."""


@dataclass(frozen=True, slots=True)
class Update:
    """What came in about a second. The first of a session is empty: from then on nothing is missed."""

    lines: Sequence[LiveLine] = ()
    is_sampled: bool = False
    """True when there were more than 500 events in the second, and AWS left some out."""


class LiveTail(Protocol):
    """Sessions of Live Tail."""

    def session(self, groups: Sequence[LogGroup]) -> Iterator[Update]:
        """Updates from now on, of at most ten groups, until AWS ends the session (after three hours).

        What may go well later is raised as botocore raises it: `aws_errors.is_passing()`.
        """
        ...


class CloudWatchTail:
    """`LiveTail` over boto3. AWS_ENDPOINT_URL and the other usual variables hold."""

    def __init__(self, endpoint: str | None) -> None:
        # At AWS the operation has a host of its own (`stream-logs.…`); an emulator has one for everything.
        config = Config(connect_timeout=5, read_timeout=SILENCE_S, inject_host_prefix=endpoint is None)
        with in_our_words("live"):
            self._client: Any = boto3.client("logs", region_name=region_set(), config=config)

    def session(self, groups: Sequence[LogGroup]) -> Iterator[Update]:
        """As in `LiveTail`."""
        with in_our_words("live"):
            answer = self._client.start_live_tail(logGroupIdentifiers=[each.arn.removesuffix(":*") for each in groups])
        stream = answer["responseStream"]
        try:
            for event in stream:
                yield update_of(event)
        except EventStreamError as error:
            if code_of(error) != "SessionTimeoutException":
                raise ResponseStreamingError(error=error) from error
        except HTTPError as error:
            raise ResponseStreamingError(error=error) from error
        finally:
            stream.close()


def update_of(event: Mapping[str, Any]) -> Update:
    """One event of the stream: `sessionStart` or `sessionUpdate`."""
    update = event.get("sessionUpdate") or {}
    lines = [
        LiveLine(
            _name_in(each.get("logGroupIdentifier", "")),
            each.get("timestamp", 0),
            each.get("message", ""),
            each.get("logStreamName", ""),
        )
        for each in update.get("sessionResults", ())
    ]
    return Update(lines, bool(update.get("sessionMetadata", {}).get("sampled")))


def _name_in(identifier: str) -> str:
    """A name, `<account>:<name>`, or an ARN: names hold no colon."""
    return identifier.removesuffix(":*").rsplit(":", 1)[-1]


@dataclass(slots=True)
class MemoryTail:
    """`LiveTail` over lists: each session gives its updates, or raises what stands among them."""

    sessions: list[list[Update | Exception]] = field(default_factory=list)
    asked: list[list[str]] = field(default_factory=list)
    """Names of the groups that each session was asked for."""

    is_used_up: bool = False
    """Whether the last session gave all it had; it goes on with empty updates."""

    def session(self, groups: Sequence[LogGroup]) -> Iterator[Update]:
        """As in `LiveTail`."""
        self.asked.append([each.name for each in groups])
        for each in self.sessions.pop(0) if self.sessions else ():
            if isinstance(each, Exception):
                raise each
            yield each
        self.is_used_up = not self.sessions
        while self.is_used_up:
            yield Update()
