"""What many flows have in common: problems, and the edges of the map."""

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from hopscope_tui.drawing import edges, problems
from hopscope_tui.drawing.edges import edges_of
from hopscope_tui.drawing.problems import problems_of
from hopscope_tui.drawing.rows import row_text


def test_alike_problems_are_one_row_the_worst_first(orders):
    found = problems_of([*orders.many(30), orders.overdue(), orders.accepted()])

    assert [(each.status, each.what, len(each.flows)) for each in found] == [
        ("overdue", "waiting: order_accepted", 1),
        ("failed", "notify-restaurant  TimeoutError", 4),
    ]
    assert found[1].flows[0].keys == {"order_id": "o-24"}


def test_duplicates_of_different_orders_are_alike(orders):
    notes = [(f"award-points handled events/{number}f3 twice",) for number in range(3)]
    flows = [orders.flow(status="duplicated", notes=note) for note in notes]

    assert [(each.what, len(each.flows)) for each in problems_of(flows)] == [("award-points handled … twice", 3)]


def test_every_edge_stands_once_with_its_attempts_and_failures(orders):
    found = edges_of([orders.accepted(), orders.accepted()])

    assert [(each.sender, each.message, each.receiver, each.hops, each.failed) for each in found] == [
        ("", "POST /orders", "place-order", 2, 0),
        ("place-order", "order_placed", "notify-restaurant", 2, 0),
        ("place-order", "order_placed", "redeem-promo", 6, 4),
        ("notify-restaurant", "POST /orders/{id}/accept", "accept-order", 2, 0),
        ("notify-restaurant", "restaurant_notified", "nobody seen", 2, 0),
        ("notify-restaurant", "restaurants", "print-ticket", 2, 0),
        ("accept-order", "order_accepted", "nobody seen", 2, 0),
    ]


@given(st.integers(1, 240), st.text(max_size=30))
def test_rows_are_exactly_as_wide_as_asked(orders, width_cells, name):
    flow = orders.overdue(keys={"order_id": name}, hops=(orders.hop(function=name, name=name),), links=(), sends=())

    rows = [edges.heading_row(width_cells), problems.heading_row(width_cells)]
    rows += [edges.edge_row(edge, width_cells) for edge in edges_of([flow])]
    rows += [problems.problem_row(problem, width_cells, orders.start_us) for problem in problems_of([flow])]

    assert {cell_len(row_text(row)) for row in rows} == {width_cells}
