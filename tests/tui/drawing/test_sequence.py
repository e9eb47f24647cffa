"""A flow as messages between functions, read as text."""

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from hopscope_collector.shape.outline import outline
from hopscope_tui.drawing.rows import row_text
from hopscope_tui.drawing.sequence import heading_rows, message_row, needs_two_rows, offset_for, sequence_of

MINUTE_US = 60_000_000


def drawn(sequence, width_cells: int, offset_cells: int = 0) -> list[str]:
    rows = [message_row(sequence, index, width_cells, offset_cells) for index in range(len(sequence.steps))]
    return [row_text(row) for row in (heading_rows(sequence, width_cells, offset_cells)[1], *rows)]


def test_an_order_is_a_sequence_of_messages(orders):
    order = orders.accepted()
    sequence = sequence_of(order, outline(order), orders.start_us + 5 * MINUTE_US)

    assert [row.rstrip() for row in drawn(sequence, 120)] == [
        "    after     place-order           redeem-promo       notify-restaurant        print-ticket          accept-order",
        "      0ms           ✔ 84ms                │                     │                     │                     │",
        "     93ms           ├─order_placed 33ms──▶↺ 1.1s                │                     │                     │",
        "     95ms           ├─order_placed 35ms───┼────────────────────▶✔ 210ms               │                     │",
        "    280ms           │                     │                     ├╌ restaurant_notified: nobody seen         │",
        "    290ms           │                     │                     ├─restaurants 40ms───▶✔ 60ms                │",
        "     4m00           │                     │                     ├╌POST /orders/{id}/accept by key 3m59╌╌╌╌╌▶✔ 70ms",
        "     4m00           │                     │                     │              order_accepted: nobody seen ╌┤",
    ]


@given(st.integers(1, 200), st.integers(0, 60), st.text(max_size=20))
def test_every_row_is_exactly_as_wide_as_asked(orders, width_cells, offset_cells, name):
    hops = tuple(orders.hop(id=f"{n}.0", function=f"{name}{n}", name=name, started_us=n) for n in range(9))
    flow = orders.flow(hops=hops)

    rows = drawn(sequence_of(flow, outline(flow), 0), width_cells, offset_cells)

    assert {cell_len(row) for row in rows} == {width_cells}


@given(st.integers(30, 200))
def test_the_lanes_of_a_message_can_always_be_brought_into_sight(orders, width_cells):
    hops = tuple(orders.hop(id=f"{n}.0", function=f"f{n}", started_us=n, status="failed") for n in range(20))
    flow = orders.flow(hops=hops)
    sequence = sequence_of(flow, outline(flow), 0)

    for index in range(len(sequence.steps)):
        offset = offset_for(sequence, index, width_cells, 0)
        assert "✗" in row_text(message_row(sequence, index, width_cells, offset))


def test_a_name_that_is_too_long_for_its_lane_goes_over_two_rows(orders):
    flow = orders.overdue()
    sequence = sequence_of(flow, outline(flow), orders.start_us)

    upper, lower = (row_text(row).split() for row in heading_rows(sequence, 62))

    assert needs_two_rows(sequence, 62)
    assert upper == ["redeem-", "notify-", "print-"]
    assert lower == ["after", "place-order", "promo", "restaurant", "ticket"]
