"""Lengths of time as people type them, such as `10m` or `1h30m` (pure).

500ms   2s   10m   1h30m   7d   1.5s
"""

import re

US_BY_UNIT = {"us": 1, "ms": 1_000, "s": 1_000_000, "m": 60_000_000, "h": 3_600_000_000, "d": 86_400_000_000}
EXPECTED = "a length of time such as 500ms, 2s, 10m, 1h30m or 7d"

_PART = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,6})?)(us|ms|s|m|h|d)")
_WHOLE = re.compile(rf"(?:{_PART.pattern})+")


def duration_us(text: str) -> int | None:
    """The microseconds that the text says, or None when it is no length of time."""
    if _WHOLE.fullmatch(text) is None:
        return None
    return round(sum(float(number) * US_BY_UNIT[unit] for number, unit in _PART.findall(text)))
