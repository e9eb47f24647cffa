"""Points in time as people type them, and as programs write them (pure).

2h   30d                    so long ago
2026-11-21   2026-11-21T14:05:00Z   2026-11-21T14:05+01:00     then; UTC when no zone is given
"""

from datetime import UTC, datetime

from hopscope_collector.errors import InputError
from hopscope_collector.search.durations import duration_us

EXPECTED = "a length of time such as 2h or 30d, or a time such as 2026-11-21T14:05Z"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment_us(text: str, now_us: int) -> int:
    """Epoch microseconds of what the text says, not before 1970.

    Raises:
        InputError: it says no point in time.
    """
    ago_us = duration_us(text)
    at_us = iso_us(text) if ago_us is None else max(0, now_us - ago_us)
    if at_us is None:
        raise InputError(f"{text!r} is no point in time; expected {EXPECTED}")
    return at_us


def iso_us(text: object) -> int | None:
    """Epoch microseconds of an ISO 8601 time, not before 1970; None for anything else."""
    try:
        return max(0, microseconds_of(datetime.fromisoformat(text))) if isinstance(text, str) else None
    except ValueError:
        return None


def microseconds_of(moment: datetime) -> int:
    """Since 1970, exactly; UTC when the moment has no zone."""
    since = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
