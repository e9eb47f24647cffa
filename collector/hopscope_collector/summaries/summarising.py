"""Summarises flows while nothing arrives (see `summaries/`)."""

from collections.abc import Callable

from hopscope_collector.errors import StoreError
from hopscope_collector.flow_maker import FlowMaker
from hopscope_collector.rules import Rules
from hopscope_collector.store.contract import Store
from hopscope_collector.summaries.keeper import StoreKeeper
from hopscope_collector.summaries.shelf import KeepsSummaries
from hopscope_collector.wall_clock import wall_clock_us

Idle = Callable[[], bool]
"""Does one piece of work that can wait, some hundredths of a second; whether there is more."""


def nothing_to_do() -> bool:
    """An `Idle` for stores that keep no summaries."""
    return False


def idle_work(store: Store, rules: Rules, say: Callable[[str], None]) -> Idle:
    """What the process that writes a store does while nothing arrives.

    Whatever goes wrong with it, collecting goes on: without summaries a list is slower, and as right.
    """
    if not isinstance(store, KeepsSummaries) or store.shelves is None:
        return nothing_to_do
    shelves, tidy = store.shelves, store.tidy
    keeper = StoreKeeper(store, rules, FlowMaker(store, rules), shelves=shelves)
    has_failed = False

    def work() -> bool:
        nonlocal has_failed
        try:
            return not has_failed and (tidy() or keeper.work(wall_clock_us()))
        except StoreError as error:
            say(f"flows are not summarised right now: {error}")
        except Exception as error:  # noqa: BLE001 - a worker: a flow that cannot be assembled must not stop collecting
            has_failed = True
            say(f"flows are not summarised any more ({error!r}): lists are slower")
        return False

    return work
