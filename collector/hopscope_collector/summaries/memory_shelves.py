"""A shelf in this process's memory."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from threading import RLock

from hopscope_collector.summaries.shelf import Shelf


class MemoryShelves:
    """A `Shelves` that is gone with the process. For several threads."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self._connection.executescript(files("hopscope_collector.store").joinpath("summaries.sql").read_text("utf-8"))

    @contextmanager
    def reading(self) -> Iterator[Shelf]:
        """As in `Shelves`."""
        with self._lock:
            yield Shelf(self._connection)

    @contextmanager
    def writing(self) -> Iterator[Shelf]:
        """As in `Shelves`."""
        with self._lock:
            self._connection.execute("BEGIN")
            try:
                yield Shelf(self._connection)
                self._connection.execute("COMMIT")
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
