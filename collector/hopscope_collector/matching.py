"""How one value of a filter is compared with a flow (pure).

Each function gives a matcher, or None when the value is not what the field expects.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime

from hopscope_collector.durations import duration_us
from hopscope_collector.flow import Flow

Matcher = Callable[[Flow, int], bool]
"""(flow, now in epoch µs) → whether it fits."""

MatcherOf = Callable[[str], Matcher | None]
Read = Callable[[Flow], set[str]]

_COMPARED = re.compile(r"(>=|<=|>|<)(.+)", re.DOTALL)
_COMPARE: dict[str, Callable[[int, int], bool]] = {
    ">": lambda left, right: left > right,
    "<": lambda left, right: left < right,
    ">=": lambda left, right: left >= right,
    "<=": lambda left, right: left <= right,
}


def by_pattern(value: str, read: Read, *, case_matters: bool = False) -> Matcher:
    """One of the texts is the value; `*` stands for any characters, `?` for one."""
    flags = re.DOTALL if case_matters else re.DOTALL | re.IGNORECASE
    pattern = re.compile("".join(map(_pattern_of, value)), flags)
    return lambda flow, _now_us: any(pattern.fullmatch(each) for each in read(flow))


def by_text(value: str, read: Read) -> Matcher:
    """One of the texts holds the value; case does not matter."""
    wanted = value.casefold()
    return lambda flow, _now_us: any(wanted in each.casefold() for each in read(flow))


def by_duration(value: str) -> Matcher | None:
    """`>2s`: the flow took, or has taken until now, longer."""
    match = _COMPARED.fullmatch(value)
    limit_us = duration_us(match[2]) if match else None
    if match is None or limit_us is None:
        return None
    compare = _COMPARE[match[1]]
    return lambda flow, now_us: compare((flow.ended_us or max(now_us, flow.started_us)) - flow.started_us, limit_us)


def by_moment(*, later: bool) -> MatcherOf:
    """`1h` ago or an ISO time: the flow began later (or else earlier) than that."""

    def matcher_of(value: str) -> Matcher | None:
        ago_us, at_us = duration_us(value), _moment_us(value)
        if ago_us is not None:
            return lambda flow, now_us: (flow.started_us >= now_us - ago_us) == later
        if at_us is not None:
            return lambda flow, _now_us: (flow.started_us >= at_us) == later
        return None

    return matcher_of


def since_us(value: str, now_us: int) -> int:
    """The moment that a checked value of `since:` means."""
    ago_us = duration_us(value)
    return now_us - ago_us if ago_us is not None else _moment_us(value) or 0


def _moment_us(value: str) -> int | None:
    try:
        moment = datetime.fromisoformat(value)
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return int(aware.timestamp() * 1e6)
    except (ValueError, OverflowError, OSError):
        return None


def _pattern_of(character: str) -> str:
    return {"*": ".*", "?": "."}.get(character) or re.escape(character)
