"""The chain of hops that a flow's end had to wait for."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hopscope_collector.flow import Flow, Hop, Link, Send
from hopscope_collector.shape.critical_path import Segment, critical_path, waited_and_ran_us

NOW_US = 1_000


def a_hop(name: str, start_us: int, end_us: int | None, **facts: object) -> Hop:
    default = {"status": "done" if end_us is not None else "running", "trace_id": "t", "started_us": start_us}
    return Hop(id=name, invocation_id=name, function=name, request_id=name, ended_us=end_us, **{**default, **facts})


def a_send(name: str, hop: str, at_us: int) -> Send:
    return Send(name, hop, "events", "PutEvents", at_us)


def a_flow(hops: list[Hop], sends: tuple[Send, ...] = (), links: tuple[Link, ...] = ()) -> Flow:
    return Flow("t", "done", min(hop.started_us for hop in hops), tuple(hops), sends, links)


def test_the_end_waited_for_the_chain_that_led_to_it_and_not_for_what_was_done_long_before():
    flow = a_flow(
        [a_hop("place", 0, 20), a_hop("notify", 30, 60), a_hop("promo", 25, 40), a_hop("confirm", 70, 90)],
        (a_send("p", "place", 10), a_send("n", "notify", 50)),
        (Link("p", "notify", ("ref",)), Link("p", "promo", ("ref",)), Link("n", "confirm", ("ref",))),
    )

    path = critical_path(flow, NOW_US)

    assert path == (
        Segment("place", "running", 0, 10),
        Segment("notify", "waiting", 10, 30),
        Segment("notify", "running", 30, 50),
        Segment("confirm", "waiting", 50, 70),
        Segment("confirm", "running", 70, 90),
    )
    assert waited_and_ran_us(path) == (40, 50)


def test_of_several_messages_the_last_one_is_what_was_waited_for():
    flow = a_flow(
        [a_hop("early", 0, 5), a_hop("late", 0, 50), a_hop("join", 60, 70)],
        (a_send("e", "early", 4), a_send("l", "late", 45)),
        (Link("l", "join", ("ref",)), Link("e", "join", ("ref",))),
    )

    assert [each.hop_id for each in critical_path(flow, NOW_US)] == ["late", "join", "join"]


def test_a_link_by_id_is_believed_before_one_by_key():
    flow = a_flow(
        [a_hop("sender", 0, 5), a_hop("alike", 0, 50), a_hop("target", 60, 70)],
        (a_send("s", "sender", 4),),
        (Link("alike", "target", ("key",)), Link("s", "target", ("ref",))),
    )

    assert critical_path(flow, NOW_US)[0].hop_id == "sender"


def test_what_runs_ends_now():
    assert critical_path(a_flow([a_hop("slow", 0, None)]), NOW_US) == (Segment("slow", "running", 0, NOW_US),)


@pytest.mark.parametrize("evidence", ["ref", "key"])
def test_a_circle_of_links_is_left(evidence):
    flow = a_flow([a_hop("a", 0, 5), a_hop("b", 6, 9)], (), (Link("a", "b", (evidence,)), Link("b", "a", (evidence,))))

    assert {each.hop_id for each in critical_path(flow, NOW_US)} == {"a", "b"}


times = st.integers(0, 500)


@given(
    st.lists(st.tuples(times, st.one_of(st.none(), times)), min_size=1, max_size=10),
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), times), max_size=20),
)
def test_the_parts_touch_never_go_backwards_and_end_with_the_flow(hops, pairs):
    """Whatever the clocks and the links say."""
    made = [a_hop(f"h{n}", start, None if took is None else start + took) for n, (start, took) in enumerate(hops)]
    ids = [hop.id for hop in made]
    wanted = [(f"h{left}", f"h{right}", at) for left, right, at in pairs if f"h{left}" in ids and f"h{right}" in ids]
    sends = tuple(a_send(f"s{n}", left, at) for n, (left, _, at) in enumerate(wanted))
    links = tuple(Link(f"s{n}", right, ("ref",)) for n, (_, right, _) in enumerate(wanted))

    path = critical_path(a_flow(made, sends, links), NOW_US)

    assert all(each.start_us <= each.end_us for each in path)
    assert all(before.end_us == after.start_us for before, after in pairwise(path))
    assert path[-1].end_us == max(hop.ended_us if hop.ended_us is not None else NOW_US for hop in made)
