"""What every step does at a moment."""

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from hopscope_collector.shape.axis import axis_of
from hopscope_collector.shape.outline import outline
from hopscope_tui.drawing.replay_board import scene_row, time_rows
from hopscope_tui.drawing.rows import row_text
from hopscope_tui.flow.replay import moment_after, moment_before, moments_of, scene_at
from hopscope_tui.screens.replay import instant_at

MS = 1_000


def doing(flow, at_us):
    return {scene.step.name + "/" + (scene.step.hop.function if scene.step.hop else ""): scene.doing
            for scene in (scene_at(step, at_us) for step in outline(flow))}  # fmt: skip


def test_a_message_travels_then_its_consumer_runs_then_it_is_over(orders):
    order, at = orders.overdue(), orders.start_us

    def told(ms):
        return doing(order, at + ms * MS)["order_placed/notify-restaurant"]

    assert [told(ms) for ms in (0, 70, 100, 400)] == ["nothing yet", "on its way", "running", "over"]


def test_between_attempts_it_tries_again(orders):
    order, at = orders.overdue(), orders.start_us

    def redeemed(ms):
        return doing(order, at + ms * MS)["order_placed/redeem-promo"]

    assert [redeemed(ms) for ms in (100, 300, 450, 900, 1_110, 1_300)] == [
        "running", "trying again", "running", "trying again", "running", "over",
    ]  # fmt: skip


def test_what_nobody_received_is_lost_from_the_moment_it_was_sent_and_a_wait_waits(orders):
    found = doing(orders.overdue(), orders.start_us + 10**9)

    assert found["restaurant_notified/"] == "lost"
    assert found["order_accepted/"] == "waiting"


def test_moments_are_gone_through_one_by_one_in_both_directions(orders):
    moments = moments_of(orders.overdue(), outline(orders.overdue()))

    on, at = [moments[0].at_us], moments[0].at_us
    while moment_after(moments, at) != at:
        at = moment_after(moments, at)
        on.append(at)
    back = [at]
    while moment_before(moments, at) != at:
        at = moment_before(moments, at)
        back.append(at)

    assert on == sorted({moment.at_us for moment in moments}) == back[::-1]


@given(st.integers(0, 700_000_000), st.integers(1, 220))
def test_every_row_is_as_wide_as_asked_at_every_moment(orders, after_us, width_cells):
    order = orders.overdue()

    rows = [scene_row(scene_at(step, orders.start_us + after_us), width_cells) for step in outline(order)]

    assert {cell_len(row_text(row)) for row in rows} == {width_cells}


@given(st.integers(0, 600_000_000), st.integers(10, 200))
def test_the_place_on_the_line_of_time_is_that_of_the_moment(orders, after_us, width_cells):
    order = orders.overdue()
    ran = [(hop.started_us, hop.ended_us) for hop in order.hops]
    axis = axis_of(ran, orders.start_us, orders.start_us + 600_000_000, width_cells)
    at_us = orders.start_us + after_us

    again = instant_at(axis, axis.cell(at_us))
    line = row_text(time_rows(moments_of(order, outline(order)), axis, at_us, is_playing=False)[1])

    assert abs(axis.cell(again) - axis.cell(at_us)) < 0.01
    assert line.index("█") == 1 + min(int(axis.cell(at_us)), width_cells - 1)
