"""The collector's Lambda function on the emulator: fed by a log subscription and by a stream, storing on disk."""

import base64
import gzip
import json
import os
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hopscope_collector.errors import StoreMissing
from hopscope_collector.store.contract import Stats
from hopscope_collector.store.location import open_to_read
from hopscope_stage import App, Deployment, Function, Queue, Source, Stage, Stream

pytestmark = pytest.mark.stage

WITHIN_S = 60.0


@pytest.fixture
def store_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/collected.db"


@pytest.fixture
def deployed(emulator: Stage, store_url: str) -> Deployment:
    """The function, polled from a stream, with a queue for what it cannot read."""
    name = f"collector-{uuid.uuid4().hex[:8]}"
    function = Function(
        name,
        "collecting.handler",
        Path(__file__).parent / "handlers",
        environment={
            "COLLECTOR_PATH": os.pathsep.join(each for each in sys.path if each),
            "HOPSCOPE_STORE": store_url,
            "HOPSCOPE_DEAD_LETTERS": f"${{queue.{name}.url}}",
        },
        timeout_s=20,
        is_traced=False,
    )
    source = Source(f"stream.{name}", name, batch_size=10, reports_failures=True, max_retries=1)
    return emulator.deploy(
        App(name, functions=(function,), queues=(Queue(name),), streams=(Stream(name),), sources=(source,)), prefix=""
    )


def stats_when(store_url: str, is_enough: Callable[[Stats], bool]) -> Stats:
    """The counters as soon as they are as expected; the last ones when they never are."""
    give_up_s = time.monotonic() + WITHIN_S
    while True:
        try:
            with open_to_read(store_url) as store:
                stats = store.stats()
        except StoreMissing:
            stats = Stats()
        if is_enough(stats) or time.monotonic() > give_up_s:
            return stats
        time.sleep(0.05)


def payload(*lines: str) -> bytes:
    events = [{"id": str(number), "timestamp": 1, "message": line} for number, line in enumerate(lines)]
    carried = {"messageType": "DATA_MESSAGE", "logGroup": "/aws/lambda/place-order", "logEvents": events}
    return gzip.compress(json.dumps(carried).encode())


def test_a_log_subscription_feeds_the_function(
    deployed: Deployment, emulator: Stage, store_url: str, a_line: Callable[[], str]
) -> None:
    logs, group = emulator.client("logs"), f"/aws/lambda/{uuid.uuid4().hex}"
    arn = emulator.client("lambda").get_function(FunctionName=deployed.app.name)["Configuration"]["FunctionArn"]
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    logs.put_subscription_filter(logGroupName=group, filterName="h", filterPattern="", destinationArn=arn)

    events: list[Any] = [{"timestamp": 1_790_000_000_000 + at, "message": a_line()} for at in range(3)]
    logs.put_log_events(logGroupName=group, logStreamName="s", logEvents=events)

    assert stats_when(store_url, lambda stats: stats.stored == 3).stored == 3


def test_a_stream_feeds_the_function_and_poison_goes_to_the_dead_letters(
    deployed: Deployment, emulator: Stage, store_url: str, a_line: Callable[[], str]
) -> None:
    name = deployed.app.name
    cut = payload(a_line())[:-8]
    records = [payload(a_line(), a_line()), cut, payload(a_line())]
    emulator.client("kinesis").put_records(
        StreamName=name, Records=[{"PartitionKey": "a", "Data": each} for each in records]
    )

    stats = stats_when(store_url, lambda stats: stats.stored == 3 and bool(stats.refused))

    sqs = emulator.client("sqs")
    url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    (message,) = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=10)["Messages"]
    letter = json.loads(message["Body"])
    assert (stats.stored, stats.refused) == (3, {"broken_stream": 1})
    assert letter["reason"] == "payload is cut; expected gzip in base64"
    assert base64.b64decode(letter["content"]) == cut
