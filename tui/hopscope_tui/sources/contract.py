"""Where the screens get their flows: the one seam between them and a store.

    FlowSource       what the screens ask for
    ├── StoreSource  the real one, over a store (store.py)
    └── MemorySource flows held in memory: tests, benchmarks, pictures (memory.py)

The screens call a source from worker threads, one call at a time each, and show what it raises in a banner.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from hopscope_collector.flow import Flow
from hopscope_collector.kinds import Kinds
from hopscope_collector.payloads import Payloads
from hopscope_tui.lists.overview import Pulse
from hopscope_tui.lists.sorting import Order

if TYPE_CHECKING:
    from hopscope_collector.executions.model import Execution


@dataclass(frozen=True, slots=True)
class Window:
    """The flows that a list shows now, and how many there are."""

    first: int
    """Row of the first flow given."""

    flows: tuple[Flow, ...]
    total: int
    """Rows that match."""

    is_total_known: bool = True
    """False when there are at least `total`: the source counts on as the person scrolls."""

    pulse: Pulse | None = None
    """Arrivals and failures among the newest flows that fit. None when the source does not say."""

    sorted_among: int | None = None
    """The order holds among so many of the newest flows. None when it holds among all."""


PLAIN = Order()


class FlowSource(Protocol):
    """Flows, newest first unless another order is asked for.

    Every method MAY block and MAY raise. A caller that is told `BadFilter` (the collector's `search/filter.py`) has a
    person to tell; one that is told anything else MUST try again later: a store may be locked, vanish and come back.
    """

    @property
    def name(self) -> str:
        """What the person opened, as short as people say it: a file's name, a host."""
        ...

    @property
    def address(self) -> str:
        """Which one it is among all of that name: the whole path or URL."""
        ...

    def token(self) -> object:
        """Differs from before when anything that could be shown has changed. Cheap."""
        ...

    @property
    def caution(self) -> str | None:
        """What a person should know of all that is shown: that it is sampled, or late. None when nothing is."""
        ...

    def window(self, filter_text: str, first: int, count: int, order: Order = PLAIN) -> Window:
        """At most `count` flows that match, from row `first` on.

        Raises:
            BadFilter: when the filter cannot be understood.
        """
        ...

    def kinds(self, filter_text: str) -> Kinds:
        """The flows that match by kind, over a span that holds the newest of them.

        Raises:
            BadFilter: when the filter cannot be understood.
        """
        ...

    def flow(self, id_text: str) -> Flow | None:
        """The flow that any of its ids or keys names. None when nothing is known by it."""
        ...

    def find(self, id_text: str) -> tuple[Flow, ...]:
        """Every flow that an id names, newest first: those that one batch was made of, or that share a message."""
        ...

    def payloads(self, invocation_ids: Sequence[str]) -> Payloads:
        """What the layer captured of some invocations and of what they sent; empty when nothing was captured."""
        ...

    def execution(self, arn: str) -> "Execution | None":
        """The execution's states. None when no history of it was collected."""
        ...

    def close(self) -> None:
        """Let go of what it holds. Twice is once."""
        ...
