"""The pytest plugin: the fixture `hopscope_flows`, and what it reads from.

    [pytest]
    hopscope_sources = logs:/aws/lambda/orders-dev-       what `hopscope collect` would be given
    hopscope_rules = hopscope.toml

    def test_an_order_reaches_the_restaurant(hopscope_flows):
        order_id = place_order()
        flow = hopscope_flows.settle(f"order_id={order_id}", within="30s")
        flow.assert_path("place-order > order_placed > notify-restaurant")

pytest loads this module in every run where Hopscope is installed: it imports nothing but pytest until it is used.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hopscope_collector.testing.flows import FlowsUnderTest


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options, each with a setting of the same name."""
    group = parser.getgroup("hopscope", "flows of serverless functions")
    group.addoption(
        "--hopscope-source",
        action="append",
        default=[],
        metavar="SOURCE",
        help="Where records come from, as `hopscope collect`.",
    )
    group.addoption(
        "--hopscope-store", metavar="URL", help="A store that something else collects into; instead of sources."
    )
    group.addoption("--hopscope-rules", metavar="FILE", help="Which hopscope.toml.")
    parser.addini("hopscope_sources", "Where records come from, as `hopscope collect`, one a line.", type="linelist")
    parser.addini("hopscope_store", "A store that something else collects into; instead of sources.")
    parser.addini("hopscope_rules", "Which hopscope.toml, relative to the root of the project.")


@pytest.fixture(scope="session")
def hopscope_sources(pytestconfig: pytest.Config) -> list[str]:
    """Where records come from. Override it where that is known only when tests run."""
    return pytestconfig.getoption("--hopscope-source") or list(pytestconfig.getini("hopscope_sources"))


@pytest.fixture(scope="session")
def hopscope_store(pytestconfig: pytest.Config) -> str | None:
    """The store that something else collects into. None: this process collects, and keeps it in memory."""
    return pytestconfig.getoption("--hopscope-store") or str(pytestconfig.getini("hopscope_store")) or None


@pytest.fixture(scope="session")
def hopscope_rules(pytestconfig: pytest.Config) -> Path | None:
    """The rules that flows are read by. None: the defaults."""
    given = pytestconfig.getoption("--hopscope-rules")
    named = str(pytestconfig.getini("hopscope_rules"))
    return Path(given) if given else pytestconfig.rootpath / named if named else None


@pytest.fixture
def hopscope_flows(
    hopscope_sources: list[str], hopscope_store: str | None, hopscope_rules: Path | None
) -> Iterator[FlowsUnderTest]:
    """The flows that began since the test did."""
    from hopscope_collector.testing.flows import flows_under_test

    with flows_under_test(hopscope_sources, hopscope_store, hopscope_rules) as flows:
        yield flows
