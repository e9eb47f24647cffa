"""What a node is called, what redrives say of queues, and several files as one topology."""

import pytest

from hopscope_collector.topology.model import Node, Route, Topology, merged
from hopscope_collector.topology.queues import queues_of
from hopscope_collector.topology.reach import Sent, reached


@pytest.mark.parametrize(
    ("declared_name", "deployed", "is_called"),
    [
        ("shop-jobs", "shop-jobs", True),
        ("shop-jobs", "https://sqs.eu-west-1.amazonaws.com/1/shop-jobs", True),
        ("shop-jobs", "arn:aws:sqs:eu-west-1:1:shop-jobs", True),
        ("shop-jobs", "shop-jobs-dead", False),
        ("shop-${AWS::AccountId}-jobs", "shop-123456789012-jobs", True),
        ("shop-${AWS::AccountId}-jobs", "shop-jobs", False),
        ("${JobsQueue}", "shop-jobs", False),
        ("arn:aws:sqs:${AWS::Region}:1:${JobsQueue}", "shop-jobs", False),
        (None, "stack-Jobs-1A2B3C4D5E6F", True),
        (None, "stack-JobsDead-1A2B3C4D5E6F", False),
    ],
)
def test_a_node_is_found_by_name_arn_and_url(declared_name: str | None, deployed: str, is_called: bool) -> None:
    assert Node("Jobs", "queue", declared_name).is_called(deployed) is is_called


def test_the_redrive_of_a_queue_is_its_retry_budget(declared: Topology) -> None:
    jobs = queues_of(declared)["shop-jobs"]
    assert (jobs.max_receive_count, jobs.dead_letter, jobs.retry_within_us) == (3, "shop-jobs-dead", 60_000_000)
    assert queues_of(declared)["shop-jobs-dead"].max_receive_count is None


def test_the_bus_of_one_service_is_the_foreign_bus_of_another(declared: Topology) -> None:
    foreign_bus = "arn:aws:events:eu-west-1:1:event-bus/shop-orders"
    other = Topology(
        nodes=(Node(foreign_bus, "bus", "shop-orders", is_foreign=True), Node("Notify", "function", "crm-notify")),
        routes=(Route("All", "rule", foreign_bus, "Notify", dead_letters="Notify"),),
    )
    for both in (merged([declared, other]), merged([other, declared])):
        found = reached(both, Sent("events", "shop-orders", "order_lost", "shop"))
        assert found is not None
        assert {each.node.label for each in found} == {"shop-audit", "crm-notify"}
        assert {route.dead_letters for route in both.routes} <= {None, *both.nodes_by_id}
