"""A flow as tree and times, read as text."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from hopscope_collector.shape.axis import axis_of
from hopscope_collector.shape.outline import outline
from hopscope_tui.drawing.rows import row_text
from hopscope_tui.drawing.waterfall import heading_row, layout_of, step_row

MINUTE_US = 60_000_000


def drawn(flow, width_cells: int, now_us: int) -> list[str]:
    layout = layout_of(flow, width_cells, now_us)
    steps = enumerate(outline(flow))
    rows = [heading_row(flow, layout), *(step_row(step, layout, is_first=place == 0) for place, step in steps)]
    return [row_text(row) for row in rows]


def test_an_order_shows_who_led_to_whom_what_waited_and_what_ran(orders):
    rows = drawn(orders.overdue(), 100, orders.start_us + 10 * MINUTE_US + 2_000_000)

    assert [row.rstrip() for row in rows] == [
        "  hop   ◆ waited 1.0s, ran 180ms                waited     ran  0                            ╱10m00╱",
        "✔ place-order  POST /orders                          –    84ms ◆██▍                               ┊",
        "↺ ├─ redeem-promo ×3  order_placed                33ms    1.1s ◆ ░▒▒▒┄┄┄┄┄┄▒▒▒┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄████┊",
        "✔ └─ notify-restaurant  order_placed              35ms   210ms   ░██████▌                         ┊",
        "·    ├─ restaurant_notified → orders  nobody …       –       –         ╷                          ┊",
        "◔    ├─ waiting: order_accepted                  10m01       –         ░░░░░░░░░░░░░░░░░░░░░░░░░░░╱╱",
        "✔    └─ print-ticket  restaurants                 40ms    60ms        ░░█▊                        ┊",
    ]


def test_a_person_is_joined_by_key_and_the_evidence_is_said(orders):
    rows = drawn(orders.accepted(), 100, orders.start_us + 10 * MINUTE_US)

    assert any("╌ accept-order  by key  POST /orders/" in row for row in rows)


@pytest.mark.parametrize("width_cells", [10, 40, 59, 60, 80, 120, 200, 400])
def test_every_row_is_as_wide_as_the_heading(orders, width_cells):
    widths = {cell_len(row) for row in drawn(orders.accepted(), width_cells, orders.start_us + MINUTE_US)}

    assert len(widths) == 1
    assert widths.pop() <= max(width_cells, 18)


spans = st.lists(st.tuples(st.integers(0, 10_000_000), st.integers(0, 10_000_000)), max_size=12)


@example([(0, 1), (4, 0), (7, 1)], 73, [0, 5_000_005])
@given(spans, st.integers(1, 200), st.lists(st.integers(0, 10_000_000), min_size=2, max_size=8))
def test_the_axis_keeps_the_order_of_instants_and_stays_within_its_width(ran, width_cells, instants):
    axis = axis_of(((begin, begin + length) for begin, length in ran), 0, 10_000_000, width_cells)
    cells = [axis.cell(instant) for instant in sorted(instants)]

    assert cells == sorted(cells)
    assert all(0 <= cell <= width_cells for cell in cells)
    assert axis.cell(0) == 0
    assert axis.cell(10_000_000) == width_cells


def test_a_silence_longer_than_everything_that_ran_is_cut(orders):
    axis = axis_of([(0, 100), (10_000, 10_100)], 0, 10_100, 20)

    assert [cut.length_us for cut in axis.cuts] == [9_900]
    assert axis.cell(100) == 9
    assert axis.cell(10_000) == 11
