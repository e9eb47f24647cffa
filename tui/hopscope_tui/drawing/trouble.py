"""What is wrong with one flow: since when, where, and the fact behind it in words (pure)."""

from hopscope_collector.flow import Flow, Hop, Wait
from hopscope_collector.resource_names import resource_name
from hopscope_collector.shape.activity import FAILED, end_of
from hopscope_collector.shape.summary import now_at
from hopscope_collector.shape.times import clock, duration
from hopscope_tui.drawing.slowness import Usual

SLOW = "slow"
"""No status of a flow: it may be done, and yet have taken longer than its kind does."""


def since_us(flow: Flow, status: str, now_us: int) -> int:
    """The moment from which it was in trouble."""
    wait = _wait(flow)
    if status in ("overdue", "lost") and wait is not None:
        return wait.due_us or wait.since_us
    failed = _failed(flow)
    if status in FAILED and failed is not None:
        return failed.ended_us or failed.started_us
    return end_of(flow, now_us)


def what_of(flow: Flow, status: str) -> str:
    """Where it is in trouble, the same for flows that are alike."""
    if status == SLOW:
        return "slower than usual"
    if status == "duplicated" and flow.notes:
        return _alike(flow.notes[0])
    return now_at(flow)


def fact_of(flow: Flow, status: str, usual: Usual | None, now_us: int) -> str:
    """One sentence that could be said to a colleague."""
    wait, failed = _wait(flow), _failed(flow)
    if status == SLOW and usual is not None:
        return f"it took {duration(end_of(flow, now_us) - flow.started_us)}; {usual}"
    if status == "overdue" and wait is not None:
        return _overdue(wait, now_us)
    if status == "lost" and wait is not None:
        return (
            f"{wait.expected} was expected since {clock(wait.since_us)[:8]} UTC, and every retry of the broker is spent"
        )
    if status in FAILED and failed is not None:
        return _raised(failed, status)
    return flow.notes[0] if flow.notes else now_at(flow)


def _overdue(wait: Wait, now_us: int) -> str:
    begun = f"{wait.after} was at {clock(wait.since_us)[:8]} UTC"
    if wait.due_us is None:
        return f"{begun}, and no {wait.expected} came since"
    allowed = duration(wait.due_us - wait.since_us)
    return f"{begun}, {wait.expected} should follow within {allowed}: {duration(now_us - wait.due_us)} over"


def _raised(hop: Hop, status: str) -> str:
    tries = f" at attempt {hop.attempt}" if hop.attempt > 1 else ""
    if hop.error is None:
        said = "was stopped at its deadline" if hop.status == "timed-out" else "failed, and nothing says why"
    else:
        said = f"raised {hop.error.type}{': ' if hop.error.message else ''}{hop.error.message}"
    came = f" (from {resource_name(hop.origin) or hop.source})"
    after = "; the message was given up" if status == "dead-lettered" else ""
    return f"{hop.function}{came} {said}{tries}{after}"


def _wait(flow: Flow) -> Wait | None:
    bad = [wait for wait in flow.waits if wait.state in ("overdue", "lost")]
    return min(bad or flow.waits, key=lambda wait: wait.since_us, default=None)


def _failed(flow: Flow) -> Hop | None:
    """The last attempt that failed; of those that were given up, if any was."""
    failed = [hop for hop in flow.hops if hop.status in FAILED]
    given_up = [hop for hop in failed if hop.status == "dead-lettered"]
    return max(given_up or failed, key=lambda hop: hop.started_us, default=None)


def _alike(note: str) -> str:
    """A note without what differs from flow to flow."""
    return " ".join("…" if any(character.isdigit() for character in word) else word for word in note.split())
