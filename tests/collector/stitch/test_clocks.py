"""What was sent before it was received shows whose clock is off; what was recorded stays as it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st


def offsets_s(flow):
    """By function: seconds to add, of those whose clock does not stand."""
    return {hop.function: hop.clock_offset_us / 1e6 for hop in flow.hops if hop.clock_offset_us}


@pytest.fixture
def queued(make):
    """What `a` sent at one time by its clock, the queue took at another by its own, and `b` received."""

    def queued(sent_s, taken_s, received_s):
        taken_us = None if taken_s is None else make.START_US + round(taken_s * make.SECOND) + 7_000
        sent = make.Invoked(1, "a", at_s=sent_s, sends=[make.a_send(1, "sqs/m1", at_s=sent_s)])
        received = make.a_message("sqs/m1", sent_us=taken_us)
        return sent, make.Invoked(2, "b", at_s=received_s, messages=[received])

    return queued


@pytest.mark.parametrize(
    ("times_s", "expected"),
    [
        ((1, None, 2), {}),
        ((9, None, 2), {"b": 7.0}),  # nobody says which one is off: the later one moves
        ((9, 1, 2), {"a": -7.992}),  # a millisecond less: the queue counts in milliseconds
        ((0, 9, 2), {"b": 7.007}),
        ((20, 10, 2), {"a": -9.992, "b": 8.008}),
    ],
)
def test_a_clock_moves_as_far_as_the_order_needs(stitched, queued, times_s, expected):
    (flow,) = stitched(*queued(*times_s))

    assert offsets_s(flow) == expected


def test_what_follows_a_clock_that_is_behind_stays_behind_it(stitched, make):
    """Only b's clock is behind; c agrees with a, and need not move although b does."""
    first = make.Invoked(1, "a", at_s=100, sends=[make.a_put(1, "e1", at_s=100)])
    second = make.Invoked(2, "b", at_s=1, messages=[make.an_event("e1")], sends=[make.a_put(2, "e2", at_s=2)])
    third = make.Invoked(3, "c", at_s=103, messages=[make.an_event("e2")])

    (flow,) = stitched(first, second, third)

    assert offsets_s(flow) == {"b": 99.0}


def test_the_time_of_an_event_is_its_sender_s_to_set_and_proves_nothing(stitched, make):
    last_week_us = make.START_US - 7 * 86_400 * make.SECOND
    put = make.Invoked(1, "a", sends=[make.a_put(1, "e1", at_s=0)])

    (flow,) = stitched(put, make.Invoked(2, "b", at_s=1, messages=[make.an_event("e1", sent_us=last_week_us)]))

    assert (offsets_s(flow), flow.notes) == ({}, ())


def test_a_repeat_that_the_broker_dropped_may_be_sent_after_the_message_arrived(stitched, make):
    published = [make.Invoked(n, f"p{n}", at_s=n * 60, sends=[make.a_send(n, "sqs/m1", at_s=n * 60)]) for n in (1, 2)]

    (flow,) = stitched(*published, make.Invoked(3, "b", at_s=61, messages=[make.a_message("sqs/m1")]))

    assert offsets_s(flow) == {}
    assert not any("clock" in note for note in flow.notes)


@given(skews=st.lists(st.integers(-50, 50), min_size=2, max_size=6), has_broker_time=st.booleans())
def test_corrected_nothing_comes_before_what_led_to_it(stitched, make, skews, has_broker_time):
    """A chain through queues, each function with a clock of its own."""
    chain = []
    for number, skew_s in enumerate(skews, 1):
        taken_us = make.START_US + (number * 2 - 1) * make.SECOND + 1_000 if has_broker_time else None
        message = make.a_message(f"sqs/m{number - 1}", sent_us=taken_us)
        at_s = number * 2 + skew_s
        send = make.a_send(number, f"sqs/m{number}", at_s=at_s + 0.05)
        chain.append(
            make.Invoked(number, f"f{number}", at_s=at_s, messages=[message] if number > 1 else [], sends=[send])
        )

    (flow,) = stitched(*chain, now_s=7200)

    hops = {hop.id: hop for hop in flow.hops}
    sends = {send.id: send for send in flow.sends}
    for link in flow.links:
        send, hop = sends[link.from_id], hops[link.to_id]
        sent_us = send.sent_us + hops[send.hop].clock_offset_us
        assert sent_us <= hop.started_us + hop.clock_offset_us
        assert hop.sent_us is None or sent_us - make.SECOND <= hop.sent_us <= hop.started_us + hop.clock_offset_us
    assert {hop.started_us for hop in flow.hops} == {make.START_US + round(each.at_s * make.SECOND) for each in chain}
