"""Orders really run, without the layer and with it, and each meets the fate that was planned."""

from collections import Counter
from dataclasses import dataclass

import pytest

from hopscope_stage import Deployment
from hopscope_stage.logs import lines_of
from hopscope_stage.settle import queue_depths

pytestmark = [pytest.mark.stage, pytest.mark.xdist_group("stage")]

FLOWS, SEED = 9, 7


@dataclass
class Run:
    deployment: Deployment
    placed: list

    def invocations(self, function):
        return sum(line.startswith("REPORT ") for line in self.lines(function))

    def lines(self, function):
        return lines_of(self.deployment, function)

    def count(self, *fates):
        return sum(order.planned.fate in fates for order in self.placed)


@pytest.fixture(scope="module")
def run(stage, food_order):
    deployment = stage.deploy(food_order.app(), prefix="plain-")
    placed = food_order.run(stage, deployment, food_order.plan(FLOWS, SEED), lambda _: None)
    return Run(deployment, placed)


def test_every_order_is_accounted_for(run, food_order):
    planned = [order.order_id for order in food_order.plan(FLOWS, SEED)]

    assert [order.planned.order_id for order in run.placed] == sorted(planned)


def test_people_get_an_answer_to_every_call(run):
    for order in run.placed:
        expected = {"place": 202, **({"accept": 204, "complete": 204} if order.planned.is_completed else {})}
        assert order.answers == expected, order.planned.order_id


def test_the_sleeping_printer_wakes_up_at_the_third_attempt_and_the_broken_one_never(run):
    failures = Counter(
        line.partition(":")[0].rpartition(".")[2] for line in run.lines("print-ticket") if "Printer" in line
    )

    assert failures["PrinterAsleep"] == 2 * run.count("printer-asleep")
    assert failures["PrinterBroken"] == 3 * run.count("printer-broken")
    assert run.invocations("print-ticket") == len(run.placed) + 2 * run.count("printer-asleep", "printer-broken")


def test_the_broken_printer_s_ticket_ends_in_the_dead_letter_queue(run):
    given_up = [line for line in run.lines("report-dead-letter") if "given up" in line]

    broken = [order.planned.order_id for order in run.placed if order.planned.fate == "printer-broken"]
    assert sorted(given_up) == [f"{order_id}: given up by plain-tickets-dlq" for order_id in broken]


def test_a_large_order_s_completion_is_delivered_twice(run):
    completed = sum(order.planned.is_completed for order in run.placed)

    assert run.invocations("award-points") == completed + run.count("counted-twice")


def test_orders_of_both_kinds_run_and_the_state_machine_tells_how_they_ended(run, stage):
    executions = stage.client("stepfunctions").list_executions(
        stateMachineArn=run.deployment.arn("machine.order-flow")
    )["executions"]

    assert {execution["name"]: execution["status"] for execution in executions} == {
        order.planned.order_id: "SUCCEEDED" if order.planned.is_completed else "RUNNING"
        for order in run.placed
        if order.planned.via == "state-machine"
    }
    assert executions


def test_nothing_is_left_in_the_queues(run):
    assert queue_depths(run.deployment) == {}


def test_the_layer_changes_nothing_but_the_log(stage, food_order, layer_zip):
    """A few orders with the layer: same answers, same invocations, and every invocation has its records."""
    deployment = stage.deploy(food_order.app(), prefix="traced-", attach="redirect")
    orders = [order for order in food_order.plan(FLOWS, SEED) if order.fate in {"smooth", "half-way"}]

    run = Run(deployment, food_order.run(stage, deployment, orders, lambda _: None))

    assert all(order.answers == {"place": 202, "accept": 204, "complete": 204} for order in run.placed)
    for function in ("place-order", "notify-restaurant", "print-ticket", "accept-order", "award-points"):
        records = sum('"hopscope"' in line for line in run.lines(function))
        assert records == 2 * run.invocations(function), function
