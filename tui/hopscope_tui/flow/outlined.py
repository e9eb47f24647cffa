"""A flow as its screen shows it (pure): worked out once, in a worker thread where it has thousands of hops."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from hopscope_collector.flow import Flow
from hopscope_collector.shape.one_clock import on_one_clock
from hopscope_collector.shape.outline import Step, outline
from hopscope_tui.flow.relations import NO_RELATIONS, Relations, relations_of


@dataclass(frozen=True, slots=True)
class Outlined:
    """The steps of a flow, and who led to whom among them."""

    flow: Flow
    """As the source gave it."""

    shown: Flow
    """The same flow, on one clock where the person asked for that."""

    is_one_clock: bool = False
    steps: tuple[Step, ...] = ()
    """Empty while it is worked out."""

    by_id: Mapping[str, Step] = field(default_factory=dict)
    relations: Relations = NO_RELATIONS

    def is_of(self, flow: Flow, *, is_one_clock: bool) -> bool:
        """Whether nothing needs to be worked out."""
        return bool(self.steps) and self.flow is flow and self.is_one_clock == is_one_clock


def outlined(flow: Flow, *, is_one_clock: bool = False) -> Outlined:
    """Linear in the hops and links of the flow."""
    shown = on_one_clock(flow) if is_one_clock else flow
    steps = outline(shown)
    return Outlined(flow, shown, is_one_clock, steps, {step.id: step for step in steps}, relations_of(shown, steps))
