"""Facts are small, and of a time that there is, whatever the line."""

import json
from typing import Any

import pytest

from hopscope_collector.lines.facts import any_fact_in, packed_fact
from hopscope_collector.lines.platform import UNKNOWN_TIME_US
from hopscope_collector.lines.sorting import SortedLines

ID = "7c9567b5-107b-4a6c-8798-0157ac21db52"
LONG = "x" * 900_000
BUS_LINE = {"event_id": ID, "resource_arn": "arn:aws:events:eu-west-1:1:event-bus/orders", "event_bus_name": "orders"}
RULE = {"rule_arns": [f"arn:aws:events:eu-west-1:1:rule/orders/{number}" for number in range(20_000)]}


@pytest.mark.parametrize(
    "line",
    [
        f"RequestId: {ID} Error: Runtime exited with error: {LONG}",
        json.dumps({**BUS_LINE, "message_type": "INVOCATION_FAILURE", "error": {"error_message": LONG}}),
        json.dumps({**BUS_LINE, "message_type": "INVOCATION_FAILURE", "details": {**RULE, "error_message": LONG}}),
    ],
)
def test_a_fact_of_a_very_long_line_is_cut(line: str) -> None:
    """A store that keeps a fact as one item takes 400 KB: a larger one would be refused for ever."""
    fact: Any = any_fact_in(line)

    assert len(packed_fact(fact)) < 200_000


@pytest.mark.parametrize("said_ms", [10**15, "999999999999999", 10**30, -1, 1e300, True, "soon"])
def test_a_time_that_no_calendar_has_is_not_known(said_ms: object) -> None:
    """Such as microseconds where milliseconds are meant: a list by days has no place for it."""
    line = json.dumps({**BUS_LINE, "message_type": "INVOCATION_FAILURE", "message_timestamp_ms": said_ms})
    event = {"timestamp": said_ms, "message": f"START RequestId: {ID} Version: 1"}
    within = SortedLines("-")
    within.add(json.dumps({"messageType": "DATA_MESSAGE", "logGroup": "/aws/lambda/f", "logEvents": [event]}), "line 1")

    fact: Any = any_fact_in(line)

    assert [each.at_us for each in (fact, *within.facts)] == [UNKNOWN_TIME_US, UNKNOWN_TIME_US]
