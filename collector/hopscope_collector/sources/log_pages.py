"""All events of a log group in a window, page by page, however long AWS takes for each."""

import functools
from collections.abc import Iterator, Sequence

from hopscope_collector.sources.contract import Lines, Stop
from hopscope_collector.sources.log_events import LogEvent, LogEvents, LogGroup
from hopscope_collector.sources.patience import Patience

Window = tuple[int, int | None]
"""From a millisecond (included) to another (excluded; None: no end)."""


class LogPages:
    """Asks one account and region for one source."""

    def __init__(self, logs: LogEvents, patience: Patience) -> None:
        self._logs = logs
        self._patience = patience

    def of(self, group: LogGroup, window: Window, stop: Stop) -> Iterator[Sequence[LogEvent] | Lines]:
        """The events of a window, and between them what `Patience` has to say. Ends early when told to stop.

        Empty pages are normal, and passed over.

        Raises:
            GroupGone: the group was deleted since it was listed.
            SourceFailed: as in `Patience`.
        """
        token: str | None = None
        while not stop.is_set:
            page = yield from self._patience.ask(functools.partial(self._logs.page, group, window, token), stop)
            if page is None:
                return
            if page.events:
                yield page.events
            token = page.next_token
            if token is None:
                if not page.is_cut_off_after(window[0]):
                    return
                window = (page.events[-1].at_ms, window[1])
