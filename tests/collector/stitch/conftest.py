"""Invocations made by hand: a function, what arrived, what it sent. Times are seconds after a fixed moment."""

import types
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from hopscope_collector.flow import Flow
from hopscope_collector.rules import Rules, rules_of
from hopscope_collector.stitch import flows_of
from hopscope_wire.model import Begin, End, Message, Record, Send, WireError

SECOND = 1_000_000
START_US = 1_763_725_867_000_000
"""2025-11-21 11:51:07 UTC."""

SOME_QUEUE = "arn:aws:sqs:eu-central-1:123456789012:tickets"


@dataclass
class Invoked:
    """One invocation: by its number, so that its ids are `00…7` + `0000`, and its sends `00…7` + `0001` and so on."""

    number: int
    function: str = "place-order"
    at_s: float = 0
    took_s: float = 0.1
    messages: Sequence[Message] = ()
    sends: Sequence[Send] = ()
    trace: int | None = None
    """None: a trace of its own."""

    root: int | None = None
    request_id: str | None = None
    error: str | None = None
    failed: Sequence[int] = ()
    keys: dict[str, str] = field(default_factory=dict)
    correlation_id: str | None = None
    deadline_s: float = 10
    has_begin: bool = True
    has_end: bool = True

    @property
    def records(self) -> list[Record]:
        """Its begin and its end, as far as it has them."""
        started_us = START_US + round(self.at_s * SECOND)
        identity: dict[str, Any] = {
            "trace_id": trace(self.number if self.trace is None else self.trace),
            "invocation_id": invocation(self.number),
            "request_id": self.request_id or f"request-{self.number}",
            "function": self.function,
            "start_us": started_us,
            "root": None if self.root is None else trace(self.root),
            "correlation_id": self.correlation_id,
        }
        begin = Begin(
            **identity, messages=tuple(self.messages), deadline_us=started_us + round(self.deadline_s * SECOND)
        )
        end = End(
            **identity,
            end_us=started_us + round(self.took_s * SECOND),
            duration_us=max(1, round(self.took_s * SECOND)),
            outcome="error" if self.error else "ok",
            error=WireError(self.error) if self.error else None,
            failed_messages=tuple(self.failed),
            sends=tuple(self.sends),
            keys=self.keys,
        )
        return [each for each, is_there in ((begin, self.has_begin), (end, self.has_end)) if is_there]


def trace(number: int) -> str:
    return f"{number:032x}"


def invocation(number: int) -> str:
    return f"{number:012x}0000"


def send_id(number: int, count: int = 1) -> str:
    return f"{number:012x}{count:04x}"


def hop_id(number: int, index: int = 0) -> str:
    return f"{invocation(number)}.{index}"


def carrier(number: int, count: int = 1, of_trace: int | None = None) -> str:
    """The carrier of a send of an invocation."""
    return f"00-{trace(number if of_trace is None else of_trace)}-{send_id(number, count)}-01"


def a_message(*refs: str, **facts: Any) -> Message:
    """One message of a queue."""
    default: dict[str, Any] = {"index": 0, "source": "sqs", "refs": refs, "origin": SOME_QUEUE}
    return Message(**{**default, **facts})


def an_event(event_id: str, name: str = "order_placed", **facts: Any) -> Message:
    """One event of a bus."""
    return Message(**{"index": 0, "source": "events", "refs": (f"events/{event_id}",), "name": name, **facts})


def a_request(name: str = "POST /orders", **facts: Any) -> Message:
    """One HTTP request."""
    return Message(**{"index": 0, "source": "apigateway", "name": name, **facts})


def a_send(number: int, *refs: str, count: int = 1, at_s: float = 0.05, **facts: Any) -> Send:
    """The message number `count` that an invocation handed to a queue."""
    default: dict[str, Any] = {
        "send_id": send_id(number, count),
        "service": "sqs",
        "operation": "SendMessage",
        "destination": "https://sqs.eu-central-1.amazonaws.com/123456789012/tickets",
        "refs": refs,
        "sent_us": START_US + round(at_s * SECOND),
    }
    return Send(**{**default, **facts})


def a_put(number: int, event_id: str, name: str = "order_placed", count: int = 1, **facts: Any) -> Send:
    """An event that an invocation put on the bus."""
    put: dict[str, Any] = {"service": "events", "operation": "PutEvents", "destination": "orders", "name": name}
    return a_send(number, f"events/{event_id}", count=count, **{**put, **facts})


Stitched = Callable[..., list[Flow]]


@pytest.fixture(scope="session")
def stitched() -> Stitched:
    """The flows of invocations, seen some seconds after the fixed moment, by rules written as in hopscope.toml."""

    def stitch(*invoked: Invoked, now_s: float = 3600, rules: str = "", **more: Any) -> list[Flow]:
        records = [record for each in invoked for record in each.records]
        known = rules_of(rules) if rules else Rules()
        return flows_of(records, now_us=START_US + round(now_s * SECOND), rules=known, **more)

    return stitch


@pytest.fixture(scope="session")
def make() -> types.SimpleNamespace:
    """The factories of this file by their names: `make.Invoked(1)`, `make.a_put(1, "e1")`."""
    return types.SimpleNamespace(**globals())
