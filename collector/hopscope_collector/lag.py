"""How far what is stored lies behind what happens, as whoever collects says it.

    sources ──Lines──▶ Lag ── positions() ──▶ the batch ──▶ store ── lag_in(store) ──▶ a banner

Kept as a position under a name of its own: every store has positions, durable together with what they are about.
A collector that keeps up never writes it.
"""

import json
from dataclasses import asdict, dataclass, field

from hopscope_collector.sources.contract import Lines
from hopscope_collector.store.contract import Store

NAME = "hopscope:lag"
"""No source is called so: their names begin with how they are asked for, `logs:`, `file:`."""

LATE_FROM_US = 60_000_000
"""Less than that is the way that log lines take."""


@dataclass(frozen=True, slots=True)
class Behind:
    """What a person should know of a store that is not the whole truth yet."""

    up_to_us: int | None = None
    """What happened later is not read yet. None when there is nothing left to read."""

    said_at_us: int | None = None
    """When that was said. None when it was not."""

    sampled_us: int | None = None
    """When AWS last handed over only a sample. None when it never did."""


def lag_in(store: Store) -> Behind:
    """As it was last said."""
    said = store.position(NAME)
    return Behind(**json.loads(said)) if said else Behind()


@dataclass(slots=True)
class Lag:
    """Follows what sources hand over; used by the thread that writes."""

    said: str = ""
    """What the store holds already."""

    _up_to_us: dict[str, int] = field(default_factory=dict)
    """By source that has more to read: when what it gave last happened."""

    _sampled_us: int | None = None

    def heard(self, source: str, lines: Lines, youngest_us: int | None, now_us: int) -> None:
        """Some lines came; `youngest_us` is when the last of them happened, None when none of them tells."""
        if lines.is_sample:
            self._sampled_us = now_us
        if lines.is_idle:
            self._up_to_us.pop(source, None)
        elif youngest_us is not None:
            self._up_to_us[source] = youngest_us

    def positions(self, now_us: int) -> dict[str, str]:
        """What is to be written with the next batch; empty when what was said still holds."""
        up_to_us = min(self._up_to_us.values(), default=now_us)
        is_late = now_us - up_to_us >= LATE_FROM_US
        behind = Behind(up_to_us if is_late else None, now_us if is_late else None, self._sampled_us)
        text = "" if behind == Behind() else json.dumps(asdict(behind))
        if text == self.said:
            return {}
        self.said = text
        return {NAME: text}
