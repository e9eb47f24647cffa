"""What tests say of flows, and what they are told when it is not so."""

import re

import pytest

from hopscope_collector.testing.flow import FlowUnderTest
from hopscope_collector.testing.flows import flows_under_test

TWO = "order_placed > notify-restaurant, order_placed > redeem-promo"
SHAPE = """
    place-order
      order_placed > notify-restaurant
        restaurant_notified > nobody
      order_placed > redeem-promo ×2 (recovered)
        POST /orders/accept > accept-order by key
"""


@pytest.fixture(scope="module")
def flow(lines, tmp_path_factory) -> FlowUnderTest:
    log = tmp_path_factory.mktemp("logs") / "lambda.log"
    log.write_text("\n".join(lines.order()) + "\n")
    with flows_under_test([f"file:{log}"]) as flows:
        return flows.settle("order_id=o-42", quiet="0s")


@pytest.mark.parametrize(
    "path",
    [
        "place-order > order_placed > notify-restaurant",
        "place-order > notify-restaurant",
        "place-order → order_placed → redeem-promo",
        "POST /orders > place-order",
        "order_placed > redeem-promo",
        "redeem-promo > accept-order",
        "place-order > ... > accept-order",
        "place-order > order_placed > ... > POST /orders/accept > accept-order",
        "place-* > orders > notify-*",
        "redeem-promo",
        "...",
    ],
)
def test_a_path_that_the_flow_went_along_is_found(flow, path):
    assert flow.assert_path(path) is flow


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("place-order > order_placed > notify-restaurnt",
         ("place-order > order_placed", "notify-restaurnt", TWO)),
        ("place-order > accept-order",
         ("place-order", "accept-order", TWO)),
        ("notify-restaurant > complete-order",
         ("notify-restaurant", "complete-order", "restaurant_notified > nobody")),
        ("accept-order > complete-order", ("accept-order", "complete-order", "nothing")),
        ("notify-user", ("nothing", "notify-user", f"POST /orders > place-order, POST /orders/accept > accept-order, {TWO}")),
        ("redeem-promo > ... > place-order",
         ("redeem-promo > ...", "place-order", "POST /orders/accept > accept-order")),
    ],
)  # fmt: skip
def test_a_path_that_it_did_not_take_says_how_far_it_went_and_what_came_instead(flow, path, told):
    with pytest.raises(AssertionError) as said:
        flow.assert_path(path)

    reached, expected, found = told
    lines = str(said.value).splitlines()
    assert lines[:4] == [
        f"the flow does not go along {path}",
        f"  reached   {reached}",
        f"  expected  {expected}",
        f"  found     {found}",
    ]
    assert "✔ place-order" in str(said.value)
    assert "attempt 1: Refused: the code was used" in str(said.value)


def test_a_path_without_names_is_a_mistake_of_the_test(flow):
    with pytest.raises(ValueError, match="names nothing"):
        flow.assert_path(" > ")


def test_the_shape_of_a_flow_is_compared_line_by_line(flow):
    flow.assert_shape(SHAPE)

    with pytest.raises(AssertionError) as said:
        flow.assert_shape(SHAPE.replace("×2 (recovered)", "").replace("notify-restaurant", "notify-restaurant ×2"))
    assert "  -   order_placed > notify-restaurant ×2\n  +   order_placed > notify-restaurant\n" in str(said.value)


def test_what_is_so_can_be_said_in_one_go(flow):
    (
        flow.assert_status("recovered", "done")
        .assert_hops({"place-order": 1, "notify-restaurant": 1, "redeem-promo": 2, "accept-order": 1})
        .assert_attempts("redeem-promo", 2)
        .assert_not_seen("apologise")
        .assert_order("place-order", "notify-restaurant", "accept-order")
        .assert_links_exact(but={"accept-order"})
        .assert_took_less_than("6s")
        .assert_errors("Refused")
    )
    assert flow.functions == ["place-order", "notify-restaurant", "redeem-promo", "accept-order"]
    assert [hop.status for hop in flow.hops("redeem-promo")] == ["failed", "done"]


@pytest.mark.parametrize(
    ("say", "words"),
    [
        (lambda flow: flow.assert_done(), "the flow is recovered; expected done"),
        (lambda flow: flow.assert_hops({"place-order": 2}), "place-order: expected 2, found 1"),
        (lambda flow: flow.assert_attempts("redeem-promo", 1), "redeem-promo ran 2 times; expected 1"),
        (lambda flow: flow.assert_not_seen("redeem-promo"), "redeem-promo ran; expected not to"),
        (lambda flow: flow.assert_order("accept-order", "place-order"), "found     place-order before accept-order"),
        (lambda flow: flow.assert_order("place-order", "nobody"), "nobody did not run"),
        (lambda flow: flow.assert_links_exact(), "accept-order by key (order_id=o-42)"),
        (lambda flow: flow.assert_took_less_than("1s"), "the flow took 5.0s; expected less than 1s"),
        (lambda flow: flow.assert_errors(), "raised: Refused; expected nothing"),
    ],
)
def test_what_is_not_so_is_said_with_the_flow_below(flow, say, words):
    with pytest.raises(AssertionError, match=re.escape(words)) as said:
        say(flow)

    assert "✔ place-order" in str(said.value)
