"""What the redrives and visibility timeouts of a topology say of queues (pure)."""

from hopscope_collector.rules import Queue
from hopscope_collector.topology.model import Node, Route, Topology

_SECOND_US = 1_000_000


def queues_of(topology: Topology) -> dict[str, Queue]:
    """Each queue with a known name, by that name."""
    redrives = {route.source: route for route in topology.routes if route.kind == "redrive"}
    return {
        node.name: _queue_of(node.name, node, redrives.get(node.id), topology)
        for node in topology.nodes
        if node.kind == "queue" and node.name is not None and "${" not in node.name
    }


def _queue_of(name: str, node: Node, redrive: Route | None, topology: Topology) -> Queue:
    dead_letters = topology.nodes_by_id.get(redrive.target) if redrive else None
    return Queue(
        name=name,
        max_receive_count=redrive.after_receives if redrive else None,
        dead_letter=dead_letters.label if dead_letters else None,
        retry_within_us=None if node.visibility_s is None else node.visibility_s * _SECOND_US,
    )
