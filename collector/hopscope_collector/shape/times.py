"""Durations and instants as people read them (pure).

duration   0.4ms  84ms  4.1s  41s  10m04  3h07  5d02h
instant    11:54:27.120
"""

from datetime import UTC, datetime, tzinfo

MS_US = 1_000
SECOND_US = 1_000_000
MINUTE_US = 60 * SECOND_US
HOUR_US = 60 * MINUTE_US
DAY_US = 24 * HOUR_US

NO_TIME = "–"
"""Drawn where a time is not known."""


def duration(us: int | None) -> str:
    """At most six cells; a negative one (clocks that disagree) keeps its sign."""
    if us is None:
        return NO_TIME
    if us < 0:
        return "-" + duration(-us)
    return _short(us) if us < 59_500_000 else _long(us)


def _short(us: int) -> str:
    """Under a minute."""
    if us < MS_US:
        return f"{us / MS_US:.1f}ms" if us else "0ms"
    if us < 999_500:
        return f"{us / MS_US:.0f}ms"
    if us < 9_950_000:
        return f"{us / SECOND_US:.1f}s"
    return f"{us / SECOND_US:.0f}s"


def _long(us: int) -> str:
    """A minute or more: two units, the smaller one with two digits."""
    if us < HOUR_US:
        return f"{us // MINUTE_US}m{us % MINUTE_US // SECOND_US:02d}"
    if us < DAY_US:
        return f"{us // HOUR_US}h{us % HOUR_US // MINUTE_US:02d}"
    return f"{us // DAY_US}d{us % DAY_US // HOUR_US:02d}h"


def age(us: int) -> str:
    """How long ago, in one unit: `12s`, `10m`, `3h`, `5d`. A clock that is behind gives `0s`."""
    if us < MINUTE_US:
        return f"{max(us, 0) // SECOND_US}s"
    if us < HOUR_US:
        return f"{us // MINUTE_US}m"
    return f"{us // HOUR_US}h" if us < 2 * DAY_US else f"{us // DAY_US}d"


def clock(us: int | None, zone: tzinfo | None = UTC) -> str:
    """Hours to milliseconds. `zone=None` is the local time of this machine."""
    if us is None:
        return NO_TIME
    try:
        return datetime.fromtimestamp(us / SECOND_US, zone).strftime("%H:%M:%S.%f")[:-3]
    except (OverflowError, OSError, ValueError):
        return NO_TIME


def date_and_clock(us: int | None, zone: tzinfo | None = UTC) -> str:
    """With the day in front: `2026-11-21 11:54:27.120`."""
    if us is None:
        return NO_TIME
    try:
        return datetime.fromtimestamp(us / SECOND_US, zone).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
    except (OverflowError, OSError, ValueError):
        return NO_TIME
