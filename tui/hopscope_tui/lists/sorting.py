"""By what a list of flows may be sorted, and how a person names it (pure).

newest     as the store gives them: where something happened last stands first
others     what needs a person first: the worst status, the longest time, the most errors
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

from hopscope_collector.flow import Flow
from hopscope_collector.query import STATUS_RANK
from hopscope_collector.shape.activity import FAILED, end_of
from hopscope_collector.shape.summary import key_of

NEWEST = "newest"
"""The order that costs nothing, and the one at the start."""


class Sort(NamedTuple):
    """One thing that flows may be sorted by."""

    means: str
    value: Callable[[Flow, int], Any]
    """Of a flow and the present moment in µs."""

    is_descending: bool = True
    """Which way round it is asked for first."""


@dataclass(frozen=True, slots=True)
class Order:
    """A sort, and which way round."""

    name: str = NEWEST
    is_reversed: bool = False
    """Against the way that `Sort.is_descending` says."""

    def __str__(self) -> str:
        return f"{'-' if self.is_reversed else ''}{self.name}"

    @property
    def is_plain(self) -> bool:
        """Whether it is the store's own."""
        return self.name == NEWEST and not self.is_reversed

    @property
    def is_descending(self) -> bool:
        """Whether the largest stands first."""
        return SORTS[self.name].is_descending != self.is_reversed


def order_of(text: str) -> Order:
    """The order that `str(order)` gave; the plain one for anything else."""
    name = text.removeprefix("-")
    return Order(name, text.startswith("-")) if name in SORTS else Order()


def took_us(flow: Flow, now_us: int) -> int:
    """From the first hop to the end, or to now while it goes on."""
    return end_of(flow, now_us) - flow.started_us


def attempts_beyond_the_first(flow: Flow) -> int:
    """How often something was tried again."""
    return sum(hop.attempt > 1 for hop in flow.hops)


def errors_in_flow(flow: Flow) -> int:
    """Attempts that failed, and messages that a broker did not take."""
    return sum(hop.status in FAILED for hop in flow.hops) + sum(send.error is not None for send in flow.sends)


SORTS: Mapping[str, Sort] = MappingProxyType(
    {
        NEWEST: Sort("where something happened last", lambda flow, _: max(hop.started_us for hop in flow.hops)),
        "status": Sort(
            "the worst status", lambda flow, _: STATUS_RANK.get(flow.status, len(STATUS_RANK)), is_descending=False
        ),
        "took": Sort("the longest", took_us),
        "age": Sort("the oldest", lambda flow, now_us: now_us - flow.started_us),
        "hops": Sort("the most hops", lambda flow, _: len(flow.hops)),
        "tries": Sort("tried again most often", lambda flow, _: attempts_beyond_the_first(flow)),
        "errors": Sort("the most errors", lambda flow, _: errors_in_flow(flow)),
        "key": Sort("by key", lambda flow, _: key_of(flow), is_descending=False),
        "kind": Sort("by kind", lambda flow, _: flow.kind, is_descending=False),
    }
)
"""In the order in which `s` goes through them."""


def sorted_flows(flows: Iterable[Flow], order: Order, now_us: int) -> list[Flow]:
    """The flows in an order; equal ones stay as they came."""
    value = SORTS[order.name].value
    return sorted(flows, key=lambda flow: value(flow, now_us), reverse=order.is_descending)


def next_order(order: Order) -> Order:
    """The one after, from the first again after the last."""
    names = list(SORTS)
    return Order(names[(names.index(order.name) + 1) % len(names)])


def chosen_order(order: Order, name: str) -> Order:
    """What a click on a column asks for: that column, or the same one turned round."""
    return Order(name, not order.is_reversed) if name == order.name else Order(name)
