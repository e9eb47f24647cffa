"""Which hops are one flow, and which are not."""

import pytest

ORDER = {"order_id": "o-42"}


def functions(flows):
    return sorted(sorted(hop.function for hop in flow.hops) for flow in flows)


def test_people_come_back_through_an_api_and_only_the_key_joins_them(stitched, make):
    placed = make.Invoked(1, sends=[make.a_put(1, "e1", keys=ORDER)])
    told = make.Invoked(
        2, "notify", at_s=1, messages=[make.an_event("e1", keys=ORDER)],
        sends=[make.a_put(2, "e2", "restaurant_notified", at_s=1.05, keys=ORDER)],
    )  # fmt: skip
    accepted = make.Invoked(3, "accept", at_s=300, messages=[make.a_request("POST /accept", keys=ORDER)])

    (flow,) = stitched(placed, told, accepted)

    assert flow.links[-1].from_id == make.send_id(2)
    assert flow.links[-1].to_id == make.hop_id(3)
    assert flow.links[-1].evidence == ("key",)
    assert flow.links[-1].detail == "order_id=o-42"
    assert flow.keys == ORDER
    assert flow.traces == (make.trace(1), make.trace(2), make.trace(3))


def test_a_rule_says_what_the_later_trace_was_waited_for_after(stitched, make):
    """The promo code was redeemed last, but the acceptance answers the notification."""
    notified = make.Invoked(1, "notify", sends=[make.a_put(1, "e1", "restaurant_notified", keys=ORDER)])
    redeemed = make.Invoked(2, "redeem", at_s=5, messages=[make.a_request(keys=ORDER)])
    accepted = make.Invoked(
        3, "accept", at_s=9, messages=[make.a_request("POST /accept", keys=ORDER)],
        sends=[make.a_put(3, "e3", "order_accepted", at_s=9.05, keys=ORDER)],
    )  # fmt: skip
    rule = '[[expect]]\nafter = "restaurant_notified"\nexpect = "order_accepted"\nwithin = "10m"'

    (plain,) = stitched(notified, redeemed, accepted)
    (by_rule,) = stitched(notified, redeemed, accepted, rules=rule)

    assert plain.links[-1].from_id == make.hop_id(2)
    assert by_rule.links[-1].from_id == make.send_id(1)


def test_a_key_that_is_not_to_join_does_not(stitched, make):
    requests = [make.Invoked(n, at_s=n, messages=[make.a_request(keys={"tenant": "acme"})]) for n in (1, 2)]

    assert len(stitched(*requests)) == 1
    assert len(stitched(*requests, rules='[keys]\njoining = ["order_id"]')) == 2


@pytest.mark.parametrize("traces", [5, 6])
def test_a_value_shared_by_too_many_traces_joins_nothing_and_is_named(stitched, make, traces):
    requests = [
        make.Invoked(n, at_s=n, messages=[make.a_request(keys={"tenant": "acme"})]) for n in range(1, traces + 1)
    ]

    flows = stitched(*requests, rules="[keys]\nmax_traces_per_value = 5")

    assert len(flows) == (1 if traces == 5 else 6)
    if traces == 6:
        assert flows[0].notes == ("tenant=acme is shared by 6 traces (limit 5): it joins nothing",)


def test_messages_of_one_batch_stay_in_the_flows_they_came_from(stitched, make):
    orders = [make.Invoked(n, sends=[make.a_send(n, f"sqs/m{n}")]) for n in (1, 2)]
    batch = make.Invoked(
        3, "print", at_s=1, root=9,
        messages=[make.a_message("sqs/m1", index=0), make.a_message("sqs/m2", index=1)],
        sends=[
            make.a_put(3, "e1", "printed", message_index=0),
            make.a_put(3, "e2", "printed", count=2, message_index=1),
        ],
    )  # fmt: skip
    after = [make.Invoked(n, "archive", at_s=2, root=9, messages=[make.an_event(f"e{n - 3}")]) for n in (4, 5)]

    flows = stitched(*orders, batch, *after)

    assert functions(flows) == [["archive", "place-order", "print"]] * 2
    assert all(len(flow.links) == 2 for flow in flows)


def test_a_send_of_a_batch_is_given_to_the_message_with_its_key(stitched, make):
    batch = make.Invoked(
        3, "print",
        messages=[make.a_message(f"sqs/m{n}", index=n, keys={"order_id": f"o-{n}"}) for n in (0, 1)],
        sends=[make.a_put(3, "e1", "printed", keys={"order_id": "o-1"})],
    )  # fmt: skip

    flows = stitched(batch)

    assert [(send.hop, send.is_of_batch) for flow in flows for send in flow.sends] == [(make.hop_id(3, 1), False)]


def test_what_a_batch_of_several_flows_sent_as_a_whole_joins_none_of_them(stitched, make):
    orders = [make.Invoked(n, sends=[make.a_send(n, f"sqs/m{n}")]) for n in (1, 2)]
    batch = make.Invoked(
        3, "print", at_s=1, messages=[make.a_message("sqs/m1"), make.a_message("sqs/m2", index=1)],
        sends=[make.a_put(3, "e1", "printed")],
    )  # fmt: skip
    after = make.Invoked(
        4, "archive", at_s=2, messages=[make.an_event("e1", carrier=make.carrier(3), trace_id=make.trace(3))]
    )

    flows = stitched(*orders, batch, after)

    assert functions(flows) == [["archive"], ["place-order", "print"], ["place-order", "print"]]
    (archived,) = (flow for flow in flows if len(flow.hops) == 1)
    assert "batch of 2 messages that print handled together" in archived.notes[0]


def test_a_trace_id_that_stands_for_several_flows_is_the_id_of_none(stitched, make):
    """What a batch sent as a whole brings the trace id of the batch, and came from one of its flows or the other."""
    batch = make.Invoked(
        3, "print", messages=[make.a_message(f"sqs/m{n}", index=n) for n in (0, 1)],
        sends=[make.a_put(3, f"e{n}", "printed", count=n) for n in (1, 2)],
    )  # fmt: skip
    after = [
        make.Invoked(
            3 + n, "archive", at_s=n, messages=[make.an_event(f"e{n}", carrier=make.carrier(3, n), trace_id=make.trace(3))]
        )
        for n in (1, 2)
    ]  # fmt: skip

    flows = stitched(batch, *after)

    assert functions(flows) == [["archive"], ["archive"], ["print"], ["print"]]
    assert {flow.id for flow in flows} == {make.hop_id(3, 0), make.hop_id(3, 1), make.hop_id(4), make.hop_id(5)}
    assert all(flow.traces == (make.trace(3),) for flow in flows if flow.hops[0].function == "archive")


def test_a_root_that_a_client_uses_for_everything_is_the_id_of_no_flow(stitched, make):
    orders = [
        make.Invoked(
            n, at_s=n, trace=9, root=9,
            messages=[make.a_message(f"sqs/m{n}", trace_id=make.trace(9), root=make.trace(9), keys={"order_id": f"o-{n}"})],
        )
        for n in (1, 2)
    ]  # fmt: skip

    flows = stitched(*orders)

    assert sorted(flow.id for flow in flows) == [make.hop_id(1), make.hop_id(2)]


def test_what_a_batch_of_one_flow_sent_as_a_whole_belongs_to_it(stitched, make):
    order = make.Invoked(1, sends=[make.a_send(1, "sqs/m1"), make.a_send(1, "sqs/m2", count=2)])
    batch = make.Invoked(
        3, "print", at_s=1, messages=[make.a_message("sqs/m1"), make.a_message("sqs/m2", index=1)],
        sends=[make.a_put(3, "e1", "printed")],
    )  # fmt: skip

    (flow,) = stitched(order, batch, make.Invoked(4, "archive", at_s=2, messages=[make.an_event("e1")]))

    assert len(flow.links) == 3


def test_consumers_of_one_event_are_one_flow_even_if_nobody_knows_who_sent_it(stitched, make):
    consumers = [make.Invoked(n, f"consumer-{n}", at_s=n, messages=[make.an_event("e1")]) for n in (1, 2)]

    (flow,) = stitched(*consumers)

    assert flow.links == ()


def test_hops_of_one_trace_are_one_flow_when_a_hop_between_them_is_missing(stitched, make):
    first = make.Invoked(1, sends=[make.a_put(1, "e1")])
    lost_between = make.an_event("e2", carrier=make.carrier(77, of_trace=1), trace_id=make.trace(1))

    (flow,) = stitched(first, make.Invoked(3, "notify", trace=1, at_s=5, messages=[lost_between]))

    assert functions([flow]) == [["notify", "place-order"]]
    assert flow.links == ()


def test_a_dead_letter_consumer_stands_in_the_flow_of_the_message(stitched, make):
    sent = make.Invoked(1, sends=[make.a_send(1, "sqs/m1")])
    failed = [
        make.Invoked(n + 1, "print", at_s=n, messages=[make.a_message("sqs/m1", attempt=n)], error="Jam")
        for n in (1, 2)
    ]
    letter = make.a_message("sqs/m1", origin="arn:aws:sqs:eu:1:tickets-dlq", attempt=3,
                            attributes={"dead-letter-source": make.SOME_QUEUE})  # fmt: skip

    (flow,) = stitched(sent, *failed, make.Invoked(9, "report", at_s=9, messages=[letter]))

    assert [hop.status for hop in flow.hops] == ["done", "failed", "dead-lettered", "done"]
    assert flow.status == "dead-lettered"
    assert "print gave up after 2 attempts" in flow.notes
