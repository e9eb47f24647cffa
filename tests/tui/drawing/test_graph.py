"""A flow as cards, read as text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from hopscope_collector.flow import Link
from hopscope_collector.shape.outline import outline
from hopscope_tui.drawing.graph import MOST_STEPS, graph_of
from hopscope_tui.drawing.rows import row_text

MINUTE_US = 60_000_000


def drawn(picture, cursor_id=None) -> list[str]:
    return [row_text(picture.row(y, cursor_id)) for y in range(picture.canvas.height)]


def test_an_order_stands_under_what_led_to_it(orders):
    picture = graph_of(outline(orders.overdue()), orders.start_us + 10 * MINUTE_US + 2_000_000, 110)

    assert [row.rstrip() for row in drawn(picture, "b.0")] == [
        "                                           ╭────────────────────╮",
        "                                           │ ✔ place-order 84ms │",
        "                                           ╰──────────┬─────────╯",
        "                                                      │",
        "                                            order_placed → orders",
        "             ┌────────────────────────────────────────┴─────────────┐",
        "           33ms                                                   35ms",
        "╭────────────┴────────────╮                           ┏━━━━━━━━━━━━━┷━━━━━━━━━━━━━┓",
        "│ ↺ redeem-promo ✗✗✔ 1.1s │                           ┃ ✔ notify-restaurant 210ms ┃",
        "╰─────────────────────────╯                           ┗━━━━━━━━━━━━━┯━━━━━━━━━━━━━┛",
        "                                          ┌─────────────────────────┴─┬─────────────────────────┐",
        "                             ╭────────────┴───────────╮  ╭────────────┴───────────╮       → restaurants",
        "                             │ · restaurant_notified  │  │ ◔ order_accepted 10m01 │           40ms",
        "                             │   → orders nobody seen │  ╰────────────────────────╯  ╭──────────┴──────────╮",
        "                             ╰────────────────────────╯                              │ ✔ print-ticket 60ms │",
        "                                                                                     ╰─────────────────────╯",
    ]


def test_where_it_is_narrow_the_cards_are_taller(orders):
    wide = graph_of(outline(orders.overdue()), orders.start_us, 110).canvas
    narrow = graph_of(outline(orders.overdue()), orders.start_us, 80).canvas

    assert narrow.width_cells < wide.width_cells
    assert narrow.height > wide.height


def test_a_human_step_says_by_which_key_it_was_joined(orders):
    picture = graph_of(outline(orders.accepted()), orders.start_us, 120)

    assert any("by key order_id=o-42" in row for row in drawn(picture))


ids = st.integers(0, 11)


@given(st.lists(st.tuples(ids, ids), max_size=16), st.integers(20, 200), st.text(max_size=30))
def test_every_step_has_a_card_no_two_overlap_and_every_row_is_as_wide(orders, pairs, width_cells, name):
    hops = tuple(orders.hop(id=f"{n}.0", function=f"{name}{n}", started_us=n) for n in range(12))
    links = tuple(Link(f"{min(pair)}.0", f"{max(pair)}.0", ("ref",)) for pair in pairs)
    steps = outline(orders.flow(hops=hops, links=links))

    picture = graph_of(steps, 0, width_cells)
    cells = [
        (x, y)
        for place in picture.places.values()
        for x in range(place.x, place.x + place.width)
        for y in range(place.y, place.y + place.height)
    ]

    assert set(picture.places) == {step.id for step in steps}
    assert len(cells) == len(set(cells))
    assert {cell_len(row) for row in drawn(picture)} == {picture.canvas.width_cells}


@pytest.mark.parametrize("count", [MOST_STEPS + 5])
def test_more_than_can_be_read_is_left_out_and_counted(orders, count):
    hops = tuple(orders.hop(id=f"{n}.0", function=f"f{n}", started_us=n) for n in range(count))

    assert graph_of(outline(orders.flow(hops=hops)), 0, 120).left_out == 5
