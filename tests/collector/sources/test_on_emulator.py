"""The sources over HTTP: what a log subscription delivers to a stream, a queue filled by hand, resharding."""

import gzip
import json
import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner

from hopscope_collector.errors import NotASource
from hopscope_collector.ingest import Collected, collect
from hopscope_collector.sources.contract import Stop
from hopscope_collector.sources.naming import Wanted, sources_of
from hopscope_collector.store.memory import MemoryStore
from hopscope_tui.commands.collect import command

pytestmark = pytest.mark.stage

Client = Callable[[str], Any]
Line = Callable[[], str]


class Unheard:
    def progress(self, source: str, collected: Collected) -> None: ...
    def say(self, words: str) -> None: ...


@pytest.fixture
def name() -> str:
    return f"hops-{uuid.uuid4().hex[:8]}"


def collected_from(source: str, store: MemoryStore) -> Collected:
    return collect(sources_of(source, Wanted()), store, Unheard(), Stop())


def payload(name: str, *lines: str) -> bytes:
    """What a log subscription puts into a stream; the emulator delivers subscriptions to functions only."""
    return gzip.compress(
        json.dumps(
            {
                "messageType": "DATA_MESSAGE",
                "owner": "123456789012",
                "logGroup": f"/aws/lambda/{name}",
                "logStream": "2026/11/21/[$LATEST]abc",
                "subscriptionFilters": ["hopscope"],
                "logEvents": [
                    {"id": f"{number:056d}", "timestamp": 1_790_000_000_000, "message": f"{line}\n"}
                    for number, line in enumerate(lines)
                ],
            }
        ).encode()
    )


def a_control_message() -> bytes:
    """What a new subscription sends to see whether the stream can be reached."""
    probe = {"id": "", "timestamp": 1, "message": "CWL CONTROL MESSAGE: Checking health of destination Kinesis stream."}
    return gzip.compress(json.dumps({"messageType": "CONTROL_MESSAGE", "logEvents": [probe]}).encode())


def test_what_a_subscription_delivers_to_a_stream_is_stored_once(at_emulator: Client, name: str, a_line: Line) -> None:
    kinesis = at_emulator("kinesis")
    kinesis.create_stream(StreamName=name, ShardCount=2)
    told = [a_control_message(), payload(name, a_line(), "START RequestId: r-1 Version: 1", "my own", a_line())]
    kinesis.put_records(StreamName=name, Records=[{"PartitionKey": str(each[:9]), "Data": each} for each in told])
    store = MemoryStore()

    first = collected_from(f"kinesis:{name}", store)
    kinesis.put_record(StreamName=name, PartitionKey="c", Data=payload(name, a_line()))
    second = collected_from(f"kinesis:{name}", store)

    assert (first.stored, first.facts, first.others, first.refused) == (2, 1, 1, 0)
    assert (second.stored, second.repeated) == (1, 0)


def test_plain_lines_and_payloads_go_through_a_resharding(at_emulator: Client, name: str, a_line: Line) -> None:
    kinesis = at_emulator("kinesis")
    kinesis.create_stream(StreamName=name, ShardCount=1)
    store = MemoryStore()
    kinesis.put_record(StreamName=name, PartitionKey="a", Data=f"{a_line()}\n{a_line()}\n".encode())
    collected_from(f"kinesis:{name}", store)
    (shard,) = kinesis.list_shards(StreamName=name)["Shards"]
    half = str((int(shard["HashKeyRange"]["StartingHashKey"]) + int(shard["HashKeyRange"]["EndingHashKey"])) // 2)
    kinesis.split_shard(StreamName=name, ShardToSplit=shard["ShardId"], NewStartingHashKey=half)
    for key in "abcdef":
        kinesis.put_record(StreamName=name, PartitionKey=key, Data=a_line().encode())

    second = collected_from(f"kinesis:{name}", store)

    assert (second.stored, second.repeated) == (6, 0)
    assert len(json.loads(store.position(sources_of(f"kinesis:{name}", Wanted())[0].name) or "")["shards"]) >= 2


def test_a_stream_by_its_arn_is_the_same_stream(at_emulator: Client, name: str, a_line: Line) -> None:
    kinesis = at_emulator("kinesis")
    kinesis.create_stream(StreamName=name, ShardCount=1)
    kinesis.put_record(StreamName=name, PartitionKey="a", Data=a_line().encode())
    arn = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]["StreamARN"]

    assert collected_from(f"kinesis:{arn}", MemoryStore()).stored == 1


def test_messages_are_gone_from_the_queue_when_they_are_stored(at_emulator: Client, name: str, a_line: Line) -> None:
    sqs = at_emulator("sqs")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    for _ in range(12):
        sqs.send_message(QueueUrl=url, MessageBody=a_line())

    stored = collected_from(f"sqs:{url}", MemoryStore()).stored

    counts = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert stored == 12
    assert counts["ApproximateNumberOfMessages"] == counts["ApproximateNumberOfMessagesNotVisible"] == "0"


@pytest.mark.parametrize("source", ["kinesis:no-such-stream", "sqs:http://127.0.0.1:1/000000000000/no-such-queue"])
def test_a_stream_or_queue_that_does_not_exist_is_said(at_emulator: Client, source: str) -> None:
    (failure,) = collected_from(source, MemoryStore()).failed

    assert isinstance(failure, NotASource)
    assert "there is no such" in str(failure)


def test_the_command_collects_from_a_stream_and_says_what_came_of_it(
    at_emulator: Client, name: str, a_line: Line, tmp_path: Any
) -> None:
    kinesis = at_emulator("kinesis")
    kinesis.create_stream(StreamName=name, ShardCount=1)
    kinesis.put_record(StreamName=name, PartitionKey="a", Data=a_line().encode())

    told = CliRunner().invoke(command, [f"kinesis:{name}", "--once", "--store", f"sqlite:///{tmp_path}/h.db"])

    assert told.exit_code == 0
    assert told.output.startswith("received 1: 1 stored, 0 repeated, 0 refused")


def test_live_tail_hands_over_what_is_logged_while_it_listens(at_emulator: Client, name: str, a_line: Line) -> None:
    """A real event stream over HTTP, read by botocore."""
    logs, group = at_emulator("logs"), f"/aws/lambda/{name}"
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName="s")

    def log() -> None:
        event: Any = {"timestamp": time.time_ns() // 1_000_000, "message": a_line()}
        logs.put_log_events(logGroupName=group, logStreamName="s", logEvents=[event])

    stop = Stop()
    (source,) = sources_of(f"live:{group}", Wanted(is_followed=True))
    read: list[str] = []
    is_idle_before = False
    for lines in source.lines(None, stop):
        read += lines.texts
        if lines.texts and is_idle_before:
            assert lines.function == name
            stop.set()
        if lines.is_idle and not is_idle_before:
            is_idle_before = True
            log()

    assert len(read) == 1


def test_live_tail_has_no_end(at_emulator: Client) -> None:
    with pytest.raises(NotASource, match="use logs:/aws/lambda/"):
        sources_of("live:/aws/lambda/", Wanted())
