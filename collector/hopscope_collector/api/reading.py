"""Queries of the API: read by another connection than the writer's, none for longer than the limit.

One store and one `Flows` for all threads: what was assembled for one query serves the next.

A query that filters may have to look at every flow there is. The store is asked in small steps; between two of them
the clock is looked at.
"""

import asyncio
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Lock, local
from typing import TypeVar

from hopscope_collector.api.refusals import RefusedError, overloaded
from hopscope_collector.api.settings import Limits
from hopscope_collector.errors import StoreError
from hopscope_collector.query import Flows
from hopscope_collector.rules import Rules
from hopscope_collector.store.contract import Changes, Closure, Reach, Seen, Stats, Store
from hopscope_collector.wall_clock import wall_clock_us

T = TypeVar("T")

THREADS = 4
"""Queries at once. Python runs one at a time anyway; the others keep a short one from waiting for a long one."""


class _Deadline(local):
    until_s = float("inf")


class TimedStore:
    """A `Store` for reading that raises when the time of a query is over."""

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock
        self._of_thread = _Deadline()

    def give(self, seconds: float) -> None:
        """So long may this thread's query take from now on."""
        self._of_thread.until_s = self._clock() + seconds

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
        if self._clock() > self._of_thread.until_s:
            raise RefusedError(
                422, "too_costly", "the query looked at too many flows in its time", expected="a narrower one",
                do="add key:name=value, id:… or since:…, or go on with a smaller limit",
            )  # fmt: skip


class Reading:
    """Runs queries in threads of their own."""

    def __init__(self, open_store: Callable[[], Store], rules: Rules, limits: Limits) -> None:
        """`open_store` is called at the first query; what it gives is closed with this."""
        self._open_store = open_store
        self._rules = rules
        self._limits = limits
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="hopscope-query")
        self._lock = Lock()
        self._opened: tuple[TimedStore, Flows, Store] | None = None
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
        """Finish what was begun, and let go of the store."""
        self._threads.shutdown(wait=True, cancel_futures=True)
        if self._opened is not None:
            self._opened[2].close()

    def _answer(self, query: Callable[[Flows, Store], T]) -> T:
        timed, flows, store = self._open()
        timed.give(self._limits.query_s)
        return query(flows, store)

    def _open(self) -> tuple[TimedStore, Flows, Store]:
        with self._lock:
            if self._opened is None:
                store = self._open_store()
                timed = TimedStore(store, time.monotonic)
                flows = Flows(timed, self._rules, wall_clock_us)  # type: ignore[arg-type]  # a Store, for reading
                self._opened = timed, flows, store
            return self._opened
