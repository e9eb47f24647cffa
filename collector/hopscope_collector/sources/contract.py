"""What every source of lines promises.

Lines    some lines in order, and where to go on after them
Source   yields `Lines` until there are no more, or until it is told to stop
Stop     how it is told
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from hopscope_collector.store.contract import RefusedLine


@dataclass(frozen=True, slots=True)
class Lines:
    """Some lines of a source, in order."""

    texts: Sequence[str] = ()
    """Without their newlines. Bytes that were not UTF-8 are escaped as U+DC80 to U+DCFF (`surrogateescape`)."""

    first_number: int = 1
    """Number of the first line in its source, from 1: where a person finds a refused one."""

    places: Sequence[str] | None = None
    """Where a person finds each text, when that is not a line number."""

    refused: Sequence[RefusedLine] = ()
    """Lines that the source could not even hand over, such as one of 5 MB."""

    position: str | None = None
    """Where to go on when these lines are stored. None when the source cannot go on later (stdin)."""

    at_us: Sequence[int] | None = None
    """When each text was logged, epoch microseconds. None when the source does not know."""

    function: str | None = None
    """The Lambda function whose log this is. None when the source does not know."""

    is_idle: bool = False
    """True when nothing more is there right now: a good moment to store what was gathered."""

    stored: Callable[[], None] | None = None
    """Called once everything of these lines is durable, by the thread that writes. For sources that must acknowledge,
    such as a queue; it raises `SourceFailed` when the source cannot go on."""

    reached: str | None = None
    """How far the source is with these lines, for the person who watches: `42 %`, `up to 2026-11-21 10:05:07`."""

    notice: str | None = None
    """What the person should know now: that AWS hands over only a sample."""

    is_sample: bool = False
    """True when AWS left some of them out."""


class Source(Protocol):
    """Where lines come from.

    `name` MUST stay the same from run to run: positions are kept under it. `lines(position)` MUST go on right after
    the lines that were handed over with that position, in this or an earlier run, without losing one; it MAY hand some
    over again, the store takes a repeat for free. It MUST end soon after `stop` is set, and MUST NOT hold more in
    memory than a few batches, whatever comes. It raises `SourceFailed` when it cannot go on.
    """

    @property
    def name(self) -> str:
        """The name under which its position is kept, and which the person sees."""
        ...

    def lines(self, position: str | None, stop: "Stop") -> Iterator[Lines]:
        """Batches of lines from the position on; from the start when it is None."""
        ...


class Stop:
    """Tells sources to come to an end, from a signal handler or another thread."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def set(self) -> None:
        """Ask for the end. Twice is once."""
        self._event.set()

    @property
    def is_set(self) -> bool:
        """Whether the end was asked for."""
        return self._event.is_set()

    def sleep(self, seconds: float) -> bool:
        """Wait, but not past the end; whether the end was asked for."""
        return self._event.wait(seconds)
