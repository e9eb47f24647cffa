"""Choreography, a state machine, and choreography again: each order is one flow, on the stage with the real layer.

    order_placed ─▶ take-order ─StartExecution─▶ payment ┬ Charge, Reserve    ─▶ charge, reserve
                                                         ├ AskCustomer (token) ─▶ ask-customer, which answers it
                                                         ├ order_paid         ─▶ ship ─▶ parcels ─▶ pack
                                                         └ order_delayed      ─▶ apologise

Of these the emulator's history does not tell who was asked (it has no TaskSubmitted): the hash of the task token does.
"""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hopscope_collector.testing.flows import FlowsUnderTest, flows_under_test
from hopscope_stage import App, Bus, Deployment, Function, Machine, Queue, Rule, Source, Stage
from hopscope_stage.logs import lines_of

pytestmark = [pytest.mark.stage, pytest.mark.xdist_group("stage-executions")]

HANDLERS = Path(__file__).parent / "handlers"
ORDERS = [f"o-{number}" for number in range(10)]
DECLINED_ONCE = {"o-1", "o-4", "o-7"}
OUT_OF_STOCK = {"o-2", "o-7"}
OVER_WITHIN_S = 90.0
LISTENERS = {"order_placed": "take-order", "order_paid": "ship", "order_delayed": "apologise"}
SURROUNDINGS = {"PAYMENT": "${machine.payment.arn}", "PARCELS": "${queue.parcels.url}"}
NAMES = ("take-order", "charge", "reserve", "ask-customer", "ship", "pack", "apologise")
EXACT = {"carrier", "ref"}


def a_shop() -> App:
    return App(
        "shop",
        keys="order_id=detail.orderId|body.orderId|order.orderId|orderId",
        functions=tuple(
            Function(name, f"shop.{name.replace('-', '_')}", HANDLERS, environment=SURROUNDINGS) for name in NAMES
        ),
        buses=(Bus("shop", rules=tuple(a_rule(name, function) for name, function in LISTENERS.items())),),
        queues=(Queue("parcels"),),
        sources=(Source("queue.parcels", to="pack", batch_size=1),),
        machines=(Machine("payment", (HANDLERS / "payment.asl.json").read_text(encoding="utf-8")),),
    )


def a_rule(name: str, function: str) -> Rule:
    return Rule(function, {"detail-type": [name]}, to=(f"function.{function}",))


@pytest.fixture(scope="module")
def store(layer_zip: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Ten orders at once, and everything that was logged of them."""
    url = f"sqlite:///{tmp_path_factory.mktemp('executions') / 'hopscope.db'}"
    with Stage.start(attach="redirect", layer_zip=layer_zip) as stage:
        deployment = stage.deploy(a_shop())
        stage.client("events").put_events(Entries=[an_order(deployment, order_id) for order_id in ORDERS])
        wait_until_over(stage, deployment)
        wait_until_logged(deployment)
        collect(stage, deployment, url)
    return url


def an_order(deployment: Deployment, order_id: str) -> dict[str, str]:
    detail = {
        "orderId": order_id,
        "isDeclinedOnce": order_id in DECLINED_ONCE,
        "isOutOfStock": order_id in OUT_OF_STOCK,
    }
    bus = deployment.name("bus.shop")
    return {"EventBusName": bus, "Source": "shop", "DetailType": "order_placed", "Detail": json.dumps(detail)}


def wait_until_over(stage: Stage, deployment: Deployment) -> None:
    give_up_s = time.monotonic() + OVER_WITHIN_S
    step_functions = stage.client("stepfunctions")
    while True:
        found = step_functions.list_executions(stateMachineArn=deployment.arn("machine.payment"))["executions"]
        statuses = Counter(execution["status"] for execution in found)
        if len(found) == len(ORDERS) and not statuses["RUNNING"]:
            return
        assert time.monotonic() < give_up_s, statuses
        time.sleep(0.2)


def wait_until_logged(deployment: Deployment) -> None:
    """Until every run that must come of the orders has written its end record."""
    paid = len(ORDERS) - len(OUT_OF_STOCK)
    runs = {name: len(ORDERS) for name in ("take-order", "reserve")}
    runs |= dict.fromkeys(("ask-customer", "ship", "pack"), paid)
    runs |= {"charge": len(ORDERS) + len(DECLINED_ONCE), "apologise": len(OUT_OF_STOCK)}
    give_up_s = time.monotonic() + OVER_WITHIN_S
    while True:
        ends = {name: sum('"record":"end"' in line for line in lines_of(deployment, name)) for name in runs}
        if ends == runs:
            return
        assert time.monotonic() < give_up_s, ends
        time.sleep(0.2)


def collect(stage: Stage, deployment: Deployment, url: str) -> None:
    logs = [f"logs:{group}" for group in deployment.log_groups]
    sources = [*logs, f"executions:{deployment.arn('machine.payment')}"]
    run("collect", *sources, "--once", "--store", url, AWS_ENDPOINT_URL=str(stage.endpoint))


def run(*arguments: str, **variables: str) -> str:
    own = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}
    ran = subprocess.run(
        [sys.executable, "-m", "hopscope_tui", *arguments],
        env={**os.environ, **own, **variables, "COLUMNS": "80"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, f"{ran.stdout[-3000:]}\n{ran.stderr[-3000:]}"
    return ran.stdout


@pytest.fixture(scope="module")
def flows(store: str) -> dict[str, dict[str, Any]]:
    """By order id; fails when an order is in two flows, or a flow belongs to no order."""
    found = json.loads(run("flows", "--store", store, "--json"))["flows"]
    assert Counter(flow["keys"].get("order_id") for flow in found) == Counter(ORDERS)
    return {flow["keys"]["order_id"]: flow for flow in found}


@pytest.fixture(scope="module")
def under_test(store: str) -> Iterator[FlowsUnderTest]:
    with flows_under_test(store=store) as flows:
        yield flows


@pytest.mark.parametrize("order_id", ORDERS)
def test_each_order_is_one_flow_with_its_execution_and_everything_downstream(
    under_test: FlowsUnderTest, order_id: str
) -> None:
    charges = 2 if order_id in DECLINED_ONCE else 1
    ends = ["apologise"] if order_id in OUT_OF_STOCK else ["ask-customer", "ship", "pack"]

    flow = under_test.settle(f"order_id={order_id}", quiet="0s")

    flow.assert_hops({"take-order": 1, "payment": 1, "charge": charges, "reserve": 1, **dict.fromkeys(ends, 1)})
    assert [arn.rpartition(":")[2] for arn in flow.flow.executions] == [order_id]


def test_a_failure_that_the_state_machine_made_up_for_is_no_failure_of_the_flow(
    flows: dict[str, dict[str, Any]],
) -> None:
    troubled = {*DECLINED_ONCE, *OUT_OF_STOCK}

    assert {order: flow["status"] for order, flow in flows.items()} == {
        order: "recovered" if order in troubled else "done" for order in ORDERS
    }


@pytest.mark.parametrize("order_id", ORDERS)
def test_every_link_is_proven_by_an_id_and_leads_where_the_state_machine_says(
    under_test: FlowsUnderTest, order_id: str
) -> None:
    flow = under_test.settle(f"order_id={order_id}", quiet="0s")

    flow.assert_links_exact()
    flow.assert_path("take-order > payment > charge").assert_path("take-order > payment > reserve")
    if order_id in OUT_OF_STOCK:
        flow.assert_path("payment > order_delayed > apologise").assert_not_seen("ship", "pack", "ask-customer")
    else:
        flow.assert_path("payment > order_paid > ship > parcels > pack").assert_path("payment > ask-customer")
        flow.assert_order("take-order", "payment", "ship", "pack").assert_not_seen("apologise")


def test_who_was_asked_is_known_by_the_hash_of_the_task_token(flows: dict[str, dict[str, Any]]) -> None:
    flow = flows["o-0"]
    asked = {hop["id"] for hop in flow["hops"] if hop["function"] == "ask-customer"}

    (link,) = [link for link in flow["links"] if link["to"] in asked]

    assert link["detail"].startswith("task-token/")


def test_the_flow_shows_what_ran_inside_its_execution(store: str) -> None:
    flow = json.loads(run("show", "order_id=o-7", "--store", store, "--json"))["flow"]

    (execution,) = flow["execution_details"]
    states = {state["name"]: state for state in execution["states"]}
    assert [execution["arn"]] == flow["executions"]
    assert list(states) == ["Charge", "Reserve", "OrderDelayed"]
    assert [attempt["status"] for attempt in states["Charge"]["attempts"]] == ["FAILED", "SUCCEEDED"]
    assert states["Reserve"]["caught"]
    sent = [ref for send in flow["sends"] for ref in send["refs"]]
    assert set(states["OrderDelayed"]["refs"]) <= set(sent)


def test_show_draws_the_states_below_the_tree(store: str) -> None:
    shown = run("show", "order_id=o-7", "--store", store)

    assert "✔ OrderDelayed" in shown
    assert "→ apologise  events/" in shown
    assert max(map(len, shown.splitlines())) <= 80
