"""Everything known of what is under the cursor, one fact a row (pure).

notify-restaurant   ✔ done   attempt 1 of 1
joined      because the EventBridge event id is the same on both sides (events/7bf7…)   exact
waited      31ms      ran 210ms     11:54:27.120 → 11:54:27.330
request     5812c969-…                                                     y copies it
"""

from collections.abc import Iterable, Iterator

from hopscope_collector.flow import Flow, Hop, Link, Send, Wait
from hopscope_collector.shape.evidence import in_words, sureness
from hopscope_collector.shape.outline import Step
from hopscope_collector.shape.times import date_and_clock, duration
from hopscope_tui.drawing.rows import Row, Run, column, fit_row, said
from hopscope_tui.drawing.statuses import look_of
from hopscope_tui.neutral import cells, head

_LABEL_CELLS = 11


def inspect(step: Step, flow: Flow, width_cells: int, now_us: int) -> list[Row]:
    """The facts of a step; long ones go on in the next row."""
    rows = [_title(step)]
    if step.hop is not None:
        rows += _hop_rows(step, step.hop, flow, width_cells)
    elif step.wait is not None:
        rows += _wait_rows(step.wait, width_cells, now_us)
    if step.send is not None:
        rows += _send_rows(step.send, width_cells)
    return [fit_row(row, width_cells) for row in rows]


def id_to_copy(step: Step, flow: Flow) -> str:
    """What a person pastes elsewhere: the request id, else the provider's id of the message, else the flow's id."""
    if step.hop is not None:
        return step.hop.request_id
    if step.send is not None and step.send.refs:
        return step.send.refs[0].split("/", 1)[-1]
    return flow.correlation_id or flow.id


def facts(label: str, text: str, width_cells: int, role: str = "plain") -> Iterator[Row]:
    """A label and a text, the text wrapped beside it at its words."""
    room = max(width_cells - _LABEL_CELLS - 1, 8)
    for index, line in enumerate(_wrapped(said(text).text, room)):
        yield (Run(" "), column(label if index == 0 else "", _LABEL_CELLS, "label"), Run(line, role))


def _title(step: Step) -> Row:
    look = look_of(step.status)
    status = Run(f"  {look.glyph} {step.status}", look.role)
    if step.hop is not None:
        last = f"attempt {step.hop.attempt}" if len(step.hops) == 1 else f"{len(step.hops)} attempts"
        cold = "  cold start" if "cold-start" in step.hop.attributes else ""
        return (said(f" {step.hop.function}", "title"), status, Run(f"  {last}{cold}", "dim"))
    if step.wait is not None:
        return (said(f" {step.wait.expected}", "title"), status)
    if step.send is not None and step.send.is_answer:
        status = Run("  answered a task of an execution", "dim")
    elif step.status != "failed":
        status = Run("  nobody was seen to receive it", "dim")
    return said(f" {step.name}", "title"), status


def _hop_rows(step: Step, hop: Hop, flow: Flow, width: int) -> Iterator[Row]:
    if hop.error is not None:
        yield from facts("error", f"{hop.error.type}: {hop.error.message}".rstrip(": "), width, "failed")
    if step.link is not None:
        yield from facts("joined", _joined(step.link), width)
    for link in _other_links(step, flow):
        yield from facts("also", _joined(link), width, "dim")
    yield from facts("when", f"{date_and_clock(hop.started_us)} UTC{_ran(hop)}{_waited(step)}", width)
    if len(step.hops) > 1:
        yield from facts("attempts", "   ".join(_attempt(each) for each in step.hops), width)
    yield from facts("request", hop.request_id, width)
    if hop.request_id in flow.executions:
        yield from facts("execution", "4 shows its states", width, "accent")
    yield from facts("message", "  ⊃  ".join(hop.refs), width) if hop.refs else ()
    yield from facts("from", hop.origin or hop.source, width, "dim")
    yield from facts("keys", _pairs(hop.keys.items()), width, "key") if hop.keys else ()
    yield from facts("facts", _pairs(hop.attributes.items()), width, "dim") if hop.attributes else ()
    yield from facts("trace", hop.trace_id, width, "dim")
    if hop.error is not None and hop.error.stack:
        for line in hop.error.stack.splitlines():
            yield from facts("stack", line, width, "dim")


def _send_rows(send: Send, width: int) -> Iterator[Row]:
    if send.error is not None:
        yield from facts("not sent", f"{send.error.type}: {send.error.message}", width, "failed")
    size = f", {send.body_bytes:,} bytes" if send.body_bytes is not None else ""
    yield from facts("sent", f"{date_and_clock(send.sent_us)} UTC by {send.service}:{send.operation}{size}", width)
    yield from facts("to", send.destination, width, "dim") if send.destination else ()
    yield from facts("ref", "  ".join(send.refs), width) if send.refs else ()
    if send.skipped:
        yield from facts("carrier", f"not sent along: {send.skipped}", width, "dim")


def _wait_rows(wait: Wait, width: int, now_us: int) -> Iterator[Row]:
    yield from facts("after", f"{wait.after}, {date_and_clock(wait.since_us)} UTC", width)
    yield from facts("for", duration(now_us - wait.since_us), width, look_of(wait.state).role)
    if wait.due_us is None:
        yield from facts("due", "no time was set for it ([[expect]] in hopscope.toml)", width, "dim")
        return
    late_us = now_us - wait.due_us
    words = f"{duration(late_us)} overdue" if late_us > 0 else f"in {duration(-late_us)}"
    yield from facts("due", f"{date_and_clock(wait.due_us)} UTC, {words}", width, look_of(wait.state).role)


def _joined(link: Link) -> str:
    return f"{sureness(link)}: {in_words(link)}"


def _other_links(step: Step, flow: Flow) -> list[Link]:
    """One for each other sender that led here too."""
    ids = {hop.id for hop in step.hops}
    senders = {step.link.from_id} if step.link is not None else set()
    others = {link.from_id: link for link in reversed(flow.links) if link.to_id in ids and link.from_id not in senders}
    return list(reversed(others.values()))


def _ran(hop: Hop) -> str:
    if hop.ended_us is None:
        return ", no end recorded" if hop.status != "running" else ", still running"
    return f", ran {duration(hop.ended_us - hop.started_us)}"


def _waited(step: Step) -> str:
    return f", waited {duration(step.waited_us)}" if step.waited_us is not None else ""


def _attempt(hop: Hop) -> str:
    look = look_of(hop.status)
    raised = f" {hop.error.type}" if hop.error else ""
    return f"{hop.attempt} {look.glyph}{raised} {duration(hop.ended_us - hop.started_us if hop.ended_us else None)}"


def _pairs(items: Iterable[tuple[str, str]]) -> str:
    return "  ".join(f"{name}={value}" for name, value in items)


def _wrapped(text: str, width_cells: int) -> list[str]:
    """Lines of at most `width_cells`, broken at spaces where there are any."""
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        if line and cells(line) + 1 + cells(word) > width_cells:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
        while cells(line) > width_cells:
            lines.append(head(line, width_cells))
            line = line[len(lines[-1]) :]
    return [*lines, line] if line or not lines else lines
