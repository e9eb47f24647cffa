"""What a person should know of all that is shown, in words: that it is behind, or only a sample (pure)."""

from hopscope_collector.lag import Behind
from hopscope_collector.shape.times import HOUR_US, MINUTE_US, clock, duration

STOPPED_FROM_US = 2 * MINUTE_US
"""Whoever is behind and reads on says so every second."""

SAMPLED_FOR_US = HOUR_US
"""So long a sample is spoken of: what came then is among the newest flows."""


def caution_of(behind: Behind, now_us: int) -> str | None:
    """None when there is nothing to know."""
    said = [*_late(behind, now_us), *_sampled(behind, now_us)]
    return "; ".join(said) or None


def _late(behind: Behind, now_us: int) -> list[str]:
    if behind.up_to_us is None:
        return []
    up_to = f"collected up to {clock(behind.up_to_us)[:8]} UTC"
    if behind.said_at_us is None or now_us - behind.said_at_us > STOPPED_FROM_US:
        return [f"{up_to} only: the collector ended before it had read everything"]
    return [f"{up_to} so far, {duration(now_us - behind.up_to_us)} behind"]


def _sampled(behind: Behind, now_us: int) -> list[str]:
    if behind.sampled_us is None or now_us - behind.sampled_us > SAMPLED_FOR_US:
        return []
    return [f"Live Tail gave only a sample at {clock(behind.sampled_us)[:8]} UTC: flows of then may miss hops"]
