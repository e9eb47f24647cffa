"""Who led to whom among the steps of a flow, in both directions."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from hopscope_collector.flow import Link
from hopscope_collector.shape.outline import outline
from hopscope_tui.flow.relations import relations_of
from hopscope_tui.flow.subject import Subject
from hopscope_tui.flow.ways import ways_of


def test_parents_and_children_are_those_of_the_outline(orders):
    flow = orders.overdue()
    found = relations_of(flow, outline(flow))

    assert found.parents["d.0"] == "b.0"
    assert list(found.children["a.0"]) == ["c1.0", "b.0"]
    assert found.joins == {}


def test_what_two_messages_led_to_knows_both_and_each_knows_it(orders):
    flow = orders.overdue()
    flow = replace(flow, links=(*flow.links, Link("c3.0", "d.0", ("key",), "order_id=o-42")))
    steps = outline(flow)
    found = relations_of(flow, steps)

    assert [other for other, _ in found.also_from["d.0"]] == ["c1.0"]
    assert [other for other, _ in found.also_to["c1.0"]] == ["d.0"]
    assert found.joins == {"d.0": 1}
    by_id = {step.id: step for step in steps}
    labels = [way.label for way in ways_of(Subject(flow, by_id["d.0"]), by_id, found)]
    assert labels == ["← from", "← also from", "same message"]


ids = st.integers(0, 7)


@given(st.lists(st.tuples(ids, ids), max_size=20))
def test_whatever_the_links_say_every_way_leads_to_a_step_that_is_there(orders, pairs):
    hops = tuple(orders.hop(id=f"{n}.0", function=f"f{n}", started_us=n) for n in range(8))
    flow = orders.flow(hops=hops, links=tuple(Link(f"{one}.0", f"{two}.0", ("ref",)) for one, two in pairs))
    steps = outline(flow)
    by_id = {step.id: step for step in steps}
    found = relations_of(flow, steps)

    for step in steps:
        assert all(way.step_id in by_id for way in ways_of(Subject(flow, step), by_id, found) if way.step_id)
