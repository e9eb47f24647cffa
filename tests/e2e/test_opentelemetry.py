"""A worker that only OpenTelemetry instruments, between functions that have the layer: one flow, proven by ids."""

import json
import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from hopscope_collector.api.listener import Listener
from hopscope_collector.api.settings import settings_of
from hopscope_collector.rules_file import rules_for
from hopscope_collector.store.location import open_to_read, open_to_write
from hopscope_stage import Stage
from hopscope_stage.deployment import Deployment
from hopscope_stage.shapes import App, Bus, Function, Queue, Rule, Source

pytestmark = [pytest.mark.stage, pytest.mark.xdist_group("stage-opentelemetry")]

FOLDER = Path(__file__).parent
WORKERS = {"p-1": ("conventional", "protobuf"), "p-2": ("plain", "json"), "p-3": ("conventional", "json")}
"""By parcel: how the worker that packs it is written, and how it exports."""

AWS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}


def a_depot() -> App:
    return App(
        "depot",
        keys="parcel=detail.parcel|body.parcel",
        functions=(
            Function("take", "parcels.take", FOLDER / "handlers", environment={"PACKING": "${queue.packing.url}"}),
            Function("announce", "parcels.announce", FOLDER / "handlers"),
        ),
        buses=(Bus("depot", rules=(Rule("take", {"detail-type": ["parcel_arrived"]}, to=("function.take",)),)),),
        queues=(Queue("packing"), Queue("packed")),
        sources=(Source("queue.packed", to="announce", batch_size=1),),
    )


@contextmanager
def listening(url: str) -> Iterator[str]:
    with (
        open_to_write(url) as store,
        Listener(
            settings_of("127.0.0.1:0", {}),
            store,
            lambda: open_to_read(url),
            rules=rules_for(None, url),
            say=pytest.fail,
            ended=threading.Event().set,
        ) as listener,
    ):
        yield listener.url


def hand_over(stage: Stage, deployment: Deployment, parcel: str) -> None:
    entry = {"EventBusName": deployment.name("bus.depot"), "Source": "depot", "DetailType": "parcel_arrived"}
    stage.client("events").put_events(Entries=[{**entry, "Detail": json.dumps({"parcel": parcel})}])


def run_worker(stage: Stage, collector: str, queues: dict[str, str], parcel: str) -> None:
    surroundings = {**os.environ, **AWS, **queues, "AWS_ENDPOINT_URL": str(stage.endpoint), "COLLECTOR": collector}
    style, exporter = WORKERS[parcel]
    command = [sys.executable, FOLDER / "workers/packer.py", style, exporter, "1"]
    ran = subprocess.run(command, env=surroundings, capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stderr[-3000:]
    assert "Failed to export" not in ran.stderr, ran.stderr[-3000:]


def hopscope(*arguments: str, **variables: str) -> str:
    ran = subprocess.run(
        [sys.executable, "-m", "hopscope_tui", *arguments],
        env={**os.environ, **AWS, **variables},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, f"{ran.stdout[-3000:]}\n{ran.stderr[-3000:]}"
    return ran.stdout


@pytest.fixture(scope="module")
def flows(layer_zip: Path, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    url = f"sqlite:///{tmp_path_factory.mktemp('opentelemetry') / 'hopscope.db'}"
    with Stage.start(attach="redirect", layer_zip=layer_zip) as stage, listening(url) as collector:
        deployment = stage.deploy(a_depot())
        client = stage.client("sqs")
        queues = {
            name.upper(): client.get_queue_url(QueueName=deployment.name(f"queue.{name}"))["QueueUrl"]
            for name in ("packing", "packed")
        }
        for parcel in WORKERS:
            hand_over(stage, deployment, parcel)
            run_worker(stage, collector, queues, parcel)
        stage.settle(deployment)
        groups = [f"logs:{group}" for group in deployment.log_groups]
        hopscope("collect", *groups, "--once", "--store", url, AWS_ENDPOINT_URL=str(stage.endpoint))
        shown = hopscope("show", "p-1", "--store", url)
        assert "told by OpenTelemetry, not by the layer" in shown
    found: list[dict[str, Any]] = json.loads(hopscope("flows", "--store", url, "--json"))["flows"]
    return found


def test_each_parcel_is_one_flow_through_the_worker(flows: list[dict[str, Any]]) -> None:
    assert sorted(flow["keys"]["parcel"] for flow in flows) == sorted(WORKERS)
    for flow in flows:
        assert [hop["function"] for hop in flow["hops"]] == ["take", "packer", "announce"], flow["keys"]
        assert flow["status"] == "done"


def test_every_link_through_the_worker_is_proven_by_the_id_of_a_message(flows: list[dict[str, Any]]) -> None:
    for flow in flows:
        functions = {hop["id"]: hop["function"] for hop in flow["hops"]}
        senders = {send["id"]: functions[send["hop"]] for send in flow["sends"]}
        led = Counter((senders[link["from"]], functions[link["to"]], link["evidence"]) for link in flow["links"])

        assert led == Counter([("take", "packer", "ref"), ("packer", "announce", "ref")]), flow["keys"]


def test_it_is_said_that_the_worker_was_not_recorded_by_the_layer(flows: list[dict[str, Any]]) -> None:
    for flow in flows:
        told = {hop["function"]: hop["attributes"].get("instrumented-by") for hop in flow["hops"]}

        assert told == {"take": None, "packer": "OpenTelemetry", "announce": None}
