"""An SQS queue, over messages in a list."""

import json
from typing import NoReturn

import pytest
from botocore.exceptions import ClientError

from hopscope_collector.errors import SourceFailed
from hopscope_collector.ingest import Collected, collect
from hopscope_collector.sources.contract import Lines, Stop
from hopscope_collector.sources.queue_messages import MemoryMessages
from hopscope_collector.sources.sqs import LEFT_IN_A_ROW, SqsSource
from hopscope_collector.store.contract import Batch
from hopscope_collector.store.memory import MemoryStore


class Unheard:
    def progress(self, source: str, collected: Collected) -> None: ...
    def say(self, words: str) -> None: ...


class DyingStore(MemoryStore):
    """Dies while it writes, as a process may."""

    def write(self, batch: Batch) -> NoReturn:  # noqa: ARG002 - it does not come to that
        raise KeyboardInterrupt


def source(queue: MemoryMessages) -> SqsSource:
    return SqsSource("https://sqs/1/hops", queue, is_followed=False)


def batches(queue: MemoryMessages) -> list[Lines]:
    return [each for each in source(queue).lines(None, Stop()) if each.texts]


def a_refusal() -> ClientError:
    return ClientError({"Error": {"Code": "ThrottlingException", "Message": "slow down"}}, "DeleteMessageBatch")


def test_every_message_is_read_and_named() -> None:
    queue = MemoryMessages()
    queue.put(*(f"line {number}" for number in range(25)))

    read = batches(queue)

    assert [text for lines in read for text in lines.texts] == [f"line {number}" for number in range(25)]
    assert read[0].places is not None
    assert read[0].places[3] == "message message-3"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("one\ntwo\n", ["one", "two"]),
        ('{"a": 1}\n{"b": 2}', ['{"a": 1}', '{"b": 2}']),
        ('{\n  "messageType": "DATA_MESSAGE"\n}', ['{\n  "messageType": "DATA_MESSAGE"\n}']),
        (json.dumps({"Type": "Notification", "Message": "one\ntwo"}), ["one", "two"]),
        (json.dumps({"Message": "of a user's own"}), ['{"Message": "of a user\'s own"}']),
        ("H4sIAAAA", ["H4sIAAAA"]),
        ("", [""]),
    ],
)
def test_a_body_is_one_document_or_lines(body: str, expected: list[str]) -> None:
    queue = MemoryMessages()
    queue.put(body)

    ((lines,),) = [batches(queue)] if body else [(next(iter(source(queue).lines(None, Stop()))),)]

    assert list(lines.texts) == expected


def test_a_message_is_deleted_when_it_is_stored() -> None:
    queue = MemoryMessages()
    queue.put("a user's own line", '{"hopscope":1,"cut')

    collected = collect([source(queue)], MemoryStore(), Unheard(), Stop())

    assert (collected.refused, collected.others, queue.hidden) == (1, 1, [])


def test_a_message_that_could_not_be_stored_comes_again() -> None:
    queue = MemoryMessages()
    queue.put("one")

    with pytest.raises(KeyboardInterrupt):
        collect([source(queue)], DyingStore(), Unheard(), Stop())
    queue.show_again()

    assert [text for lines in batches(queue) for text in lines.texts] == ["one"]


def test_messages_that_the_queue_did_not_delete_come_again() -> None:
    queue = MemoryMessages(not_deleted={"receipt-1"})
    queue.put("one", "two", "three")

    collect([source(queue)], MemoryStore(), Unheard(), Stop())

    assert [each.body for each in queue.hidden] == ["two"]


def test_a_queue_that_throttles_is_waited_for() -> None:
    queue = MemoryMessages(failures=[a_refusal(), a_refusal()])
    queue.put("one")

    assert len(batches(queue)) == 1


def test_deleting_that_is_not_allowed_ends_the_source_and_is_said() -> None:
    queue = MemoryMessages()
    queue.put(*(["one"] * 30))
    reading = source(queue).lines(None, Stop())
    first = next(reading)
    queue.failures = [SourceFailed("sqs: AWS refuses DeleteMessageBatch: AccessDenied")]

    assert first.stored is not None
    with pytest.raises(SourceFailed, match="AccessDenied"):
        first.stored()
    assert list(reading) == []


def test_a_queue_of_which_nothing_can_be_deleted_is_not_read_for_ever() -> None:
    queue = MemoryMessages(not_deleted={f"receipt-{number}" for number in range(200)})
    queue.put(*(["one"] * 200))

    collected = collect([source(queue)], MemoryStore(), Unheard(), Stop())

    (failed,) = collected.failed
    assert f"{LEFT_IN_A_ROW} batches in a row could not be deleted" in str(failed)
