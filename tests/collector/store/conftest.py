"""Factories that default everything: a test names only what matters to it."""

import itertools
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hopscope_collector.store.dynamodb.address import Address
from hopscope_collector.store.dynamodb.definition import make_table
from hopscope_stage import emulator
from hopscope_stage.errors import EnvironmentNotMade
from hopscope_wire.model import Begin, End, Message, Send

TRACE = "5e1b41515ac6c58f5b4c1d5f6a7b8c9d"


def trace_id(number: int) -> str:
    return f"{number:08x}" + "ab" * 12


def a_begin(number: int = 1, **given: Any) -> Begin:
    """The begin of invocation `number`, in a trace of its own unless told otherwise."""
    return Begin(
        **{
            "trace_id": trace_id(number),
            "invocation_id": f"{number:012x}0000",
            "request_id": f"request-{number}",
            "function": "place-order",
            "start_us": 1_790_000_000_000_000 + number,
            **given,
        }
    )


def an_end(number: int = 1, **given: Any) -> End:
    begin = a_begin(number)
    return End(
        **{
            "trace_id": begin.trace_id,
            "invocation_id": begin.invocation_id,
            "request_id": begin.request_id,
            "function": begin.function,
            "start_us": begin.start_us,
            "end_us": begin.start_us + 7_000,
            "duration_us": 7_000,
            "outcome": "ok",
            **given,
        }
    )


def a_message(*refs: str, **given: Any) -> Message:
    return Message(**{"index": 0, "source": "sqs", "refs": refs, **given})


def a_send(*refs: str, **given: Any) -> Send:
    return Send(**{"send_id": "0000000000010001", "service": "sqs", "operation": "SendMessage", "refs": refs, **given})


class Factories:
    begin: Callable[..., Begin] = staticmethod(a_begin)
    end: Callable[..., End] = staticmethod(an_end)
    message: Callable[..., Message] = staticmethod(a_message)
    send: Callable[..., Send] = staticmethod(a_send)
    trace_id: Callable[[int], str] = staticmethod(trace_id)


@pytest.fixture(scope="session")
def a() -> Factories:
    return Factories()


@pytest.fixture(scope="session")
def dynamodb_endpoint() -> Iterator[str]:
    """A DynamoDB that speaks HTTP."""
    try:
        running = emulator.start(lambda _: None)
    except EnvironmentNotMade as problem:
        pytest.skip(f"the emulator could not be installed: {problem}")
    try:
        yield running.endpoint
    finally:
        running.stop()


NUMBERS = itertools.count(1)


@pytest.fixture
def a_table(dynamodb_endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Address]:
    """The address of a new empty table; more is given to `Address`."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")

    def make(**given: Any) -> Address:
        address = Address(f"hopscope-{next(NUMBERS)}", "us-east-1", dynamodb_endpoint, **given)
        make_table(address)
        return address

    return make


@pytest.fixture(scope="session")
def docs_costs() -> dict[str, float]:
    """What docs/dynamodb.md says that things cost, by what is bought."""
    page = Path(__file__).parents[3] / "docs" / "dynamodb.md"
    rows = re.findall(
        r"^\| ([a-z, -]+ unit[^|]*|write units[^|]*|read units[^|]*) \| ([0-9.]+) \|$", page.read_text(), re.M
    )
    return {name.strip(): float(number) for name, number in rows}
