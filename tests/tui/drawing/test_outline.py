"""Every hop is in exactly one step, whatever the links say."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from hopscope_collector.flow import Link
from hopscope_collector.shape.outline import outline


def test_attempts_at_one_message_are_one_step(orders):
    steps = outline(orders.overdue())

    assert [
        [hop.attempt for hop in step.hops] for step in steps if step.hop and step.hop.function == "redeem-promo"
    ] == [[1, 2, 3]]


def test_a_message_that_nobody_received_is_a_step_of_its_own(orders):
    sends = [step.send.name for step in outline(orders.overdue()) if step.send and not step.hops]

    assert sends == ["restaurant_notified"]


def test_the_strongest_evidence_decides_where_a_hop_stands(orders):
    above, other, below = (orders.hop(id=f"{name}.0", function=name, started_us=at) for at, name in enumerate("abc"))
    links = (Link("b.0", "c.0", ("key",)), Link("a.0", "c.0", ("ref",)))

    steps = outline(orders.flow(hops=(above, other, below), links=links))

    assert [(step.id, step.depth) for step in steps] == [("a.0", 0), ("c.0", 1), ("b.0", 0)]


ids = st.sampled_from([f"h{number}.0" for number in range(7)])


@given(st.lists(st.tuples(ids, ids, st.sampled_from(["ref", "key", "header"])), max_size=20))
def test_every_hop_is_drawn_once_even_when_links_run_in_circles(orders, pairs):
    hops = tuple(orders.hop(id=f"h{number}.0", function=f"f{number}", started_us=number) for number in range(7))
    links = tuple(Link(sender, receiver, (evidence,)) for sender, receiver, evidence in pairs)

    steps = outline(orders.flow(hops=hops, links=links))

    assert Counter(hop.id for step in steps for hop in step.hops) == Counter(hop.id for hop in hops)


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=30))
def test_the_order_in_which_hops_came_does_not_matter(orders, starts):
    hops = [orders.hop(id=f"{place}.0", function=f"f{place}", started_us=at) for place, at in enumerate(starts)]

    forwards = outline(orders.flow(hops=tuple(hops)))
    backwards = outline(orders.flow(hops=tuple(reversed(hops))))

    assert forwards == backwards
