"""When a request is made again, and after how long (pure).

Everything a client asks may be asked twice: reading changes nothing, and records that are sent again count as
repeated. So no answer, 429 and 503 are tried again; every other error is the answer.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass

AGAIN = frozenset({429, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Patience:
    """How often and how long."""

    tries: int = 4
    first_pause_s: float = 0.2
    longest_pause_s: float = 10.0
    """Also when the collector asks for more."""

    held_s: float = 10.0
    """A stream that lasted so long had begun well: what ends it is the first failure in a row."""

    def pauses_s(self) -> Iterator[float]:
        """One before each further try: twice as long each time, and a little by chance so that clients part."""
        for number in range(self.tries - 1):
            yield min(self.longest_pause_s, self.first_pause_s * 2.0 ** min(number, 20)) * random.uniform(0.5, 1.0)  # noqa: S311 - no secret

    def asked_s(self, retry_after: str | None, pause_s: float) -> float:
        """The pause, or what the collector asks for when that is longer."""
        if retry_after is None or not (retry_after.isascii() and retry_after.isdigit()):
            return pause_s
        return min(self.longest_pause_s, max(pause_s, float(retry_after[:6])))


PATIENCE = Patience()
"""For a question: about a second, in which somebody may wait for the answer."""

COMEBACK = Patience(tries=10)
"""For a stream of changes: half a minute, in which a collector is started again."""
