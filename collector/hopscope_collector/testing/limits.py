"""Times as tests write them (pure)."""

from hopscope_collector.search.durations import EXPECTED, duration_us


def within_us(text: str) -> int:
    """Microseconds of `500ms`, `5s`, `1m`.

    Raises:
        ValueError: it is none: a mistake of the test, not of what it tests.
    """
    found = duration_us(text)
    if found is None:
        raise ValueError(f"{text!r} is no time; expected {EXPECTED}")
    return found
