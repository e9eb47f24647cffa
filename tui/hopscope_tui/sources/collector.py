"""Flows of a collector over HTTP: `hopscope tui --collector URL`.

    ask          worker threads of the screens ─▶ client ─▶ GET /v1/flows …
    listen       one thread of its own ─▶ client.changes() ─▶ what changed, kept until the lists take it
    not there    what was read stays; the listening thread says since when nothing came, and tries again

Imports httpx, so it is imported when a collector is named.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Event, Lock, Thread
from typing import Any

from hopscope_collector.client import Changed, Client, ClientError, SeveralFlows
from hopscope_collector.client.retrying import Patience
from hopscope_collector.executions.model import Execution
from hopscope_collector.flow import Flow
from hopscope_collector.kinds import Kinds, Window
from hopscope_collector.lag import Behind
from hopscope_collector.payloads import Payloads, payloads_of
from hopscope_collector.query import Order as QueryOrder
from hopscope_collector.search.filter import EVERYTHING, Filter, Term
from hopscope_collector.shape.times import clock
from hopscope_collector.wall_clock import wall_clock_us
from hopscope_tui.caution import caution_of
from hopscope_tui.lists.in_use import Lists
from hopscope_tui.lists.sorting import Order
from hopscope_tui.sources import contract as source
from hopscope_tui.sources.contract import PLAIN

IMPATIENT = Patience(tries=1)
"""The screens try again themselves, and say so."""

PAGE = 500
"""Flows asked for at once, at most: a page is a few megabytes."""

MOST_SORTED = 1_000
"""Flows that a collector gives in another order than its own, at most."""

IDS_AT_ONCE = 40
"""Ids in one filter: it travels in a URL."""

PAUSE_S = 1.0
TIME_CHANGES_S = 5.0
"""Statuses that only time changes are asked for anew so often."""


@dataclass(frozen=True, slots=True)
class _Page:
    flows: tuple[Flow, ...]
    after: Any
    is_partial: bool = False


class CollectorSource:
    """A `FlowSource` over a collector's API."""

    def __init__(self, url: str, client: Client | None = None) -> None:
        """Without a client: one that asks once; the token is that of the environment.

        Raises:
            NotACollectorUrl: it is no URL of a collector.
        """
        self._client = client or Client(url, patience=IMPATIENT)
        self._name = url.split("://", 1)[-1].rstrip("/")
        self._pages = _RemotePages(self._client)
        self._lists = Lists(self._pages)
        self._lock = Lock()  # the screens ask from several threads; a list is used by one at a time
        self._ears = _Ears(self._client)
        self._behind = Behind()
        self._behind_from_s = 0.0

    @property
    def name(self) -> str:
        """Host and port."""
        return self._name

    @property
    def address(self) -> str:
        """The same: no other collector has it."""
        return self._name

    @property
    def caution(self) -> str | None:
        """Since when nothing was heard; while the collector speaks, what it last said of itself."""
        return self._ears.caution or caution_of(self._behind, wall_clock_us())

    def token(self) -> object:
        """Counts what was heard; asks nothing."""
        self._ears.listen()
        return self._ears.heard, int(time.monotonic() / TIME_CHANGES_S)

    def window(self, filter_text: str, first: int, count: int, order: Order = PLAIN) -> source.Window:
        """See `FlowSource`; counts on as the person scrolls."""
        with self._lock:
            token = self._taken()
            return self._lists.window(filter_text, range(first, first + count), order, token)

    def kinds(self, filter_text: str) -> Kinds:
        """Counted by the collector."""
        with self._lock:
            return self._lists.kinds(filter_text, self._taken())

    def flow(self, id_text: str) -> Flow | None:
        """By whatever id the person has."""
        return next(iter(self.find(id_text)), None)

    def find(self, id_text: str) -> tuple[Flow, ...]:
        """By whatever id, also one that several flows share."""
        return self._pages.find(id_text)

    def payloads(self, invocation_ids: Sequence[str]) -> Payloads:  # noqa: ARG002 - a `FlowSource`
        """None: a collector gives no payloads out."""
        return payloads_of(())

    def execution(self, arn: str) -> Execution | None:
        """As the collector assembled it."""
        return self._client.execution(arn)

    def close(self) -> None:
        """Stop listening."""
        self._ears.stop()
        self._client.close()

    def _taken(self) -> object:
        """What was heard goes to the lists."""
        token = self.token()
        if time.monotonic() >= self._behind_from_s:
            self._behind, self._behind_from_s = self._client.behind(), time.monotonic() + TIME_CHANGES_S
        changed, is_everything = self._ears.take()
        self._lists.heard(changed, is_everything=is_everything)
        return token


class _RemotePages:
    """Pages over HTTP, for the lists."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def page(self, wanted: Filter, limit: int, after: Any = None, *, order: QueryOrder = "seen") -> _Page:
        """As many requests as it takes."""
        many = next((term for term in wanted.terms if term.field == "id" and len(term.values) > IDS_AT_ONCE), None)
        if many is not None:
            return self._by_ids(wanted, many, limit)
        if order != "seen":
            page = self._client.flows(str(wanted), min(limit, MOST_SORTED), order=order)
            return _Page(page.flows, None, page.is_partial)
        found: list[Flow] = []
        while True:
            page = self._client.flows(str(wanted), min(limit - len(found), PAGE), after)
            found += page.flows
            after = page.after
            if after is None or len(found) >= limit or not page.flows:
                return _Page(tuple(found), after)

    def kinds(self, window: Window, wanted: Filter = EVERYTHING) -> Kinds:
        """Counted by the collector."""
        return self._client.kinds(window, str(wanted))

    def find(self, id_text: str) -> tuple[Flow, ...]:
        """By whatever id, also one that several flows share."""
        try:
            found = self._client.flow(id_text)
        except SeveralFlows as several:
            found_ones = (self._client.flow(flow_id) for flow_id in several.candidates)
            return tuple(flow for flow in found_ones if flow is not None)
        return (found,) if found is not None else ()

    def _by_ids(self, wanted: Filter, many: Term, limit: int) -> _Page:
        others = tuple(term for term in wanted.terms if term is not many)
        found: dict[str, Flow] = {}
        for at in range(0, len(many.values), IDS_AT_ONCE):
            some = Filter((*others, Term("id", many.values[at : at + IDS_AT_ONCE])))
            found.update((flow.id, flow) for flow in self._client.flows(str(some), PAGE).flows)
        return _Page(tuple(found.values())[:limit], None)


class _Ears:
    """Listens to changes in a thread of its own, and begins anew after every failure."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._lock = Lock()
        self._thread: Thread | None = None
        self._is_over = Event()
        self._changed: set[str] = set()
        self._is_everything = False
        self._since = 0
        self._lost_at_us: int | None = None
        self._why = ""
        self.heard = 0
        """How often something was."""

    @property
    def caution(self) -> str | None:
        """Since when nothing was heard."""
        if self._lost_at_us is None:
            return None
        return f"not connected since {clock(self._lost_at_us)[:8]} UTC ({self._why}): shown as last read, trying again"

    def listen(self) -> None:
        """Begin, if nobody has."""
        if self._thread is None:
            self._thread = Thread(target=self._listen, name="hopscope-changes", daemon=True)
            self._thread.start()

    def take(self) -> tuple[set[str], bool]:
        """What was heard since the last time."""
        with self._lock:
            taken = self._changed, self._is_everything
            self._changed, self._is_everything = set(), False
        return taken

    def stop(self) -> None:
        """The thread ends with its connection."""
        self._is_over.set()

    def _listen(self) -> None:
        while not self._is_over.is_set():
            try:
                self._hear(self._client.changes_since(self._since))
                for change in self._client.changes(self._since):
                    self._hear(change)
            except (ClientError, RuntimeError) as lost:
                # httpx raises a RuntimeError when its client is closed under it.
                self._lose(str(lost)[:80])
            self._is_over.wait(PAUSE_S)

    def _hear(self, change: Changed) -> None:
        with self._lock:
            self._changed.update(change.ids)
            self._is_everything |= change.is_everything
            self._since = change.token
            self._lost_at_us = None
            self.heard += 1

    def _lose(self, why: str) -> None:
        with self._lock:
            if self._lost_at_us is None:
                self._lost_at_us, self._why = wall_clock_us(), why
                self.heard += 1
