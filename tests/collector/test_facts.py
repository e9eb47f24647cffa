"""Facts are small, whatever the line."""

import json
from typing import Any

import pytest

from hopscope_collector.facts import any_fact_in, packed_fact

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
