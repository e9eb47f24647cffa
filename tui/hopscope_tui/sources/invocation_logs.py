"""The log lines of one invocation, asked for when a person wants them (a rim: knows boto3).

/aws/lambda/print-ticket
  2026/11/21/[$LATEST]9f1c
    START RequestId: 5812…     ┐ an environment runs one invocation at a time: everything between
    the printer does not …     │ these two lines of one stream belongs to it
    REPORT RequestId: 5812…    ┘
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hopscope_collector.flow import Hop
from hopscope_tui.flow.subject import log_group_of
from hopscope_wire.fields import LINE_PREFIX

MOST_LINES = 500
_MOST_PAGES = 5
_BEFORE_MS, _AFTER_MS = 2_000, 5_000
"""Clocks, and the REPORT line, which comes after the end."""

Event = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line as it was logged."""

    at_us: int
    text: str


@dataclass(frozen=True, slots=True)
class LogLines:
    """The lines of an invocation, or why there are none."""

    lines: tuple[LogLine, ...] = ()
    note: str = ""


def read_lines(hop: Hop) -> LogLines:
    """From CloudWatch Logs, with the credentials, region and AWS_ENDPOINT_URL of this machine. May block for seconds.

    Raises:
        SourceFailed: no credentials, no region, no permission, no connection, in words.
    """
    import boto3
    from botocore.config import Config
    from botocore.exceptions import ClientError

    from hopscope_collector.sources.aws_errors import in_our_words, is_missing

    group = log_group_of(hop)
    window = (hop.started_us // 1_000 - _BEFORE_MS, (hop.ended_us or hop.started_us) // 1_000 + _AFTER_MS)
    once = Config(retries={"mode": "standard", "max_attempts": 2}, connect_timeout=3, read_timeout=10)
    with in_our_words("log lines"):
        client = boto3.client("logs", config=once)
        try:
            events = _events(client, group, window)
        except ClientError as error:
            if is_missing(error):
                return LogLines(note=f"there is no log group {group} at {client.meta.endpoint_url}")
            raise
    lines = lines_of(events, hop.request_id)
    return LogLines(lines, "" if lines else f"{group} has no line of this request at that time; kept too short a time?")


def _events(client: Any, group: str, window: tuple[int, int]) -> list[Event]:
    """Everything that was logged then: a filter on the request id would leave out what the function printed."""
    asked: dict[str, Any] = {"logGroupName": group, "startTime": window[0], "endTime": window[1]}
    events: list[Event] = []
    for _ in range(_MOST_PAGES):
        page = client.filter_log_events(**asked)
        events += page["events"]
        token = page.get("nextToken")
        if not token:
            break
        asked["nextToken"] = token
    return events


def lines_of(events: Sequence[Event], request_id: str) -> tuple[LogLine, ...]:
    """Of a group's events, those of one request, without our own records (pure)."""
    stream = next((each.get("logStreamName") for each in events if request_id in each["message"]), None)
    if stream is None:
        return ()
    ours = [each for each in events if each.get("logStreamName") == stream]
    places = [place for place, each in enumerate(ours) if request_id in each["message"]]
    lines = [
        LogLine(each["timestamp"] * 1_000, text)
        for each in ours[places[0] : places[-1] + 1]
        for text in each["message"].rstrip("\n").split("\n")
        if LINE_PREFIX not in text
    ]
    return tuple(lines[:MOST_LINES])
