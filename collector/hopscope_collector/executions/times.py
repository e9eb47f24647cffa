"""Every way a time is written in a history, as epoch microseconds (pure).

2024-04-18T06:18:29.037000+00:00   the AWS CLI, version 2, and `json.dumps(default=str)`
1525283875.58                      the AWS CLI, version 1, and the API itself: epoch seconds
"1668095539607"                    Express log lines and status-change events: epoch milliseconds
datetime(…)                        boto3
"""

from datetime import datetime

from hopscope_collector.search.moments import microseconds_of

_MILLISECONDS_FROM = 10**11
"""Seconds stay below this until the year 5138, milliseconds are above it since 1973."""

_FAR_FUTURE_MS = 2.5e14
"""About the year 9,900: no time is later."""


def epoch_us(value: object) -> int | None:
    """Epoch microseconds, UTC, from 0; a time without zone is taken as UTC. None when it is not a time."""
    found = _parsed(value)
    return found if found is not None and found >= 0 else None


def _parsed(value: object) -> int | None:
    match value:
        case bool() | None:
            return None
        case datetime():
            return microseconds_of(value)
        case int() | float():
            return _from_number(value)
        case str():
            return _from_text(value.strip())
        case _:
            return None


def _from_text(text: str) -> int | None:
    try:
        return microseconds_of(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        pass
    try:
        return _from_number(float(text))
    except ValueError:
        return None


def _from_number(number: float) -> int | None:
    if not abs(number) < _FAR_FUTURE_MS:  # also when it is not a number at all
        return None
    return round(number * 1_000) if abs(number) >= _MILLISECONDS_FROM else round(number * 1_000_000)
