"""The graph of a flow at one instant, read as text."""

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from hopscope_collector.shape.outline import outline
from hopscope_tui.drawing.graph import Manner, graph_of
from hopscope_tui.drawing.graph_scene import overlay_of, scene_line
from hopscope_tui.drawing.rows import row_text
from hopscope_tui.flow.replay import scene_at

MS = 1_000
HOUR_US = 3_600_000_000


def seen(flow, at_us, width_cells=110):
    """The rows of a flow's graph at an instant."""
    steps = outline(flow)
    picture = graph_of(steps, Manner(flow.started_us + HOUR_US), width_cells)
    overlay = overlay_of(picture, {step.id: scene_at(step, at_us) for step in steps})
    return [scene_line(picture, overlay, y) for y in range(picture.canvas.height)]


def test_a_message_stands_on_its_line_and_what_has_not_begun_is_faint(orders):
    flow = orders.overdue()

    rows = seen(flow, flow.started_us + 70 * MS)

    assert [row_text(row).rstrip() for row in rows[:10]] == [
        "                            ╭─────────────────────────╮",
        "                            │ ● place-order 84ms cold │",
        "                            ╰────────────┬────────────╯",
        "                                         ┃",
        "                            order_placed ▸ ◇ bus orders",
        "             ┌───────────────────●━━━━━━━┻━━━━━━●────────────────────┐",
        "          33ms ×3                                                  35ms",
        "╭────────────┴────────────╮                            ╭─────────────┴─────────────╮",
        "│ ○ redeem-promo ✗✗✔ 1.1s │                            │ ○ notify-restaurant 210ms │",
        "╰─────────────────────────╯                            ╰─────────────┬─────────────╯",
    ]
    assert {run.role for run in rows[8] if run.text.strip()} == {"faint", "waiting"}


def test_in_the_end_it_is_the_graph_itself(orders):
    flow = orders.overdue()
    steps = outline(flow)
    picture = graph_of(steps, Manner(flow.started_us + HOUR_US), 110)

    rows = [row_text(row) for row in seen(flow, flow.started_us + HOUR_US)]

    light = str.maketrans("━┃┏┓┗┛┣┫┳┻╋", "─│┌┐└┘├┤┬┴┼")
    assert [row.translate(light) for row in rows] == [
        row_text(picture.row(y, None)) for y in range(picture.canvas.height)
    ]


@given(st.integers(0, 700_000_000), st.integers(20, 200))
def test_every_row_is_as_wide_as_the_picture_at_every_instant(orders, after_us, width_cells):
    flow = orders.overdue()

    rows = seen(flow, flow.started_us + after_us, width_cells)

    assert len({cell_len(row_text(row)) for row in rows}) == 1
