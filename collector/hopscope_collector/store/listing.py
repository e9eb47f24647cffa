"""Record lines to the list of the newest invocations (pure)."""

from collections.abc import Iterable

from hopscope_collector.lines.record_line import RecordLine
from hopscope_collector.store.contract import Seen


def seen_in(lines: Iterable[RecordLine], before: Seen | None = None) -> list[Seen]:
    """Each invocation once, newest first, all less than `before`; a begin names the trace."""
    seen: dict[tuple[int, str], tuple[bool, str]] = {}
    for line in lines:
        at = (line.started_us, line.invocation_id)
        if before is not None and at >= before[:2]:
            continue
        named = (line.is_end, line.trace_id)
        seen[at] = min(seen.get(at, named), named)
    return [Seen(*at, seen[at][1]) for at in sorted(seen, reverse=True)]
