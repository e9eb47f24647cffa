"""What joins a send to a hop, and how sure it is."""

from hopscope_collector.lines.brokers import BrokerFact

TICKETS = "arn:aws:sns:us-east-1:123456789012:printers"


def links(flow):
    return [(link.from_id, link.to_id, link.evidence) for link in flow.links]


def test_the_same_ref_on_both_sides_is_a_link(stitched, make):
    placed = make.Invoked(1, sends=[make.a_put(1, "e1")])
    told = make.Invoked(2, "notify", at_s=1, messages=[make.an_event("e1")])

    (flow,) = stitched(placed, told)

    assert links(flow) == [(make.send_id(1), make.hop_id(2), ("ref",))]
    assert flow.links[0].detail == "events/e1"
    assert flow.links[0].waited_us == 950_000


def test_every_kind_of_evidence_on_one_link_is_kept_strongest_first(stitched, make):
    keys = {"order_id": "o-42"}
    placed = make.Invoked(1, root=9, sends=[make.a_put(1, "e1", keys=keys)])
    event = make.an_event("e1", carrier=make.carrier(1), trace_id=make.trace(1), root=make.trace(9), keys=keys)

    (flow,) = stitched(placed, make.Invoked(2, "notify", at_s=1, messages=[event]))

    assert links(flow) == [(make.send_id(1), make.hop_id(2), ("carrier", "ref", "header", "key"))]


def test_one_event_delivered_to_three_consumers_is_three_links(stitched, make):
    placed = make.Invoked(1, sends=[make.a_put(1, "e1")])
    consumers = [make.Invoked(n, f"consumer-{n}", at_s=n, messages=[make.an_event("e1")]) for n in (2, 3, 4)]

    (flow,) = stitched(placed, *consumers)

    assert links(flow) == [(make.send_id(1), make.hop_id(n), ("ref",)) for n in (2, 3, 4)]


def test_a_carrier_names_its_producer_when_the_producer_s_end_never_came(stitched, make):
    placed = make.Invoked(1, has_end=False)
    told = make.Invoked(2, "notify", at_s=1, messages=[make.an_event("e1", carrier=make.carrier(1))])

    (flow,) = stitched(placed, told)

    assert links(flow) == [(make.hop_id(1), make.hop_id(2), ("carrier",))]


def test_a_ref_further_in_belongs_to_who_passed_the_message_on(stitched, make):
    """An event forwarded inside a queue message: the forwarder sent what arrived, the event only led to the forwarder."""
    placed = make.Invoked(1, sends=[make.a_put(1, "e1")])
    forwarded = make.Invoked(2, "forward", at_s=1, messages=[make.an_event("e1")], sends=[make.a_send(2, "sqs/m1")])
    received = make.Invoked(3, "print", at_s=2, messages=[make.a_message("sqs/m1", "events/e1")])

    (flow,) = stitched(placed, forwarded, received)

    assert links(flow) == [
        (make.send_id(1), make.hop_id(2), ("ref",)),
        (make.send_id(2), make.hop_id(3), ("ref",)),
    ]


def test_a_topic_that_answers_a_repeated_publish_with_the_first_id_makes_no_circle(stitched, make):
    """SNS FIFO inside its deduplication window: the hop that handles `sns/m1` publishes and gets `sns/m1` back."""
    published = make.Invoked(1, sends=[make.a_send(1, "sns/m1", service="sns")])
    again = make.Invoked(
        2, "relay", at_s=1, messages=[make.a_message("sns/m1", source="sns")], sends=[make.a_send(2, "sns/m1")]
    )

    (flow,) = stitched(published, again)

    assert links(flow) == [(make.send_id(1), make.hop_id(2), ("ref",))]
    assert any("circle" in note for note in flow.notes)


def test_a_call_without_a_message_is_linked_by_its_header(stitched, make):
    caller = make.Invoked(1, root=9, took_s=3)
    callee = make.Invoked(2, "accept", at_s=1, messages=[make.a_request("POST /accept", root=make.trace(9))])

    (flow,) = stitched(caller, callee)

    assert links(flow) == [(make.hop_id(1), make.hop_id(2), ("header",))]


def test_a_raw_delivery_is_linked_by_its_header_to_the_send_that_nobody_received(stitched, make):
    published = make.Invoked(1, root=9, sends=[make.a_put(1, "e1"), make.a_send(1, "sns/n1", count=2, service="sns")])
    event = make.Invoked(2, "consumer", at_s=1, messages=[make.an_event("e1")])
    raw = make.Invoked(3, "print", at_s=1, messages=[make.a_message("sqs/raw", root=make.trace(9))])

    (flow,) = stitched(published, event, raw)

    assert (make.send_id(1, 2), make.hop_id(3), ("header",)) in links(flow)


def test_no_header_link_where_an_id_is_known(stitched, make):
    placed = make.Invoked(1, root=9, sends=[make.a_put(1, "e1")])
    told = make.Invoked(2, "notify", at_s=1, root=9, messages=[make.an_event("e1")])

    (flow,) = stitched(placed, told)

    assert links(flow) == [(make.send_id(1), make.hop_id(2), ("ref", "header"))]


def test_an_equal_body_in_time_between_the_same_names_is_inferred(stitched, make):
    sent = make.Invoked(1, sends=[make.a_send(1, body_hash="41c0")])
    received = make.Invoked(2, "print", at_s=3, messages=[make.a_message("sqs/new", body_hash="41c0")])

    (flow,) = stitched(sent, received)

    assert links(flow) == [(make.send_id(1), make.hop_id(2), ("inferred",))]


def test_nothing_is_inferred_where_two_sends_would_fit(stitched, make):
    sent = make.Invoked(1, sends=[make.a_send(1, body_hash="41c0"), make.a_send(1, count=2, body_hash="41c0")])
    received = make.Invoked(2, "print", at_s=3, messages=[make.a_message("sqs/new", body_hash="41c0")])

    flows = stitched(sent, received)

    assert [flow.links for flow in flows] == [(), ()]


def test_nothing_is_inferred_after_the_window(stitched, make):
    sent = make.Invoked(1, sends=[make.a_send(1, body_hash="41c0")])
    received = make.Invoked(2, "print", at_s=1000, messages=[make.a_message("sqs/new", body_hash="41c0")])

    assert len(stitched(sent, received)) == 2
    assert len(stitched(sent, received, rules='[windows]\ninferred = "1h"')) == 1


def test_a_failure_record_is_linked_to_the_last_attempt_that_failed(stitched, make):
    """A Lambda destination: its record names the request id, the function's own refs are the event's."""
    tries = [
        make.Invoked(n, "charge", at_s=n, request_id="r1", messages=[make.an_event("e1")], error="Boom")
        for n in (1, 2, 3)
    ]
    record = make.an_event("e9", "Lambda Function Invocation Result", refs=("events/e9", "lambda/r1"),
                           attributes={"condition": "RetriesExhausted"})  # fmt: skip

    (flow,) = stitched(*tries, make.Invoked(4, "report", at_s=9, messages=[record]))

    assert links(flow) == [(make.hop_id(3), make.hop_id(4), ("ref",))]
    assert [hop.status for hop in flow.hops] == ["failed", "failed", "dead-lettered", "done"]


def test_received_before_it_was_sent_is_said_and_not_corrected(stitched, make):
    placed = make.Invoked(1, "fast-clock", at_s=100, sends=[make.a_put(1, "e1", at_s=100.1)])
    told = make.Invoked(2, "notify", at_s=1, messages=[make.an_event("e1")])

    (flow,) = stitched(placed, told)

    assert links(flow) == [(make.send_id(1), make.hop_id(2), ("ref",))]
    assert flow.links[0].waited_us == -99_100_000
    assert "clock of notify is at least 99.1 s behind that of fast-clock" in flow.notes


def test_later_attempts_share_what_the_first_one_was_linked_by(stitched, make):
    published = make.Invoked(1, root=9, sends=[make.a_send(1, "sns/n1", service="sns")])
    tries = [
        make.Invoked(n, "print", at_s=n, messages=[make.a_message("sqs/raw", attempt=n - 1, root=make.trace(9))])
        for n in (2, 3)
    ]

    (flow,) = stitched(published, *tries)

    assert links(flow) == [(make.send_id(1), make.hop_id(n), ("header",)) for n in (2, 3)]


def test_a_redriven_message_without_a_carrier_is_inferred_from_the_one_that_failed(stitched, make):
    sent = make.Invoked(1, sends=[make.a_send(1, "sqs/m1")])
    failed = make.Invoked(2, "print", at_s=1, messages=[make.a_message("sqs/m1", body_hash="41c0")], error="Jam")
    redriven = make.Invoked(3, "print", at_s=90_000, messages=[make.a_message("sqs/m2", body_hash="41c0")])

    (flow,) = stitched(sent, failed, redriven, now_s=90_001)

    assert links(flow) == [
        (make.send_id(1), make.hop_id(2), ("ref",)),
        (make.send_id(1), make.hop_id(3), ("inferred",)),
    ]
    assert flow.status == "recovered"
    assert "sqs/m1 came again as sqs/m2: redriven from a dead-letter queue, or copied" in flow.notes


def test_a_redriven_message_does_not_mind_that_what_failed_had_no_id(stitched, make):
    failed = make.Invoked(1, "print", messages=[make.a_message(body_hash="41c0")], error="Jam")
    again = make.Invoked(2, "print", at_s=90, messages=[make.a_message("sqs/m2", body_hash="41c0")])

    assert len(stitched(failed, again)) == 2


def test_the_way_of_a_message_is_bus_rule_topic_and_queue(stitched, make):
    bus = "arn:aws:events:us-east-1:123456789012:event-bus/orders"
    matched = BrokerFact("matched", "events/e1", make.START_US, bus, rule=f"{bus}/to-printers", targets=(TICKETS,))
    put = make.Invoked(1, sends=[make.a_put(1, "e1", destination=bus)])
    message = make.a_message(
        "sqs/m1", "sns/n1", "events/e1", sent_us=make.START_US + make.SECOND, attributes={"topic": TICKETS}
    )

    (flow,) = stitched(put, make.Invoked(2, "print", at_s=2, messages=[message]), facts=[matched])

    (link,) = flow.links
    assert [(broker.kind, broker.name) for broker in link.through] == [
        ("bus", "orders"),
        ("rule", "to-printers"),
        ("topic", "printers"),
        ("queue", "tickets"),
    ]
    assert link.through[-1].reached_us == make.START_US + make.SECOND


def test_a_failure_record_is_no_child_of_the_message_that_it_quotes(stitched, make):
    put = make.Invoked(1, sends=[make.a_put(1, "e1")])
    failed = make.Invoked(2, "charge", at_s=1, request_id="r1", messages=[make.an_event("e1")], error="Boom")
    record = make.a_message(
        "sqs/m1", "lambda/r1", carrier=make.carrier(1), attributes={"condition": "RetriesExhausted"}
    )

    (flow,) = stitched(put, failed, make.Invoked(3, "report", at_s=2, messages=[record]))

    assert links(flow)[-1] == (make.hop_id(2), make.hop_id(3), ("ref",))
    assert len(flow.links) == 2


def test_a_batch_that_was_cut_in_two_is_said_to_be(stitched, make):
    def tried(number, *sequences):
        messages = [
            make.a_message(f"kinesis/belt/s:{each}", index=index, source="kinesis")
            for index, each in enumerate(sequences)
        ]
        return make.Invoked(number, "taste", at_s=number, messages=messages, error="Poison")

    flows = stitched(tried(1, 1, 2), tried(2, 2))

    notes = [flow.notes for flow in flows if len(flow.hops) == 2]
    assert notes == [("taste failed at a batch, which was cut in two: tried among 2, 1 messages",)]


def test_two_sends_that_got_one_id_are_said_to_be_deduplicated(stitched, make):
    published = make.Invoked(1, sends=[make.a_send(1, "sns/n1"), make.a_send(1, "sns/n1", count=2)])
    handled = make.Invoked(2, "mail", at_s=1, messages=[make.a_message("sns/n1", source="sns")])

    (flow,) = stitched(published, handled)

    assert [link.from_id for link in flow.links] == [make.send_id(1, 1), make.send_id(1, 2)]
    assert flow.notes == ("sns/n1 was sent 2 times and kept once: deduplicated by the broker",)


def test_a_replayed_event_is_said_to_be_one(stitched, make):
    put = make.Invoked(1, sends=[make.a_put(1, "e1")])
    replayed = make.an_event("e1", attributes={"replay-name": "again"})

    (flow,) = stitched(put, make.Invoked(2, "award", at_s=9, messages=[replayed]))

    assert flow.notes == ("replayed from archive again to award",)


def test_the_broker_s_clock_tells_whose_clock_is_off(stitched, make):
    sent = make.Invoked(1, "fast-clock", at_s=100, sends=[make.a_send(1, "sqs/m1", at_s=100)])
    taken_us = make.START_US + 10 * make.SECOND
    received = make.Invoked(2, "print", at_s=11, messages=[make.a_message("sqs/m1", sent_us=taken_us)])

    (flow,) = stitched(sent, received)

    assert flow.notes == ("clock of the broker (sqs) is at least 90.0 s behind that of fast-clock",)
    assert flow.hops[1].started_us == make.START_US + 100 * make.SECOND


def test_an_id_that_every_message_has_does_not_link_everything_with_everything(stitched, make):
    sent = [make.Invoked(n, at_s=n, sends=[make.a_send(n, "sqs/none", at_s=n)]) for n in range(1, 101)]
    received = [make.Invoked(n, "print", at_s=n, messages=[make.a_message("sqs/none")]) for n in range(101, 201)]

    (flow,) = (flow for flow in stitched(*sent, *received) if flow.links)

    assert len(flow.links) == 16 * 100
