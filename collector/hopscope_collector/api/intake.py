"""The one writer behind the API: a request is answered when what it brought would survive a crash.

handlers ──(body)──▶ Intake ──one thread──▶ sorted out ──▶ store.write ──▶ what came of it
                too many wait: 503
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock
from typing import TypeVar

from hopscope_collector.api.refusals import overloaded
from hopscope_collector.errors import StoreError
from hopscope_collector.ingest import Collected
from hopscope_collector.lines.sorting import SortedLines
from hopscope_collector.store.contract import Batch, Store, Written

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one request: `received = stored + repeated + sum(refused)`."""

    stored: int = 0
    repeated: int = 0
    refused: Mapping[str, int] = field(default_factory=dict)
    """By reason, those that were refused before included."""

    others: int = 0
    """Lines that are none of ours, and spans that tell nothing of a flow."""

    facts: int = 0

    @property
    def received(self) -> int:
        """As in `Stats`."""
        return self.stored + self.repeated + sum(self.refused.values())


class Intake:
    """Takes what senders bring into the store."""

    def __init__(self, store: Store, most_waiting: int) -> None:
        self._store = store
        self._most_waiting = most_waiting
        self._waiting = 0  # the event loop's alone
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="hopscope-intake")
        self._lock = Lock()
        self._collected = Collected()

    async def take(self, sort_out: Callable[[], tuple[SortedLines, T]]) -> tuple[Taken, T]:
        """Sort out and store, in the writer's thread.

        Raises:
            RefusedError: too many wait already, or the store cannot take it now. Then nothing is stored.
        """
        if self._waiting >= self._most_waiting:
            raise overloaded(f"{self._waiting} requests wait to be stored")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._writer, self._write, sort_out)
        except StoreError as error:
            raise overloaded(f"the store cannot take it now ({type(error).__name__})", retry_after_s=5) from error
        finally:
            self._waiting -= 1

    @property
    def collected(self) -> Collected:
        """The sums since the start."""
        with self._lock:
            return Collected(
                stored=self._collected.stored,
                repeated=self._collected.repeated,
                refused=self._collected.refused,
                others=self._collected.others,
                facts=self._collected.facts,
            )

    def close(self) -> None:
        """Finish what was begun."""
        self._writer.shutdown(wait=True, cancel_futures=True)

    def _write(self, sort_out: Callable[[], tuple[SortedLines, T]]) -> tuple[Taken, T]:
        found, more = sort_out()
        written = Written()
        if found.records or found.facts or found.refused:
            written = self._store.write(Batch(found.records, found.facts, found.refused))
        taken = Taken(
            written.stored,
            len(found.records) - written.stored,
            Counter(each.reason for each in found.refused),
            found.others,
            len(found.facts),
        )
        with self._lock:
            self._collected.add(written)
            self._collected.others += taken.others
            self._collected.facts += taken.facts
        return taken, more
