"""Executions as a Lambda function: `aws.states` events from a queue, and the histories that they speak of.

    the event says      what is stored
    RUNNING             that it runs: the event itself, no call to Step Functions
    anything else       its history too, and those of the executions it started

Histories are fetched under the API's throttle: the queue's mapping runs two of these at once, and each makes at most
`HOPSCOPE_HISTORY_CALLS_A_S` requests a second, pages and second tries included; botocore waits out what is throttled
nevertheless. A message whose history cannot be had right now, or that the function has no time left for, is tried again
by the queue, and goes to its dead-letter queue in the end.

Needs the extra `hopscope-collector[lambda]`.
"""

import functools
import logging
import os
import time
import warnings
from collections.abc import Callable, Mapping
from typing import Any, cast

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes import EventBridgeEvent
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from hopscope_collector.errors import CollectorError
from hopscope_collector.executions.keeping import kept_lines
from hopscope_collector.executions.source import ExecutionsSource, LinesOf
from hopscope_collector.executions.step_functions import Executions, StepFunctionsApi
from hopscope_collector.ingest import Collected, Gathering
from hopscope_collector.key_paths import key_paths_of
from hopscope_collector.resource_names import resource_name
from hopscope_collector.sources.contract import Lines, Stop
from hopscope_collector.store.contract import Store
from hopscope_collector.store.location import open_to_write

CALLS_A_S = 8.0
"""Two functions at once stay below the 20 a second that AWS allows an account."""

SPARE_MS = 90_000
"""Nothing more is asked for when less than this is left: a throttled question may wait for a minute."""

_logger = Logger(service="hopscope-executions")
_metrics = Metrics(namespace="Hopscope", service="hopscope-executions")
warnings.filterwarnings("ignore", "No application metrics")  # a message that is tried again gives nothing to count


class Pace:
    """So many requests a second at most."""

    def __init__(
        self,
        requests_a_s: float,
        clock_s: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._pause_s = 1 / requests_a_s
        self._clock_s, self._sleep = clock_s, sleep
        self._next_s = 0.0

    def wait(self) -> None:
        """Until the next request may go."""
        now_s = self._clock_s()
        if now_s < self._next_s:
            self._sleep(self._next_s - now_s)
        self._next_s = max(now_s, self._next_s) + self._pause_s


class LittleTime(CollectorError):
    """The function's time is nearly over: what is left is for the next one."""


class Fetcher:
    """What the function does with one event after the other."""

    def __init__(self, store: Store, executions: Executions, lines_of: LinesOf) -> None:
        self._store = store
        self._executions = executions
        self._lines_of = lines_of

    def handle(self, event: dict[str, Any], context: Any) -> Mapping[str, Any]:
        """Store what the messages of a queue speak of; the answer names those to be tried again.

        What a message led to is stored before the next one is read: a store that fails, or a history that cannot be
        had, fails its own message only.
        """
        processor = BatchProcessor(
            EventType.SQS, raise_on_entire_batch_failure=False, logger=cast(logging.Logger, _logger)
        )
        take = functools.partial(self._take, context)
        answer = process_partial_response(event=event, record_handler=take, processor=processor, context=context)
        return dict(answer)

    def _take(self, context: Any, record: SQSRecord) -> None:
        _need_time(context)
        gathering, collected = Gathering(), Collected()
        queue = resource_name(record.event_source_arn)
        gathering.add(f"sqs:{queue}", Lines([record.body], places=[f"message {record.message_id}"]), collected)
        said = EventBridgeEvent(record.json_body)
        detail = said.detail if isinstance(said.detail, dict) else {}
        arn = str(detail.get("executionArn", ""))
        if arn and detail.get("status") != "RUNNING":
            source = ExecutionsSource(arn, self._executions, self._lines_of)
            for lines in source.lines(None, Stop()):
                # An execution that is over is never asked for again: its position would be kept for nothing.
                gathering.add(source.name, Lines(lines.texts, places=lines.places, refused=lines.refused), collected)
                if gathering.is_due:
                    self._write(gathering)
                    gathering = Gathering()
                _need_time(context)
        self._write(gathering)

    def _write(self, gathering: Gathering) -> None:
        if not gathering.is_empty:
            written = self._store.write(gathering.batch())
            _metrics.add_metric(name="stored", unit=MetricUnit.Count, value=written.stored)


def _need_time(context: Any) -> None:
    left_ms = context.get_remaining_time_in_millis()
    if left_ms < SPARE_MS:
        raise LittleTime(f"{left_ms} ms are left to this function; the message is tried again")


@_metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> Mapping[str, Any]:
    """The entry point: `hopscope_collector.lambda_executions.handler`."""
    return _fetcher().handle(event, context)


@functools.cache
def _fetcher() -> Fetcher:
    """One a process: the store stays open between events."""
    calls_a_s = float(os.environ.get("HOPSCOPE_HISTORY_CALLS_A_S") or CALLS_A_S)
    paths = key_paths_of(os.environ.get("HOPSCOPE_KEYS", ""))
    executions = StepFunctionsApi(before_request=Pace(calls_a_s).wait)
    return Fetcher(open_to_write(waiting=_logger.warning), executions, functools.partial(kept_lines, paths=paths))
