"""Event patterns and filter policies: the documented examples, and what three values promise."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hopscope_collector.topology.patterns import UNKNOWN, matches, matches_any, passes_policy

EVENT = {
    "source": "orders",
    "detail-type": "order_placed",
    "region": "eu-west-1",
    "resources": ["arn:aws:s3:::one", "arn:aws:s3:::two"],
    "detail": {
        "total": 120.5,
        "state": "Open",
        "tags": ["gift", "Fragile"],
        "paid": True,
        "note": None,
        "empty": "",
        "address": "10.0.3.7",
        "street": "Hauptstraße",
        "count": 300,
        "nothing": [],
        "grid": [[1, 2], [3]],
        "a.b": "c",
        "file": "a/b/photo.PNG",
        "lines": [{"sku": "pen", "n": 2}, {"sku": "ink", "n": 9}],
    },
}


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ({}, True),
        ({"source": ["orders"]}, True),
        ({"source": ["other", "orders"]}, True),
        ({"source": ["Orders"]}, False),
        ({"source": [{"equals-ignore-case": "ORDERS"}]}, True),
        ({"source": ["orders"], "detail-type": ["order_accepted"]}, False),
        ({"region": [{"prefix": "eu-"}]}, True),
        ({"region": [{"prefix": {"equals-ignore-case": "EU-"}}]}, True),
        ({"detail": {"file": [{"suffix": ".png"}]}}, False),
        ({"detail": {"file": [{"suffix": {"equals-ignore-case": ".png"}}]}}, True),
        ({"detail": {"file": [{"wildcard": "a/*/*.PNG"}]}}, True),
        ({"detail": {"file": [{"wildcard": "a/*.txt"}]}}, False),
        ({"detail": {"file": [{"wildcard": r"a\*"}]}}, False),
        ({"resources": ["arn:aws:s3:::two"]}, True),
        ({"detail": {"total": [120.5]}}, True),
        ({"detail": {"total": [{"numeric": [">", 100, "<=", 120.5]}]}}, True),
        ({"detail": {"total": [{"numeric": ["<", 100]}]}}, False),
        ({"detail": {"state": [{"numeric": ["<", 100]}]}}, False),
        ({"detail": {"paid": [True]}}, True),
        ({"detail": {"paid": [1]}}, False),
        ({"detail": {"note": [None]}}, True),
        ({"detail": {"empty": [""]}}, True),
        ({"detail": {"absent": [None]}}, False),
        ({"detail": {"absent": [{"exists": False}]}}, True),
        ({"detail": {"state": [{"exists": True}]}}, True),
        ({"detail": {"state": [{"anything-but": "Closed"}]}}, True),
        ({"detail": {"state": [{"anything-but": ["Closed", "Open"]}]}}, False),
        ({"detail": {"absent": [{"anything-but": "Closed"}]}}, False),
        ({"detail": {"state": [{"anything-but": {"prefix": "Op"}}]}}, False),
        ({"detail": {"state": [{"anything-but": {"suffix": ["ed", "xx"]}}]}}, True),
        ({"detail": {"state": [{"anything-but": {"wildcard": "O*n"}}]}}, False),
        ({"detail": {"tags": ["gift"]}}, True),
        ({"detail": {"tags": [{"anything-but": "gift"}]}}, True),
        ({"detail": {"address": [{"cidr": "10.0.3.0/24"}]}}, True),
        ({"detail": {"state": [{"cidr": "::/0"}]}}, False),
        ({"detail": {"street": [{"equals-ignore-case": "HAUPTSTRASSE"}]}}, False),
        ({"detail": {"street": [{"prefix": {"equals-ignore-case": "HAUPTSTRAß"}}]}}, True),
        ({"detail": {"count": [300]}}, True),
        ({"detail": {"count": [300.0]}}, False),
        ({"detail": {"count": [{"numeric": ["=", 300.0]}]}}, True),
        ({"detail": {"nothing": [{"exists": True}]}}, False),
        ({"detail": {"note": [{"exists": True}]}}, True),
        ({"detail": {"lines": [{"exists": True}]}}, False),
        ({"detail": {"grid": [2]}}, True),
        ({"detail.state": ["Open"]}, True),
        ({"detail.lines.sku": ["ink"]}, True),
        ({"detail.gone.sku": ["ink"]}, False),
        ({"detail": {"a.b": ["c"]}}, True),
        ({"detail": {"address": [{"cidr": "10.0.4.0/24"}]}}, False),
        ({"detail": {"state": [{"cidr": "10.0.4.0/24"}]}}, False),
        ({"detail": {"lines": {"sku": ["pen"], "n": [2]}}}, True),
        ({"detail": {"lines": {"sku": ["pen"], "n": [9]}}}, False),
        ({"$or": [{"source": ["nobody"]}, {"detail": {"paid": [True]}}]}, True),
        ({"detail": {"$or": [{"paid": [False]}, {"total": [1]}]}}, False),
        ({"detail": {"state": [{"a-new-operator": 1}]}}, None),
        ({"detail": {"state": [{"a-new-operator": 1}, "Open"]}}, True),
        ({"source": "not a list"}, None),
        ({"detail": {"total": [{"numeric": [">"]}]}}, None),
        ({"detail": {"address": [{"cidr": "not an address"}]}}, None),
    ],
)
def test_the_documented_comparisons(pattern: dict[str, Any], expected: bool | None) -> None:
    assert matches(pattern, EVENT) is expected


def test_what_is_not_known_decides_nothing_and_what_is_known_still_does() -> None:
    known = {"source": "orders", "detail-type": "order_placed", "detail": UNKNOWN}
    assert matches({"source": ["orders"], "detail": {"total": [1]}}, known) is None
    assert matches({"source": ["payments"], "detail": {"total": [1]}}, known) is False
    assert matches({"source": ["orders"]}, known) is True
    assert matches({"$or": [{"detail": {"total": [1]}}, {"source": ["orders"]}]}, known) is True
    assert matches({"detail": {"total": [{"exists": False}]}}, known) is None


def test_one_filter_of_an_event_source_is_enough() -> None:
    record = {"body": {"kind": "order"}}
    filters = [{"Pattern": '{"body": {"kind": ["refund"]}}'}, {"Pattern": '{"body": {"kind": ["order"]}}'}]
    assert matches_any(filters, record) is True
    assert matches_any(filters[:1], record) is False
    assert matches_any([], record) is True
    assert matches_any([{"Pattern": "not JSON"}], record) is None


def test_a_policy_needs_every_attribute_it_names() -> None:
    policy = {"store": ["north"], "total": [{"numeric": [">=", 10]}]}
    assert passes_policy(policy, {"store": "north", "total": 10}) is True
    assert passes_policy(policy, {"store": "north"}) is False
    assert passes_policy(policy, {}) is False
    assert passes_policy({"store": [{"exists": False}]}, {}) is True
    assert passes_policy({"interests": ["rugby"]}, {"interests": ["chess", "rugby"]}) is True


NAMES = st.sampled_from(["a", "b", "c"])
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-3, 3), st.sampled_from(["", "x", "xy", "X", "10.0.0.1"]))
LEAVES = st.one_of(SCALARS, st.lists(SCALARS, max_size=2))
MESSAGES = st.recursive(LEAVES, lambda inner: st.dictionaries(NAMES, inner, max_size=3), max_leaves=6)
EVENTS = st.dictionaries(NAMES, MESSAGES, max_size=3)
TEXTS = st.sampled_from(["x", "X", "*y", "10.0.0.0/8"])
MATCHERS = st.one_of(
    SCALARS,
    st.sampled_from([True, False]).map(lambda exists: {"exists": exists}),
    st.tuples(st.sampled_from(["prefix", "suffix", "equals-ignore-case", "wildcard", "cidr"]), TEXTS).map(
        lambda pair: {pair[0]: pair[1]}
    ),
    SCALARS.map(lambda value: {"anything-but": value}),
    st.integers(-3, 3).map(lambda bound: {"numeric": [">", bound]}),
)
PATTERNS = st.recursive(
    st.dictionaries(NAMES, st.lists(MATCHERS, min_size=1, max_size=2), min_size=1, max_size=2),
    lambda inner: st.one_of(
        st.dictionaries(NAMES, inner, min_size=1, max_size=2),
        st.lists(inner, min_size=1, max_size=2).map(lambda patterns: {"$or": patterns}),
    ),
    max_leaves=4,
)


def hidden(message: Any, draw: Any) -> Any:
    """The message with some of its parts unknown."""
    if draw(st.integers(0, 3)) == 0:
        return UNKNOWN
    return {name: hidden(value, draw) for name, value in message.items()} if isinstance(message, dict) else message


@given(PATTERNS, EVENTS, st.data())
def test_what_is_said_of_half_a_message_is_true_of_the_whole(
    pattern: dict[str, Any], event: dict[str, Any], data: st.DataObject
) -> None:
    said = matches(pattern, {name: hidden(value, data.draw) for name, value in event.items()})
    assert said is None or said is matches(pattern, event)


@given(PATTERNS, EVENTS)
def test_a_message_that_is_known_gets_an_answer(pattern: dict[str, Any], event: dict[str, Any]) -> None:
    if "cidr" not in repr(pattern):  # `x` is no network: such a pattern is refused by AWS
        assert matches(pattern, event) is not None


@given(PATTERNS, PATTERNS, EVENTS)
def test_or_is_true_when_one_of_them_is(one: dict[str, Any], other: dict[str, Any], event: dict[str, Any]) -> None:
    either = matches({"$or": [one, other]}, event)
    assert (either is True) == (matches(one, event) is True or matches(other, event) is True)
