"""The pytest plugin as its users have it: events on an emulator, flows waited for while they run."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from hopscope_collector.testing.flows import FlowsUnderTest
from hopscope_stage import App, Bus, Deployment, Function, Queue, Rule, Source, Stage

pytestmark = [pytest.mark.stage, pytest.mark.xdist_group("stage-waiting")]

HANDLERS = Path(__file__).parent / "handlers"
AWS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}


def a_warehouse() -> App:
    surroundings = {"PARCELS": "${queue.parcels.url}"}
    functions = (Function(name, f"shop.{name}", HANDLERS, environment=surroundings) for name in ("ship", "pack"))
    return App(
        "warehouse",
        keys="order_id=detail.orderId|body.orderId|orderId",
        functions=tuple(functions),
        buses=(Bus("shop", rules=(Rule("ship", {"detail-type": ["order_paid"]}, to=("function.ship",)),)),),
        queues=(Queue("parcels"),),
        sources=(Source("queue.parcels", to="pack", batch_size=1),),
    )


@pytest.fixture(scope="module")
def deployed(layer_zip: Path) -> Iterator[tuple[Stage, Deployment]]:
    with Stage.start(attach="redirect", layer_zip=layer_zip) as stage:
        yield stage, stage.deploy(a_warehouse())


@pytest.fixture(scope="module")
def hopscope_sources(deployed: tuple[Stage, Deployment]) -> list[str]:
    """The plugin's own fixture, told what is known since the stack is there."""
    return [f"logs:{group}" for group in deployed[1].log_groups]


@pytest.fixture(autouse=True)
def _aws(deployed: tuple[Stage, Deployment], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**AWS, "AWS_ENDPOINT_URL": str(deployed[0].endpoint)}.items():
        monkeypatch.setitem(os.environ, name, value)


def pay(deployed: tuple[Stage, Deployment], order_id: str) -> None:
    stage, deployment = deployed
    entry = {"EventBusName": deployment.name("bus.shop"), "Source": "shop", "DetailType": "order_paid"}
    stage.client("events").put_events(Entries=[{**entry, "Detail": json.dumps({"orderId": order_id})}])


def test_a_parcel_is_packed(deployed: tuple[Stage, Deployment], hopscope_flows: FlowsUnderTest) -> None:
    assert hopscope_flows.find("order_id=o-1") == []  # the log of a function that never ran is not there, and no error
    pay(deployed, "o-1")

    flow = hopscope_flows.settle("order_id=o-1", within="60s", until="pack")

    flow.assert_done().assert_links_exact()
    flow.assert_path("order_paid > ship > parcels > pack")
    flow.assert_shape("""
        ship
          parcels > pack
    """)


def test_the_next_test_sees_only_its_own(deployed: tuple[Stage, Deployment], hopscope_flows: FlowsUnderTest) -> None:
    pay(deployed, "o-2")

    flow = hopscope_flows.settle("order_id=o-2", within="60s", until="pack")

    flow.assert_hops({"ship": 1, "pack": 1})
