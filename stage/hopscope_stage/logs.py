"""Reads what the functions of a deployment have written."""

from collections import Counter
from typing import Any

from botocore.exceptions import ClientError

from hopscope_stage.deployment import Deployment

OVERLAP_MS = 5_000
"""A line may become visible after a younger one of another invocation; so long is looked back for it."""


class LogReader:
    """The lines of every function's log, each once; not for use by several threads."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._newest_ms: dict[str, int] = {}
        self._seen: dict[str, Counter[tuple[str, int, str]]] = {}
        """How often each line was there at the last look. The emulator gives no event ids, so a line is known by
        its stream, time and text, and twins by their number."""

    def new_lines(self) -> list[str]:
        """What was written since the last call, log group by log group, oldest first in each."""
        return [line for group in self._deployment.log_groups for line in self._new_lines_of(group)]

    def _new_lines_of(self, group: str) -> list[str]:
        since_ms = max(0, self._newest_ms.get(group, 0) - OVERLAP_MS)
        before, now = self._seen.get(group, Counter()), Counter[tuple[str, int, str]]()
        lines: list[str] = []
        for event in events_of(self._deployment, group, since_ms):
            line = (event["logStreamName"], event["timestamp"], event["message"])
            now[line] += 1
            if now[line] > before[line]:
                lines.append(event["message"])
            self._newest_ms[group] = max(self._newest_ms.get(group, 0), event["timestamp"])
        self._seen[group] = now
        return lines


def lines_of(deployment: Deployment, function: str) -> list[str]:
    """Every line of one function's log, by the function's name in the app, oldest first."""
    name = deployment.name(f"function.{function}")
    return [event["message"] for event in events_of(deployment, f"/aws/lambda/{name}")]


def events_of(deployment: Deployment, group: str, since_ms: int = 0) -> list[dict[str, Any]]:
    """Every event of one log group, oldest first; none while the group does not exist."""
    pages = deployment.client("logs").get_paginator("filter_log_events")
    try:
        return [event for page in pages.paginate(logGroupName=group, startTime=since_ms) for event in page["events"]]
    except ClientError as refused:
        if refused.response.get("Error", {}).get("Code") == "ResourceNotFoundException":
            return []
        raise
