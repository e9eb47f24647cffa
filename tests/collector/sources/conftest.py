"""An emulator that answers over HTTP, for sources that ask AWS."""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from hopscope_stage import Stage
from hopscope_wire.encode import line_of

START_US = 1_790_000_000_000_000


@pytest.fixture(scope="session")
def emulator() -> Iterator[Stage]:
    """Nothing deployed: the tests make their own streams, queues and groups."""
    with Stage.start(attach="none") as started:
        yield started


@pytest.fixture
def at_emulator(emulator: Stage, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Any]:
    """A client of the emulator; what the sources make for themselves goes there too."""
    for name, value in {
        "AWS_ENDPOINT_URL": emulator.endpoint,
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_EC2_METADATA_DISABLED": "true",
    }.items():
        monkeypatch.setenv(name, value)
    return emulator.client


_numbers = itertools.count(1)


@pytest.fixture
def a_line() -> Callable[[], str]:
    """A record line, another one each time."""

    def make() -> str:
        number = next(_numbers)
        return line_of(
            {
                "record": "begin",
                "traceId": f"{number:032x}",
                "invocationId": f"{number:012x}0000",
                "requestId": f"request-{number}",
                "function": "place-order",
                "startUs": START_US + number,
                "messages": [],
            }
        )

    return make
