"""Where a person went from flow to flow, to come back to (pure)."""

from dataclasses import dataclass, field
from typing import NamedTuple

from hopscope_collector.flow import Flow


class Place(NamedTuple):
    """A flow, and the step that the cursor stood on. None before it stood on any."""

    flow: Flow
    step_id: str | None


@dataclass(slots=True)
class Trail:
    """As a browser keeps it: whoever goes on elsewhere forgets what lay ahead."""

    behind: list[Place] = field(default_factory=list)
    ahead: list[Place] = field(default_factory=list)

    def leave(self, here: Place) -> None:
        """Go on to another place."""
        self.behind.append(here)
        self.ahead.clear()

    def go(self, direction: int, here: Place) -> Place | None:
        """The place before (-1) or after this one. None at the end of the trail."""
        source, target = (self.behind, self.ahead) if direction < 0 else (self.ahead, self.behind)
        if not source:
            return None
        target.append(here)
        return source.pop()
