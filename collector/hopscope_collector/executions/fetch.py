"""Histories from AWS: the one module here that calls it.

    DescribeExecution                    status and times; Express executions have nothing else here
    GetExecutionHistory                  1,000 events a page
    DescribeStateMachineForExecution     the definition that this execution runs, also after an update
    GetDurableExecution[History]         the same for durable functions

AWS allows 20 GetExecutionHistory a second after a burst of 400: throttles are waited out by botocore's adaptive
retries. Everything is read, nothing written.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from hopscope_collector.errors import SourceFailed
from hopscope_collector.executions.errors import NotAnExecution
from hopscope_collector.executions.event import HistoryEvent, event_from_api
from hopscope_collector.executions.history import History, histories_of
from hopscope_collector.sources.aws_client import ANSWER_S, region_set
from hopscope_collector.sources.aws_errors import code_of, in_our_words

RETRIES = Config(
    retries={"mode": "adaptive", "total_max_attempts": 4},
    connect_timeout=5,
    read_timeout=ANSWER_S,
    user_agent_extra="hopscope",
)
"""An execution takes many requests, of which a few a second are allowed: botocore learns how many."""

_PAGE_EVENTS = 1000
_HAS_NO_HISTORY = "StateMachineTypeNotSupported"


_NO_SUCH = frozenset({"ExecutionDoesNotExist", "InvalidArn", "ResourceNotFoundException", "ValidationException"})


class NoSuchExecution(NotAnExecution):
    """AWS knows no execution by the ARN."""


class StepFunctions(Protocol):
    """What is asked of boto3's `stepfunctions` client."""

    def describe_execution(self, **kwargs: Any) -> Mapping[str, object]: ...  # noqa: D102 - boto3's own shape
    def get_execution_history(self, **kwargs: Any) -> Mapping[str, object]: ...  # noqa: D102
    def describe_state_machine_for_execution(self, **kwargs: Any) -> Mapping[str, object]: ...  # noqa: D102


def fetch_execution(arn: str) -> History:
    """The history of an execution, by its ARN, with the session and region of the environment.

    `AWS_ENDPOINT_URL` sends it elsewhere, such as to an emulator.

    Raises:
        NoSuchExecution: when AWS knows none by the ARN.
        SourceFailed: when AWS refuses, or cannot be reached; says what to check.
    """
    region = arn.split(":")[3] or region_set()
    session = boto3.Session(region_name=region)
    try:
        with in_our_words(arn):
            if ":lambda:" in arn:
                documents = list(durable_documents_about(session.client("lambda", config=RETRIES), arn))
            else:
                documents = list(documents_about(session.client("stepfunctions", config=RETRIES), arn))
    except SourceFailed as error:
        if code_of(error.__cause__) in _NO_SUCH:
            raise NoSuchExecution(
                f"AWS knows no such execution ({error.__cause__}); expected one that ran in the last 90 days."
                " Express executions are in their log group only: save its lines to a file"
            ) from error
        raise
    except (BotoCoreError, ClientError) as error:
        raise SourceFailed(f"{arn}: AWS does not answer ({error}); check the network and AWS_ENDPOINT_URL") from error
    return histories_of(documents)[0]


def documents_about(client: StepFunctions, arn: str) -> Iterator[Mapping[str, object]]:
    """The same documents that the AWS CLI would print."""
    yield client.describe_execution(executionArn=arn)
    try:
        for page in history_pages(client, arn):
            yield {"executionArn": arn, "events": page}
    except ClientError as error:
        if code_of(error) != _HAS_NO_HISTORY:
            raise
    try:
        yield {"definition": client.describe_state_machine_for_execution(executionArn=arn)["definition"]}
    except (ClientError, KeyError):
        return  # without permission, or deleted since: the picture lacks the path not taken


def history_pages(client: StepFunctions, arn: str, *, newest_first: bool = False) -> Iterator[list[object]]:
    """The events of an execution, page by page."""
    asked: dict[str, object] = {"executionArn": arn, "maxResults": _PAGE_EVENTS, "reverseOrder": newest_first}
    while True:
        page = client.get_execution_history(**asked)
        events = page.get("events")
        yield list(events) if isinstance(events, list) else []
        token = page.get("nextToken")
        if not token:
            return
        asked["nextToken"] = token


def events_after(client: StepFunctions, arn: str, after_id: int) -> list[HistoryEvent]:
    """The events of an execution past an id: all of them when it is 0, else the newest pages only.

    None for an Express execution, which has no history to ask for.
    """
    found: list[HistoryEvent] = []
    try:
        for page in history_pages(client, arn, newest_first=after_id > 0):
            events = [event_from_api(event, f"an event of {arn}") for event in page]
            found += [event for event in events if event.id > after_id]
            if any(event.id <= after_id for event in events):
                break
    except ClientError as error:
        if code_of(error) != _HAS_NO_HISTORY:
            raise
    return found


def durable_documents_about(client: Any, arn: str) -> Iterator[Mapping[str, object]]:
    """Without execution data: payloads are private, and the picture does not need them."""
    yield client.get_durable_execution(DurableExecutionArn=arn)
    asked: dict[str, object] = {"DurableExecutionArn": arn, "IncludeExecutionData": False}
    while True:
        page = client.get_durable_execution_history(**asked)
        yield {"DurableExecutionArn": arn, "Events": page.get("Events", [])}
        if not page.get("NextMarker"):
            return
        asked["Marker"] = page["NextMarker"]
