"""Asks AWS again when it throttles or does not answer, after longer and longer pauses."""

from collections.abc import Callable
from typing import TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from hopscope_collector.errors import SourceFailed
from hopscope_collector.sources.contract import Stop

T = TypeVar("T")

TRIES = 10
"""Failures in a row before a source gives up; botocore's own retries come on top."""

LONGEST_PAUSE_S = 30.0


class Patience:
    """Asks for one source."""

    def __init__(self, source: str, *, first_pause_s: float = 1.0) -> None:
        self._source = source
        self._first_pause_s = first_pause_s

    def ask(self, question: Callable[[], T], stop: Stop) -> T | None:
        """The answer, however long it takes. None when told to stop.

        Raises:
            SourceFailed: no answer after `TRIES` tries, or what asked knows that asking again is of no use.
        """
        last: Exception | None = None
        for failed in range(TRIES):
            try:
                return question()
            except (ClientError, BotoCoreError) as error:
                last = error
            if stop.sleep(min(LONGEST_PAUSE_S, self._first_pause_s * 2**failed)):
                return None
        raise SourceFailed(f"{self._source}: no answer after {TRIES} tries: {last}") from last
