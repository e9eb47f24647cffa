"""Asks AWS again when it throttles or does not answer, after longer and longer pauses, and says so."""

from collections.abc import Callable, Generator
from typing import TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from hopscope_collector.errors import SourceFailed
from hopscope_collector.sources.aws_errors import advice_on, in_one_line, is_silence
from hopscope_collector.sources.contract import Lines, Stop

T = TypeVar("T")

TRIES = 10
"""Failures in a row before a source gives up."""

SILENT_TRIES = 3
"""The same when nobody was ever there, or when nothing at all comes back: each then took `aws_client.ANSWER_S`."""

LONGEST_PAUSE_S = 60.0

Passing = (ClientError, BotoCoreError)
"""What may go well later, as `aws_errors.in_our_words` lets it pass."""

Waiting = Generator[Lines, None, T]
"""Yields what the person should know meanwhile; these lines are idle, so that what was gathered is stored."""


class Patience:
    """Asks for one source.

    One that is followed and has answered before is asked until it answers again; else there are so many tries.
    """

    def __init__(self, source: str, *, first_pause_s: float = 1.0, is_followed: bool = False) -> None:
        self._source = source
        self._first_pause_s = first_pause_s
        self._is_followed = is_followed
        self._failures = 0
        self._has_answered = False
        self._has_said = False

    def ask(self, question: Callable[[], T], stop: Stop) -> Waiting[T | None]:
        """The answer, however long it takes. None when told to stop.

        Raises:
            SourceFailed: no answer after so many tries, or what asked knows that asking again is of no use.
        """
        while True:
            try:
                answer = question()
            except Passing as error:
                yield from self.bear(error, stop)
                if stop.is_set:
                    return None
            else:
                yield from self.answered()
                return answer

    def bear(self, error: Exception, stop: Stop) -> Waiting[None]:
        """Wait before another try.

        Raises:
            SourceFailed: it was the last of so many failures in a row.
        """
        self._failures += 1
        is_nobody_there = not self._has_answered and not isinstance(error, ClientError)
        tries = SILENT_TRIES if is_nobody_there or is_silence(error) else TRIES
        if self._failures >= tries and not (self._is_followed and self._has_answered):
            raise SourceFailed(
                f"{self._source}: no answer after {self._failures} tries: {in_one_line(error)}; {advice_on(error)}"
            ) from error
        pause_s = min(LONGEST_PAUSE_S, self._first_pause_s * 2 ** min(self._failures - 1, 16))
        if self._failures > 1 or is_silence(error):  # to be throttled once is no news
            self._has_said = True
            yield Lines(is_idle=True, notice=f"{in_one_line(error)}; asked again in {pause_s:g} s")
        stop.sleep(pause_s)

    def answered(self) -> Waiting[None]:
        """What fails next is the first failure in a row."""
        if self._has_said:
            self._has_said = False
            yield Lines(is_idle=True, notice="answers again")
        self._failures = 0
        self._has_answered = True
