"""The flows that fit one filter, as far down as anybody has scrolled, kept up to date.

    reach(n)        read pages until n rows are known
    renew(ids)      what was written since: the top is read again, and what lies deeper and changed

A flow stands where its last invocation stands, so what has just happened is at the top; a deeper flow that changed
(an end that came late, time that ran out) keeps its place.
"""

from collections.abc import Collection
from time import monotonic
from typing import Any, Protocol

from hopscope_collector.flow import UNFINISHED, Flow
from hopscope_collector.query import last_seen
from hopscope_collector.search.filter import Filter, Term

TOP_ROWS = 60
"""Read again at every change: a screen and a bit."""

LEAST_PAUSE_S = 5.0
SHARE_OF_TIME = 0.05
"""How often all that fits a filter is looked for anew: never sooner, and in at most this share of the time."""

SEARCHED_S = 0.25
"""How long one reading goes on while pages hold nothing that fits; the next one goes on from there."""

MOST_TOUCHED = 200
"""Flows further down that are read again one by one; with more, everything is."""


class PageLike(Protocol):
    """Some flows, and where the next ones begin: None after the last one."""

    @property
    def flows(self) -> tuple[Flow, ...]:
        """In their order."""
        ...

    @property
    def after(self) -> Any:
        """To be given for the next page."""
        ...

    @property
    def is_partial(self) -> bool:
        """Whether there may be more than was looked at."""
        ...


class Pages(Protocol):
    """Whoever gives flows by pages."""

    def page(self, wanted: Filter, limit: int, after: Any = None) -> PageLike:
        """At most so many flows that fit, from where the page before ended."""
        ...


class Listing:
    """Used from one thread at a time."""

    def __init__(self, flows: Pages, wanted: Filter) -> None:
        self._source = flows
        self._wanted = wanted
        self._known: list[Flow] = []
        self._after: Any = None
        self._read_at_s = 0.0
        self._read_took_s = 0.0
        self.is_whole = False
        """Whether the last flow that fits is known."""

    @property
    def known(self) -> list[Flow]:
        """Newest first; not to be changed."""
        return self._known

    def reach(self, count: int) -> None:
        """Know at least so many rows, if there are so many."""
        if len(self._known) >= count or self.is_whole:
            return
        begun_s = monotonic()
        self._read_on(count)
        self._read_at_s = monotonic()
        self._read_took_s = self._read_at_s - begun_s

    def _read_on(self, count: int) -> None:
        ends_s = monotonic() + SEARCHED_S
        while len(self._known) < count and not self.is_whole:
            before = self._after
            page = self._source.page(self._wanted, max(count - len(self._known), TOP_ROWS), self._after)
            known = {flow.id for flow in self._known}
            self._known += [flow for flow in page.flows if flow.id not in known]
            self._after = page.after
            self.is_whole = page.after is None
            if page.after == before or (not page.flows and monotonic() > ends_s):
                return

    def forget(self) -> None:
        """Begin anew: the source no longer knows what changed."""
        self._known, self._after, self.is_whole = [], None, False

    def renew(self, changed: Collection[str], now_rows: range) -> None:
        """Read again what may have changed.

        Args:
            changed: ids that got a record.
            now_rows: rows in sight: what is unfinished in them is read again too, for time alone changes a status.
        """
        if self._wanted.terms:
            self._renew_filtered(set(changed), now_rows)
        elif len(self._known) <= TOP_ROWS:
            self._read_all_again(len(self._known))
        else:
            self._renew_top(set(changed), now_rows)

    def _renew_filtered(self, changed: set[str], now_rows: range) -> None:
        """To find what fits may mean to look at everything: that is done rarely, and what changed is asked for by id.

        A flow that comes to fit by time alone (waiting to overdue) is found by the rare reading.
        """
        if monotonic() - self._read_at_s > max(LEAST_PAUSE_S, self._read_took_s / SHARE_OF_TIME):
            self._read_all_again(max(len(self._known), TOP_ROWS))
            return
        touched = changed | self._unfinished(now_rows)
        again = self._read_again(touched)
        touched.update(trace for flow in again.values() for trace in flow.traces)  # flows may have become one
        kept = [flow for flow in self._known if touched.isdisjoint((flow.id, *flow.traces))]
        self._known = sorted([*kept, *again.values()], key=last_seen, reverse=True)

    def _renew_top(self, ids: set[str], now_rows: range) -> None:
        top = self._source.page(self._wanted, TOP_ROWS).flows
        in_top = {trace for flow in top for trace in (flow.id, *flow.traces)}
        rest = [flow for flow in self._known if in_top.isdisjoint((flow.id, *flow.traces))]
        in_sight = self._unfinished(now_rows)
        touched = [flow.id for flow in rest if flow.id in in_sight or not ids.isdisjoint((flow.id, *flow.traces))]
        if len(touched) > MOST_TOUCHED:
            self._read_all_again(now_rows.stop)
            return
        again = self._read_again(touched)
        self._known = [*top, *(again.get(flow.id, flow) for flow in rest if flow.id in again or flow.id not in touched)]

    def _unfinished(self, rows: range) -> set[str]:
        """Flows in these rows whose status time alone may change."""
        return {flow.id for flow in self._known[rows.start : rows.stop] if flow.status in UNFINISHED}

    def _read_all_again(self, count: int) -> None:
        self.forget()
        self.reach(count)

    def _read_again(self, flow_ids: Collection[str]) -> dict[str, Flow]:
        """Those of the flows that still fit, by id."""
        if not flow_ids:
            return {}
        by_id = Filter((*self._wanted.terms, Term("id", tuple(flow_ids))))
        return {flow.id: flow for flow in self._source.page(by_id, len(flow_ids)).flows}
