"""Records to the list of the newest invocations (pure)."""

from collections.abc import Iterable, Mapping
from typing import Any

from hopscope_collector.store.contract import Seen


def seen_in(found: Iterable[Mapping[str, Any]], before: Seen | None = None) -> list[Seen]:
    """Each invocation of the parsed records once, newest first, all less than `before`; a begin names the trace."""
    seen: dict[tuple[int, str], tuple[bool, str]] = {}
    for each in found:
        at = (each["startUs"], each["invocationId"])
        if before is not None and at >= before[:2]:
            continue
        named = (each["record"] == "end", each["traceId"])
        seen[at] = min(seen.get(at, named), named)
    return [Seen(*at, seen[at][1]) for at in sorted(seen, reverse=True)]
