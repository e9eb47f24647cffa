"""The collector as a Lambda function: what log subscriptions deliver, into the store of `HOPSCOPE_STORE`.

    event                                        answer
    Kinesis or SQS batch of payloads or lines    {"batchItemFailures": […]}: the records that cannot be read
    a subscription's own (`awslogs`)             nothing; raises when it cannot be read

Everything of one event is written at once, before the answer: what was not durable is delivered again, and what is
delivered again is a repeat. A record that cannot be unpacked is *poison*: it is counted in the store with its reason;
with `HOPSCOPE_DEAD_LETTERS` (URL of a queue) it goes there with its reason, so that the shard goes on; without, it is
reported as failed, and the event source mapping decides how often it is tried and where it goes.

Needs the extra `hopscope-collector[lambda]`: batches are walked by Powertools for AWS Lambda.
"""

import functools
import json
import logging
import os
import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.kinesis_stream_event import KinesisStreamRecord
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from hopscope_collector.dead_letters import DeadLetter, DeadLetters, SqsDeadLetters
from hopscope_collector.errors import CollectorError
from hopscope_collector.ingest import Collected, Gathering
from hopscope_collector.json_values import json_in
from hopscope_collector.lines.sorting import BROKEN_STREAM
from hopscope_collector.resource_names import resource_name
from hopscope_collector.sources.contract import Lines
from hopscope_collector.sources.payload import texts_of, texts_of_body
from hopscope_collector.store.contract import Store, Written
from hopscope_collector.store.location import open_to_write

_logger = Logger(service="hopscope-collector")
_metrics = Metrics(namespace="Hopscope", service="hopscope-collector")
warnings.filterwarnings("ignore", "No application metrics")  # a control message gives nothing to count

Counted = Callable[[Written, int], None]
"""Is told what became of an event's lines, and how many of its records could not be read."""

_LETTER = re.compile(r'"KinesisBatchInfo"|\A\{"source": ')

_EVENT_TYPES = {"aws:kinesis": EventType.KinesisDataStreams, "aws:sqs": EventType.SQS}


def uncounted(_written: Written, _poison: int) -> None:
    """A `Counted` for when nobody watches."""


class PoisonRecord(CollectorError):
    """The record cannot be unpacked, now or later."""


class NotASubscription(CollectorError):
    """The event is none that this function is for."""


class Subscriber:
    """What the function does with one event after the other."""

    def __init__(self, store: Store, dead_letters: DeadLetters | None = None, counted: Counted = uncounted) -> None:
        self._store = store
        self._dead_letters = dead_letters
        self._counted = counted

    def handle(self, event: Mapping[str, Any], context: Any) -> Mapping[str, Any] | None:
        """Store everything that the event carries.

        Raises:
            StoreError: nothing was stored; the event is to be delivered again.
            PoisonRecord: a subscription's own event cannot be read.
            NotASubscription: it is another kind of event.
        """
        taken = _Taken()
        if isinstance(event.get("awslogs"), dict):
            letter = DeadLetter("awslogs:", f"event {context.aws_request_id}", "", json.dumps(event["awslogs"]))
            try:
                self._gather(taken, letter, [json.dumps(event)])
            finally:
                self._keep(taken)
            return None
        answer = process_partial_response(
            event=dict(event),
            record_handler=functools.partial(self._gather_record, taken),
            processor=BatchProcessor(
                event_type=_event_type_of(event),
                raise_on_entire_batch_failure=False,
                logger=cast(logging.Logger, _logger),
            ),
            context=context,
        )
        self._keep(taken)
        return dict(answer)

    def _gather_record(self, taken: "_Taken", record: Any) -> None:
        self._gather(taken, *_read(record))

    def _gather(self, taken: "_Taken", letter: DeadLetter, texts: Sequence[str]) -> None:
        refused = taken.gathering.refused
        before = len(refused)
        places = [letter.id] * len(texts)
        taken.gathering.add(letter.source, Lines(texts, places=places), Collected())
        broken = [each.message for each in refused[before:] if each.reason == BROKEN_STREAM]
        if not broken:
            return
        if self._dead_letters is None:
            raise PoisonRecord(f"{letter.source} {letter.id}: {broken[0]}")
        taken.letters.append(replace(letter, reason=broken[0]))

    def _keep(self, taken: "_Taken") -> None:
        """Letters go last: a store that is down for hours brings the event again and again, but each letter once."""
        if not taken.gathering.is_empty:
            poison = sum(each.reason == BROKEN_STREAM for each in taken.gathering.refused)
            self._counted(self._store.write(taken.gathering.batch()), poison)
        for letter in taken.letters:
            _logger.warning("%s %s put among the dead letters: %s", letter.source, letter.id, letter.reason)
            cast(DeadLetters, self._dead_letters).take(letter)


@dataclass(slots=True)
class _Taken:
    """What one event carried."""

    gathering: Gathering = field(default_factory=Gathering)
    letters: list[DeadLetter] = field(default_factory=list)


@_metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> Mapping[str, Any] | None:
    """The entry point: `hopscope_collector.lambda_entry.handler`."""
    return _subscriber().handle(event, context)


@functools.cache
def _subscriber() -> Subscriber:
    """One a process: the store stays open between events."""
    url = os.environ.get("HOPSCOPE_DEAD_LETTERS")
    return Subscriber(open_to_write(waiting=_logger.warning), SqsDeadLetters(url) if url else None, add_metrics)


def add_metrics(written: Written, poison: int) -> None:
    """What an alarm can watch, in CloudWatch's embedded format: log lines, no calls."""
    for name in ("stored", "repeated", "refused"):
        _metrics.add_metric(name=name, unit=MetricUnit.Count, value=getattr(written, name))
    _metrics.add_metric(name="poison", unit=MetricUnit.Count, value=poison)


def _event_type_of(event: Mapping[str, Any]) -> EventType:
    records = event.get("Records")
    source = records[0].get("eventSource") if isinstance(records, list) and records else None
    if source not in _EVENT_TYPES:
        raise NotASubscription(
            f"event of {source or 'an unknown source'} is not for this function; "
            "expected Kinesis, SQS, or a CloudWatch Logs subscription"
        )
    return _EVENT_TYPES[source]


def _refuse_letter(record: SQSRecord) -> None:
    """A dead letter carries no lines that can be read now: it stays in its queue, and is not taken for a user's line.

    Raises:
        PoisonRecord: it is one of ours, or the position of a batch that a stream's event source gave up.
    """
    document = json_in(record.body) if _LETTER.search(record.body) else None
    if not isinstance(document, dict):
        return
    batch = document.get("KinesisBatchInfo")
    if isinstance(batch, dict):
        stream = resource_name(str(batch.get("streamArn", "")))
        raise PoisonRecord(
            f"message {record.message_id} is about a batch of {batch.get('batchSize')} records of {stream} that was "
            f"given up, from {batch.get('startSequenceNumber')} of {batch.get('shardId')}; "
            f"read the stream again: hopscope collect kinesis:{stream}"
        )
    if document.keys() >= {"source", "id", "reason"}:
        raise PoisonRecord(f"message {record.message_id} is a dead letter: {document['reason']}")


def _read(record: KinesisStreamRecord | SQSRecord) -> tuple[DeadLetter, Sequence[str]]:
    """What a record is called, and the texts in it."""
    if isinstance(record, SQSRecord):
        _refuse_letter(record)
        name = resource_name(record.event_source_arn)
        return DeadLetter(f"sqs:{name}", f"message {record.message_id}", "", record.body), texts_of_body(record.body)
    data = record.kinesis.data
    letter = DeadLetter(f"kinesis:{resource_name(record.event_source_arn)}", record.event_id, "", data)
    return letter, [data] if data.startswith("H4sI") else texts_of(record.kinesis.data_as_bytes())
