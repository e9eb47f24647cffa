"""What the functions have said about each order: one thread reads their logs for everybody who waits."""

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from hopscope_stage import Deployment
from hopscope_stage.errors import NotSettled
from hopscope_stage.logs import LogReader

Said = Mapping[str, int]
"""How often each thing was said about one order: `{"placed": 1, "ticket printed": 1}`."""

PATIENCE_S = 60.0
LOOK_EVERY_S = 0.15


class Board:
    """Every `o-1001: ticket printed` of a deployment, from now on; a context manager.

    The watcher is the only one who writes; `_changed` protects what it has heard.
    """

    def __init__(self, deployment: Deployment) -> None:
        self._logs = LogReader(deployment)
        self._said: dict[str, Counter[str]] = {}
        self._changed = threading.Condition()
        self._closing = threading.Event()
        self._failure: Exception | None = None
        """Why the watcher has stopped. None while it runs."""

        self._watcher = threading.Thread(target=self._watch, name="board", daemon=True)

    def __enter__(self) -> "Board":
        self._watcher.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._watcher.join()

    def wait(self, order_id: str, what: str, is_so: Callable[[Said], bool]) -> Said:
        """What was said about the order, once that is enough.

        Raises:
            NotSettled: names the order and what was waited for.
        """
        with self._changed:
            is_known = self._changed.wait_for(lambda: self._failure or is_so(self._about(order_id)), PATIENCE_S)
            if self._failure:
                raise NotSettled(f"cannot read the functions' logs: {self._failure}") from self._failure
            if not is_known:
                raise NotSettled(
                    f"order {order_id} is not {what} after {PATIENCE_S:.0f} s; "
                    f"the logs say: {', '.join(self._about(order_id)) or 'nothing'}"
                )
            return dict(self._about(order_id))

    def _about(self, order_id: str) -> Counter[str]:
        return self._said.get(order_id, Counter())

    def _watch(self) -> None:
        try:
            while not self._closing.wait(LOOK_EVERY_S):
                self._hear(self._logs.new_lines())
        except Exception as problem:  # noqa: BLE001 - the thread's boundary: those who wait are told
            with self._changed:
                self._failure = problem
                self._changed.notify_all()

    def _hear(self, lines: Iterable[str]) -> None:
        with self._changed:
            for line in lines:
                order_id, colon, said = line.rstrip().partition(": ")
                if colon and order_id.startswith("o-"):
                    self._said.setdefault(order_id, Counter())[said] += 1
            self._changed.notify_all()
