"""What the emulator does with messages, as far as flows depend on it; what it does otherwise than AWS stands in
the stage's README."""

import json
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from hopscope_stage import App, Bus, Function, Queue, Rule, Source, Stream, Subscription, Table, Topic

pytestmark = [pytest.mark.stage, pytest.mark.xdist_group("stage")]

HANDLERS = Path(__file__).parent / "handlers"
TIMEOUT_S = 10

QUICK_S = TIMEOUT_S
"""As short as a function's timeout lets a queue's visibility be."""


@pytest.fixture(scope="module")
def brokers(stage):
    """One deployment for all tests here, named after who receives what."""

    def probe(name, does="show"):
        return Function(name, f"probe.{does}", HANDLERS, timeout_s=TIMEOUT_S)

    return stage.deploy(
        App(
            "brokers",
            functions=(
                probe("of-bus"),
                probe("of-bus-too"),
                probe("of-topic"),
                probe("of-queue"),
                probe("of-raw-queue"),
                probe("of-batch", "fail_the_second"),
                probe("failing", "fail"),
                probe("of-dead-letters"),
                probe("of-stream"),
                probe("of-stream-too"),
                probe("of-table"),
            ),
            queues=(
                Queue("enveloped"),
                Queue("raw"),
                Queue("batch", visibility_s=QUICK_S),
                Queue("doomed", visibility_s=QUICK_S, dead_letters="dead", max_receives=1),
                Queue("dead"),
            ),
            topics=(
                Topic(
                    "news",
                    (
                        Subscription("function.of-topic"),
                        Subscription("queue.enveloped"),
                        Subscription("queue.raw", is_raw=True),
                    ),
                ),
            ),
            buses=(
                Bus(
                    "bus",
                    (
                        Rule("one", {"source": ["shop"]}, to=("function.of-bus", "topic.news")),
                        Rule("two", {"source": ["shop"]}, to=("function.of-bus-too",)),
                    ),
                    is_archived=True,
                ),
            ),
            streams=(Stream("stream"),),
            tables=(Table("table", key="id", is_streamed=True),),
            sources=(
                Source("queue.enveloped", to="of-queue"),
                Source("queue.raw", to="of-raw-queue"),
                Source("queue.batch", to="of-batch", reports_failures=True),
                Source("queue.doomed", to="failing"),
                Source("queue.dead", to="of-dead-letters"),
                Source("stream.stream", to="of-stream"),
                Source("stream.stream", to="of-stream-too"),
                Source("table.table", to="of-table"),
            ),
        ),
        prefix="brokers-",
    )


@pytest.fixture
def wait_for(brokers, seen):
    """The first event of a function that is as wanted."""

    def wait(function, is_wanted=bool):
        give_up_s = time.monotonic() + 120
        while True:
            for event in seen(brokers, function):
                if is_wanted(event):
                    return event
            assert time.monotonic() < give_up_s, f"{function} did not get it; it got {seen(brokers, function)}"
            time.sleep(0.1)

    return wait


def test_an_event_keeps_its_id_on_every_way(stage, brokers, wait_for):
    """EventBridge to two functions, and through SNS to a function, a queue and a raw queue."""
    entry = {"Source": "shop", "DetailType": "sold", "Detail": '{"n": 1}', "EventBusName": brokers.name("bus.bus")}
    event_id = stage.client("events").put_events(Entries=[entry])["Entries"][0]["EventId"]

    def is_it(event):
        return event_id in json.dumps(event)

    assert wait_for("of-bus", is_it)["id"] == wait_for("of-bus-too", is_it)["id"] == event_id
    notification = wait_for("of-topic", is_it)["Records"][0]["Sns"]
    assert json.loads(notification["Message"])["id"] == event_id
    envelope = json.loads(wait_for("of-queue", is_it)["Records"][0]["body"])
    assert (envelope["MessageId"], json.loads(envelope["Message"])["id"]) == (notification["MessageId"], event_id)
    assert json.loads(wait_for("of-raw-queue", is_it)["Records"][0]["body"])["id"] == event_id


def test_message_attributes_arrive_behind_a_topic(stage, brokers, wait_for):
    attributes = {
        "text": {"DataType": "String", "StringValue": "v"},
        "bytes": {"DataType": "Binary", "BinaryValue": b"abc"},
    }
    published = stage.client("sns").publish(
        TopicArn=brokers.arn("topic.news"), Message="attributed", MessageAttributes=attributes
    )["MessageId"]

    def is_it(event):
        return "attributed" in json.dumps(event)

    expected = {"text": {"Type": "String", "Value": "v"}, "bytes": {"Type": "Binary", "Value": "YWJj"}}
    notification = wait_for("of-topic", is_it)["Records"][0]["Sns"]
    assert (notification["MessageId"], notification["MessageAttributes"]) == (published, expected)
    assert json.loads(wait_for("of-queue", is_it)["Records"][0]["body"])["MessageAttributes"] == expected
    raw = wait_for("of-raw-queue", is_it)["Records"][0]["messageAttributes"]
    assert raw["bytes"]["binaryValue"] == "YWJj"


def test_the_x_ray_header_of_a_request_arrives_with_the_message(stage, brokers, wait_for):
    headers = {kind: f"Root=1-{kind * 8}-{kind * 24};Parent={kind * 16};Sampled=1" for kind in "ab"}
    sqs, sns = stage.client("sqs"), stage.client("sns")
    with asking_with(sqs, headers["a"]):
        sqs.send_message(QueueUrl=brokers.url("queue.raw"), MessageBody="sent")
    with asking_with(sns, headers["b"]):
        sns.publish(TopicArn=brokers.arn("topic.news"), Message="published")

    sent = wait_for("of-raw-queue", lambda event: event["Records"][0]["body"] == "sent")
    published = wait_for("of-queue", lambda event: "published" in json.dumps(event))

    assert sent["Records"][0]["attributes"]["AWSTraceHeader"] == headers["a"]
    assert published["Records"][0]["attributes"]["AWSTraceHeader"] == headers["b"]


@contextmanager
def asking_with(client, header):
    """Every request of the client has this X-Ray header, as in a function."""

    def add(params, **_):
        params["headers"]["X-Amzn-Trace-Id"] = header

    client.meta.events.register("before-call", add)
    yield
    client.meta.events.unregister("before-call", add)


def test_only_the_reported_messages_of_a_batch_come_back(stage, brokers, wait_for, seen):
    sqs = stage.client("sqs")
    url = brokers.url("queue.batch")
    entries = [{"Id": str(number), "MessageBody": str(number)} for number in range(4)]
    sent = {
        each["Id"]: each["MessageId"] for each in sqs.send_message_batch(QueueUrl=url, Entries=entries)["Successful"]
    }

    stage.settle(brokers)

    attempts = dict.fromkeys(sent.values(), 0)
    failed = 0
    for event in seen(brokers, "of-batch"):
        for position, record in enumerate(event["Records"]):
            attempts[record["messageId"]] += 1
            failed += position % 2 and record["attributes"]["ApproximateReceiveCount"] == "1"
    assert failed > 0
    assert sorted(attempts.values()) == [1] * (4 - failed) + [2] * failed


def test_a_dead_letter_keeps_its_id_and_names_the_queue_that_gave_up(stage, brokers, wait_for):
    url = brokers.url("queue.doomed")
    sent = stage.client("sqs").send_message(QueueUrl=url, MessageBody="doomed")["MessageId"]

    letter = wait_for("of-dead-letters")["Records"][0]

    assert (letter["messageId"], letter["body"]) == (sent, "doomed")
    assert letter["attributes"]["DeadLetterQueueSourceArn"] == brokers.arn("queue.doomed")


def test_two_consumers_of_a_stream_see_the_same_event_id(stage, brokers, wait_for):
    put = stage.client("kinesis").put_record(StreamName=brokers.name("stream.stream"), Data=b"{}", PartitionKey="p")

    ids = {wait_for(function)["Records"][0]["eventID"] for function in ("of-stream", "of-stream-too")}

    assert ids == {f"{put['ShardId']}:{put['SequenceNumber']}"}


def test_a_write_to_a_table_reaches_its_stream(stage, brokers, wait_for):
    stage.client("dynamodb").put_item(TableName=brokers.name("table.table"), Item={"id": {"S": "o-1"}})

    record = wait_for("of-table")["Records"][0]

    assert (record["eventName"], record["dynamodb"]["Keys"]) == ("INSERT", {"id": {"S": "o-1"}})


def test_a_replayed_event_keeps_its_id_and_names_the_replay(stage, brokers, wait_for):
    events = stage.client("events")
    bus = brokers.name("bus.bus")
    entry = {"Source": "shop", "DetailType": "replayed", "Detail": "{}", "EventBusName": bus}
    event_id = events.put_events(Entries=[entry])["Entries"][0]["EventId"]
    wait_for("of-bus", lambda event: event["id"] == event_id)

    archive = brokers.arn("bus.bus").replace(":event-bus/", ":archive/")
    now_s = time.time()
    events.start_replay(
        ReplayName="again",
        EventSourceArn=archive,
        EventStartTime=now_s - 600,
        EventEndTime=now_s + 5,
        Destination={"Arn": brokers.arn("bus.bus")},
    )

    replayed = wait_for("of-bus", lambda event: event["id"] == event_id and "replay-name" in event)
    assert replayed["replay-name"] == "again"
