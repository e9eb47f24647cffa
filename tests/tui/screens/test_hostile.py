"""Nothing in a message can act on the terminal: known attacks and anything else, through every screen of lists."""

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from hopscope_collector.flow import Failure, Flow, Wait
from hopscope_tui.sources.memory import MemorySource

KNOWN = [
    "\x1b[2J\x1b[H",  # clears the screen
    "\x1b]0;gone\x07",  # sets the title
    "\x1b]52;c;cm0gLXJm\x07",  # writes the clipboard
    "\x1b]8;;http://evil\x1b\\click\x1b]8;;\x1b\\",  # a link
    "\x1bP+q544e\x1b\\",  # asks the terminal for what it then types
    "\x1b[6n\x05",  # asks where the cursor is
    "\x1b[?1049l\x1b[?25h\x1bc",  # leaves the screen, resets
    "\x9b31m\x9d0;gone\x9c",  # the same in C1
    "a\r\nb\tc\x00\x7f\x08\x08",  # moves the cursor
    "[red]x[/] [@click=app.quit]y[/] [link=http://evil]z[/]",  # markup
    "\u202egnp.exe\u2066\u2069\u200f",  # turns the direction of writing round
    "e" + "\u0301" * 60,  # writes over the lines above
    "\u200b\u200d\ufeff\u2800\u3164",  # invisible
    "👩\u200d👩\u200d👧\u200d👦🏽🇩🇪" * 4,  # as wide as a terminal likes
    "日本語" * 30,
    "\ud800\udfff\uffff\U0010ffff",  # no characters
    "x" * 5_000,
    "",
]

WIDTH = 90
ACTS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
"""What a terminal would act on, or that nobody would see."""

NAMES = st.one_of(st.sampled_from(KNOWN), st.text(max_size=40))

WAYS: dict[str, tuple[str, ...]] = {
    "flows": (),
    "problems": ("p",),
    "kinds": ("g",),
    "map": ("m",),
    "executions": ("x",),
    "compare": ("c", "down", "c", "n"),
    "usual": ("C",),
    "replay": ("r", "right", "right", "right"),
    "replay-graph": ("r", "1", "right", "right", "right"),
    "help": ("question_mark",),
}


def hostile_flows(orders: Any, text: str) -> list[Flow]:
    """Everything that a message says is the text."""
    at = orders.start_us
    failed = orders.hop(
        id="a.0", function=text, name=text, request_id=text, refs=(text,), origin=text, source=text, status="failed",
        error=Failure(text, text, text), keys={text: text},
    )  # fmt: skip
    again = orders.hop(id="b.0", function=text, name=text, refs=(text,), started_us=at + 5, request_id=text)
    send = orders.send(id="s", hop="a.0", name=text, destination=text, service=text, refs=(text,))
    wait = Wait(text, text, at, at + 10, "overdue")
    bad = orders.flow(
        id=text or "empty", status="overdue", hops=(failed, again), sends=(send,), links=(orders.link("s", "b.0"),),
        keys={text: text}, correlation_id=text, executions=(text,), waits=(wait,), notes=(text,),
    )  # fmt: skip
    return [bad, orders.flow(status="duplicated", notes=(text,), started_us=at - 9, keys={"k": text})]


def check(person: Any) -> None:
    """What is on the screen is harmless and exactly as wide as it."""
    shown = person.screen_text()
    assert not ACTS.search(shown)
    assert "cannot draw this" not in shown
    assert {cell_len(line) for line in shown.split("\n")} == {WIDTH}


@pytest.mark.parametrize("text", KNOWN, ids=range(len(KNOWN)))
async def test_a_known_attack_is_shown_harmlessly_on_every_screen(orders, hopscope, text):
    source = MemorySource(hostile_flows(orders, text), name=text)
    async with hopscope(source, orders.start_us + 99, (WIDTH, 24)) as person:
        for keys in WAYS.values():
            await person.keys(*keys)
            check(person)
            await person.keys(*(["escape"] if keys else []))


@pytest.mark.parametrize("way", ["flows", "problems", "map", "compare", "replay", "replay-graph"])
@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=NAMES)
async def test_any_text_is_shown_harmlessly(orders, hopscope, way, text):
    source = MemorySource(hostile_flows(orders, text), name=text)
    async with hopscope(source, orders.start_us + 99, (WIDTH, 24)) as person:
        await person.keys(*WAYS[way])
        check(person)
