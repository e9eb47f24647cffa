"""Which line is a record, which is refused, and which is none of our business."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hopscope_collector.lines.sorting import SortedLines
from hopscope_wire.encode import line_of

BEGIN: dict[str, Any] = {
    "record": "begin",
    "traceId": "5e1b41515ac6c58f5b4c1d5f6a7b8c9d",
    "invocationId": "9f1c22ab03d40000",
    "requestId": "request-1",
    "function": "place-order",
    "startUs": 1_790_000_000_000_000,
}
LINE = line_of(BEGIN)


def sorted_out(*lines: str) -> SortedLines:
    found = SortedLines("file:a")
    for number, line in enumerate(lines, 1):
        found.add(line, number)
    return found


@pytest.mark.parametrize(
    "line",
    [
        LINE,
        LINE + "\r",
        "2026-11-21T14:05:00.000000+00:00 2026/11/21/[$LATEST]abc " + LINE,
        "2026-11-21 14:05:00.000 (+01:00)  " + LINE + "  ",
        '{"hopscope": 1, ' + json.dumps(BEGIN)[1:],
        LINE + " and the user's own tail",
        LINE + '{"level":"INFO"}',
        'writes {"hopscope": about us ' + LINE,
        LINE[:60] + LINE,
    ],
)
def test_a_record_is_found_behind_any_prefix(line: str) -> None:
    found = sorted_out(line)

    assert [each.invocation_id for each in found.records] == ["9f1c22ab03d40000"]
    assert (found.refused, found.others) == ([], 0)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (LINE[:-1], "cut"),
        (LINE[:60], "cut"),
        (LINE[: len('{"hopscope":')], "cut"),
        ('2026-11-21T14:05:00Z {"hopsc', "cut"),
        (LINE[40:], "cut"),
        (LINE.replace('":"', '":', 1), "not_a_record"),
        (LINE.replace("}", ',"a":' + "[" * 100_000), "not_a_record"),
        ('{"hopscope":1}', "malformed"),
        (LINE.replace("5e1b", "5E1B"), "malformed"),
        (LINE.replace("1790000000000000", "-1"), "malformed"),
        (LINE.replace("1790000000000000", "1e400"), "malformed"),
        (LINE.replace("1790000000000000", "NaN"), "malformed"),
        (LINE.replace("1790000000000000", "9" * 5_000), "not_a_record"),
        (LINE.replace('"hopscope":1', '"hopscope":2'), "unknown_wire_version"),
        (LINE.replace('"hopscope":1', '"hopscope":"1"'), "unknown_wire_version"),
        (LINE.replace("place", "pl\udcffce"), "not_text"),
        ("\x00\x01\x02", "not_text"),
        ("caf\udce9", "not_text"),
    ],
)
def test_a_line_that_is_ours_and_damaged_is_refused_by_reason(line: str, reason: str) -> None:
    found = sorted_out(line)

    assert [each.reason for each in found.refused] == [reason]
    assert (found.records, found.others) == ([], 0)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "END RequestId: 8c2ab5d7",
        "INIT_START Runtime Version: python:3.13.v1",
        "order o-42 placed",
        "\x1b[32mgreen\x1b[0m, bestätigt, 注文 🍕",
        '{"level":"INFO","message":"hello","requestId":"8c2ab5d7"}',
        '{"level":"INFO","sendId":"of the user","startUs":1}',
        "{",
        'this user writes about "hopscope" now',
    ],
)
def test_a_line_of_the_user_or_the_platform_is_not_counted_as_received(line: str) -> None:
    found = sorted_out(line)

    assert (found.records, found.refused, found.others) == ([], [], 1)


def test_a_refused_line_says_where_it_stands_and_what_was_expected() -> None:
    (refused,) = sorted_out(LINE, "order o-42 placed", LINE[:60]).refused

    assert (refused.source, refused.place) == ("file:a", "line 3")
    assert "expected one JSON object" in refused.message


def test_what_is_wrong_with_a_line_is_said_in_whole_words() -> None:
    nested = LINE.replace("}", ',"a":' + "[" * 100_000)

    assert [each.message for each in sorted_out(LINE[:60], nested).refused] == [
        "line is cut or damaged (Unterminated string starting at character 41); expected one JSON object",
        "line is nested too deep; expected one JSON object of at most 100 levels",
    ]


def test_refused_lines_are_told_apart_by_their_text() -> None:
    fingerprints = [each.fingerprint for each in sorted_out(LINE[:60], LINE[:61], LINE[:60]).refused]

    assert fingerprints[0] == fingerprints[2] != fingerprints[1]
    assert all(-(1 << 63) <= each < 1 << 63 for each in fingerprints)


@given(st.text(st.characters(exclude_categories=[]), max_size=80), st.integers(0, len(LINE)))
def test_every_line_is_exactly_one_of_the_three(text: str, cut: int) -> None:
    """Whatever stands in a log: sorting it out never raises."""
    for line in (text, text + LINE, LINE[:cut] + text, LINE[:cut] + text + LINE[cut:]):
        found = sorted_out(line)

        assert len(found.records) + len(found.refused) + len(found.facts) + found.others == 1


@pytest.mark.parametrize("between", ["", " ", " some words ", "}{"])
def test_two_records_on_one_line_are_two(between: str) -> None:
    begin, end = (line.format(number=7) for line in (BEGIN_LINE, END_LINE))
    kept = SortedLines("-")

    kept.add(f"2026-11-21 {begin}{between}{end}", 1)

    assert [line.text for line in kept.records] == [begin, end]
    assert kept.refused == []


def test_a_record_that_another_one_cuts_off_is_counted() -> None:
    begin, end = (line.format(number=7) for line in (BEGIN_LINE, END_LINE))
    kept = SortedLines("-")

    kept.add(f"{begin[:120]}{end}", 1)
    kept.add(f"{begin}{end[:80]}", 2)

    assert [line.text for line in kept.records] == [end, begin]
    assert [(line.reason, line.place) for line in kept.refused] == [("cut", "line 1"), ("cut", "line 2")]


BEGIN_LINE = (
    '{{"hopscope":1,"record":"begin","traceId":"5e1b41515ac6c58f5b4c1d5f6a7b8c9d","invocationId":"00000000000{number}0000",'
    '"requestId":"r","function":"f","startUs":1}}'
)
END_LINE = BEGIN_LINE.replace("begin", "end").replace(
    '"startUs":1', '"startUs":1,"endUs":2,"durationUs":1,"outcome":"ok"'
)


def test_what_no_record_may_hold_is_refused_before_it_is_stored() -> None:
    arn = "arn:aws:states:eu-west-1:123456789012:express:orders:o-1:1"
    logged = {"id": "1", "type": "ExecutionStarted", "details": {}, "execution_arn": arn, "previous_event_id": "0",
              "event_timestamp": "9999-12-31T23:59:59Z"}  # fmt: skip

    found = sorted_out(json.dumps(logged))

    assert ([each.reason for each in found.refused], found.records) == (["malformed"], [])
