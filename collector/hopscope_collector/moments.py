"""Points in time as people type them (pure).

2h   30d                    so long ago
2026-11-21   2026-11-21T14:05:00Z   2026-11-21T14:05+01:00     then; UTC when no zone is given
"""

from datetime import UTC, datetime

from hopscope_collector.durations import duration_us
from hopscope_collector.errors import InputError

EXPECTED = "a length of time such as 2h or 30d, or a time such as 2026-11-21T14:05Z"


def moment_us(text: str, now_us: int) -> int:
    """Epoch microseconds of what the text says, not before 1970.

    Raises:
        InputError: it says no point in time.
    """
    ago_us = duration_us(text)
    if ago_us is not None:
        return max(0, now_us - ago_us)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InputError(f"{text!r} is no point in time; expected {EXPECTED}") from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0, round(moment.timestamp() * 1_000_000))
