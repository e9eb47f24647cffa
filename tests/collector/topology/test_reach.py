"""Who should get a message: the way through buses, topics and queues."""

from hopscope_collector.topology.model import Topology
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


def test_a_destination_that_is_not_declared_says_nothing(declared: Topology) -> None:
    assert reached(declared, Sent("events", "other-bus", "order_placed", "shop")) is None
    assert reached(declared, Sent("dynamodb", "shop-orders")) is None


def test_buses_that_hand_on_to_each_other_end(document: dict[str, object], declared: Topology) -> None:
    from dataclasses import replace

    from hopscope_collector.topology.model import Route

    circle = replace(declared, routes=(*declared.routes, Route("Again", "rule", "Bus", "Bus")))
    assert "shop-notify" in names(circle, Sent("events", "shop-orders", "order_placed", "shop"))
