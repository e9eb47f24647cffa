"""How one value of a filter is compared with a flow (pure).

Each function gives a matcher, or None when the value is not what the field expects.
"""

import re
from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar

from hopscope_collector.flow import Flow
from hopscope_collector.search.durations import duration_us
from hopscope_collector.search.moments import iso_us

Matcher = Callable[[Flow, int], bool]
"""(flow, now in epoch µs) → whether it fits."""

MatcherOf = Callable[[str], Matcher | None]

T = TypeVar("T")


class Timed(Protocol):
    """A flow, or the row of one."""

    @property
    def started_us(self) -> int:
        """When it began."""
        ...

    @property
    def ended_us(self) -> int | None:
        """None while it goes on."""
        ...


_COMPARED = re.compile(r"(>=|<=|>|<)(.+)", re.DOTALL)
_COMPARE: dict[str, Callable[[int, int], bool]] = {
    ">": lambda left, right: left > right,
    "<": lambda left, right: left < right,
    ">=": lambda left, right: left >= right,
    "<=": lambda left, right: left <= right,
}


def by_pattern(
    value: str, read: Callable[[T], Iterable[str]], *, case_matters: bool = False
) -> Callable[[T, int], bool]:
    """One of the texts is the value; `*` stands for any characters, `?` for one."""
    flags = re.DOTALL if case_matters else re.DOTALL | re.IGNORECASE
    pattern = re.compile(_expression_of(value), flags)
    return lambda flow, _now_us: any(pattern.fullmatch(each) for each in read(flow))


def by_text(value: str, read: Callable[[T], Iterable[str]]) -> Callable[[T, int], bool]:
    """One of the texts holds the value; case does not matter."""
    wanted = value.casefold()
    return lambda flow, _now_us: any(wanted in each.casefold() for each in read(flow))


def by_duration(value: str) -> Callable[[Timed, int], bool] | None:
    """`>2s`: the flow took, or has taken until now, longer."""
    match = _COMPARED.fullmatch(value)
    limit_us = duration_us(match[2]) if match else None
    if match is None or limit_us is None:
        return None
    compare = _COMPARE[match[1]]
    return lambda flow, now_us: compare((flow.ended_us or max(now_us, flow.started_us)) - flow.started_us, limit_us)


def by_moment(*, later: bool) -> Callable[[str], Callable[[Timed, int], bool] | None]:
    """`1h` ago or an ISO time: the flow began later (or else earlier) than that."""

    def matcher_of(value: str) -> Callable[[Timed, int], bool] | None:
        ago_us, at_us = duration_us(value), iso_us(value)
        if ago_us is not None:
            return lambda flow, now_us: (flow.started_us >= now_us - ago_us) == later
        if at_us is not None:
            return lambda flow, _now_us: (flow.started_us >= at_us) == later
        return None

    return matcher_of


def since_us(value: str, now_us: int) -> int:
    """The moment that a checked value of `since:` means."""
    ago_us = duration_us(value)
    return now_us - ago_us if ago_us is not None else iso_us(value) or 0


def _expression_of(glob: str) -> str:
    """A regular expression that never goes back: what follows a `*` is taken where it first stands.

    Written the plain way, thirty stars would try every way to cut a text into thirty parts.
    """
    first, *rest = ["".join("." if each == "?" else re.escape(each) for each in part) for part in glob.split("*")]
    if not rest:
        return first
    *between, last = rest
    return first + "".join(f"(?>.*?{part})" for part in between if part) + f".*{last}"
