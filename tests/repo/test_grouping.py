"""Tests that share a stage share a worker: a group that is not kept together builds everything twice, and says nothing."""

import pytest


@pytest.mark.xdist_group("one-worker")
def test_a_test_of_a_group_is_handed_out_with_its_group(request: pytest.FixtureRequest) -> None:
    if not request.config.getoption("loadgroup", default=False):
        pytest.skip("runs beside no other worker")
    assert request.node.nodeid.endswith("@one-worker")
