"""Flows by kind."""

from hypothesis import given
from hypothesis import strategies as st

from hopscope_collector.kinds import Ran, Window, kinds_of, percentile

WINDOW = Window(1_000, 1_100, buckets=4)


def test_flows_are_counted_by_kind_with_arrivals_and_failures() -> None:
    ran = [
        Ran("order", "done", 1_000, 10),
        Ran("order", "failed", 1_030, 30),
        Ran("order", "overdue", 1_099, None),
        Ran("refund", "dead-lettered", 1_050, 5),
        Ran("refund", "done", 1_100, 5),
        Ran("refund", "done", 999, 5),
    ]

    found = kinds_of(ran, WINDOW)

    assert [(kind.name, kind.flows, kind.failed, kind.open) for kind in found.kinds] == [
        ("order", 3, 1, 1),
        ("refund", 1, 1, 0),
    ]
    order = found.kinds[0]
    assert (order.arrivals, order.failures) == ((1, 1, 0, 1), (0, 1, 0, 0))
    assert (order.p50_us, order.p95_us, order.p99_us) == (10, 30, 30)
    assert order.statuses == (("done", 1), ("failed", 1), ("overdue", 1))
    assert (found.arrivals, found.failures) == ((1, 1, 1, 1), (0, 1, 1, 0))


def test_nothing_has_no_percentile() -> None:
    assert kinds_of([], WINDOW).kinds == ()
    assert percentile([], 50) is None
    assert [percentile(list(range(1, 101)), percent) for percent in (50, 95, 99)] == [50, 95, 99]


@given(st.lists(st.integers(0, 10**9), min_size=1), st.integers(0, 100))
def test_a_percentile_is_one_of_the_values_and_grows(values: list[int], percent: int) -> None:
    ordered = sorted(values)

    assert percentile(ordered, percent) in ordered
    assert percentile(ordered, 0) == ordered[0]
    assert percentile(ordered, 100) == ordered[-1]
