"""What the Lambda platform says of hops, beside our records (pure).

    begin of r1, no end   REPORT r1 Status: timeout           hop of r1: timed-out, with its real end
    begin of r2, no end   Runtime exited: signal: killed      hop of r2: failed, and why
    send to Invoke, r3    START r3, REPORT r3, no record      a hop that nobody recorded: not-instrumented, or lost
                                                              when the function's other runs were recorded

A line of the platform names a request, and asynchronous retries share one: each line belongs to the last attempt that
began before it.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence, Set
from dataclasses import replace
from hashlib import blake2b

from hopscope_collector.flow import Failure, Hop, HopStatus, Send
from hopscope_collector.lines.platform import UNKNOWN_TIME_US, PlatformFact

_INVOKED = "lambda/"
INIT_FAILURE = "init-failure"
"""Attribute of a hop whose cold start failed or took too long, and was tried again: how."""

_NO_END = frozenset({"start", "init"})
_CLOCKS_US = 1_000_000
"""How much earlier than our begin a line of its own platform may be stamped."""


def with_platform(
    hops: Sequence[Hop], sends: Iterable[Send], facts: Iterable[PlatformFact], layered: Set[str]
) -> list[Hop]:
    """The hops with what the platform says of them, and hops for what it alone knows. Sorted by start.

    `layered` are the functions that are known to carry the layer.
    """
    by_request: dict[str, list[PlatformFact]] = {}
    for fact in sorted(facts, key=lambda fact: (fact.at_us, fact.kind, repr(fact))):
        if fact.request_id:
            by_request.setdefault(fact.request_id, []).append(fact)
    if not by_request:
        return list(hops)
    starts: dict[str, list[int]] = {}
    for hop in hops:
        starts.setdefault(hop.request_id, []).append(hop.started_us)
    told = [_told(hop, _of_attempt(hop, by_request.get(hop.request_id, ()), starts[hop.request_id])) for hop in hops]
    unseen = _unseen(told, sends, by_request, layered)
    return sorted([*told, *unseen], key=lambda hop: (hop.started_us, hop.id))


def _of_attempt(hop: Hop, facts: Sequence[PlatformFact], starts_us: Sequence[int]) -> list[PlatformFact]:
    """The lines between the start of the hop and the start of the next attempt under its request id."""
    later = starts_us[bisect_right(starts_us, hop.started_us) :]
    until_us = later[0] if later else None
    is_only = starts_us[0] == starts_us[-1]
    return [
        fact
        for fact in facts
        if (is_only and fact.at_us == UNKNOWN_TIME_US)
        or (fact.at_us >= hop.started_us - _CLOCKS_US and (until_us is None or fact.at_us < until_us - _CLOCKS_US))
    ]


def _told(hop: Hop, facts: Sequence[PlatformFact]) -> Hop:
    if not facts:
        return hop
    hop = replace(hop, attributes={**hop.attributes, **_measures(facts)})
    if hop.ended_us is not None:
        return hop
    over = [fact for fact in facts if fact.kind not in _NO_END]
    status, error = _fate(over)
    ended_us = max((_over_us(fact, hop.started_us) for fact in over), default=None)
    if status is None:
        return replace(hop, ended_us=ended_us)
    return replace(hop, status=status, error=error, ended_us=ended_us)


def _over_us(fact: PlatformFact, started_us: int) -> int:
    """When a line says that it was over; one without a time tells how long it took."""
    return fact.at_us if fact.at_us != UNKNOWN_TIME_US else started_us + (fact.duration_us or 0)


def _fate(facts: Sequence[PlatformFact]) -> tuple[HopStatus | None, Failure | None]:
    """How it ended, and why. None: the platform only says that it did."""
    words = next((fact.error for fact in facts if fact.error), "")
    if any(fact.kind == "timeout" or fact.status == "timeout" for fact in facts):
        after_us = next((fact.duration_us for fact in facts if fact.duration_us is not None), None)
        after = f" after {after_us / 1e6:.2f} s" if after_us is not None else ""
        return "timed-out", Failure("Timeout", f"Lambda stopped it{after}")
    used_mb = next((fact.max_memory_mb for fact in facts if _is_out_of_memory(fact)), None)
    if used_mb is not None:
        return "failed", Failure("OutOfMemory", f"Lambda ended it at {used_mb} MB, which is all it may use")
    if any(fact.kind == "exit" or fact.status in ("error", "failure") for fact in facts):
        return "failed", Failure("RuntimeExited", words)
    if any(fact.status == "success" for fact in facts):
        return "done", None
    return None, None


def _is_out_of_memory(fact: PlatformFact) -> bool:
    """Whether its report says so, or that the runtime died with all of its memory in use."""
    is_full = fact.memory_mb is not None and (fact.max_memory_mb or 0) >= fact.memory_mb
    return fact.error == "Runtime.OutOfMemory" or (is_full and fact.error == "Runtime.ExitError")


def _measures(facts: Iterable[PlatformFact]) -> dict[str, str]:
    """Numbers of the invocation that only the platform knows."""
    measures: dict[str, str] = {}
    for fact in facts:
        named = {
            "init-us": fact.init_us,
            "overhead-us": fact.overhead_us,
            "queue-us": fact.waited_us,
            "memory-mb": fact.memory_mb,
            "max-memory-mb": fact.max_memory_mb or None,  # 0: it was stopped before anybody measured
        }
        measures.update({name: str(value) for name, value in named.items() if value is not None})
        if fact.kind == "init" and fact.status not in (None, "success"):
            measures[INIT_FAILURE] = fact.error or str(fact.status)
    return measures


def _unseen(
    hops: Iterable[Hop], sends: Iterable[Send], by_request: dict[str, list[PlatformFact]], layered: Set[str]
) -> list[Hop]:
    """A hop for every invocation that a send led to and no record tells of."""
    recorded = {hop.request_id for hop in hops}
    invoked = {ref.removeprefix(_INVOKED) for send in sends for ref in send.refs if ref.startswith(_INVOKED)}
    return [
        _unseen_hop(request_id, by_request[request_id], layered)
        for request_id in sorted((invoked - recorded) & by_request.keys())
    ]


def _unseen_hop(request_id: str, facts: Sequence[PlatformFact], layered: Set[str]) -> Hop:
    digits = blake2b(request_id.encode(), digest_size=6).hexdigest()
    function = next((fact.function for fact in facts if fact.function), "unknown")
    over = [fact.at_us for fact in facts if fact.kind not in _NO_END]
    return Hop(
        id=f"{digits}0000.0",
        invocation_id=f"{digits}0000",
        function=function,
        request_id=request_id,
        status="lost" if function in layered else "not-instrumented",
        trace_id=next((fact.root for fact in facts if fact.root), digits.zfill(32)),
        started_us=facts[0].at_us,
        ended_us=max(over, default=None),
        source="lambda",
        refs=(f"{_INVOKED}{request_id}",),
        has_own_trace=any(fact.root for fact in facts),
        attributes={**_measures(facts), "begin": "not recorded"},
        error=_fate([fact for fact in facts if fact.kind not in _NO_END])[1],
    )
