"""A Kinesis stream, over records in a dictionary."""

import gzip
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from hypothesis import given
from hypothesis import strategies as st

from hopscope_collector.errors import SourceFailed
from hopscope_collector.sources import patience
from hopscope_collector.sources.cloudwatch import Span
from hopscope_collector.sources.contract import Lines, Stop
from hopscope_collector.sources.kinesis import KinesisSource
from hopscope_collector.sources.stream_records import IteratorExpired, MemoryRecords

ONE, TWO, THREE = "shardId-000000000000", "shardId-000000000001", "shardId-000000000002"


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Prevents a test from waiting as long as a person would."""
    monkeypatch.setattr(patience, "LONGEST_PAUSE_S", 0.0)


def once(records: MemoryRecords, position: str | None = None, **given: Any) -> list[Lines]:
    span = Span(**{"since_ms": 0, **given})
    return list(KinesisSource("hops", records, span).lines(position, Stop()))


def texts(batches: list[Lines]) -> list[str]:
    return [text for lines in batches for text in lines.texts]


def last_position(batches: list[Lines]) -> str | None:
    return next((lines.position for lines in reversed(batches) if lines.position), None)


def filled(count: int = 8, **given: Any) -> MemoryRecords:
    """Records `line 0`, `line 1`, … in turn on two shards."""
    records = MemoryRecords(**given)
    for number in range(count):
        records.put((ONE, TWO)[number % 2], f"line {number}".encode(), at_ms=number)
    return records


def a_throttling() -> ClientError:
    code = "ProvisionedThroughputExceededException"
    return ClientError({"Error": {"Code": code, "Message": "slow down"}}, "GetRecords")


def test_every_record_of_every_shard_is_read() -> None:
    assert sorted(texts(once(filled()))) == [f"line {number}" for number in range(8)]


def test_it_says_how_far_behind_each_shard_is() -> None:
    assert {lines.reached for lines in once(filled()) if lines.texts} >= {
        f"{ONE} is 0 s behind",
        f"{TWO} is 0 s behind",
    }


def test_a_record_is_named_by_its_shard_and_sequence_number_and_has_its_time() -> None:
    records = MemoryRecords()
    records.put(ONE, b"one\ntwo", at_ms=7)

    (lines,) = (each for each in once(records) if each.texts)

    assert (lines.texts, lines.places) == (["one", "two"], [f"{ONE} sequence {0:020d}"] * 2)
    assert lines.at_us == [7_000, 7_000]


def test_a_second_run_hands_over_only_what_is_new() -> None:
    records = filled()
    position = last_position(once(records))

    records.put(TWO, b"new")

    assert texts(once(records, position)) == ["new"]


@given(st.integers(0, 12), st.integers(1, 5))
def test_an_interrupted_run_goes_on_without_losing_or_repeating_a_record(handed_over: int, page_size: int) -> None:
    """A position stands for exactly what was handed over with it and before."""
    records = filled(20, page_size=page_size)
    read = once(records)[:handed_over]

    read += once(records, last_position(read))

    assert sorted(texts(read)) == sorted(f"line {number}" for number in range(20))


def test_the_children_of_a_resharded_shard_are_read_and_the_parent_no_more() -> None:
    records = filled(4)
    first = once(records)
    records.put(ONE, b"last of the parent")
    records.closed.add(ONE)
    records.put(THREE, b"first of the child")

    second = once(records, last_position(first))

    assert texts(second) == ["last of the parent", "first of the child"]
    position = json.loads(last_position(second) or "")
    assert position["shards"][ONE]["has_ended"]
    assert texts(once(records, last_position(second))) == []


def test_a_child_that_was_made_while_nobody_read_is_read_from_where_reading_began() -> None:
    """Though the second run asks for younger records only: the child took over from a shard that was being read."""
    records = filled(2)
    position = last_position(once(records, since_ms=0))
    records.closed.add(ONE)
    records.put(THREE, b"old by now", at_ms=50)

    assert texts(once(records, position, since_ms=1_000)) == ["old by now"]


def test_an_earlier_beginning_starts_over() -> None:
    records = filled(4)
    position = last_position(once(records, since_ms=2))

    assert sorted(texts(once(records, position, since_ms=0))) == [f"line {number}" for number in range(4)]


def test_a_stream_that_was_made_again_under_its_name_is_read_from_its_start() -> None:
    position = last_position(once(filled()))

    assert len(texts(once(filled(made_at_ms=2), position))) == 8


def test_a_shard_that_is_too_old_to_be_listed_goes_out_of_the_position() -> None:
    records = filled()
    position = last_position(once(records))
    del records.by_shard[ONE]
    records.put(TWO, b"new")

    batches = once(records, position)

    assert list(json.loads(last_position(batches) or "")["shards"]) == [TWO]


def test_records_outside_the_wanted_time_are_not_read() -> None:
    assert sorted(texts(once(filled(10), since_ms=3, until_ms=6))) == ["line 3", "line 4", "line 5"]


def test_throttling_lost_connections_and_expired_iterators_are_waited_out() -> None:
    failures = [
        a_throttling(),
        IteratorExpired(),
        EndpointConnectionError(endpoint_url="https://kinesis"),
        IteratorExpired(),
    ]

    assert len(texts(once(filled(failures=list(failures))))) == 8


def test_what_does_not_pass_is_said_with_the_last_error() -> None:
    records = filled(failures=[a_throttling() for _ in range(patience.TRIES)])

    with pytest.raises(SourceFailed, match=r"no answer after 10 tries.*slow down"):
        once(records)


def test_following_goes_on_with_records_and_shards_that_come_later() -> None:
    records = filled(2)
    stop = Stop()
    read: list[str] = []
    for lines in KinesisSource("hops", records, Span(0, is_followed=True)).lines(None, stop):
        read += lines.texts
        if lines.is_idle and len(read) == 2:
            records.closed.add(ONE)
            records.put(THREE, b"line 2")
        if lines.is_idle and len(read) == 3:
            stop.set()

    assert read == ["line 0", "line 1", "line 2"]


def test_a_subscription_s_payload_stays_in_one_piece() -> None:
    payload = gzip.compress(json.dumps({"messageType": "CONTROL_MESSAGE", "logEvents": []}).encode())
    records = MemoryRecords()
    records.put(ONE, payload)

    (text,) = texts(once(records))

    assert text.startswith("H4sI")
