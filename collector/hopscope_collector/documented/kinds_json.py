"""Flows by kind as the documented JSON, and back: contract version 1 (pure)."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from hopscope_collector.kinds import Kind, Kinds, Window


def kinds_json(kinds: Kinds) -> dict[str, object]:
    """The counts of a window; put them under `{"hopscope": 1, …}`."""
    return {
        "window": asdict(kinds.window),
        "kinds": [{**asdict(each), "statuses": dict(each.statuses)} for each in kinds.kinds],
        "arrivals": list(kinds.arrivals),
        "failures": list(kinds.failures),
        "partial": kinds.is_partial,
    }


def kinds_from_json(found: Mapping[str, Any]) -> Kinds:
    """The counts again.

    Raises:
        KeyError, TypeError: a field is missing or of another type.
    """
    window = found["window"]
    return Kinds(
        window=Window(window["since_us"], window["until_us"], window["buckets"]),
        kinds=tuple(map(_kind, _list(found["kinds"]))),
        arrivals=tuple(found["arrivals"]),
        failures=tuple(found["failures"]),
        is_partial=found["partial"],
    )


def _kind(found: Mapping[str, Any]) -> Kind:
    return Kind(
        name=found["name"],
        flows=found["flows"],
        failed=found["failed"],
        open=found["open"],
        statuses=tuple(found["statuses"].items()),
        p50_us=found["p50_us"],
        p95_us=found["p95_us"],
        p99_us=found["p99_us"],
        arrivals=tuple(found["arrivals"]),
        failures=tuple(found["failures"]),
    )


def _list(found: Any) -> Sequence[Mapping[str, Any]]:
    if not isinstance(found, list):
        raise TypeError("kinds are no list")
    return found
