"""Queries of the API: read by other connections than the writer's, none for longer than the limit.

A query that filters may have to look at every flow there is. The store is asked in small steps; between two of them
the clock is looked at.
"""

import asyncio
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import local
from typing import TypeVar

from hopscope_collector.api.refusals import RefusedError, overloaded
from hopscope_collector.api.settings import Limits
from hopscope_collector.errors import StoreError
from hopscope_collector.query import Flows
from hopscope_collector.rules import Rules
from hopscope_collector.store.contract import Changes, Closure, Reach, Seen, Stats, Store

T = TypeVar("T")

THREADS = 2
"""Queries at once. Python runs one at a time anyway; the second keeps a short one from waiting for a long one."""


class TimedStore:
    """A `Store` for reading that raises when the time of a query is over."""

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock
        self.until_s = float("inf")

    def records_of(self, ids: Iterable[str], reach: Reach = Reach()) -> Closure:  # noqa: B008 - a frozen value
        """As in `Store`."""
        self._look_at_the_clock()
        return self._store.records_of(ids, reach)

    def newest(self, limit: int, before: Seen | None = None) -> list[Seen]:
        """As in `Store`."""
        self._look_at_the_clock()
        return self._store.newest(limit, before)

    def changes_since(self, token: int) -> Changes:
        """As in `Store`."""
        return self._store.changes_since(token)

    def stats(self) -> Stats:
        """As in `Store`."""
        return self._store.stats()

    def __getattr__(self, name: str) -> object:
        """Whatever else a store offers for reading."""
        self._look_at_the_clock()
        return getattr(self._store, name)

    def _look_at_the_clock(self) -> None:
        if self._clock() > self.until_s:
            raise RefusedError(
                422, "too_costly", "the query looked at too many flows in its time", expected="a narrower one",
                do="add key:name=value, id:… or since:…, or go on with a smaller limit",
            )  # fmt: skip


class _Opened(local):
    """What one thread reads with."""

    store: Store | None = None
    timed: TimedStore | None = None
    flows: Flows | None = None


class Reading:
    """Runs queries in threads of their own, each with its own connection to the store."""

    def __init__(self, open_store: Callable[[], Store], rules: Rules, limits: Limits) -> None:
        """`open_store` is called once a thread; what it gives is closed with this."""
        self._open_store = open_store
        self._rules = rules
        self._limits = limits
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="hopscope-query")
        self._opened = _Opened()
        self._stores: list[Store] = []
        self._running = 0  # the event loop's alone

    async def ask(self, query: Callable[[Flows, Store], T]) -> T:
        """The answer of the query.

        Raises:
            RefusedError: too many are asked at once, it takes too long, or the store cannot be read now.
        """
        if self._running >= self._limits.waiting_queries:
            raise overloaded(f"{self._running} queries are being answered")
        self._running += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, self._answer, query)
        except StoreError as error:
            raise overloaded(f"the store cannot be read now ({type(error).__name__})", retry_after_s=5) from error
        finally:
            self._running -= 1

    def close(self) -> None:
        """Finish what was begun, and let go of the stores."""
        self._threads.shutdown(wait=True, cancel_futures=True)
        for store in self._stores:
            store.close()

    def _answer(self, query: Callable[[Flows, Store], T]) -> T:
        opened = self._opened
        if opened.store is None or opened.timed is None or opened.flows is None:
            opened.store = self._open_store()
            self._stores.append(opened.store)
            opened.timed = TimedStore(opened.store, time.monotonic)
            opened.flows = Flows(opened.timed, self._rules, _now_us)  # type: ignore[arg-type]  # a Store for reading
        opened.timed.until_s = time.monotonic() + self._limits.query_s
        return query(opened.flows, opened.store)


def _now_us() -> int:
    return time.time_ns() // 1_000
