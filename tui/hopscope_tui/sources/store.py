"""The real source: flows read from a store that may be written to at the same time.

Opened at the first question and again after every failure, so that a store that is not there yet, is locked, vanishes
or is replaced is a banner on the screen and nothing worse.
"""

from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from time import monotonic

from hopscope_collector.executions.model import Execution
from hopscope_collector.flow import Flow
from hopscope_collector.kinds import Kinds
from hopscope_collector.lag import Behind, lag_in
from hopscope_collector.payloads import Payloads, payloads_of
from hopscope_collector.query import Flows
from hopscope_collector.rules import Rules
from hopscope_collector.rules_file import rules_for
from hopscope_collector.stitch.executions import executions_of
from hopscope_collector.store.contract import Reach, Store
from hopscope_collector.store.location import open_to_read, store_url
from hopscope_collector.wall_clock import wall_clock_us
from hopscope_tui.caution import caution_of
from hopscope_tui.lists.in_use import Lists
from hopscope_tui.lists.sorting import Order
from hopscope_tui.sources.contract import PLAIN, Window

TIME_CHANGES_US = 5_000_000
"""Statuses that only time changes (waiting to overdue, running to timed-out) are judged anew so often."""

LAG_EVERY_S = 2.0
"""How often the store is asked whether it is behind."""

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

    @property
    def address(self) -> str:
        """The file with all its folders, or the URL of a store that is no file."""
        path = self._url.removeprefix("sqlite:///")
        return self._url if path == self._url else str(Path(path).resolve())

    def token(self) -> object:
        """The store's own token, and a slow clock for what only time changes."""
        with self._lock:
            return self._opened().token()

    @property
    def caution(self) -> str | None:
        """What the collector last said of itself; asks nothing."""
        opened = self._open
        return caution_of(opened.behind, wall_clock_us()) if opened is not None else None

    def window(self, filter_text: str, first: int, count: int, order: Order = PLAIN) -> Window:
        """See `FlowSource`; counts on as the person scrolls."""
        with self._lock:
            opened = self._opened()
            return opened.lists.window(filter_text, range(first, first + count), order, opened.token())

    def kinds(self, filter_text: str) -> Kinds:
        """Among the newest flows that fit."""
        with self._lock:
            opened = self._opened()
            return opened.lists.kinds(filter_text, opened.token())

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
    """One opening of a store; guarded by its owner's lock."""

    def __init__(self, store: Store, rules: Rules, file_id: FileId | None) -> None:
        self.store = store
        self.flows = Flows(store, rules, wall_clock_us)
        self.lists = Lists(self.flows)
        self.file_id = file_id
        self.behind = Behind()
        self._store_token = 0
        self._lag_from_s = 0.0

    def token(self) -> tuple[int, int]:
        """What changed goes to the lists."""
        if monotonic() >= self._lag_from_s:
            self.behind, self._lag_from_s = lag_in(self.store), monotonic() + LAG_EVERY_S
        changes = self.store.changes_since(self._store_token)
        if self._store_token:
            self.lists.heard(changes.ids, is_everything=changes.is_everything)
        self._store_token = changes.token
        return changes.token, wall_clock_us() // TIME_CHANGES_US


def _file_id(url: str) -> FileId | None:
    """What tells one file from another under the same name. None for a store that is no file."""
    if not url.startswith(_SQLITE):
        return None
    try:
        facts = Path(url.removeprefix(_SQLITE)).expanduser().stat()
    except FileNotFoundError:
        return (0, 0)
    return facts.st_dev, facts.st_ino
