"""One stage for all tests of this folder, and what they look at it with."""

import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hopscope_stage import Deployment, Example, Function, Stage, load
from hopscope_stage.logs import lines_of

HANDLERS = Path(__file__).parent / "handlers"
LAYER = Path(__file__).parents[2] / "dist" / "layer.zip"
GONE_WITHIN_S = 60.0


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    """Deploys without the layer unless a test asks for it."""
    with Stage.start(layer_zip=LAYER) as started:
        yield started


@pytest.fixture(scope="session")
def layer_zip() -> Path:
    if not LAYER.is_file():
        pytest.skip(f"{LAYER} is not there: run `make layer`")
    return LAYER


@pytest.fixture(scope="session")
def food_order() -> Example:
    return load("food_order")


@pytest.fixture
def a_function() -> Callable[..., Function]:
    """A function of `handlers/probe.py`, named after what it does."""

    def make(does: str = "show", name: str | None = None, **other: Any) -> Function:
        return Function(name or does.replace("_", "-"), f"probe.{does}", HANDLERS, **other)

    return make


@pytest.fixture
def seen() -> Callable[[Deployment, str], list[Any]]:
    """The events that reached a probe function, oldest first."""

    def read(deployment: Deployment, function: str) -> list[Any]:
        lines = lines_of(deployment, function)
        return [json.loads(line.removeprefix("SAW "))["event"] for line in lines if line.startswith("SAW ")]

    return read


@pytest.fixture
def wait_until_gone() -> Callable[[int], None]:
    """Returns when no process of the group is left; fails when one stays."""

    def wait(group: int) -> None:
        give_up_s = time.monotonic() + GONE_WITHIN_S
        while is_alive(group):
            assert time.monotonic() < give_up_s, f"process group {group} still runs"
            time.sleep(0.02)

    return wait


def is_alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
