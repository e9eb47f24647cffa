"""The payloads that a layer has recorded."""

from hopscope_collector.payloads import payloads_of
from hopscope_wire.model import Begin, End, Message, Send


def test_those_of_messages_and_of_sends_are_found_by_their_hop_and_send():
    begin = Begin("t", "i", "r", "f", 1, messages=(Message(0, "sqs", extra={"payload": "in"}), Message(1, "sqs")))
    end = End("t", "i", "r", "f", 1, 2, 1, "ok", sends=(Send("s", "sns", "Publish", extra={"payload": "out"}),))

    found = payloads_of([begin, end])

    assert found.of_hops == {"i.0": "in"}
    assert found.of_sends == {"s": "out"}


def test_of_a_failed_invocation_they_stand_in_its_end_and_odd_ones_are_none():
    end = End("t", "i", "r", "f", 1, 2, 1, "error", extra={"payloads": ["first", None, 7, "fourth"]})

    assert payloads_of([end]).of_hops == {"i.0": "first", "i.3": "fourth"}
    assert payloads_of([End("t", "i", "r", "f", 1, 2, 1, "ok", extra={"payloads": "odd"})]).of_hops == {}
