"""Whatever a message holds, nothing of it acts on the terminal, and every row stays as wide as the screen."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from hopscope_collector.executions.model import Attempt, Branch, Execution, Identity, Sent, State
from hopscope_collector.flow import Failure
from hopscope_collector.payloads import Payloads
from hopscope_collector.shape.outline import outline
from hopscope_tui.drawing.facts import Folds
from hopscope_tui.drawing.graph import Manner, graph_of
from hopscope_tui.drawing.inspector import Known, inspect, summary_row
from hopscope_tui.drawing.rows import row_text
from hopscope_tui.drawing.sequence import heading_rows, message_row, sequence_of
from hopscope_tui.drawing.waterfall import heading_row, layout_of, step_row
from hopscope_tui.flow.subject import Subject
from hopscope_tui.screens.flow import FlowScreen
from hopscope_tui.sources.invocation_logs import LogLine, LogLines
from hopscope_tui.sources.memory import MemorySource

ATTACKS = {
    "title": "\x1b]0;owned\x07",
    "clipboard": "\x1b]52;c;cm0gLXJmIC8=\x07",
    "link": "\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\",
    "answerback": "\x05\x1b[c\x1b[6n\x1bP$qm\x1b\\",
    "c1": "\x9b31m\x9d0;x\x9c\x90q\x9c",
    "screen": "\x1b[2J\x1b[H\x1bc\x1b[?1049l\x1b[9999;9999H",
    "lines": "a\nb\r\nc\x0bd\x0ce\x85f\u2028g\u2029h\tb\x08\x08\x7f\x00",
    "trojan source": "\u202edlrow\u202c \u2066olleh\u2069\u200f\u061c",
    "invisible": "a\u200bb\u200c\u200d\u2060\ufeffc\u00adz\u115f\u3164\u2800",
    "zalgo": "e" + "\u0301" * 60,
    "wide": "日本語テスト" * 12,
    "emoji": "👩\u200d👧🏽🇩🇪❤\ufe0f☠\ufe0f",
    "surrogates": "\ud800x\udfff",
    "private": "\ue000\U000f0000\U0010ffff",
    "markup": "[bold red]x[/][@click=app.quit]y[/] [link=https://evil.example]z[/link]",
    "format": "%s%n{0}$(id)`id`",
    "long": "x" * 5_000,
}


def hostile_order(orders, hostile):
    """An order in which every text that comes from outside is hostile."""
    failure = Failure(hostile, hostile, f"{hostile}\n{hostile}")
    order = orders.orchestrated()
    facts = {"name": hostile, "error": failure, "origin": hostile, "keys": {hostile: hostile}}
    hops = tuple(
        replace(hop, function=hostile + hop.function, attributes={hostile: hostile, "init-us": hostile}, **facts)
        for hop in order.hops
    )
    sends = tuple(replace(send, name=hostile, destination=hostile, keys={hostile: hostile}) for send in order.sends)
    links = tuple(replace(link, detail=hostile) for link in order.links)
    waits = tuple(replace(wait, expected=hostile) for wait in order.waits)
    return replace(
        order, hops=hops, sends=sends, links=links, waits=waits, keys={hostile: hostile}, correlation_id=hostile,
        notes=(hostile,),
    )  # fmt: skip


def hostile_execution(orders, hostile):
    sent = Sent(hostile, hostile, 1, f"events/{hostile}", hostile, hostile)
    state = State(
        hostile, "Parallel", "FAILED", 0, 9, error=hostile, cause=hostile, input=hostile, output=hostile,
        variables={hostile: hostile}, identity=Identity((hostile, "events/7bf73129"), (sent,)),
        attempts=(Attempt("FAILED", hostile, hostile, hostile),) * 2,
    )  # fmt: skip
    whole = replace(state, branches=(Branch((state,)),))
    return Execution("FAILED", (whole,), arn=orders.execution().arn, error=hostile, cause=hostile, started_us=0)


def is_harmless(rows, width_cells) -> bool:
    texts = [row_text(row) for row in rows]
    return all(cell_len(text) == width_cells and (text.isprintable() or not text) for text in texts)


@pytest.mark.parametrize("attack", ATTACKS)
async def test_an_attack_changes_nothing_but_its_own_cells(orders, hopscope, attack):
    hostile = ATTACKS[attack]
    size = (130, 40)
    order = hostile_order(orders, hostile)
    source = MemorySource([order], name=hostile)
    source.executions[orders.execution().arn] = hostile_execution(orders, hostile)
    source.captured = Payloads({hop.id: f'{{"{attack}": 1}}{hostile}' for hop in order.hops})
    log = LogLines((LogLine(orders.start_us, hostile),))
    async with hopscope(source, orders.start_us, size) as pilot:
        pilot.app.push_screen(FlowScreen(source, order, log_lines=lambda _hop: log))
        await pilot.settle()
        for key in ("1", "down", "l", "i", "3", "4", "t", "1", "enter", "escape", "y", "escape", "o"):
            await pilot.keys(key)
            text = pilot.screen_text().replace("\n", "")
            assert all(character.isprintable() for character in text), key
            assert pilot.row_widths() == {size[0]}, key
            assert "cannot draw" not in text, key
            assert "cannot tell" not in text, key


texts = st.text(max_size=40) | st.sampled_from(sorted(ATTACKS.values()))


@given(texts, st.integers(24, 200))
def test_every_drawing_of_a_flow_is_harmless_at_every_width(orders, hostile, width_cells):
    order = hostile_order(orders, hostile)
    steps = outline(order)
    now_us = orders.start_us + 700_000_000

    layout = layout_of(order, width_cells, now_us)
    waterfall = [heading_row(order, layout), *(step_row(step, layout) for step in steps)]
    assert is_harmless(waterfall, width_cells)

    sequence = sequence_of(order, steps, now_us)
    rows = [*heading_rows(sequence, width_cells), *(message_row(sequence, n, width_cells) for n in range(len(steps)))]
    assert is_harmless(rows, width_cells)

    picture = graph_of(steps, Manner(now_us, machines=frozenset(order.executions)), width_cells)
    graph = [picture.row(y, steps[1].id) for y in range(picture.canvas.height)]
    assert is_harmless(graph, picture.canvas.width_cells)

    known = Known(
        now_us, Payloads({"c3.0": hostile, "c2.0": f'["{hostile}"]'}, {"a1": hostile}), LogLines(note=hostile)
    )
    folds = Folds(frozenset({"stack", "details", "console"}))
    for step in steps:
        subject = Subject(order, step)
        assert is_harmless([fact.row for fact in inspect(subject, known, folds, width_cells)], width_cells)
        assert is_harmless([summary_row(subject, width_cells)], width_cells)
