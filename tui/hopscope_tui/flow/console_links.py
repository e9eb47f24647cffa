"""Where the AWS console shows what is under the cursor (pure).

Only addresses made here are ever opened: names from messages stand in them percent-encoded.
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from urllib.parse import quote

from hopscope_collector.flow import Flow, Hop
from hopscope_tui.flow.subject import Subject, log_group_of, xray_id

_ARN_REGION = re.compile(r"arn:(aws[a-z-]*):[a-z0-9-]+:([a-z]{2}(?:-[a-z]+)+-\d):")
_REGION = re.compile(r"[a-z]{2}(?:-[a-z]+)+-\d\Z")
_HOSTS = {"aws-cn": "console.amazonaws.cn", "aws-us-gov": "console.amazonaws-us-gov.com"}
_MOST_LOOKED_AT = 100
"""Hops and sends: a flow of thousands of them is in one region all the same."""

_AROUND_MS = 60_000
"""Shown before and after an invocation."""


class ConsoleLink(NamedTuple):
    """A page of the console."""

    label: str
    url: str


def links_of(subject: Subject, environment: Mapping[str, str]) -> list[ConsoleLink]:
    """Pages about the subject; none when nothing tells the region.

    `environment` is asked for the region (AWS_REGION, AWS_DEFAULT_REGION) when no ARN of the flow names it.
    """
    place = _place_of(subject.flow, environment)
    return list(_links(subject, *place)) if place is not None else []


def _links(subject: Subject, region: str, host: str) -> Iterator[ConsoleLink]:
    console = f"https://{region}.{host}"
    at = f"region={region}"
    execution = subject.execution
    if subject.state is not None and execution is not None and execution.arn:
        yield ConsoleLink("execution", f"{console}/states/home?{at}#/v2/executions/details/{_once(execution.arn)}")
        return
    step = subject.step
    hop = step.hop if step is not None else None
    if hop is not None and hop.request_id in subject.flow.executions:
        yield ConsoleLink("execution", f"{console}/states/home?{at}#/v2/executions/details/{_once(hop.request_id)}")
    elif hop is not None:
        yield ConsoleLink("log lines", f"{console}/cloudwatch/home?{at}#logsV2:log-groups/log-group/{_lines(hop)}")
        yield ConsoleLink("function", f"{console}/lambda/home?{at}#/functions/{_once(hop.function)}")
    queue = hop.origin if hop is not None and hop.source == "sqs" else None
    if queue and (name := _queue_page(queue)):
        yield ConsoleLink("queue", f"{console}/sqs/v3/home?{at}#/queues/{name}")
    if root := xray_id((hop.root if hop is not None else None) or subject.flow.id):
        yield ConsoleLink("X-Ray trace", f"{console}/cloudwatch/home?{at}#xray:traces/{_once(root)}")


def _place_of(flow: Flow, environment: Mapping[str, str]) -> tuple[str, str] | None:
    """Region and host, from the first ARN that names one."""
    origins = (hop.origin or "" for hop in flow.hops[:_MOST_LOOKED_AT])
    destinations = (send.destination or "" for send in flow.sends[:_MOST_LOOKED_AT])
    for text in (*flow.executions, *origins, *destinations):
        if found := _ARN_REGION.match(text):
            return found[2], _HOSTS.get(found[1], "console.aws.amazon.com")
    region = environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION") or ""
    return (region, "console.aws.amazon.com") if _REGION.match(region) else None


def _lines(hop: Hop) -> str:
    """The lines of one invocation: the end of the address, encoded twice as that page wants it."""
    from_ms = hop.started_us // 1_000 - _AROUND_MS
    until_ms = (hop.ended_us or hop.started_us) // 1_000 + _AROUND_MS
    asked = f'?filterPattern="{hop.request_id}"&start={from_ms}&end={until_ms}'
    return f"{_twice(log_group_of(hop))}/log-events{_twice(asked)}"


def _once(text: str) -> str:
    return quote(text, safe=":", errors="replace")


def _twice(text: str) -> str:
    """The console reads `$25` as `%`."""
    return quote(quote(text, safe="", errors="replace"), safe="").replace("%", "$")


def _queue_page(arn: str) -> str:
    """A queue by its URL, which its page is named after. Empty for what is no ARN of a queue."""
    parts = arn.split(":")
    if len(parts) != 6:
        return ""
    return quote(f"https://sqs.{parts[3]}.amazonaws.com/{parts[4]}/{parts[5]}", safe="", errors="replace")
