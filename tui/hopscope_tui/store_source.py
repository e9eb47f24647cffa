"""The real source: flows read from a store that may be written to at the same time.

Opened at the first question and again after every failure, so that a store that is not there yet, is locked, vanishes
or is replaced is a banner on the screen and nothing worse.
"""

import time
from collections.abc import Sequence
from pathlib import Path
from threading import Lock

from hopscope_collector.executions.model import Execution
from hopscope_collector.filter import parsed
from hopscope_collector.flow import Flow
from hopscope_collector.payloads import Payloads, payloads_of
from hopscope_collector.query import Flows
from hopscope_collector.rules import Rules
from hopscope_collector.rules_file import rules_for
from hopscope_collector.stitch.executions import executions_of
from hopscope_collector.store.contract import Reach, Store
from hopscope_collector.store.location import open_to_read, store_url
from hopscope_tui.listing import Listing
from hopscope_tui.overview import kinds_of, pulse_of
from hopscope_tui.sorting import Order, sorted_flows
from hopscope_tui.source import PLAIN, Kinds, Window

TIME_CHANGES_US = 5_000_000
"""Statuses that only time changes (waiting to overdue, running to timed-out) are judged anew so often."""

MOST_SORTED = 1_000
"""An order other than the store's own, and the kinds, are worked out among so many of the newest flows."""

_SQLITE = "sqlite:///"

FileId = tuple[int, int]
"""Device and inode."""


class StoreSource:
    """A `FlowSource` over the store that a URL names."""

    def __init__(self, url: str | None = None, rules_path: str | None = None) -> None:
        """Without a URL: `HOPSCOPE_STORE`, else the default file."""
        self._url = store_url(url)
        self._rules = rules_for(rules_path, self._url)
        self._lock = Lock()  # the screens ask from several threads
        self._open: _OpenStore | None = None

    @property
    def name(self) -> str:
        """The file's name without its folder, which a person knows."""
        return self._url.rsplit("/", 1)[-1] or self._url

    def token(self) -> object:
        """The store's own token, and a slow clock for what only time changes."""
        with self._lock:
            return self._opened().token()

    @property
    def caution(self) -> str | None:
        """A store is as it is."""
        return None

    def window(self, filter_text: str, first: int, count: int, order: Order = PLAIN) -> Window:
        """See `FlowSource`; counts on as the person scrolls."""
        with self._lock:
            return self._opened().window(filter_text, first, count, order)

    def kinds(self, filter_text: str) -> Kinds:
        """Among the newest flows that fit."""
        with self._lock:
            return self._opened().kinds(filter_text)

    def flow(self, id_text: str) -> Flow | None:
        """By whatever id the person has."""
        with self._lock:
            return self._opened().flows.flow(id_text)

    def find(self, id_text: str) -> tuple[Flow, ...]:
        """By whatever id, also one that several flows share."""
        with self._lock:
            return self._opened().flows.find(id_text)

    def payloads(self, invocation_ids: Sequence[str]) -> Payloads:
        """From the records of these invocations alone."""
        with self._lock:
            records = self._opened().store.records_of(invocation_ids, Reach(max_records=1)).records
        return payloads_of(records)

    def execution(self, arn: str) -> Execution | None:
        """Assembled from the histories that were collected."""
        with self._lock:
            records = self._opened().store.records_of([arn], Reach()).records
        return next((found for found, _ in executions_of(records) if found.arn == arn), None)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._let_go()

    def _opened(self) -> "_OpenStore":
        """The store, opened anew when its file is another one than before."""
        file_id = _file_id(self._url)
        if self._open is not None and self._open.file_id != file_id:
            self._let_go()
        if self._open is None:
            self._open = _OpenStore(open_to_read(self._url), self._rules, file_id)
        return self._open

    def _let_go(self) -> None:
        if self._open is not None:
            self._open.store.close()
        self._open = None


class _OpenStore:
    """One opening of a store, and what was read from it; guarded by its owner's lock."""

    def __init__(self, store: Store, rules: Rules, file_id: FileId | None) -> None:
        self.store = store
        self.flows = Flows(store, rules, _now_us)
        self.file_id = file_id
        self._store_token = 0
        self._changed: set[str] = set()
        self._has_lost_track = False
        self._filter_text = ""
        self._listing: Listing | None = None
        self._listed_at: tuple[int, int] | None = None

    def token(self) -> tuple[int, int]:
        """What changed is kept until the list has taken it."""
        changes = self.store.changes_since(self._store_token)
        if self._store_token:
            self._changed.update(changes.ids)
            self._has_lost_track |= changes.is_everything
        self._store_token = changes.token
        return changes.token, _now_us() // TIME_CHANGES_US

    def window(self, filter_text: str, first: int, count: int, order: Order) -> Window:
        """Part of the list of what fits, brought up to date if it was read before."""
        listing = self._brought_up_to_date(filter_text, range(first, first + count))
        now_us = _now_us()
        if order.is_plain:
            listing.reach(first + count)
            known = listing.known
            pulse = pulse_of(known[:MOST_SORTED], now_us, is_whole=listing.is_whole and len(known) <= MOST_SORTED)
            return Window(first, tuple(known[first : first + count]), len(known), listing.is_whole, pulse)
        listing.reach(MOST_SORTED)
        known = sorted_flows(listing.known[:MOST_SORTED], order, now_us)
        is_whole = listing.is_whole and len(listing.known) <= MOST_SORTED
        pulse = pulse_of(known, now_us, is_whole=is_whole)
        among = None if is_whole else len(known)
        return Window(first, tuple(known[first : first + count]), len(known), pulse=pulse, sorted_among=among)

    def kinds(self, filter_text: str) -> Kinds:
        """Worked out anew each time: a screen of them is asked for by a person."""
        listing = self._brought_up_to_date(filter_text, range(0))
        listing.reach(MOST_SORTED)
        known = listing.known[:MOST_SORTED]
        is_whole = listing.is_whole and len(listing.known) <= MOST_SORTED
        return Kinds(tuple(kinds_of(known, _now_us(), is_whole=is_whole)), len(known), is_whole)

    def _brought_up_to_date(self, filter_text: str, in_sight: range) -> Listing:
        token = self.token()
        if self._listing is None or filter_text != self._filter_text:
            self._listing, self._filter_text = Listing(self.flows, parsed(filter_text)), filter_text
        elif self._has_lost_track:
            self._listing.forget()
        elif token != self._listed_at:
            self._listing.renew(self._changed, in_sight)
        self._listed_at, self._changed, self._has_lost_track = token, set(), False
        return self._listing


def _file_id(url: str) -> FileId | None:
    """What tells one file from another under the same name. None for a store that is no file."""
    if not url.startswith(_SQLITE):
        return None
    try:
        facts = Path(url.removeprefix(_SQLITE)).expanduser().stat()
    except FileNotFoundError:
        return (0, 0)
    return facts.st_dev, facts.st_ino


def _now_us() -> int:
    return time.time_ns() // 1_000
