"""Who should get a message: the way through buses, topics and queues."""

from dataclasses import replace
from typing import Any

import pytest

from hopscope_collector.topology.model import Route, Topology
from hopscope_collector.topology.reach import Sent, reached


def names(topology: Topology, sent: Sent) -> dict[str, bool]:
    """Whether it is certain, by what people call the node."""
    found = reached(topology, sent)
    assert found is not None
    return {each.node.label: each.is_certain for each in found}


def test_an_event_reaches_the_rules_that_match_and_may_reach_those_that_ask_for_its_detail(declared: Topology) -> None:
    placed = Sent("events", "shop-orders", "order_placed", "shop")
    assert names(declared, placed) == {"shop-notify": True, "shop-audit": True, "shop-big": False}


def test_without_the_source_a_rule_that_asks_for_it_is_not_certain(declared: Topology) -> None:
    assert names(declared, Sent("events", "shop-orders", "order_placed"))["shop-notify"] is False


def test_an_event_of_another_kind_reaches_only_who_takes_everything(declared: Topology) -> None:
    assert names(declared, Sent("events", "shop-orders", "order_lost", "shop")) == {"shop-audit": True}


def test_a_topic_and_a_queue_are_passed_on_the_way_to_the_function(declared: Topology) -> None:
    ticket = names(declared, Sent("events", "arn:aws:events:eu-west-1:1:event-bus/shop-orders", "ticket", "shop"))
    assert ticket == {"shop-audit": True, "shop-tickets": True, "shop-jobs": True, "Worker": True}
    queued = Sent("sqs", "https://sqs.eu-west-1.amazonaws.com/1/shop-jobs")
    assert names(declared, queued) == {"Worker": True}


def of_attributes(policy: dict[str, Any]) -> dict[str, Any]:
    return {"filter_policy": policy}


def of_body(policy: dict[str, Any]) -> dict[str, Any]:
    return {"filter_policy": policy, "is_policy_of_body": True}


FROM_BUS, DIRECT = Sent("events", "shop-orders", "ticket", "shop"), Sent("sns", "shop-tickets")


@pytest.mark.parametrize(
    ("sent", "filtered", "expected"),
    [
        (FROM_BUS, of_attributes({"kind": ["x"]}), None),  # EventBridge sends no attributes
        (FROM_BUS, of_attributes({"kind": [{"exists": False}]}), True),
        (FROM_BUS, of_attributes({"kind": [{"anything-but": "x"}]}), None),
        (FROM_BUS, of_body({"detail-type": ["ticket"]}), True),
        (FROM_BUS, of_body({"detail-type": [{"prefix": "tick"}], "source": ["shop", "till"]}), True),
        (FROM_BUS, of_body({"$or": [{"source": ["till"]}, {"detail-type": ["ticket"]}]}), True),
        (FROM_BUS, of_body({"detail": {"total": [{"numeric": [">", 0, "<=", 100]}]}}), False),
        (FROM_BUS, of_body({"detail-type": ["refund"], "detail": {"total": [1]}}), None),
        (DIRECT, of_attributes({"kind": ["x"]}), False),
        (DIRECT, of_body({"detail-type": ["ticket"]}), False),
        (DIRECT, of_attributes({}), True),
    ],
)
def test_a_filter_policy_sees_the_attributes_or_the_body(
    declared: Topology, sent: Sent, filtered: dict[str, Any], expected: bool | None
) -> None:
    """Whether the queue behind the topic is certain, possible, or out of reach (None)."""
    routes = tuple(replace(each, **filtered) if each.id == "Sub" else each for each in declared.routes)

    assert names(replace(declared, routes=routes), sent).get("shop-jobs") is expected


def test_a_destination_that_is_not_declared_says_nothing(declared: Topology) -> None:
    assert reached(declared, Sent("events", "other-bus", "order_placed", "shop")) is None
    assert reached(declared, Sent("dynamodb", "shop-orders")) is None


def test_buses_that_hand_on_to_each_other_end(document: dict[str, object], declared: Topology) -> None:
    circle = replace(declared, routes=(*declared.routes, Route("Again", "rule", "Bus", "Bus")))
    assert "shop-notify" in names(circle, Sent("events", "shop-orders", "order_placed", "shop"))
