"""Whether every order of a demo became one flow, as a table (pure).

fate              orders  what Hopscope says
smooth                12  12 done
printer-asleep         4  4 recovered
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from hopscope_collector.flow import Flow


@dataclass(frozen=True, slots=True)
class Account:
    """What became of the orders, compared with what was meant to."""

    fates: Mapping[str, Sequence[str]]
    """Order ids by fate, both as planned."""

    statuses: Mapping[str, str]
    """Status of the one flow of an order, by its id; orders without exactly one flow are not in it."""

    problems: Sequence[str] = ()
    """Orders that are not one flow, in words."""

    others: int = 0
    """Flows of no order."""

    @property
    def is_balanced(self) -> bool:
        """Whether every order is one flow and every flow is an order's."""
        return not self.problems and not self.others

    def lines(self) -> list[str]:
        """The table, one line a fate, and what does not add up."""
        width = max((len(fate) for fate in self.fates), default=0)
        rows = [
            f"  {fate:<{width}}  {len(orders):>3}  {self._said_of(orders)}"
            for fate, orders in sorted(self.fates.items())
        ]
        flows_elsewhere = [f"{self.others} flows belong to no order"] if self.others else []
        return [*rows, *(f"  ! {problem}" for problem in (*self.problems, *flows_elsewhere))]

    def _said_of(self, orders: Iterable[str]) -> str:
        counted = Counter(self.statuses.get(order, "not one flow") for order in orders)
        return ", ".join(f"{count} {status}" for status, count in counted.most_common())


def account_of(fates_by_order: Mapping[str, str], flows: Iterable[Flow], key: str) -> Account:
    """Compare orders with flows.

    Args:
        fates_by_order: what was planned, by order id.
        key: the business key that names the order, such as `order_id`.
    """
    by_order: dict[str, list[Flow]] = {}
    others = 0
    for flow in flows:
        order = flow.keys.get(key, "")
        if order in fates_by_order:
            by_order.setdefault(order, []).append(flow)
        else:
            others += 1
    fates: dict[str, list[str]] = {}
    for order, fate in fates_by_order.items():
        fates.setdefault(fate, []).append(order)
    statuses = {order: found[0].status for order, found in by_order.items() if len(found) == 1}
    counts = {order: len(by_order.get(order, ())) for order in fates_by_order}
    problems = [f"order {order} is {count} flows; expected 1" for order, count in counts.items() if count != 1]
    return Account(fates, statuses, problems, others)
