"""The lists of flows that are in use, kept up to date: one for every filter.

window()   newest first: a `Listing`, as deep as anybody scrolled
           sorted otherwise: the query's own order, or among the newest flows
kinds()    counted by the query
"""

import time
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Protocol

from hopscope_collector.flow import Flow
from hopscope_collector.kinds import Kinds
from hopscope_collector.kinds import Window as CountedWindow
from hopscope_collector.query import MOST_SORTED as MOST_SORTED_BY_QUERY
from hopscope_collector.query import Order as QueryOrder
from hopscope_collector.search.filter import Filter, parsed
from hopscope_collector.wall_clock import wall_clock_us
from hopscope_tui.lists.listing import Listing, PageLike
from hopscope_tui.lists.overview import ENOUGH_FLOWS, Pulse, pulse_of, window_over
from hopscope_tui.lists.sorting import Order, sorted_flows
from hopscope_tui.sources.contract import Window

MOST_SORTED = 1_000
"""An order that the query does not know is worked out among so many of the newest flows."""

MOST_LISTS = 3
"""Filters whose lists are kept: that of the list, and those of a report over it."""

PULSE_EVERY_S = 1.0
PULSE_SHARE = 0.05
"""Counting looks at thousands of rows: never oftener, and in at most this share of the time."""

QUERY_ORDERS: dict[str, QueryOrder] = {
    "took": "duration",
    "age": "age",
    "hops": "hops",
    "tries": "attempts",
    "status": "status",
}


@dataclass(slots=True)
class _Kept:
    """A list, and what is known to have changed since it was read."""

    listing: Listing
    read_at: object
    changed: set[str] = field(default_factory=set)
    has_lost_track: bool = False
    pulse: Pulse | None = None
    count_from_s: float = 0.0
    """When to count again, on the monotonic clock. 0 before the first question."""


class Pages(Protocol):
    """Whoever gives flows by pages: the query over a store, or a collector over HTTP."""

    def page(self, wanted: Filter, limit: int, after: Any = None, *, order: QueryOrder = "seen") -> PageLike:
        """See `hopscope_collector.query.Flows.page()`."""
        ...

    def kinds(self, window: CountedWindow, wanted: Filter = ...) -> Kinds:
        """See `hopscope_collector.query.Flows.kinds()`."""
        ...

    def find(self, id_text: str) -> tuple[Flow, ...]:
        """Every flow that the id names."""
        ...


class Lists:
    """Used by one thread at a time."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._kept: dict[str, _Kept] = {}

    def heard(self, changed: Collection[str], *, is_everything: bool) -> None:
        """What was written is kept until the lists have taken it."""
        for kept in self._kept.values():
            kept.changed.update(changed)
            kept.has_lost_track |= is_everything

    def window(self, filter_text: str, rows: range, order: Order, token: object) -> Window:
        """Part of the list of what fits, brought up to date if it was read before."""
        kept = self._up_to_date(filter_text, rows if order.is_plain else range(0), token)
        if order.is_plain:
            return self._newest(kept, filter_text, rows)
        if order.name in QUERY_ORDERS and not order.is_reversed:
            return self._sorted_by_query(kept, filter_text, rows, order)
        kept.listing.reach(MOST_SORTED)
        known = kept.listing.known[:MOST_SORTED]
        is_whole = kept.listing.is_whole and len(kept.listing.known) <= MOST_SORTED
        flows = sorted_flows(known, order, wall_clock_us())[rows.start : rows.stop]
        among = None if is_whole else len(known)
        pulse = self._pulse(kept, filter_text)
        return Window(rows.start, tuple(flows), len(known), pulse=pulse, sorted_among=among)

    def kinds(self, filter_text: str, token: object) -> Kinds:
        """Worked out anew each time: a screen of them is asked for by a person."""
        kept = self._up_to_date(filter_text, range(0), token)
        kept.listing.reach(ENOUGH_FLOWS + 1)
        window = window_over(kept.listing.known, wall_clock_us(), is_whole=kept.listing.is_whole)
        return self._pages.kinds(window, parsed(filter_text))

    def _newest(self, kept: _Kept, filter_text: str, rows: range) -> Window:
        kept.listing.reach(rows.stop)
        known = kept.listing.known
        shown = tuple(known[rows.start : rows.stop])
        if not known and (word := _only_word(filter_text)) and (named := tuple(self._pages.find(word))):
            return Window(0, named, len(named), pulse=self._pulse(kept, filter_text))
        return Window(rows.start, shown, len(known), kept.listing.is_whole, self._pulse(kept, filter_text))

    def _sorted_by_query(self, kept: _Kept, filter_text: str, rows: range, order: Order) -> Window:
        page = self._pages.page(parsed(filter_text), rows.stop, order=QUERY_ORDERS[order.name])
        is_whole = len(page.flows) < rows.stop
        among = MOST_SORTED_BY_QUERY if page.is_partial else None
        shown = page.flows[rows.start : rows.stop]
        return Window(rows.start, shown, len(page.flows), is_whole, self._pulse(kept, filter_text), among)

    def _pulse(self, kept: _Kept, filter_text: str) -> Pulse | None:
        """Arrivals and failures, counted anew now and then; not at the first question, which rows are waited for."""
        begun_s = time.monotonic()
        if begun_s < kept.count_from_s:
            return kept.pulse
        if kept.count_from_s:
            window = window_over(kept.listing.known, wall_clock_us(), is_whole=kept.listing.is_whole)
            kept.pulse = pulse_of(self._pages.kinds(window, parsed(filter_text)))
        done_s = time.monotonic()
        kept.count_from_s = done_s + max(PULSE_EVERY_S, (done_s - begun_s) / PULSE_SHARE) if kept.pulse else done_s
        return kept.pulse

    def _up_to_date(self, filter_text: str, in_sight: range, token: object) -> _Kept:
        kept = self._kept.pop(filter_text, None) or _Kept(Listing(self._pages, parsed(filter_text)), token)
        if kept.has_lost_track:
            kept.listing.forget()
        elif token != kept.read_at:
            kept.listing.renew(kept.changed, in_sight)
        kept.read_at, kept.changed, kept.has_lost_track = token, set(), False
        self._kept[filter_text] = kept
        while len(self._kept) > MOST_LISTS:
            del self._kept[next(iter(self._kept))]
        return kept


def _only_word(filter_text: str) -> str:
    """The text of a filter that is a single one: it may be an id, and those are found however old they are."""
    terms = parsed(filter_text).terms
    is_word = len(terms) == 1 and terms[0].field is None and not terms[0].is_negated and len(terms[0].values) == 1
    return terms[0].values[0] if is_word else ""
