"""Server-sent events to changes (pure): as the specification says, as far as a collector speaks it.

id: 17                          ┐
event: changes                  ├─▶  Changed(17, ("5e1b…",))
data: {"hopscope":1,…}          │
                                ┘
: ping                          ─▶  nothing
"""

from hopscope_collector.client.errors import NotAnAnswer
from hopscope_collector.client.values import Changed, changed_in, object_in

LONGEST_EVENT_CHARS = 4 << 20


class EventReader:
    """Takes the lines of a stream one by one."""

    def __init__(self) -> None:
        self._data: list[str] = []
        self._kind = ""
        self._chars = 0

    def take(self, line: str) -> Changed | None:
        """The change that this line completes, if it does.

        Raises:
            NotAnAnswer: an event without an end, or one that is no change.
        """
        if line == "":
            kind, data = self._kind, "\n".join(self._data)
            self._kind, self._data, self._chars = "", [], 0
            return changed_in(object_in(200, data.encode())) if kind == "changes" and data else None
        self._chars += len(line)
        if self._chars > LONGEST_EVENT_CHARS:
            raise NotAnAnswer(f"an event of more than {LONGEST_EVENT_CHARS:,} characters; expected changes")
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self._data.append(value)
        elif name == "event":
            self._kind = value
        return None
