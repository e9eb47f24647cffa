"""A topology of one bus, one topic and two queues, as the plugin writes it."""

import json
from typing import Any

import pytest

from hopscope_collector.topology.model import Topology
from hopscope_collector.topology.read import topology_of


def rule(name: str, target: str, pattern: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A rule of the one bus."""
    with_pattern = {"pattern": pattern} if pattern is not None else {}
    return {"id": name, "kind": "rule", "from": "Bus", "to": target, **with_pattern, **more}


PLACED = {"source": ["shop"], "detail-type": ["order_placed"]}
NODES = [
    {"id": "Bus", "kind": "bus", "name": "shop-orders"},
    {"id": "Topic", "kind": "topic", "name": "shop-tickets", "is_fifo": False},
    {"id": "Jobs", "kind": "queue", "name": "shop-jobs", "visibility_s": 60},
    {"id": "Dead", "kind": "queue", "name": "shop-jobs-dead", "visibility_s": 30},
    {"id": "Notify", "kind": "function", "name": "shop-notify", "is_traced": True},
    {"id": "Audit", "kind": "function", "name": "shop-audit", "is_traced": False},
    {"id": "Big", "kind": "function", "name": "shop-big", "is_traced": True},
    {"id": "Worker", "kind": "function", "name": None, "is_traced": True},
]
ROUTES = [
    rule("NewOrders", "Notify", PLACED),
    rule("Everything", "Audit"),
    rule("BigOrders", "Big", {**PLACED, "detail": {"total": [{"numeric": [">", 99]}]}}),
    rule("SwitchedOff", "Worker", PLACED, is_enabled=False),
    rule("Tickets", "Topic", {"detail-type": ["ticket"]}),
    {"id": "Sub", "kind": "subscription", "protocol": "sqs", "from": "Topic", "to": "Jobs"},
    {"id": "Work", "kind": "event-source", "from": "Jobs", "to": "Worker"},
    {"id": "Jobs", "kind": "redrive", "from": "Jobs", "to": "Dead", "after_receives": 3},
]
SENDS = [{"by": "role", "from": ["Notify"], "to": "Bus", "actions": ["events:PutEvents"]}]


@pytest.fixture
def document() -> dict[str, Any]:
    """The file as JSON, for a test to damage."""
    topology = {
        "service": "shop",
        "stage": "dev",
        "region": "eu-west-1",
        "nodes": NODES,
        "routes": ROUTES,
        "sends": SENDS,
    }
    return json.loads(json.dumps({"hopscope": 1, "topology": topology}))  # type: ignore[no-any-return]


@pytest.fixture
def declared(document: dict[str, Any]) -> Topology:
    """The same, read."""
    return topology_of(json.dumps(document), "hopscope.topology.json")
