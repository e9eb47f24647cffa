"""Flows by kind: how many, how they went, how long they took, and when they came (pure).

kind                     flows  failed   p50    p95     arrivals     failures
POST /orders › order       214       3   2m10   8m02    ▁▂▂▃▅▃▂▂▁    ▁▁▁▁▂▁▁▁▁
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from hopscope_collector.flow import UNFINISHED, UNSUCCESSFUL, FlowStatus


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time, cut into equal buckets."""

    since_us: int
    until_us: int
    """Exclusive, later than `since_us`."""

    buckets: int = 60

    def bucket_of(self, at_us: int) -> int | None:
        """Which bucket a moment lies in. None outside of the window."""
        if not self.since_us <= at_us < self.until_us:
            return None
        return (at_us - self.since_us) * self.buckets // (self.until_us - self.since_us)


class Ran(NamedTuple):
    """What is counted of one flow."""

    kind: str
    status: FlowStatus
    started_us: int
    took_us: int | None
    """None while it goes on."""


@dataclass(frozen=True, slots=True)
class Kind:
    """All flows of one kind that began in the window."""

    name: str
    flows: int
    failed: int
    """Those whose status is in `UNSUCCESSFUL`."""

    open: int
    """Those that go on: running, waiting, overdue."""

    statuses: tuple[tuple[FlowStatus, int], ...]
    """How many have each status, most first."""

    p50_us: int | None
    """Of those that are over, as the next two. None when none is."""

    p95_us: int | None
    p99_us: int | None
    arrivals: tuple[int, ...]
    """Flows that began, by bucket of the window."""

    failures: tuple[int, ...]
    """Those of `arrivals` that failed."""


@dataclass(frozen=True, slots=True)
class Kinds:
    """The kinds of a window, most flows first."""

    window: Window
    kinds: tuple[Kind, ...]
    arrivals: tuple[int, ...]
    """Over all kinds."""

    failures: tuple[int, ...]
    is_partial: bool = False
    """True when there were more flows than are looked at: the newest were counted."""


def kinds_of(flows: Iterable[Ran], window: Window, *, is_partial: bool = False) -> Kinds:
    """Count the flows that began in the window."""
    by_kind: dict[str, list[Ran]] = {}
    for each in flows:
        if window.bucket_of(each.started_us) is not None:
            by_kind.setdefault(each.kind, []).append(each)
    kinds = sorted((_kind_of(name, ran, window) for name, ran in by_kind.items()), key=lambda k: (-k.flows, k.name))
    everything = [each for ran in by_kind.values() for each in ran]
    return Kinds(window, tuple(kinds), *_by_bucket(everything, window), is_partial=is_partial)


def _kind_of(name: str, ran: list[Ran], window: Window) -> Kind:
    counts: dict[FlowStatus, int] = {}
    for each in ran:
        counts[each.status] = counts.get(each.status, 0) + 1
    took_us = sorted(each.took_us for each in ran if each.took_us is not None)
    arrivals, failures = _by_bucket(ran, window)
    return Kind(
        name=name,
        flows=len(ran),
        failed=sum(counts.get(status, 0) for status in UNSUCCESSFUL),
        open=sum(counts.get(status, 0) for status in UNFINISHED),
        statuses=tuple(sorted(counts.items(), key=lambda each: (-each[1], each[0]))),
        p50_us=percentile(took_us, 50),
        p95_us=percentile(took_us, 95),
        p99_us=percentile(took_us, 99),
        arrivals=arrivals,
        failures=failures,
    )


def percentile(ascending: Sequence[int], percent: int) -> int | None:
    """The least value that so many percent do not exceed. None of nothing."""
    return ascending[max((len(ascending) * percent + 99) // 100 - 1, 0)] if ascending else None


def _by_bucket(ran: Iterable[Ran], window: Window) -> tuple[tuple[int, ...], tuple[int, ...]]:
    arrivals, failures = [0] * window.buckets, [0] * window.buckets
    for each in ran:
        bucket = window.bucket_of(each.started_us)
        if bucket is not None:
            arrivals[bucket] += 1
            failures[bucket] += each.status in UNSUCCESSFUL
    return tuple(arrivals), tuple(failures)
