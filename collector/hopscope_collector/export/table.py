"""A flow as a table of every step, and of what ran inside its executions: to read aloud, search and copy (pure)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from hopscope_collector.executions.model import Execution, State
from hopscope_collector.export.icons import inline_icon, tone
from hopscope_collector.export.markup import Markup, element, joined, preformatted
from hopscope_collector.export.plain import plain, plain_lines
from hopscope_collector.flow import Flow, Hop
from hopscope_collector.redaction import without_secrets
from hopscope_collector.shape.activity import last_sign_of
from hopscope_collector.shape.brokers import broker_of
from hopscope_collector.shape.evidence import in_words, sureness
from hopscope_collector.shape.outline import Step
from hopscope_collector.shape.times import NO_TIME, clock, duration

MOST_ROWS = 2_000
MOST_ATTEMPTS = 20
"""Of one step: the first ones, and the last."""

_MOST_MESSAGE = 600
_DEEPEST = 9
_COLUMNS = ("step", "how it is known", "began", "waited", "ran")
_STATE_COLUMNS = ("state", "type", "status", "entered", "took")
_STATE_STATUSES = {
    "SUCCEEDED": "done",
    "FAILED": "failed",
    "TIMED_OUT": "timed-out",
    "RUNNING": "running",
    "ABORTED": "failed",
}


def anchor_of(number: int) -> str:
    """The id of a step's row, by its place in the outline from 0."""
    return f"step-{number + 1}"


def table_of(flow: Flow, steps: Sequence[Step], now_us: int) -> Markup:
    """Every step once, as an HTML table."""
    rows = [_row(number, step, flow, now_us) for number, step in enumerate(steps[:MOST_ROWS])]
    head = element("tr", {}, *(element("th", {"scope": "col", "class": _kind(name)}, name) for name in _COLUMNS))
    return element("table", {"class": "steps"}, element("thead", {}, head), element("tbody", {}, *rows))


def _kind(column: str) -> str | None:
    return "number" if column in ("began", "waited", "ran", "entered", "took") else None


def _row(number: int, step: Step, flow: Flow, now_us: int) -> Markup:
    waited_us = step.waited_us if step.wait is None else now_us - step.wait.since_us
    ran = NO_TIME if step.hop is None else _ran(step.hops, now_us)
    began = element(
        "td", {"class": "number", "title": f"{clock(step.at_us)} UTC"}, f"+{duration(step.at_us - flow.started_us)}"
    )
    return element(
        "tr", {"id": anchor_of(number), "class": tone(step.status)},
        element("th", {"scope": "row", "class": f"d{min(step.depth, _DEEPEST)}"}, *_what(step)),
        element("td", {}, *_known_by(step)),
        began,
        element("td", {"class": "number"}, duration(waited_us)),
        element("td", {"class": "number"}, ran),
    )  # fmt: skip


def _what(step: Step) -> Iterator[Markup]:
    """The status, who it is, the message, then its ids and what went wrong."""
    yield inline_icon(step.status)
    who = step.hop.function if step.hop is not None else step.name
    yield element("span", {"class": "who"}, plain(who, 120) + step.tries)
    yield element("span", {"class": "word"}, step.status if step.status != "unknown" else step.fate)
    if step.hop is not None:
        yield element("div", {"class": "message"}, f"{plain(step.name, 200)}{_way(step)}")
    elif step.send is not None:
        yield element("div", {"class": "message"}, f"to {broker_of(step.send)}")
    left_out = len(step.hops) - MOST_ATTEMPTS
    shown = step.hops[: MOST_ATTEMPTS - 1] + step.hops[-1:] if left_out > 0 else step.hops
    for hop in shown:
        yield from _attempt(hop, len(step.hops))
    if left_out > 0:
        yield element("div", {"class": "ids"}, f"{left_out:,} attempts before the last are not shown")
    if step.send is not None and step.send.error is not None:
        yield _error(step.send.error.type, step.send.error.message, "not sent")


def _way(step: Step) -> str:
    if step.link is None or step.link.evidence[0] == "key":
        return ""
    through = [f"{broker.kind} {broker.name}" for broker in step.link.through]
    if not through and step.send is not None:
        through = [broker_of(step.send)]
    return f" · over {plain(' → '.join(through), 200)}" if through else ""


def _attempt(hop: Hop, tries: int) -> Iterator[Markup]:
    words = [f"attempt {hop.attempt}: {hop.status}"] if tries > 1 else []
    words += [
        f"{name} {value}" for name, value in (("request", hop.request_id), ("ref", ", ".join(hop.refs[:3]))) if value
    ]
    words += [f"{name}={value}" for name, value in (*hop.keys.items(), *hop.attributes.items())]
    yield element("div", {"class": "ids"}, " · ".join(plain(each, 200) for each in words[:24]))
    if hop.error is not None:
        yield _error(hop.error.type, hop.error.message, f"attempt {hop.attempt}" if tries > 1 else "")
        if hop.error.stack:
            stack = element("pre", {}, preformatted(plain_lines(hop.error.stack)))
            yield element("details", {}, element("summary", {}, "traceback"), stack)


def _error(kind: str, message: str, where: str) -> Markup:
    before = f"{where}: " if where else ""
    return element(
        "div",
        {"class": "error"},
        before,
        element("b", {}, plain(kind, 120)),
        f": {plain(message, _MOST_MESSAGE)}" if message else "",
    )


def _known_by(step: Step) -> Iterator[Markup]:
    if step.link is not None:
        yield element("span", {"class": "exact" if step.link.is_exact else "guess"}, sureness(step.link))
        yield element("div", {"class": "ids"}, in_words(step.link))
    elif step.wait is not None:
        yield element("div", {"class": "ids"}, f"expected after {step.wait.after}")
        if step.wait.due_us is not None:
            yield element("div", {"class": "ids"}, f"due {clock(step.wait.due_us)} UTC")
    elif step.hops:
        yield element("span", {"class": "begins"}, "begins here")


def _ran(hops: Sequence[Hop], now_us: int) -> str:
    last = hops[-1]
    if last.ended_us is None and last.status != "running":
        return "no end"
    return duration(last_sign_of(last, now_us) - hops[0].started_us)


def execution_tables(executions: Iterable[Execution]) -> tuple[Markup, int]:
    """What ran inside each execution: its states, parents before children; and how many states had no room."""
    tables, room, left_out = [], MOST_ROWS, 0
    for execution in executions:
        states = list(execution.walk())
        if room > 0:
            tables.append(_execution(execution, states[:room]))
        left_out += max(len(states) - room, 0)
        room = max(room - len(states) - 1, 0)
    return joined(tables), left_out


def _execution(execution: Execution, states: Sequence[State]) -> Markup:
    depths = _depths(execution.states)
    rows = [_state(state, depths.get(id(state), 0)) for state in states]
    head = element("tr", {}, *(element("th", {"scope": "col", "class": _kind(name)}, name) for name in _STATE_COLUMNS))
    took_us = (
        None
        if execution.ended_us is None or execution.started_us is None
        else execution.ended_us - execution.started_us
    )
    status = _STATE_STATUSES.get(execution.status, "unknown")
    caption = element(
        "caption", {}, inline_icon(status), element("b", {}, execution.name or execution.arn or "execution"),
        f" {execution.status.lower()} · {duration(took_us)}", element("div", {"class": "ids"}, execution.arn or ""),
    )  # fmt: skip
    return element("table", {"class": "states"}, caption, element("thead", {}, head), element("tbody", {}, *rows))


def _depths(states: Sequence[State]) -> Mapping[int, int]:
    """How deep each state stands, by its identity."""
    found: dict[int, int] = {}
    pending = [(state, 0) for state in states]
    while pending:
        state, depth = pending.pop()
        found[id(state)] = depth
        inner = [
            *(each for branch in state.branches for each in branch.states),
            *(each for one in state.iterations for each in one.states),
        ]
        pending += [(each, depth + 1) for each in inner]
    return found


def _state(state: State, depth: int) -> Markup:
    status = _STATE_STATUSES.get(state.status, "unknown")
    tries = f" ×{len(state.attempts)}" if len(state.attempts) > 1 else ""
    took_us = None if state.exited_us is None or state.entered_us is None else state.exited_us - state.entered_us
    where = "caught" if state.is_caught else ""
    error = (_error(without_secrets(state.error), without_secrets(state.cause or ""), where),) if state.error else ()
    return element(
        "tr", {"class": tone(status)},
        element(
            "th", {"scope": "row", "class": f"d{min(depth, _DEEPEST)}"},
            inline_icon(status), element("span", {"class": "who"}, plain(state.name, 120) + tries), *error,
        ),
        element("td", {}, state.type),
        element("td", {}, state.status.lower()),
        element("td", {"class": "number"}, clock(state.entered_us)),
        element("td", {"class": "number"}, duration(took_us)),
    )  # fmt: skip
