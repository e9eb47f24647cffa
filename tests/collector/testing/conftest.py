"""An order on its way, as log lines."""

import json
from typing import Any

import pytest

TRACE = "6920530b7bf7412957c1c0de00000001"
START_US = 1_763_725_867_000_000


class Lines:
    """Log lines of invocations, as the layer writes them."""

    start_us, trace = START_US, TRACE

    @staticmethod
    def begin(number: int, function: str, after_ms: int, message: dict[str, Any], *, start_us: int = START_US) -> str:
        return _line("begin", number, function, start_us + after_ms * 1_000, messages=[{"index": 0, **message}])

    @staticmethod
    def end(number: int, function: str, after_ms: int, start_us: int = START_US, **facts: Any) -> str:
        started_us = start_us + after_ms * 1_000
        default = {"endUs": started_us + 40_000, "durationUs": 40_000, "outcome": "ok", "sends": []}
        return _line("end", number, function, started_us, **{**default, **facts})

    @staticmethod
    def send(number: int, name: str, after_ms: int, start_us: int = START_US) -> dict[str, Any]:
        return {"sendId": f"{number:012x}0001", "service": "events", "operation": "PutEvents", "destination": "orders",
                "name": name, "refs": [f"events/{name}"], "sentUs": start_us + after_ms * 1_000}  # fmt: skip

    def order(self, start_us: int = START_US) -> list[str]:
        """Placed; the restaurant told; the promotion redeemed at the second try; accepted through an API, joined by key."""
        request = {"source": "apigateway", "name": "POST /orders", "keys": {"order_id": "o-42"}}
        event = {
            "source": "events",
            "name": "order_placed",
            "refs": ["events/order_placed"],
            "keys": {"order_id": "o-42"},
        }
        accept = {"source": "apigateway", "name": "POST /orders/accept", "keys": {"order_id": "o-42"}}
        refused = {"type": "Refused", "message": "the code was used"}
        return [
            self.begin(1, "place-order", 0, request, start_us=start_us),
            self.end(
                1, "place-order", 0, start_us=start_us, sends=[self.send(1, "order_placed", 30, start_us=start_us)]
            ),
            self.begin(2, "notify-restaurant", 60, event, start_us=start_us),
            self.end(
                2,
                "notify-restaurant",
                60,
                start_us=start_us,
                sends=[self.send(2, "restaurant_notified", 80, start_us=start_us)],
            ),
            self.begin(3, "redeem-promo", 65, event, start_us=start_us),
            self.end(3, "redeem-promo", 65, start_us=start_us, outcome="error", error=refused),
            self.begin(4, "redeem-promo", 900, {**event, "attempt": 2}, start_us=start_us),
            self.end(4, "redeem-promo", 900, start_us=start_us),
            self.begin(5, "accept-order", 5_000, accept, start_us=start_us).replace(TRACE, "a" * 32),
            self.end(5, "accept-order", 5_000, start_us=start_us).replace(TRACE, "a" * 32),
        ]


def _line(record: str, number: int, function: str, start_us: int, **facts: Any) -> str:
    identity = {"hopscope": 1, "record": record, "traceId": TRACE, "invocationId": f"{number:012x}0000",
                "requestId": f"r{number}", "function": function, "startUs": start_us}  # fmt: skip
    return json.dumps({**identity, **facts}, separators=(",", ":"))


@pytest.fixture(scope="session")
def lines() -> Lines:
    return Lines()
