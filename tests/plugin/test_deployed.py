"""The food order deployed by the Serverless Framework to an emulator: the layer travels in the plugin, orders run, removal leaves nothing."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from hopscope_collector.topology.model import Topology
from hopscope_collector.topology.read import topology_of
from hopscope_stage import emulator
from hopscope_stage.errors import EnvironmentNotMade

pytestmark = [pytest.mark.stage, pytest.mark.xdist_group("plugin")]

FOOD_ORDER = Path(__file__).parents[2] / "examples" / "food_order"
LAYERED = Path(__file__).parent / "layered"
FRAMEWORK = "osls 4"
FUNCTION = "food-order-dev-place-order"
REGION = "eu-west-1"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
GONE_WITHIN_S = 120.0


class Account:
    """The emulator as an AWS account, and the framework's commands against it."""

    def __init__(self, endpoint: str, workshop: Any) -> None:
        self._endpoint = endpoint
        self._workshop = workshop

    def client(self, service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=self._endpoint,
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    def serverless(self, folder: Path, *words: str) -> str:
        """Run one command with the handler redirect, for the emulator has no exec wrapper; its output."""
        env = {"AWS_ENDPOINT_URL": self._endpoint, **CREDENTIALS}
        ran = self._workshop.run(FRAMEWORK, folder, *words, "--param", "attach=handler", env=env)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout + ran.stderr

    def live_topology(self, folder: Path) -> Topology:
        """What `hopscope topology --from-aws` writes, for what belongs to the food order."""
        hopscope = Path(sys.executable).with_name("hopscope")
        words = ["topology", "--from-aws", "--region", REGION, "--prefix", "food-order-dev", "--output", "-"]
        env = {**os.environ, "AWS_ENDPOINT_URL": self._endpoint, **CREDENTIALS}
        ran = subprocess.run([hopscope, *words], cwd=folder, env=env, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stderr
        return topology_of(ran.stdout, "the account")

    def declared_topology(self, folder: Path) -> Topology:
        """What `serverless hopscope topology` writes."""
        self.serverless(folder, "hopscope", "topology", "--output", "declared.json")
        return topology_of((folder / "declared.json").read_text(), "the template")

    def function(self, name: str = FUNCTION) -> dict[str, Any]:
        """What the plugin may change of a function, as it is deployed."""
        found = self.client("lambda").get_function_configuration(FunctionName=name)
        layers = [layer["Arn"].rpartition(":")[0] for layer in found.get("Layers", [])]
        return {"handler": found["Handler"], "variables": found["Environment"]["Variables"], "layers": layers}

    def place_order(self, order_id: str) -> None:
        order = {
            "orderId": order_id,
            "via": "events",
            "restaurant": {"name": "Da Mario", "printer": "awake"},
            "totalCents": 900,
        }
        event = {
            "version": "2.0",
            "routeKey": "POST /orders",
            "body": json.dumps(order),
            "requestContext": {"requestId": "r"},
        }
        answer = self.client("lambda").invoke(FunctionName=FUNCTION, Payload=json.dumps(event))
        assert json.loads(answer["Payload"].read())["statusCode"] == 202

    def begun(self, function: str) -> list[dict[str, Any]]:
        """The begin records in a function's log, once there is one."""
        logs = self.client("logs")
        deadline_s = time.monotonic() + GONE_WITHIN_S
        while time.monotonic() < deadline_s:
            events = logs.filter_log_events(logGroupName=f"/aws/lambda/{function}")["events"]
            records = [json.loads(event["message"]) for event in events if event["message"].startswith('{"hopscope":1')]
            if found := [record for record in records if record["record"] == "begin"]:
                return found
            time.sleep(0.1)
        raise AssertionError(f"{function} wrote no record within {GONE_WITHIN_S} s")


def ways_of(topology: Topology) -> set[tuple[str, str, str, str]]:
    """Kind, from, to and pattern of every route, by the names as deployed."""
    labels = {node.id: node.label for node in topology.nodes}
    return {
        (route.kind, labels[route.source or ""], labels[route.target], json.dumps(route.pattern, sort_keys=True))
        for route in topology.routes
        if route.source is not None
    }


@pytest.fixture(scope="module")
def account(workshop: Any) -> Iterator[Account]:
    try:
        running = emulator.start(lambda _: None)
    except EnvironmentNotMade as problem:
        pytest.skip(f"the emulator could not be installed: {problem}")
    try:
        yield Account(running.endpoint, workshop)
    finally:
        running.stop()


def test_a_service_is_attached_runs_in_one_trace_and_is_released_without_a_trace(
    workshop: Any, account: Account
) -> None:
    """One story, for every chapter needs the deployment of the one before."""
    folder = workshop.place(FOOD_ORDER)
    configuration = folder / "serverless.yml"
    with_plugin = configuration.read_text()

    workshop.take_away(folder)
    account.serverless(folder, "deploy")
    before = account.function()

    # A function whose deployed form has no layer would not start with our redirect.
    configuration.write_text(with_plugin)
    said = account.serverless(folder, "deploy", "function", "-f", "place-order")
    assert "the deployed function has no layer of Hopscope yet; run serverless deploy once" in said
    assert account.function() == before

    account.serverless(folder, "deploy")
    assert account.function() == {
        "handler": "hopscope_layer.handler",
        "layers": [f"arn:aws:lambda:{REGION}:000000000000:layer:food-order-dev-hopscope"],
        "variables": {
            **before["variables"],
            "HOPSCOPE_HANDLER": "handlers/place_order.handler",
            "HOPSCOPE_KEYS": "order_id=detail.orderId|pathParameters.orderId|body.orderId|orderId",
        },
    }
    attached = account.function()
    assert "No changes to deploy" in account.serverless(folder, "deploy")
    account.serverless(folder, "deploy", "function", "-f", "place-order", "--force")
    assert account.function() == attached

    account.place_order("o-42")
    placed = account.begun(FUNCTION)[0]
    notified = account.begun("food-order-dev-notify-restaurant")[0]
    printed = account.begun("food-order-dev-print-ticket")[0]
    assert placed["messages"][0]["keys"] == {"order_id": "o-42"}
    assert {notified["traceId"], printed["traceId"]} == {placed["traceId"]}

    live, declared = account.live_topology(folder), account.declared_topology(folder)
    assert ways_of(live) == ways_of(declared)
    assert {node.label for node in live.nodes if node.is_traced} == {
        node.label for node in declared.nodes if node.is_traced
    }

    workshop.take_away(folder)
    account.serverless(folder, "deploy")
    assert account.function() == before
    account.serverless(folder, "remove")
    assert account.client("lambda").list_functions()["Functions"] == []
    assert account.client("lambda").list_layers()["Layers"] == []


def test_a_layer_of_the_service_itself_stays(workshop: Any, account: Account) -> None:
    folder = workshop.place(LAYERED)
    account.serverless(folder, "package", "--package", "built")
    account.serverless(folder, "deploy", "--package", "built")
    deployed = account.function("layered-dev-read")
    account.serverless(folder, "deploy", "function", "-f", "read", "--force")
    answer = account.client("lambda").invoke(FunctionName="layered-dev-read", Payload=b"{}")

    layers = [f"arn:aws:lambda:{REGION}:000000000000:layer:{name}" for name in ("menu", "layered-dev-hopscope")]
    assert deployed["layers"] == layers
    assert account.function("layered-dev-read") == deployed
    assert json.loads(answer["Payload"].read()) == ["pizza"]
    assert account.begun("layered-dev-read")
    account.serverless(folder, "remove")
