"""Which invocation a cold start belongs to, although its line names none.

    one log stream is one environment, and runs one thing at a time:

    INIT_REPORT … Phase: init …       belongs to the START that comes next
    START RequestId: r1
    INIT_REPORT … Phase: invoke …     tried again within r1
    REPORT RequestId: r1

Lines whose log stream is not known are left alone: another environment's START may stand between them.
"""

import re
from dataclasses import dataclass, field, replace

from hopscope_collector.lines.platform import PlatformFact, init_in

_STREAM = re.compile(r"[0-9]{4}/[0-9]{2}/[0-9]{2}/[^ ]*\[[^] ]+\][0-9a-f]{8,64}")
"""As Lambda names log streams: `2026/11/21/[$LATEST]4b1c…`, `2026/11/21/orders[7]4b1c…`."""


def stream_in(*texts: object) -> str | None:
    """The log stream that a line, or the place where it stands, names first; None when neither does."""
    found = (_STREAM.search(text) for text in texts if isinstance(text, str))
    return next((match[0] for match in found if match is not None), None)


@dataclass(slots=True)
class ColdStarts:
    """The cold starts of one batch of lines, until the invocation of each is known."""

    _waiting: dict[str, PlatformFact] = field(default_factory=dict)
    """By log stream: the last cold start that no START followed yet."""

    _running: dict[str, str] = field(default_factory=dict)
    """By log stream: the request that started last."""

    def started(self, start: PlatformFact, stream: str) -> PlatformFact | None:
        """The cold start that the invocation waited for, if there was one."""
        self._running[stream] = start.request_id
        waiting = self._waiting.pop(stream, None)
        return None if waiting is None else replace(waiting, request_id=start.request_id)

    def reported(self, line: str, stream: str, at_us: int | None, function: str | None) -> PlatformFact | None:
        """What the line says of a cold start whose invocation runs; one whose START is to come is kept until then."""
        found = init_in(line, at_us, function)
        if found is None:
            return None
        fact, is_within = found
        if not is_within:
            self._waiting[stream] = fact
            return None
        request_id = self._running.get(stream)
        return None if request_id is None else replace(fact, request_id=request_id)
