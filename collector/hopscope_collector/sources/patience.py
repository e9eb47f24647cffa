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

Passing = (ClientError, BotoCoreError)
"""What may go well later, as `aws_errors.in_our_words` lets it pass."""


class Patience:
    """Asks for one source."""

    def __init__(self, source: str, *, first_pause_s: float = 1.0) -> None:
        self._source = source
        self._first_pause_s = first_pause_s
        self._failures = 0

    def ask(self, question: Callable[[], T], stop: Stop) -> T | None:
        """The answer, however long it takes. None when told to stop.

        Raises:
            SourceFailed: no answer after `TRIES` tries, or what asked knows that asking again is of no use.
        """
        while True:
            try:
                answer = question()
            except Passing as error:
                if self.bear(error, stop):
                    return None
            else:
                self.answered()
                return answer

    def bear(self, error: Exception, stop: Stop) -> bool:
        """Wait before another try; whether the end was asked for meanwhile.

        Raises:
            SourceFailed: it was the last of `TRIES` failures in a row.
        """
        self._failures += 1
        if self._failures == TRIES:
            raise SourceFailed(f"{self._source}: no answer after {TRIES} tries: {error}") from error
        return stop.sleep(min(LONGEST_PAUSE_S, self._first_pause_s * 2 ** (self._failures - 1)))

    def answered(self) -> None:
        """What fails next is the first failure in a row."""
        self._failures = 0
