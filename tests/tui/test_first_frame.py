"""The list as it is drawn before Textual is there."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import hopscope_tui
from hopscope_tui.app import HopscopeApp
from hopscope_tui.drawing.rows import ROLES, row_cells, row_text
from hopscope_tui.first_frame import _BLENDS, _BOLD, frame_rows, painted
from hopscope_tui.palettes import NIGHT
from hopscope_tui.sources.memory import MemorySource
from hopscope_tui.state import Place

MINUTE_US = 60_000_000


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60), (20, 6)])
def test_it_is_exactly_as_large_as_the_screen(orders, size):
    window = MemorySource([orders.overdue(), *orders.many(100)]).window("", 0, 100)

    rows = frame_rows("orders.db", Place(), window, size=size, now_us=orders.start_us)

    assert len(rows) == size[1]
    assert {row_cells(row) for row, _ in rows} == {size[0]}


async def test_the_app_draws_the_same_lines_in_the_same_places(orders):
    source = MemorySource([orders.overdue(), *orders.many(10)], name="orders.db")
    now_us = orders.start_us + MINUTE_US
    window = source.window("", 0, 100)

    frame = [row_text(row) for row, _ in frame_rows("orders.db", Place(), window, size=(120, 30), now_us=now_us)]
    app = HopscopeApp(source, clock_us=lambda: now_us, look_every_s=None, first=window)
    async with app.run_test(size=(120, 30)) as pilot:
        await app.workers.wait_for_complete()
        await pilot.pause()
        drawn = [strip.text for strip in app.screen._compositor.render_strips()]

    assert drawn[:-1] == frame[:-1]


def test_colours_are_those_of_the_style_sheet():
    sheet = (Path(hopscope_tui.__file__).parent / "hopscope.tcss").read_text()
    rules = dict(re.findall(r"\.drawn--([\w-]+) \{ (.*?) \}", sheet))

    for role in set(ROLES) & set(_BLENDS):
        colour, percent = _BLENDS[role]
        blend = f" {percent}%" if percent < 100 else ""
        assert f"color: ${colour}{blend};" in rules[role], role
        assert ("bold" in rules[role]) == (role in _BOLD), role


def test_nothing_in_a_flow_acts_on_the_terminal(orders):
    flow = orders.flow(keys={"order_id": "\x1b[2J\x1b]0;gone\x07"})
    window = MemorySource([flow]).window("", 0, 10)

    rows = frame_rows("orders\x1b[2J.db", Place(filter="\x1b[31m"), window, size=(120, 10), now_us=orders.start_us)
    sent = "".join(painted(row, on, NIGHT) for row, on in rows)

    assert set(re.findall(r"\x1b(.)", sent)) == {"["}
    assert set(re.findall(r"\x1b\[[\d;]*(.)", sent)) == {"m"}


def test_without_all_colours_it_sends_none_and_the_same_text(orders):
    window = MemorySource([orders.overdue()]).window("", 0, 10)

    for row, on in frame_rows("orders.db", Place(), window, size=(120, 10), now_us=orders.start_us):
        sent = painted(row, on, None)

        assert set(re.findall(r"\x1b\[([\d;]*)m", sent)) <= {"0", "1", "22"}
        assert re.sub(r"\x1b\[[\d;]*m", "", sent) == row_text(row)


def test_it_needs_no_textual():
    code = "import sys, hopscope_tui.first_frame, hopscope_tui.sources.store; sys.exit('textual' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
