"""One opening of a store, and what was read from it: the lists that are in use, kept up to date.

window()   newest first: a `Listing`, as deep as anybody scrolled
           sorted otherwise: the query's own order, or among the newest flows
kinds()    counted by the query
"""

import time
from dataclasses import dataclass, field

from hopscope_collector.filter import parsed
from hopscope_collector.kinds import Kinds
from hopscope_collector.query import MOST_SORTED as MOST_SORTED_BY_QUERY
from hopscope_collector.query import Flows
from hopscope_collector.query import Order as QueryOrder
from hopscope_collector.rules import Rules
from hopscope_collector.store.contract import Store
from hopscope_tui.listing import Listing
from hopscope_tui.overview import ENOUGH_FLOWS, Pulse, pulse_of, window_over
from hopscope_tui.sorting import Order, sorted_flows
from hopscope_tui.source import Window

TIME_CHANGES_US = 5_000_000
"""Statuses that only time changes (waiting to overdue, running to timed-out) are judged anew so often."""

MOST_SORTED = 1_000
"""An order that the query does not know is worked out among so many of the newest flows."""

MOST_LISTS = 3
"""Filters whose lists are kept: that of the list, and those of a report over it."""

PULSE_EVERY_S = 1.0
"""Counting looks at thousands of rows: not at every line that arrives."""

QUERY_ORDERS: dict[str, QueryOrder] = {
    "took": "duration",
    "age": "age",
    "hops": "hops",
    "tries": "attempts",
    "status": "status",
}

FileId = tuple[int, int]
"""Device and inode."""


@dataclass(slots=True)
class _Kept:
    """A list, and what is known to have changed since it was read."""

    listing: Listing
    read_at: tuple[int, int]
    changed: set[str] = field(default_factory=set)
    has_lost_track: bool = False
    pulse: Pulse | None = None
    counted_at_s: float = 0.0


class OpenStore:
    """Guarded by its owner's lock."""

    def __init__(self, store: Store, rules: Rules, file_id: FileId | None) -> None:
        self.store = store
        self.flows = Flows(store, rules, _now_us)
        self.file_id = file_id
        self._store_token = 0
        self._kept: dict[str, _Kept] = {}

    def token(self) -> tuple[int, int]:
        """What changed is kept until the lists have taken it."""
        changes = self.store.changes_since(self._store_token)
        for kept in self._kept.values() if self._store_token else ():
            kept.changed.update(changes.ids)
            kept.has_lost_track |= changes.is_everything
        self._store_token = changes.token
        return changes.token, _now_us() // TIME_CHANGES_US

    def window(self, filter_text: str, rows: range, order: Order) -> Window:
        """Part of the list of what fits, brought up to date if it was read before."""
        kept = self._up_to_date(filter_text, rows if order.is_plain else range(0))
        if order.is_plain:
            return self._newest(kept, filter_text, rows)
        if order.name in QUERY_ORDERS and not order.is_reversed:
            return self._sorted_by_query(kept, filter_text, rows, order)
        kept.listing.reach(MOST_SORTED)
        known = kept.listing.known[:MOST_SORTED]
        is_whole = kept.listing.is_whole and len(kept.listing.known) <= MOST_SORTED
        flows = sorted_flows(known, order, _now_us())[rows.start : rows.stop]
        among = None if is_whole else len(known)
        pulse = self._pulse(kept, filter_text)
        return Window(rows.start, tuple(flows), len(known), pulse=pulse, sorted_among=among)

    def kinds(self, filter_text: str) -> Kinds:
        """Worked out anew each time: a screen of them is asked for by a person."""
        kept = self._up_to_date(filter_text, range(0))
        kept.listing.reach(ENOUGH_FLOWS + 1)
        window = window_over(kept.listing.known, _now_us(), is_whole=kept.listing.is_whole)
        return self.flows.kinds(window, parsed(filter_text))

    def _newest(self, kept: _Kept, filter_text: str, rows: range) -> Window:
        kept.listing.reach(rows.stop)
        known = kept.listing.known
        shown = tuple(known[rows.start : rows.stop])
        return Window(rows.start, shown, len(known), kept.listing.is_whole, self._pulse(kept, filter_text))

    def _sorted_by_query(self, kept: _Kept, filter_text: str, rows: range, order: Order) -> Window:
        page = self.flows.page(parsed(filter_text), rows.stop, order=QUERY_ORDERS[order.name])
        is_whole = len(page.flows) < rows.stop
        among = MOST_SORTED_BY_QUERY if page.is_partial else None
        shown = page.flows[rows.start : rows.stop]
        return Window(rows.start, shown, len(page.flows), is_whole, self._pulse(kept, filter_text), among)

    def _pulse(self, kept: _Kept, filter_text: str) -> Pulse | None:
        """Arrivals and failures, counted anew now and then."""
        if kept.pulse is None or time.monotonic() - kept.counted_at_s > PULSE_EVERY_S:
            window = window_over(kept.listing.known, _now_us(), is_whole=kept.listing.is_whole)
            kept.pulse = pulse_of(self.flows.kinds(window, parsed(filter_text)))
            kept.counted_at_s = time.monotonic()
        return kept.pulse

    def _up_to_date(self, filter_text: str, in_sight: range) -> _Kept:
        token = self.token()
        kept = self._kept.pop(filter_text, None) or _Kept(Listing(self.flows, parsed(filter_text)), token)
        if kept.has_lost_track:
            kept.listing.forget()
        elif token != kept.read_at:
            kept.listing.renew(kept.changed, in_sight)
        kept.read_at, kept.changed, kept.has_lost_track = token, set(), False
        self._kept[filter_text] = kept
        while len(self._kept) > MOST_LISTS:
            del self._kept[next(iter(self._kept))]
        return kept


def _now_us() -> int:
    return time.time_ns() // 1_000
