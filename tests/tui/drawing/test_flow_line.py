"""One flow in one line, read as text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from hopscope_collector.flow import Failure
from hopscope_collector.shape.summary import now_at
from hopscope_tui.drawing.flow_line import flow_row, heading_row
from hopscope_tui.drawing.rows import row_text

MINUTE_US = 60_000_000

HOSTILE = [
    "\x1b[2J",
    "a\nb",
    "[red]x[/]",
    "\u202eabc",
    "日本語" * 20,
    "e\u0301" * 50,
    "\u200b" * 9,
    "👩\u200d👧",
    "\ud800",
    "",
]


def test_an_overdue_order_says_what_it_waits_for_and_how_long(orders):
    row = row_text(flow_row(orders.overdue(), 118, orders.start_us + 10 * MINUTE_US + 2_000_000))

    assert row == (
        "◔ overdue       o-42          POST /orders › orde… waiting: order_accepted   ▆▁×▆×▆▁▁▁▁▁▁▁  10m02  10m    6    +2   ✗2"
    )


def test_the_heading_stands_over_its_columns(orders):
    heading = row_text(heading_row(118))
    row = row_text(flow_row(orders.overdue(), 118, orders.start_us))

    assert heading.index("key") == row.index("o-42")
    assert heading.index("now at") == row.index("waiting: order_accepted")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({}, "waiting: order_accepted"),
        ({"status": "done", "waits": ()}, "restaurant_notified"),
    ],
)
def test_where_a_flow_stands(orders, changed, words):
    assert now_at(orders.overdue(**changed)) == words


def test_a_failed_flow_names_the_function_the_error_and_the_tries(orders):
    failed = orders.hop(status="failed", attempt=3, error=Failure("TimeoutError", "no answer"))

    assert now_at(orders.flow(status="failed", hops=(failed,))) == "notify-restaurant  TimeoutError ×3"


def test_a_running_flow_names_what_runs(orders):
    running = orders.hop(status="running", ended_us=None)

    assert now_at(orders.flow(status="running", hops=(running,))) == "notify-restaurant"


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("width_cells", [1, 40, 80, 119, 200])
def test_a_line_is_exactly_as_wide_as_the_list_whatever_is_in_it(orders, hostile, width_cells):
    hop = orders.hop(function=hostile, name=hostile, status="failed", error=Failure(hostile))
    flow = orders.flow(keys={"order_id": hostile}, hops=(hop,), status="failed")

    row = row_text(flow_row(flow, width_cells, orders.start_us))

    assert cell_len(row) == width_cells
    assert row.isprintable()


@given(st.integers(1, 260))
def test_heading_and_line_are_as_wide_as_asked(orders, width_cells):
    assert cell_len(row_text(heading_row(width_cells))) == width_cells
    assert cell_len(row_text(flow_row(orders.overdue(), width_cells, orders.start_us))) == width_cells
