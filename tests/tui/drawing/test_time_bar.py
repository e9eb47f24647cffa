"""Where a flow's time went, in a few cells."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from hopscope_collector.shape.activity import Stretch, stretches_of
from hopscope_tui.drawing.rows import row_text
from hopscope_tui.drawing.time_bar import time_bar

MINUTE_US = 60_000_000

stretches = st.lists(
    st.tuples(st.sampled_from(["waiting", "running", "retrying", "rest"]), st.integers(0, 10**10)), max_size=40
)


@given(stretches, st.integers(0, 60))
def test_a_bar_is_exactly_as_wide_as_asked(kinds, width_cells):
    at, found = 0, []
    for kind, length in kinds:
        found.append(Stretch(kind, at, at + length))
        at += length

    assert len(row_text(time_bar(found, width_cells))) == width_cells


def test_what_happened_is_seen_however_short_it_was():
    found = [
        Stretch("running", 0, 1_000),
        Stretch("waiting", 1_000, 600 * 10**6),
        Stretch("running", 600 * 10**6, 600 * 10**6 + 1),
    ]

    assert row_text(time_bar(found, 10)) == "▆▁▁▁▁▁▁▁▁▆"


def test_an_order_waits_runs_tries_again_and_is_not_yet_due(orders):
    flow = orders.overdue(status="waiting")

    kinds = [one.kind for one in stretches_of(flow, orders.start_us + MINUTE_US)]

    assert kinds == ["running", "waiting", "retrying", "running", "retrying", "running", "waiting", "rest"]


@given(st.integers(0, 20 * MINUTE_US))
def test_the_stretches_cover_the_flow_without_holes(orders, later_us):
    flow = orders.overdue(waits=())
    found = stretches_of(flow, orders.start_us + later_us)

    assert found[0].start_us == flow.started_us
    assert all(before.end_us == after.start_us for before, after in pairwise(found))


def test_an_execution_that_waits_for_others_is_not_work(orders):
    flow = orders.orchestrated()

    kinds = [one.kind for one in stretches_of(flow, orders.start_us + MINUTE_US)]

    assert kinds[0] == "waiting"
    assert "running" in kinds
