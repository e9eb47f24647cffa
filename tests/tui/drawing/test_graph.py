"""A flow as cards, read as text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from hopscope_collector.flow import Link
from hopscope_collector.shape.outline import outline
from hopscope_tui.drawing.graph import MOST_STEPS, Manner, graph_of
from hopscope_tui.drawing.rows import row_text

MINUTE_US = 60_000_000


def drawn(picture, cursor_id=None) -> list[str]:
    return [row_text(picture.row(y, cursor_id)) for y in range(picture.canvas.height)]


AT_US = 10 * MINUTE_US + 2_000_000


def test_an_order_stands_under_what_led_to_it(orders):
    picture = graph_of(outline(orders.overdue()), Manner(orders.start_us + AT_US), 110)

    assert [row.rstrip() for row in drawn(picture, "b.0")] == [
        "                            ╭─────────────────────────╮",
        "                            │ ✔ place-order 84ms cold │",
        "                            ╰────────────┬────────────╯",
        "                                         │",
        "                            order_placed ▸ ◇ bus orders",
        "             ┌───────────────────────────┴───────────────────────────┐",
        "          33ms ×3                                                  35ms",
        "╭────────────┴────────────╮                            ┏━━━━━━━━━━━━━┷━━━━━━━━━━━━━┓",
        "│ ↺ redeem-promo ✗✗✔ 1.1s │                            ┃ ✔ notify-restaurant 210ms ┃",
        "╰─────────────────────────╯                            ┗━━━━━━━━━━━━━┯━━━━━━━━━━━━━┛",
        "                                          ┌──────────────────────────┴┬─────────────────────────┐",
        "                             ╭────────────┴───────────╮  ╭────────────┴───────────╮    ◈ topic restaurants",
        "                             │ · restaurant_notified  │  │ ◔ order_accepted 10m01 │           40ms",
        "                             │   → orders nobody seen │  ╰────────────────────────╯  ╭──────────┴──────────╮",
        "                             ╰────────────────────────╯                              │ ✔ print-ticket 60ms │",
        "                                                                                     ╰─────────────────────╯",
    ]


def test_where_it_is_narrow_what_does_not_fit_hangs_on_a_rail(orders):
    picture = graph_of(outline(orders.overdue()), Manner(orders.start_us + AT_US), 78)

    assert [row.rstrip() for row in drawn(picture, "b.0")] == [
        "               ╭─────────────────────────╮",
        "               │ ✔ place-order 84ms cold │",
        "               ╰────────────┬────────────╯",
        "                            │",
        "               order_placed ▸ ◇ bus orders",
        "             ┌──────────────┴──────────────┐",
        "          33ms ×3                        35ms",
        "╭────────────┴────────────╮  ┏━━━━━━━━━━━━━┷━━━━━━━━━━━━━┓",
        "│ ↺ redeem-promo ✗✗✔ 1.1s │  ┃ ✔ notify-restaurant 210ms ┃",
        "╰─────────────────────────╯  ┗━┯━━━━━━━━━━━━━━━━━━━━━━━━━┛",
        "                               │   ╭────────────────────────╮",
        "                               ├──▶│ · restaurant_notified  │",
        "                               │   │   → orders nobody seen │",
        "                               │   ╰────────────────────────╯",
        "                               │   ╭────────────────────────╮",
        "                               ├──▶│ ◔ order_accepted 10m01 │",
        "                               │   ╰────────────────────────╯",
        "                               └───▶ ◈ topic restaurants",
        "                                            40ms",
        "                                   ╭──────────┴──────────╮",
        "                                   │ ✔ print-ticket 60ms │",
        "                                   ╰─────────────────────╯",
    ]


def test_a_queue_stands_between_its_topic_and_its_consumer_and_dead_letters_below_it(orders):
    picture = graph_of(outline(a_dead_letter(orders)), Manner(orders.start_us), 60)

    assert [row.rstrip() for row in drawn(picture)] == [
        "          ╭───────────────────────────╮",
        "          │ ✔ notify-restaurant 210ms │",
        "          ╰─────────────┬─────────────╯",
        "                        │",
        "        ◈ topic tickets ▸ ▤ queue tickets",
        "            ┌───────────┴───────────┐",
        "         40ms ×2                    │",
        "╭───────────┴───────────╮  ☠ queue tickets-dlq",
        "│ ☠ print-ticket ✗☠ 2ms │         40ms",
        "╰───────────────────────╯  ╭────────┴───────╮",
        "                           │ ✔ report 0.5ms │",
        "                           ╰────────────────╯",
    ]


def test_a_human_step_says_by_which_key_it_was_joined(orders):
    picture = graph_of(outline(orders.accepted()), Manner(orders.start_us), 120)

    assert any("by key order_id=o-42" in row for row in drawn(picture))


def a_dead_letter(orders):
    """A ticket that was tried twice, and what took it from the dead-letter queue."""
    sent = orders.send(
        id="t1", service="sns", operation="Publish", name=None, refs=("sns/1",),
        destination="arn:aws:sns:eu-central-1:1:tickets",
    )  # fmt: skip
    facts = {"source": "sqs", "name": None, "refs": ("sqs/2", "sns/1")}
    tries = [
        orders.hop(
            id=f"p{n}.0", invocation_id=f"p{n}", function="print-ticket", attempt=n, started_us=orders.start_us + n,
            ended_us=orders.start_us + 1_000 * n, origin="arn:aws:sqs:eu-central-1:1:tickets",
            status="failed" if n == 1 else "dead-lettered", **facts,
        )
        for n in (1, 2)
    ]  # fmt: skip
    taken = orders.hop(
        id="r.0", invocation_id="r", function="report", origin="arn:aws:sqs:eu-central-1:1:tickets-dlq",
        started_us=orders.start_us + 9_000, ended_us=orders.start_us + 9_500,
        attributes={"dead-letter-source": "arn:aws:sqs:eu-central-1:1:tickets"}, **facts,
    )  # fmt: skip
    links = tuple(Link("t1", hop.id, ("ref",), "sns/1", 40_000) for hop in (*tries, taken))
    return orders.flow(hops=(orders.hop(), *tries, taken), sends=(sent,), links=links)


ids = st.integers(0, 11)


@given(st.lists(st.tuples(ids, ids), max_size=16), st.integers(20, 200), st.text(max_size=30))
def test_every_step_has_a_card_no_two_overlap_and_every_row_is_as_wide(orders, pairs, width_cells, name):
    hops = tuple(orders.hop(id=f"{n}.0", function=f"{name}{n}", started_us=n) for n in range(12))
    links = tuple(Link(f"{min(pair)}.0", f"{max(pair)}.0", ("ref",)) for pair in pairs)
    steps = outline(orders.flow(hops=hops, links=links))

    picture = graph_of(steps, Manner(0), width_cells)
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

    assert graph_of(outline(orders.flow(hops=hops)), Manner(0), 120).left_out == 5
