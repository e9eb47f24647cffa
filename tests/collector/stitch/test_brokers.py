"""What brokers say names consumers without the layer, joins what a transformer cut off, and explains silence."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hopscope_collector.lines.brokers import BrokerFact
from hopscope_collector.lines.platform import PlatformFact
from hopscope_collector.stitch import flows_of

BUS = "arn:aws:events:us-east-1:123456789012:event-bus/orders"
RULE = "arn:aws:events:us-east-1:123456789012:rule/orders/to-legacy"
LEGACY = "arn:aws:lambda:us-east-1:123456789012:function:legacy:live"
QUEUE = "arn:aws:sqs:us-east-1:123456789012:tickets"
TOPIC = "arn:aws:sns:us-east-1:123456789012:news"


@pytest.fixture
def a_fact(make):
    def fact(kind, ref="events/e1", at_s=1.0, **given):
        return BrokerFact(kind, ref, make.START_US + round(at_s * make.SECOND), given.pop("broker", BUS), **given)

    return fact


@pytest.fixture
def placed(make):
    """An invocation that put `order_placed`, e1, on the bus."""
    return make.Invoked(1, messages=[make.a_request()], sends=[make.a_put(1, "e1")])


def test_a_consumer_that_the_broker_alone_knows_is_not_instrumented(stitched, placed, a_fact):
    delivered = a_fact("delivered", rule=RULE, targets=(LEGACY,), attempts=1)

    (flow,) = stitched(placed, facts=[delivered])

    consumer = flow.hops[-1]
    assert (consumer.function, consumer.status, consumer.refs) == ("legacy", "not-instrumented", ("events/e1",))
    assert [(link.from_id, link.to_id, link.evidence) for link in flow.links] == [
        (flow.sends[0].id, consumer.id, ("ref",))
    ]
    assert flow.status == "done"


def test_the_platform_s_lines_say_when_it_ran(stitched, make, placed, a_fact):
    def at(seconds):
        return make.START_US + seconds * make.SECOND

    delivered = a_fact("delivered", "sns/s1", broker=TOPIC, targets=(LEGACY,), led_to=("lambda/r9",))
    published = make.Invoked(1, sends=[make.a_send(1, "sns/s1", service="sns", destination=TOPIC)])
    ran = [PlatformFact("start", "r9", at(3), "legacy"), PlatformFact("report", "r9", at(4), "legacy")]

    (flow,) = stitched(published, facts=[delivered, *ran])

    consumer = flow.hops[-1]
    assert (consumer.request_id, consumer.started_us, consumer.ended_us) == ("r9", at(3), at(4))


def test_a_consumer_with_records_stays_one_hop(stitched, make, placed, a_fact):
    consumer = make.Invoked(2, "legacy", at_s=1, messages=[make.an_event("e1")])

    (flow,) = stitched(placed, consumer, facts=[a_fact("delivered", targets=(LEGACY,))])

    assert [hop.status for hop in flow.hops] == ["done", "done"]


def test_a_function_with_the_layer_is_waited_for(stitched, make, placed, a_fact):
    """Lambda took the event, and may not have run the function yet."""
    earlier = make.Invoked(2, "legacy", at_s=-60, messages=[make.an_event("e0")])

    flows = stitched(placed, earlier, facts=[a_fact("delivered", targets=(LEGACY,))])

    assert sorted(len(flow.hops) for flow in flows) == [1, 1]


@pytest.mark.parametrize("kind", ["gave-up", "dead-lettered"])
def test_a_broker_that_gave_up_leaves_a_dead_letter(stitched, placed, a_fact, kind):
    gave_up = a_fact(kind, rule=RULE, targets=(LEGACY,), attempts=4, error="AWSLambda: Rate exceeded")

    (flow,) = stitched(placed, facts=[gave_up])

    consumer = flow.hops[-1]
    assert flow.status == "dead-lettered"
    assert (consumer.attempt, consumer.error and consumer.error.message) == (4, "AWSLambda: Rate exceeded")
    assert any("order_placed for legacy after 4 attempts" in note for note in flow.notes)


def test_an_event_that_no_rule_matched_is_said(stitched, placed, a_fact):
    (flow,) = stitched(placed, facts=[a_fact("received"), a_fact("unmatched")])

    assert flow.notes == ("no rule of orders matched order_placed",)


def test_rules_and_failed_attempts_are_said(stitched, placed, a_fact):
    """Of the attempts, the last one."""
    facts = [
        a_fact("matched", rule=RULE, targets=(LEGACY, QUEUE)),
        a_fact("attempt-failed", at_s=9, rule=RULE, targets=(QUEUE,), attempts=2, error="SQS: access denied"),
        a_fact("attempt-failed", at_s=2, rule=RULE, targets=(QUEUE,), attempts=1, error="SQS: access denied"),
    ]

    (flow,) = stitched(placed, facts=facts)

    assert flow.notes == (
        "orders could not hand order_placed to tickets, attempt 2: SQS: access denied",
        "rule to-legacy of orders matched order_placed: for legacy, tickets",
    )


def test_what_a_transformer_cut_off_is_joined_by_what_the_message_became(stitched, make, placed, a_fact):
    """The queue's message holds nothing of the event; the bus says which message it became."""
    consumer = make.Invoked(2, "print", at_s=2, messages=[make.a_message("sqs/m7")])

    (flow,) = stitched(placed, consumer, facts=[a_fact("delivered", targets=(QUEUE,), led_to=("sqs/m7",))])

    assert [link.detail for link in flow.links] == ["events/e1"]
    assert flow.hops[-1].refs == ("sqs/m7", "events/e1")


def test_an_event_that_became_a_notification_that_became_a_message_is_followed(stitched, make, placed, a_fact):
    consumer = make.Invoked(2, "print", at_s=2, messages=[make.a_message("sqs/m7")])
    facts = [
        a_fact("delivered", targets=(TOPIC,), led_to=("sns/s1",)),
        a_fact("delivered", "sns/s1", broker=TOPIC, targets=(QUEUE,), led_to=("sqs/m7",)),
    ]

    (flow,) = stitched(placed, consumer, facts=facts)

    assert flow.hops[-1].refs == ("sqs/m7", "sns/s1", "events/e1")


def test_facts_about_messages_that_no_record_knows_say_nothing(stitched, placed, a_fact):
    (flow,) = stitched(placed, facts=[a_fact("delivered", "events/of-others", targets=(LEGACY,))])

    assert len(flow.hops) == 1


def test_the_order_and_number_of_facts_change_nothing(make):
    def fact(kind, ref, **given):
        return BrokerFact(kind, ref, make.START_US + 1, BUS, **given)

    facts = [
        fact("matched", "events/e1", rule=RULE, targets=(LEGACY, QUEUE)),
        fact("delivered", "events/e1", targets=(QUEUE,), led_to=("sqs/m7",)),
        fact("delivered", "events/e1", targets=(LEGACY,)),
        fact("gave-up", "events/e2", targets=(LEGACY,), attempts=3, error="no"),
        fact("delivered", "events/e1", targets=(LEGACY,), attempts=2),
        fact("delivered", "sqs/m7", led_to=("events/e1",)),
    ]
    invoked = [
        make.Invoked(1, sends=[make.a_put(1, "e1"), make.a_put(1, "e2", count=2)]),
        make.Invoked(2, "print", at_s=2, messages=[make.a_message("sqs/m7")]),
    ]
    records = list(itertools.chain.from_iterable(each.records for each in invoked))

    def stitch(told):
        return flows_of(records, now_us=make.START_US + 3600 * make.SECOND, rules=make.Rules(), facts=told)

    @given(st.randoms(use_true_random=False), st.integers(1, 3))
    def check(random, times):
        shuffled = facts * times
        random.shuffle(shuffled)

        assert stitch(shuffled) == stitch(facts)

    check()


CONSUMER = '[[consumer]]\nof = "orders"\nfunction = "notify"'


@pytest.mark.parametrize("case", [("waiting", "received"), ("lost", "unmatched"), ("waiting", "unmatched", "matched")])
def test_an_event_that_no_rule_matched_is_lost_at_once_where_somebody_should_get_it(stitched, placed, a_fact, case):
    status, *kinds = case
    facts = [a_fact(kind, rule=RULE if kind == "matched" else None) for kind in kinds]

    (flow,) = stitched(placed, now_s=3, rules=CONSUMER, facts=facts)

    assert (flow.status, [wait.state for wait in flow.waits]) == (status, [status])


def test_what_another_bus_did_not_match_is_not_lost(stitched, placed, a_fact):
    elsewhere = a_fact("unmatched", broker=BUS.replace("orders", "archive"))

    (flow,) = stitched(placed, now_s=3, rules=CONSUMER, facts=[elsewhere])

    assert flow.status == "waiting"
