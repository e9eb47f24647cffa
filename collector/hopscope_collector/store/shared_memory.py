"""A store in memory that the threads of one process share: one call at a time, as with a file."""

from collections.abc import Iterable
from threading import RLock

from hopscope_collector.store.contract import Batch, Changes, Closure, Reach, Seen, Stats, Written
from hopscope_collector.store.memory import DEFAULT_REACH, MemoryStore


class SharedMemoryStore(MemoryStore):
    """As `MemoryStore`, behind a lock."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = RLock()

    def write(self, batch: Batch) -> Written:
        """As in `Store`."""
        with self._lock:
            return super().write(batch)

    def position(self, source: str) -> str | None:
        """As in `Store`."""
        with self._lock:
            return super().position(source)

    def records_of(self, ids: Iterable[str], reach: Reach = DEFAULT_REACH) -> Closure:
        """As in `Store`."""
        with self._lock:
            return super().records_of(ids, reach)

    def newest(self, limit: int, before: Seen | None = None) -> list[Seen]:
        """As in `Store`."""
        with self._lock:
            return super().newest(limit, before)

    def changes_since(self, token: int) -> Changes:
        """As in `Store`."""
        with self._lock:
            return super().changes_since(token)

    def stats(self) -> Stats:
        """As in `Store`."""
        with self._lock:
            return super().stats()

    def prune(self, older_than_us: int) -> int:
        """As in `Store`."""
        with self._lock:
            return super().prune(older_than_us)
