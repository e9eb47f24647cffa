"""One flow as text for a terminal or a pipe: `hopscope show` (pure but for `terminal_cells` and colours).

    ↺ recovered  order_id=o-57  POST /orders › order_placed
      3 hops, 1 retry, 2 links by id · took 1.9s · began 2026-11-21 11:54:27 UTC, 3m ago

    ✔ place-order  POST /orders                                         ran 84ms
    ↺ └─ notify-user ×2  order_placed                     waited 31ms  ran 210ms
           over bus orders
           exact: same EventBridge event id on both sides, events/7bf73129-…; Root agrees
           attempt 1 failed after 12ms: TimeoutError: the gateway did not answer

Colour repeats what glyph and word say, and is left out where nobody looks at it: a pipe, a file, NO_COLOR.
"""

import os
import shutil
from collections.abc import Iterable, Iterator

import click

from hopscope_collector.flow import Evidence, Flow, Hop, Link, Wait
from hopscope_collector.otel.semantics import INSTRUMENTED_BY
from hopscope_collector.shape.brokers import broker_of
from hopscope_collector.shape.evidence import id_name
from hopscope_collector.shape.outline import Step, outline
from hopscope_collector.shape.summary import made_of
from hopscope_collector.shape.times import NO_TIME, age, date_and_clock, duration
from hopscope_tui.drawing.flow_line import flow_row, heading_row
from hopscope_tui.drawing.rows import Row, Run, beside, fit_row, row_text, said
from hopscope_tui.drawing.statuses import look_of
from hopscope_tui.drawing.waterfall import label_of
from hopscope_tui.neutral import cells, head, neutral

LEAST_CELLS = 40
MOST_ROWS = 4
"""Rows that one text takes, however long it is."""

_STYLES: dict[str, dict[str, object]] = {
    "strong": {"bold": True},
    "title": {"bold": True},
    "key": {"fg": "cyan", "bold": True},
    "dim": {"dim": True},
    "faint": {"dim": True},
    "label": {"dim": True},
    "accent": {"fg": "magenta"},
    "overdue": {"fg": "yellow", "bold": True},
    "lost": {"fg": "red", "bold": True},
    "failed": {"fg": "red", "bold": True},
    "dead-lettered": {"fg": "red", "bold": True},
    "waiting": {"fg": "blue"},
    "running": {"fg": "magenta"},
    "recovered": {"fg": "green"},
    "duplicated": {"fg": "yellow"},
    "done": {"fg": "green"},
    "bar-waiting": {"fg": "blue"},
    "bar-running": {"fg": "green"},
    "bar-retrying": {"fg": "yellow"},
    "bar-failed": {"fg": "red"},
    "bar-rest": {"dim": True},
}

_ALSO: dict[Evidence, str] = {"ref": "message id", "header": "Root", "key": "key", "inferred": "body"}
_TOLD_BY_OTHERS = {
    "not-instrumented": "not instrumented: only the platform or a broker tells of it",
    "lost": "lost: its records are missing, only the platform tells that it ran",
}


def terminal_cells() -> int:
    """Width of the terminal; 80 where there is none."""
    return max(LEAST_CELLS, shutil.get_terminal_size((80, 24)).columns)


def painted(row: Iterable[Run]) -> str:
    """The row with the colours of its roles, without blanks at its end; click leaves colours out of pipes."""
    if os.environ.get("NO_COLOR"):
        return row_text(row).rstrip()
    runs = list(row)
    while runs and not runs[-1].text.strip():
        runs.pop()
    if runs:
        runs[-1] = Run(runs[-1].text.rstrip(), runs[-1].role)
    return "".join(click.style(run.text, **_STYLES[run.role]) if run.role in _STYLES else run.text for run in runs)  # type: ignore[arg-type]


def list_rows(flows: Iterable[Flow], width_cells: int, now_us: int) -> Iterator[Row]:
    """A heading, and one line a flow."""
    yield heading_row(width_cells)
    for flow in flows:
        yield flow_row(flow, width_cells, now_us)


def flow_rows(flow: Flow, width_cells: int, now_us: int) -> Iterator[Row]:
    """One flow in full: what it is, its tree, what it waits for, what is odd about it."""
    yield from _head(flow, width_cells, now_us)
    yield ()
    for step in outline(flow):
        yield from _step_rows(step, width_cells, now_us)
    if flow.notes:
        yield ()
    for note in flow.notes:
        yield from _wrapped(f"! {note}", 0, width_cells, "plain")


def _head(flow: Flow, width_cells: int, now_us: int) -> Iterator[Row]:
    look = look_of(flow.status)
    keys = "  ".join(f"{name}={value}" for name, value in flow.keys.items()) or flow.correlation_id or flow.id
    yield fit_row(
        (Run(f"{look.glyph} {flow.status}", look.role), said(f"  {keys}", "key"), said(f"  {flow.kind}")), width_cells
    )
    took = "goes on since" if flow.ended_us is None else "took"
    length = duration((now_us if flow.ended_us is None else flow.ended_us) - flow.started_us)
    yield from _wrapped(f"{made_of(flow)} · {took} {length}", 2, width_cells, "plain")
    began = f"began {date_and_clock(flow.started_us)} UTC, {age(now_us - flow.started_us)} ago"
    yield from _wrapped(began, 2, width_cells, "dim")
    if flow.correlation_id and flow.correlation_id not in flow.traces:
        yield from _wrapped(f"correlation id {flow.correlation_id}", 2, width_cells, "dim")
    traces = ", ".join(flow.traces[:3]) + (f" and {len(flow.traces) - 3} more" if len(flow.traces) > 3 else "")
    yield from _wrapped(f"{'trace' if len(flow.traces) == 1 else 'traces'} {traces or NO_TIME}", 2, width_cells, "dim")
    for arn in flow.executions:
        yield from _wrapped(f"execution {arn}", 2, width_cells, "dim")


def _step_rows(step: Step, width_cells: int, now_us: int) -> Iterator[Row]:
    look = look_of(step.status)
    left = (
        Run(f"{look.glyph} ", look.role),
        Run(step.stem + step.joint, "faint"),
        *label_of(step, is_first=step.link is None),
    )
    yield fit_row(beside(left, (Run(_times(step, now_us), "dim"),), width_cells), width_cells)
    below = 2 + len(step.below)
    for text, role in _details(step):
        for row in _wrapped(text, below + 2, width_cells, role):
            yield (Run("  "), Run(step.below, "faint"), *row_after(row, below)) if step.below.strip() else row


def row_after(row: Row, cells: int) -> Row:
    """A row without its first blank cells."""
    first, *rest = row
    return (Run(first.text[cells:], first.role), *rest)


def _times(step: Step, now_us: int) -> str:
    if step.wait is not None:
        return f" since {duration(now_us - step.wait.since_us)}{_due(step.wait, now_us)}"
    if step.hop is None:
        return ""
    waited = "" if step.waited_us is None else f" waited {duration(step.waited_us):>6}"
    return f"{waited}  {_ran(step.hop, now_us):>10}"


def _ran(hop: Hop, now_us: int) -> str:
    if hop.ended_us is not None:
        return f"ran {duration(hop.ended_us - hop.started_us):>6}"
    return f"runs {duration(now_us - hop.started_us):>5}" if hop.status == "running" else "no end"


def _due(wait: Wait, now_us: int) -> str:
    if wait.due_us is None:
        return ""
    if wait.due_us < now_us:
        return f", {duration(now_us - wait.due_us)} too late"
    return f", due in {duration(wait.due_us - now_us)}"


def _details(step: Step) -> Iterator[tuple[str, str]]:
    """The way the message took, the evidence of the link, then every attempt that did not succeed."""
    way = way_of(step)
    if way:
        yield way, "faint"
    if step.link is not None:
        is_after = step.link.evidence[0] == "key" and step.send is not None and step.send.name
        yield evidence_words(step.link) + (f", after {step.send.name}" if is_after and step.send else ""), "faint"
    if step.wait is not None and step.send is not None:
        yield f"{step.wait.state}: {step.send.name or 'the message'}, in {broker_of(step.send)}", "faint"
    if step.hop is not None and step.hop.clock_offset_us:
        yield clock_words(step.hop), "faint"
    if step.hop is not None and INSTRUMENTED_BY in step.hop.attributes:
        yield f"told by {step.hop.attributes[INSTRUMENTED_BY]}, not by the layer", "faint"
    for hop in step.hops:
        if hop.status in _TOLD_BY_OTHERS:
            yield _TOLD_BY_OTHERS[hop.status], look_of(hop.status).role
        if hop.error is not None:
            tried = f"attempt {hop.attempt} {hop.status}" if len(step.hops) > 1 or hop.attempt > 1 else hop.status
            after = f" after {duration(hop.ended_us - hop.started_us)}" if hop.ended_us is not None else ""
            message = f": {hop.error.message}" if hop.error.message else ""
            yield f"{tried}{after}: {hop.error.type}{message}", "failed"
        elif hop.status in ("timed-out", "dead-lettered"):
            yield f"attempt {hop.attempt} {hop.status}: its end was never recorded", "failed"


def clock_words(hop: Hop) -> str:
    """How far the clock of a hop is off; its times are shown as it recorded them."""
    off = "behind" if hop.clock_offset_us > 0 else "ahead"
    corrected = date_and_clock(hop.started_us + hop.clock_offset_us)
    return f"its clock is at least {duration(abs(hop.clock_offset_us))} {off}: corrected, it began {corrected} UTC"


def way_of(step: Step) -> str:
    """The brokers between two functions: `topic tickets → queue tickets`. Empty when none is known."""
    through = step.link.through if step.link is not None else ()
    batch = f", one of {step.hop.batch_size} in its batch" if step.hop is not None and step.hop.batch_size > 1 else ""
    names = " → ".join(f"{broker.kind} {broker.name}" for broker in through)
    return f"over {names}{batch}" if names else batch.removeprefix(", ")


def evidence_words(link: Link) -> str:
    """Why a link is believed: `exact: our context 9f1c22ab03d40001 came along; message id, Root agree`."""
    first, *others = link.evidence
    agreeing = f"; {', '.join(_ALSO[each] for each in others)} agree{'s' if len(others) == 1 else ''}" if others else ""
    if first == "carrier":
        return f"exact: our context {link.detail} came along{agreeing}"
    if first == "ref":
        return f"exact: same {id_name(link.detail)} on both sides, {link.detail}{agreeing}"
    return f"by {first}: same {link.detail}{agreeing}"


def _wrapped(text: str, indent_cells: int, width_cells: int, role: str) -> Iterator[Row]:
    """The text in as many rows as it needs, at most four, broken at blanks where there are some."""
    left = neutral(text)
    room = max(width_cells - indent_cells, 10)
    for number in range(1, MOST_ROWS + 1):
        line = left if number == MOST_ROWS or cells(left) <= room else _line_of(left, room)
        yield fit_row((Run(" " * indent_cells), Run(line, role)), width_cells)
        left = left[len(line) :].lstrip()
        if not left:
            return


def _line_of(text: str, room_cells: int) -> str:
    """The beginning of a text that fits, up to its last blank if there is one in its second half."""
    fitting = head(text, room_cells)
    blank = text[: len(fitting) + 1].rfind(" ")
    return fitting[:blank] if blank * 2 > len(fitting) else fitting
