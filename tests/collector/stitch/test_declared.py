"""What the declared topology says of a flow: who should have received, who is not there, and what nobody takes."""

from dataclasses import replace

import pytest

from hopscope_collector.rules import Rules, rules_of
from hopscope_collector.stitch import flows_of
from hopscope_collector.topology.model import Node, Route, Topology

PLACED = {"source": ["shop"], "detail-type": ["order_placed"]}
SHOP = Topology(
    nodes=(
        Node("Bus", "bus", "orders"),
        Node("Notify", "function", "notify", is_traced=True),
        Node("Crm", "function", "crm", is_traced=False),
        Node("Big", "function", "big", is_traced=True),
    ),
    routes=(
        Route("New", "rule", "Bus", "Notify", pattern=PLACED),
        Route("Old", "rule", "Bus", "Crm", pattern=PLACED),
        Route("Large", "rule", "Bus", "Big", pattern={**PLACED, "detail": {"total": [{"numeric": [">", 9]}]}}),
    ),
)
FROM_SHOP = {"attributes": {"source": "shop"}}


def read(make, *invoked, now_s, rules=None):
    """The one flow of invocations, by the topology of the shop."""
    known = replace(rules or Rules(), topology=SHOP)
    records = [record for each in invoked for record in each.records]
    (flow,) = flows_of(records, now_us=make.START_US + now_s * make.SECOND, rules=known)
    return flow


def placed(make, name="order_placed"):
    return make.Invoked(1, "place-order", sends=[make.a_put(1, "e1", name, extra=FROM_SHOP)])


@pytest.mark.parametrize(("now_s", "state", "status"), [(60, "waiting", "waiting"), (90_000, "lost", "lost")])
def test_a_declared_consumer_is_waited_for_and_lost_in_the_end(make, now_s, state, status):
    flow = read(make, placed(make), now_s=now_s)

    assert flow.status == status
    assert {wait.expected: wait.state for wait in flow.waits} == {"notify": state, "crm": "not-instrumented"}


def test_who_received_is_not_waited_for(make):
    received = make.Invoked(2, "notify", at_s=1, messages=[make.an_event("e1")])

    flow = read(make, placed(make), received, now_s=90_000)

    assert flow.status == "done"
    assert [wait.expected for wait in flow.waits] == ["crm"]


def test_a_consumer_by_rule_speaks_for_its_destination(make):
    by_hand = rules_of('[[consumer]]\nof = "orders"\nfunction = "somebody"')

    flow = read(make, placed(make), now_s=60, rules=by_hand)

    assert [wait.expected for wait in flow.waits] == ["somebody"]


def test_an_event_that_no_rule_takes_is_named(make):
    flow = read(make, placed(make, "order_plcaed"), now_s=60)

    assert "nobody is declared to receive order_plcaed of shop from orders" in flow.notes
    assert flow.waits == ()
    assert not any("nobody" in note for note in read(make, placed(make), now_s=60).notes)


def test_without_the_source_nothing_is_certain(make):
    without = make.Invoked(1, "place-order", sends=[make.a_put(1, "e1")])

    flow = read(make, without, now_s=90_000)

    assert (flow.waits, flow.status) == ((), "done")
