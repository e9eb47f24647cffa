"""The plan of a run is a value: the same for the same seed, and it holds what the demo promises."""

from hypothesis import given
from hypothesis import strategies as st

from hopscope_stage import load

food_order = load("food_order")
plan, FATES = food_order.plan, food_order.FATES

flows = st.integers(min_value=0, max_value=60)
seeds = st.integers(min_value=0)


@given(flows, seeds)
def test_a_seed_repeats_its_plan(flows, seed):
    assert plan(flows, seed) == plan(flows, seed)


@given(flows, seeds)
def test_every_flow_is_one_order_with_its_own_id(flows, seed):
    orders = plan(flows, seed)

    assert len({order.order_id for order in orders}) == len(orders) == flows
    assert all(order.order_id.startswith("o-") and order.body["orderId"] == order.order_id for order in orders)


@given(st.integers(min_value=8, max_value=60), seeds)
def test_eight_orders_meet_every_fate(flows, seed):
    assert {order.fate for order in plan(flows, seed)} == set(FATES)


@given(flows, seeds)
def test_a_half_way_order_overtakes_a_smooth_one_of_the_same_restaurant(flows, seed):
    orders = {order.order_id: order for order in plan(flows, seed)}

    for order in orders.values():
        assert (order.behind is not None) == (order.fate == "half-way")
        if order.behind:
            overtaken = orders[order.behind]
            assert overtaken.fate == "smooth"
            assert overtaken.body["restaurant"] == order.body["restaurant"]


@given(flows, seeds)
def test_only_large_orders_are_counted_twice(flows, seed):
    for order in plan(flows, seed):
        assert (order.body["totalCents"] >= 10_000) == (order.fate == "counted-twice")


@given(flows, seeds)
def test_a_broken_printer_or_a_silent_restaurant_ends_an_order(flows, seed):
    for order in plan(flows, seed):
        assert order.is_completed == (order.fate not in {"never-accepted", "printer-broken"})
        assert (order.deliveries_of_completion > 0) == order.is_completed


@given(st.integers(min_value=20, max_value=60), seeds)
def test_most_orders_go_well(flows, seed):
    well = sum(order.fate in {"smooth", "half-way"} for order in plan(flows, seed))

    assert well > flows / 2


@given(st.integers(min_value=8, max_value=60), seeds)
def test_orders_of_both_kinds_run_side_by_side(flows, seed):
    assert {order.via for order in plan(flows, seed)} == {"choreography", "state-machine"}
