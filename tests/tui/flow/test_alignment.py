"""Two flows step by step."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from hopscope_tui.flow.alignment import Aligner, aligned

SECOND = 1_000_000


def rows(left, right, now_us=0):
    aligner = Aligner(now_us)
    return list(aligned(aligner.shape_of(left), aligner.shape_of(right)))


def test_a_flow_and_itself_do_not_differ(orders):
    found = rows(orders.overdue(), orders.overdue())

    assert {each.sign for each in found} == {"="}
    assert len(found) == 6


def test_what_only_one_side_has_stands_where_it_would_be(orders):
    found = rows(orders.overdue(), orders.accepted())

    assert [(each.sign, (each.left or each.right).label, each.depth) for each in found if each.sign != "="] == [
        ("+", "waiting: order_accepted", 2),
        ("−", "accept-order  POST /orders/{id}/accept", 2),
        ("−", "→ order_accepted", 3),
    ]


def test_attempts_and_outcomes_that_differ_are_said(orders):
    order = orders.overdue()
    promo = [hop for hop in order.hops if hop.function == "redeem-promo"]
    other = replace(order, hops=tuple(hop for hop in order.hops if hop not in promo[:2]))

    differences = [each for each in rows(order, other) if each.differences]

    assert [(each.left.label, each.differences[:2]) for each in differences] == [
        ("redeem-promo  order_placed", ("recovered, not done", "3 attempts, not 1"))
    ]


def test_a_much_longer_run_is_said_and_on_which_side(orders):
    slow = orders.flow(hops=(orders.hop(ended_us=orders.start_us + 3 * SECOND),))

    assert rows(slow, orders.flow())[0].differences == ("ran 14× as long on the left",)
    assert rows(orders.flow(), slow)[0].differences == ("ran 14× as long on the right",)


def test_the_usual_shape_holds_medians_and_how_many_have_a_step(orders):
    aligner = Aligner(0)
    usual = aligner.usual_of([orders.accepted(), orders.accepted(), orders.overdue()])

    found = list(aligned(aligner.shape_of(orders.overdue()), usual))

    missing = [each for each in found if each.left is None]
    assert [each.differences for each in missing] == [("missing: 67 of 100 have it",)] * 2
    assert {each.sign for each in found if each.left is not None} == {"="}


def test_what_is_rare_is_not_missed(orders):
    aligner = Aligner(0)
    usual = aligner.usual_of([orders.accepted(), orders.overdue(), orders.overdue()])

    assert all(each.left is not None for each in aligned(aligner.shape_of(orders.overdue()), usual))


def test_a_chain_of_thousands_is_aligned_without_recursion(orders):
    hops = tuple(
        orders.hop(id=f"{number:016x}.0", invocation_id=f"{number:016x}", refs=(f"sqs/{number}",))
        for number in range(3_000)
    )
    sends = tuple(orders.send(id=f"s{hop.id}", hop=hop.id) for hop in hops)
    links = tuple(orders.link(send.id, hop.id) for send, hop in zip(sends, hops[1:], strict=False))
    flow = orders.flow(hops=hops, sends=sends, links=links)

    found = rows(flow, flow)

    assert len(found) >= 3_000
    assert {each.sign for each in found} == {"="}


@given(st.data())
def test_every_step_of_both_sides_stands_once(orders, data):
    """Whatever is taken out on either side."""
    order = orders.accepted()
    keep = st.lists(st.sampled_from(order.hops), min_size=1, unique_by=lambda hop: hop.id)
    left, right = (replace(order, hops=tuple(sorted(data.draw(keep), key=lambda hop: hop.started_us))) for _ in "lr")
    aligner = Aligner(0)
    ours, theirs = aligner.shape_of(left), aligner.shape_of(right)

    found = list(aligned(ours, theirs))

    assert sorted(each.left.step_id for each in found if each.left) == sorted(
        part.step_id for part in ours.parts.values()
    )
    assert sorted(each.right.step_id for each in found if each.right) == sorted(
        part.step_id for part in theirs.parts.values()
    )
