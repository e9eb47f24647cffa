"""A flow as if all of its functions had looked at one clock."""

from hypothesis import given
from hypothesis import strategies as st

from hopscope_collector.flow import Flow, Hop, Link, Send
from hopscope_collector.shape.one_clock import has_skew, on_one_clock


def a_hop(name: str, started_us: int, offset_us: int = 0) -> Hop:
    return Hop(
        name, name, name, name, "done", "t", started_us, ended_us=started_us + 10, clock_offset_us=offset_us
    )  # fmt: skip


def a_pair(offset_us: int) -> Flow:
    """`b` got what `a` sent at 100, at 40 by its own clock."""
    return Flow(
        "t", "done", 40, (a_hop("b", 40, offset_us), a_hop("a", 90)), (Send("s", "a", "sns", "Publish", 100),),
        (Link("s", "b", ("ref",), waited_us=-60),), ended_us=100,
    )  # fmt: skip


def test_what_came_before_its_cause_comes_after_it():
    moved = on_one_clock(a_pair(60))

    assert [(hop.id, hop.started_us, hop.ended_us) for hop in moved.hops] == [("a", 90, 100), ("b", 100, 110)]
    assert moved.links[0].waited_us == 0
    assert (moved.started_us, moved.ended_us) == (90, 110)


def test_where_no_clock_is_off_nothing_is_touched():
    flow = a_pair(0)

    assert not has_skew(flow)
    assert on_one_clock(flow) is flow


@given(st.lists(st.tuples(st.integers(0, 1_000), st.integers(-500, 500)), min_size=1, max_size=8))
def test_every_hop_moves_by_its_own_offset_and_keeps_its_length(made):
    hops = tuple(a_hop(f"h{n}", at, offset) for n, (at, offset) in enumerate(made))
    moved = {hop.id: hop for hop in on_one_clock(Flow("t", "done", 0, hops)).hops}

    assert {hop.id: hop.started_us + hop.clock_offset_us for hop in hops} == {
        name: hop.started_us for name, hop in moved.items()
    }
    assert all(hop.ended_us - hop.started_us == 10 for hop in moved.values())
