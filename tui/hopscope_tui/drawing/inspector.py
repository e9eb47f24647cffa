"""Everything known of what is under the cursor, one fact a row (pure).

print-ticket   ☠ dead-lettered   3 attempts
error       PrinterBroken: the printer of Pizzeria Vesuvio does not answer
joined      exact: the SNS message id is the same on both sides (sns/e262…)
when        11:54:27.120 UTC, ran 210ms, waited 31ms
▾ payload   177 bytes, as captured
▸ stack     12 lines
▸ log       l reads the lines of this invocation
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from hopscope_collector.executions.model import State
from hopscope_collector.flow import Flow, Hop, Link, Send, Wait
from hopscope_collector.payloads import Payloads
from hopscope_collector.shape.evidence import in_words, sureness
from hopscope_collector.shape.outline import Step
from hopscope_collector.shape.times import date_and_clock, duration
from hopscope_tui.drawing.facts import LABEL_CELLS, Fact, Folds, facts, fitted, section, wrapped
from hopscope_tui.drawing.payload import changes, contents, payload_facts
from hopscope_tui.drawing.rows import Row, Run, beside, column, said
from hopscope_tui.drawing.state_facts import state_rows
from hopscope_tui.drawing.statuses import look_of
from hopscope_tui.flow.console_links import links_of
from hopscope_tui.flow.subject import Subject, log_group_of
from hopscope_tui.sources.invocation_logs import LogLine, LogLines

_ATTEMPTS_SHOWN = 12
_LOG_ROWS_A_LINE = 4
_TAB_CELLS = 4
_BAD_WORDS = ("ERROR", "Error:", "Exception", "Traceback", "Task timed out", "FATAL", "CRITICAL")


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the subject beside its flow."""

    now_us: int
    payloads: Payloads | None = None
    """None until they were read."""

    log: LogLines | None = None
    """None until somebody asked for them."""

    is_log_awaited: bool = False
    environment: Mapping[str, str] = field(default_factory=dict)
    """Of this process: it may name the region."""


def inspect(subject: Subject, known: Known, folds: Folds, width_cells: int) -> list[Fact]:
    """The facts of a step or a state; long ones go on in the next row."""
    step = subject.step
    rows: list[Fact] = []
    if subject.state is not None:
        state_facts = state_rows(subject.state, _consumers(subject), width_cells)
        rows += [Fact(row) for row in state_facts]
        rows += _state_payloads(subject.state, folds, width_cells)
    elif step is not None:
        rows += [Fact(row) for row in _step_rows(step, subject.flow, width_cells, known.now_us)]
        rows += _payload(step, known, folds, width_cells)
        rows += _stack(step, folds, width_cells)
        if step.hop is not None:
            rows += _log(step.hop, known, folds, width_cells)
            rows += _details(step, step.hop, folds, width_cells)
    rows += _console(subject, known, folds)
    return fitted(rows, width_cells)


def summary_row(subject: Subject, width_cells: int) -> Row:
    """The same in one line, for when the facts are put away."""
    step, state = subject.step, subject.state
    hint = (Run(" i shows the facts ", "dim"),)
    if state is not None or step is None:
        return beside((said(f" {state.name if state is not None else ''}", "title"),), hint, width_cells)
    error = step.hop.error if step.hop is not None else None
    why = f"  {error.type}: {error.message}" if error is not None else f"  {_joined(step.link)}" if step.link else ""
    return beside((*_title(step), said(why, "failed" if error is not None else "dim")), hint, width_cells)


def _consumers(subject: Subject) -> list[Hop]:
    refs = set(subject.state.identity.refs) if subject.state is not None else set()
    return [hop for hop in subject.flow.hops if not refs.isdisjoint(hop.refs)]


def _step_rows(step: Step, flow: Flow, width: int, now_us: int) -> Iterator[Row]:
    yield _title(step)
    if step.hop is not None:
        yield from _hop_rows(step, step.hop, flow, width)
    elif step.wait is not None:
        yield from _wait_rows(step.wait, width, now_us)
    if step.send is not None and step.hop is None:
        yield from _send_rows(step.send, width)


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
        shown = step.hops[-_ATTEMPTS_SHOWN:]
        yield from facts("attempts", "   ".join(_attempt(each) for each in shown), width)
    yield from facts("request", hop.request_id, width)
    if hop.request_id in flow.executions:
        yield from facts("execution", "4 shows its states", width, "accent")
    if hop.batch_size > 1:
        yield from facts("batch", "one of several messages of this invocation; ↵ finds the others", width, "accent")
    yield from facts("keys", _pairs(hop.keys.items()), width, "key") if hop.keys else ()


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


def _payload(step: Step, known: Known, folds: Folds, width: int) -> Iterator[Fact]:
    """What the message held, and what differs from the attempt before, or from what was sent."""
    if known.payloads is None or (step.hop is None and step.send is None):
        return
    texts = known.payloads
    sent = texts.of_sends.get(step.send.id) if step.send is not None else None
    received = [texts.of_hops[hop.id] for hop in step.hops if hop.id in texts.of_hops]
    text = received[-1] if received else sent
    is_open = folds.is_open("payload", by_itself=True)
    if text is None:
        yield section("payload", "not captured (HOPSCOPE_CAPTURE is off where this ran)", is_open=False)
        return
    yield section("payload", f"{len(text.encode(errors='replace')):,} bytes as captured, redacted", is_open=is_open)
    if is_open:
        before, what = (received[-2], "the attempt before") if len(received) > 1 else (sent, "what was sent")
        if before is not None and received:
            found = changes(before, text if len(received) > 1 else contents(text, before))
            yield Fact((Run(f"    {'differs from' if found else 'the same as'} {what}", "dim"),))
            yield from map(Fact, found)
        yield from payload_facts(text, folds, width)


def _state_payloads(state: State, folds: Folds, width: int) -> Iterator[Fact]:
    """What went into a state, what came out of it, and what it assigned; each folds."""
    assigned = [(f"${name}", value) for name, value in state.variables.items()]
    for name, text in (("input", state.input), ("output", state.output), *assigned):
        if text is None:
            continue
        is_open = folds.is_open(name, by_itself=name != "input")
        yield section(name, f"{len(text.encode(errors='replace')):,} bytes", is_open=is_open)
        yield from payload_facts(text, folds, width, name) if is_open else ()


def _stack(step: Step, folds: Folds, width: int) -> Iterator[Fact]:
    error = step.hop.error if step.hop is not None else None
    if error is None or not error.stack:
        return
    lines = error.stack.splitlines()
    is_open = folds.is_open("stack", by_itself=False)
    yield section("stack", f"{len(lines)} lines of where {error.type} was raised", is_open=is_open)
    for line in lines if is_open else ():
        yield from (Fact((Run("    "), Run(part, "dim"))) for part in wrapped(said(line).text, max(width - 4, 8)))


def _log(hop: Hop, known: Known, folds: Folds, width: int) -> Iterator[Fact]:
    if known.is_log_awaited:
        yield section("log", f"asking CloudWatch for {log_group_of(hop)} …", is_open=False)
    elif known.log is None:
        yield section("log", "l reads the lines of this invocation from CloudWatch", is_open=False)
    elif not known.log.lines:
        first, *rest = wrapped(said(known.log.note).text, max(width - LABEL_CELLS - 1, 8))
        yield section("log", first, is_open=bool(rest))
        yield from (Fact((Run(" " * (LABEL_CELLS + 1)), Run(line, "dim"))) for line in rest)
    else:
        is_open = folds.is_open("log", by_itself=True)
        yield section("log", f"{len(known.log.lines)} lines of {log_group_of(hop)}", is_open=is_open)
        for line in known.log.lines if is_open else ():
            yield from map(Fact, _log_rows(line, hop, width))


def _log_rows(line: LogLine, hop: Hop, width: int) -> Iterator[Row]:
    role = "failed" if any(word in line.text for word in _BAD_WORDS) else "plain"
    after = duration(line.at_us - hop.started_us) if line.at_us >= hop.started_us else ""
    parts = wrapped(said(line.text.expandtabs(_TAB_CELLS)).text, max(width - LABEL_CELLS - 1, 8))
    for index, part in enumerate(parts[:_LOG_ROWS_A_LINE]):
        label = f"{after:>9}" if index == 0 else ""
        yield (Run(" "), column(label, LABEL_CELLS, "faint"), Run(part, role))


def _details(step: Step, hop: Hop, folds: Folds, width: int) -> Iterator[Fact]:
    """What is seldom asked for."""
    is_open = folds.is_open("details", by_itself=False)
    yield section("details", "message, sender, trace, facts of the delivery", is_open=is_open)
    if not is_open:
        return
    found: list[Row] = []
    found += facts("message", "  ⊃  ".join(hop.refs), width) if hop.refs else ()
    found += facts("from", hop.origin or hop.source, width, "dim")
    found += _send_rows(step.send, width) if step.send is not None else ()
    found += facts("facts", _pairs(hop.attributes.items()), width, "dim") if hop.attributes else ()
    if hop.clock_offset_us:
        found += facts("clock", f"off by at least {duration(abs(hop.clock_offset_us))}; w corrects it", width, "accent")
    found += facts("trace", hop.trace_id, width, "dim")
    found += facts("hop", hop.id, width, "dim")
    yield from map(Fact, found)


def _console(subject: Subject, known: Known, folds: Folds) -> Iterator[Fact]:
    links = links_of(subject, known.environment)
    if not links:
        return
    is_open = folds.is_open("console", by_itself=False)
    yield section("console", "o opens  " + ", ".join(link.label for link in links), is_open=is_open)
    for link in links if is_open else ():
        row = (Run(" "), column(link.label, LABEL_CELLS, "label"), Run(link.url, "accent", link.url))
        yield Fact(row, url=link.url)


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
