"""Who led to whom among the steps of a flow, in both directions (pure).

parents    the step above, as the outline has it
children   the steps below
also_from  other steps whose messages led to a step as well: fan-in, batches, duplicates
also_to    the same the other way round
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hopscope_collector.flow import Flow, Link
from hopscope_collector.shape.outline import Step, with_parents

Others = Mapping[str, Sequence[tuple[str, Link]]]
"""By step id: other steps, each with the link that joins them."""


@dataclass(frozen=True, slots=True)
class Relations:
    """Worked out once for an outline; linear in its steps and links."""

    parents: Mapping[str, str]
    children: Mapping[str, Sequence[str]]
    also_from: Others
    also_to: Others
    step_of_hop: Mapping[str, str]
    """By hop id: all attempts of one step lead to it."""

    @property
    def joins(self) -> dict[str, int]:
        """How many other steps led to a step, where there are any."""
        return {step_id: len(others) for step_id, others in self.also_from.items()}


NO_RELATIONS = Relations({}, {}, {}, {}, {})


def relations_of(flow: Flow, steps: Sequence[Step]) -> Relations:
    """The relations of a flow's outline."""
    parents: dict[str, str] = {}
    children: dict[str, list[str]] = {}
    for step, above in with_parents(steps):
        if above is not None:
            parents[step.id] = above.id
            children.setdefault(above.id, []).append(step.id)
    step_of_hop = {hop.id: step.id for step in steps for hop in step.hops}
    also_from, also_to = _others(flow, step_of_hop, parents)
    return Relations(parents, children, also_from, also_to, step_of_hop)


def _others(
    flow: Flow, step_of_hop: Mapping[str, str], parents: Mapping[str, str]
) -> tuple[dict[str, list[tuple[str, Link]]], dict[str, list[tuple[str, Link]]]]:
    sender_of = {send.id: send.hop for send in flow.sends}
    also_from: dict[str, list[tuple[str, Link]]] = {}
    also_to: dict[str, list[tuple[str, Link]]] = {}
    seen: set[tuple[str, str]] = set()
    for link in flow.links:
        sender = step_of_hop.get(sender_of.get(link.from_id, link.from_id))
        target = step_of_hop.get(link.to_id)
        if sender is None or target is None or sender == target or (sender, target) in seen:
            continue
        seen.add((sender, target))
        if parents.get(target) != sender:
            also_from.setdefault(target, []).append((sender, link))
            also_to.setdefault(sender, []).append((target, link))
    return also_from, also_to
