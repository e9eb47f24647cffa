"""Which stretches of time are summarised (pure).

▓▓▓▓▓▓▓▓░░░░░░▓▓▓▓▓▓▓▓▓▓░░   ▓ summarised   ░ gaps, filled from the newest on
oldest                newest
"""

from collections.abc import Iterable
from typing import NamedTuple

FOREVER_US = 1 << 54
"""Later than any record."""


class Stretch(NamedTuple):
    """From `low_us` on, up to but not including `high_us`."""

    low_us: int
    high_us: int


def united(stretches: Iterable[Stretch]) -> list[Stretch]:
    """The same moments in as few stretches as possible, ascending."""
    found: list[Stretch] = []
    for each in sorted(stretches):
        if found and each.low_us <= found[-1].high_us:
            found[-1] = Stretch(found[-1].low_us, max(found[-1].high_us, each.high_us))
        elif each.low_us < each.high_us:
            found.append(each)
    return found


def newest_gap(covered: Iterable[Stretch], below_us: int = FOREVER_US) -> Stretch | None:
    """The newest stretch before `below_us` that is not covered. None when all is."""
    high_us = below_us
    for each in reversed(united(covered)):
        if each.low_us >= high_us:
            continue
        if each.high_us < high_us:
            return Stretch(each.high_us, high_us)
        high_us = each.low_us
    return Stretch(0, high_us) if high_us > 0 else None


def is_covered(covered: Iterable[Stretch], at_us: int) -> bool:
    """Whether the moment lies in one of them."""
    return any(each.low_us <= at_us < each.high_us for each in covered)
