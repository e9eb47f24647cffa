"""A flow in a few words: what people call it, where it stands, what it is made of (pure)."""

from collections import Counter

from hopscope_collector.flow import Flow, Hop
from hopscope_collector.shape.activity import FAILED


def key_of(flow: Flow) -> str:
    """What people call this flow: its first business key, else its correlation id, else its own id."""
    value = next(iter(flow.keys.values()), None)
    return value or flow.correlation_id or flow.id


def now_at(flow: Flow) -> str:
    """Where the flow stands: what it waits for, what failed, what runs, or what came last."""
    pending = min(flow.waits, key=lambda wait: (wait.state == "waiting", wait.since_us), default=None)
    if pending is not None and flow.status in ("overdue", "waiting", "lost"):
        return f"no sign of {pending.expected}" if pending.state == "lost" else f"waiting: {pending.expected}"
    failed = [hop for hop in flow.hops if hop.status in FAILED]
    if failed and flow.status in FAILED:
        return _failed_at(failed[-1])
    running = [hop.function for hop in flow.hops if hop.status == "running"]
    if running:
        return ", ".join(dict.fromkeys(running))
    return _last_word(flow)


def _failed_at(hop: Hop) -> str:
    """Function, what it raised, and how often it was tried."""
    error = hop.error.type if hop.error else hop.status
    tries = f" ×{hop.attempt}" if hop.attempt > 1 else ""
    return f"{hop.function}  {error}{tries}"


def _last_word(flow: Flow) -> str:
    """The last event that was sent, or the last function that ran."""
    last_hop = max(flow.hops, key=lambda hop: hop.started_us)
    named = [send for send in flow.sends if send.kind and send.service != "states"]
    if not named:
        return last_hop.function
    last_send = max(named, key=lambda send: send.sent_us)
    return last_send.kind or last_hop.function


def made_of(flow: Flow) -> str:
    """`5 hops, 1 retry, 3 links by id, 1 by key`."""
    retries = sum(hop.attempt > 1 for hop in flow.hops)
    exact = sum(link.is_exact for link in flow.links)
    parts = [counted(len(flow.hops), "hop"), counted(retries, "retry", "retries") if retries else ""]
    parts.append(f"{counted(exact, 'link')} by id" if exact else "")
    others = Counter(link.evidence[0] for link in flow.links if not link.is_exact)
    parts += [f"{count} by {kind}" for kind, count in sorted(others.items())]
    return ", ".join(part for part in parts if part)


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """`1 hop`, `3 hops`, `2 retries`."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"
