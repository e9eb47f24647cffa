"""What the declared topology says of sends (pure)."""

from collections.abc import Iterable, Iterator

from hopscope_collector.flow import Send
from hopscope_collector.resource_names import resource_name
from hopscope_collector.topology.model import Node, Topology
from hopscope_collector.topology.reach import Reach, Sent, reached


def certain_functions(send: Send, topology: Topology) -> list[Node] | None:
    """The functions that must receive it; None when its destination is not declared."""
    reaches = _reaches(send, topology)
    if reaches is None:
        return None
    return [each.node for each in reaches if each.is_certain and each.node.kind == "function"]


def unconsumed(sends: Iterable[Send], topology: Topology) -> Iterator[str]:
    """A note for every kind of message that the broker takes and hands to nobody."""
    for send in sends:
        if send.error is None and _reaches(send, topology) == ():
            what = f"{send.name} of {send.source}" if send.name and send.source else send.name or "it"
            yield f"nobody is declared to receive {what} from {resource_name(send.destination or send.service)}"


def _reaches(send: Send, topology: Topology) -> tuple[Reach, ...] | None:
    if not topology.nodes or send.destination is None:
        return None
    return reached(topology, Sent(send.service, send.destination, send.name, send.source))
