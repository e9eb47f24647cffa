"""Lines out of what carries them."""

import base64
import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hopscope_collector.lines.envelopes import BrokenEnvelope, CarriedLine, is_envelope, lines_within
from hopscope_collector.lines.sorting import SortedLines
from hopscope_wire.encode import line_of

RECORD: dict[str, Any] = {
    "record": "begin",
    "traceId": "5e1b41515ac6c58f5b4c1d5f6a7b8c9d",
    "invocationId": "9f1c22ab03d40000",
    "requestId": "request-1",
    "function": "place-order",
    "startUs": 1_790_000_000_000_000,
}
LINE = line_of(RECORD)
DATA_MESSAGE = {
    "messageType": "DATA_MESSAGE",
    "logGroup": "/aws/lambda/place-order",
    "logEvents": [{"id": "1", "timestamp": 1_790_000_000_000, "message": LINE + "\n"}],
}
PACKED = base64.b64encode(gzip.compress(json.dumps(DATA_MESSAGE).encode())).decode()
AT_US = 1_790_000_000_000_000
ISO = "2026-09-21T14:13:20.000Z"


@pytest.mark.parametrize(
    ("envelope", "expected"),
    [
        (DATA_MESSAGE, CarriedLine(LINE, AT_US, "place-order")),
        ({"awslogs": {"data": PACKED}}, CarriedLine(LINE, AT_US, "place-order")),
        ({"Records": [{"kinesis": {"data": PACKED}}]}, CarriedLine(LINE, AT_US, "place-order")),
        ({"records": [{"recordId": "1", "data": PACKED}]}, CarriedLine(LINE, AT_US, "place-order")),
        ({"Records": [{"kinesis": {"data": base64.b64encode(LINE.encode()).decode()}}]}, CarriedLine(LINE)),
        ({"Records": [{"eventSource": "aws:sqs", "body": LINE}]}, CarriedLine(LINE)),
        ({"time": ISO, "type": "function", "record": LINE + "\n"}, CarriedLine(LINE, AT_US)),
        ({"time": ISO, "type": "function", "record": {"hopscope": 1, **RECORD}}, CarriedLine(LINE, AT_US)),
        ([{"time": ISO, "type": "function", "record": LINE}], CarriedLine(LINE, AT_US, stream="telemetry")),
        ([{"hopscope": 1, **RECORD}], CarriedLine(LINE)),
        ({"events": [{"timestamp": AT_US // 1_000, "message": LINE}]}, CarriedLine(LINE, AT_US)),
    ],
)
def test_a_line_is_taken_out_as_it_was_written(envelope: Any, expected: CarriedLine) -> None:
    line = json.dumps(envelope)

    assert is_envelope(line)
    assert lines_within(line) == [expected]


def test_a_packed_payload_may_be_the_whole_line() -> None:
    assert lines_within(PACKED) == [CarriedLine(LINE, AT_US, "place-order")]


def test_a_record_is_the_same_record_however_it_came() -> None:
    found = SortedLines("-")
    for each in (LINE, PACKED, json.dumps(DATA_MESSAGE), json.dumps([{"hopscope": 1, **RECORD}])):
        found.add(each, 1)

    assert {each.text for each in found.records} == {LINE}
    assert len(found.records) == 4


@pytest.mark.parametrize(
    "line",
    [
        PACKED[:-8],
        PACKED[:50] + "!" + PACKED[51:],
        json.dumps({"awslogs": {"data": PACKED[:60]}}),
        json.dumps({"Records": [{"kinesis": {"data": "%%%"}}]}),
        base64.b64encode(gzip.compress(b"a" * (65 << 20))).decode(),
    ],
    ids=["cut", "damaged", "cut inside", "not base64", "a bomb"],
)
def test_what_cannot_be_unpacked_is_refused(line: str) -> None:
    with pytest.raises(BrokenEnvelope):
        lines_within(line)

    found = SortedLines("-")
    found.add(line, 7)
    assert [(each.reason, each.place) for each in found.refused] == [("broken_stream", "line 7")]


@pytest.mark.parametrize(
    "line",
    ["[]", "{}", '{"Records":[]}', '{"Records":{}}', '{"events":[1]}', '{"messageType":7}', '{"records":[{"data":7}]}'],
)
def test_a_user_s_own_json_is_left_alone_or_empty(line: str) -> None:
    found = SortedLines("-")
    found.add(line, 1)

    assert found.records == []


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["Records", "records", "kinesis", "data", "body", "awslogs", "messageType", "logEvents", "type",
                         "time", "record", "events", "message", "timestamp", "hopscope"]) | st.text(max_size=3),
        inner | st.sampled_from(["DATA_MESSAGE", "function", "platform.report", PACKED, LINE]), max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(json_values)
def test_no_json_makes_it_raise_anything_else(found: Any) -> None:
    sorted_out = SortedLines("-")

    sorted_out.add(json.dumps(found), 1)

    assert len(sorted_out.refused) <= 12


def test_recorded_subscription_payloads_are_taken_apart(corpus: Path) -> None:
    for path in sorted((corpus / "cwlogs_subscription").glob("*.json")):
        payload = json.loads(path.read_text())["payload"]
        packed = base64.b64encode(gzip.compress(json.dumps(payload).encode())).decode()

        lines = lines_within(packed)

        assert lines is not None
        assert len(lines) >= len(payload["logEvents"])
