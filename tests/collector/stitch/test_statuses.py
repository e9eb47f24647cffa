"""Hops and flows are called what they are: running, retrying, recovered, given up, duplicated, waited for."""

import re
from pathlib import Path

import pytest

from hopscope_collector.stitch.statuses import FLOW_MEANING, HOP_MEANING

ACCEPTED_IN_TEN_MINUTES = '[[expect]]\nafter = "restaurant_notified"\nexpect = "order_accepted"\nwithin = "10m"'
THREE_TRIES = '[[queue]]\nname = "tickets"\nmax_receive_count = 3\ndead_letter = "tickets-dlq"\nretry_within = "60s"'


def tries(make, outcomes, source="sqs"):
    """One try a second of `print` at one message, each with its error or None."""
    for attempt, error in enumerate(outcomes, 1):
        message = make.a_message("sqs/m1", attempt=attempt) if source == "sqs" else make.an_event("e1")
        yield make.Invoked(attempt, "print", at_s=attempt, request_id="r1", messages=[message], error=error)


def statuses(flow):
    return flow.status, [hop.status for hop in flow.hops]


@pytest.mark.parametrize(
    "case",
    [
        ([None], 2, ("done", ["done"])),
        (["Jam"], 2, ("running", ["failed"])),
        (["Jam", "Jam"], 3, ("running", ["failed", "failed"])),
        (["Jam", "Jam", None], 4, ("recovered", ["failed", "failed", "done"])),
        (["Jam", "Jam", "Jam"], 4, ("dead-lettered", ["failed", "failed", "dead-lettered"])),
        (["Jam"], 90, ("failed", ["failed"])),
    ],
)
def test_a_queue_with_known_tries(stitched, make, case):
    outcomes, now_s, expected = case

    (flow,) = stitched(*tries(make, outcomes), now_s=now_s, rules=THREE_TRIES)

    assert statuses(flow) == expected


@pytest.mark.parametrize(
    "case",
    [
        (["Jam"], 2, ("running", ["failed"])),
        (["Jam", None], 3, ("recovered", ["failed", "done"])),
        (["Jam", "Jam", "Jam"], 4, ("failed", ["failed", "failed", "failed"])),
        (["Jam"], 3600, ("failed", ["failed"])),
    ],
)
def test_an_asynchronous_invocation_has_three_tries_under_one_request_id(stitched, make, case):
    outcomes, now_s, expected = case

    (flow,) = stitched(*tries(make, outcomes, "events"), now_s=now_s)

    assert statuses(flow) == expected
    assert [hop.attempt for hop in flow.hops] == list(range(1, len(outcomes) + 1))


def test_a_request_that_fails_is_not_tried_again_by_anybody(stitched, make):
    (flow,) = stitched(make.Invoked(1, messages=[make.a_request()], error="Boom"), now_s=1)

    assert statuses(flow) == ("failed", ["failed"])


def test_a_caller_who_tries_again_makes_up_for_the_failure(stitched, make):
    keys = {"order_id": "o-42"}
    first = make.Invoked(1, messages=[make.a_request(keys=keys)], error="Boom")
    second = make.Invoked(2, at_s=5, messages=[make.a_request(keys=keys)])

    (flow,) = stitched(first, second)

    assert statuses(flow) == ("recovered", ["failed", "done"])


def test_a_redriven_message_that_succeeds_makes_up_for_its_dead_letter(stitched, make):
    """`StartMessageMoveTask` gives a new id; our context still names the send."""
    sent = make.Invoked(9, sends=[make.a_send(9, "sqs/m1")])
    redriven = make.a_message("sqs/m2", carrier=make.carrier(9))

    (flow,) = stitched(
        sent, *tries(make, ["Jam"] * 3), make.Invoked(8, "print", at_s=99, messages=[redriven]), rules=THREE_TRIES
    )

    assert flow.status == "recovered"
    assert "sqs/m1 came again as sqs/m2: redriven from a dead-letter queue, or copied" in flow.notes


@pytest.mark.parametrize(("now_s", "expected"), [(9, "running"), (11, "running"), (13, "timed-out")])
def test_no_end_is_running_until_the_deadline_and_the_time_that_log_lines_take(stitched, make, now_s, expected):
    (flow,) = stitched(make.Invoked(1, messages=[make.a_request()], has_end=False, deadline_s=10), now_s=now_s)

    assert statuses(flow) == (expected, [expected])


def test_an_end_without_a_begin_is_one_hop(stitched, make):
    (flow,) = stitched(make.Invoked(1, has_begin=False, sends=[make.a_put(1, "e1")]))

    assert statuses(flow) == ("done", ["done"])
    assert "begin of place-order (request-1) was not recorded" in flow.notes


def test_a_partial_batch_failure_fails_exactly_its_messages(stitched, make):
    batch = make.Invoked(1, "print", messages=[make.a_message(f"sqs/m{n}", index=n) for n in range(3)], failed=[1])

    flows = stitched(batch)

    assert sorted((hop.id, hop.status) for flow in flows for hop in flow.hops) == [
        (make.hop_id(1, 0), "done"),
        (make.hop_id(1, 1), "failed"),
        (make.hop_id(1, 2), "done"),
    ]


def test_a_handler_that_raises_fails_all_its_messages(stitched, make):
    batch = make.Invoked(1, "print", messages=[make.a_message(f"sqs/m{n}", index=n) for n in range(3)], error="Jam")

    assert {hop.status for flow in stitched(batch) for hop in flow.hops} == {"failed"}


@pytest.mark.parametrize(("now_s", "expected"), [(300, "waiting"), (601, "overdue")])
def test_a_step_that_a_rule_expects(stitched, make, now_s, expected):
    notified = make.Invoked(1, "notify", sends=[make.a_put(1, "e1", "restaurant_notified", at_s=0)])

    (flow,) = stitched(notified, now_s=now_s, rules=ACCEPTED_IN_TEN_MINUTES)

    assert flow.status == expected
    assert flow.ended_us is None
    (wait,) = flow.waits
    assert (wait.after, wait.expected, wait.state) == ("restaurant_notified", "order_accepted", expected)
    assert wait.due_us == make.START_US + 600 * make.SECOND


def test_a_step_that_came_closes_its_wait(stitched, make):
    keys = {"order_id": "o-42"}
    notified = make.Invoked(1, "notify", sends=[make.a_put(1, "e1", "restaurant_notified", keys=keys)])
    accepted = make.Invoked(
        2,
        "accept",
        at_s=60,
        messages=[make.a_request(keys=keys)],
        sends=[make.a_put(2, "e2", "order_accepted", at_s=60)],
    )

    (flow,) = stitched(notified, accepted, rules=ACCEPTED_IN_TEN_MINUTES)

    assert (flow.status, flow.waits) == ("done", ())


def test_a_message_whose_consumer_is_known_is_waited_for_and_lost_only_after_its_retention(stitched, make):
    sent = make.Invoked(1, sends=[make.a_send(1, "sqs/m1")])
    known = {"tickets": {"print"}}

    statuses_by_now = {
        now_s: [
            (flow.status, [wait.expected for wait in flow.waits])
            for flow in stitched(sent, now_s=now_s, known_consumers=known)
        ]
        for now_s in (60, 5 * 86400)
    }

    assert statuses_by_now == {60: [("waiting", ["print"])], 5 * 86400: [("lost", ["print"])]}


def test_a_message_whose_consumers_nobody_knows_is_not_waited_for(stitched, make):
    (flow,) = stitched(make.Invoked(1, sends=[make.a_send(1, "sqs/m1")]))

    assert (flow.status, flow.waits) == ("done", ())


def test_an_event_without_a_rule_is_not_waited_for(stitched, make):
    (flow,) = stitched(make.Invoked(1, sends=[make.a_put(1, "e1")]), known_consumers={"orders": {"notify"}})

    assert (flow.status, flow.waits) == ("done", ())


def test_a_consumer_without_the_layer_is_called_so_and_is_no_problem(stitched, make):
    rule = '[[consumer]]\nof = "tickets"\nfunction = "legacy"\ninstrumented = false'

    (flow,) = stitched(make.Invoked(1, sends=[make.a_send(1, "sqs/m1")]), rules=rule)

    assert (flow.status, [wait.state for wait in flow.waits]) == ("done", ["not-instrumented"])


def test_an_entry_that_the_broker_did_not_take_is_said_and_not_waited_for(stitched, make):
    from hopscope_wire.model import WireError

    refused = make.a_send(1, error=WireError("InternalFailure"))

    (flow,) = stitched(make.Invoked(1, sends=[refused]), known_consumers={"tickets": {"print"}})

    assert (flow.status, flow.notes) == ("done", ("place-order could not send tickets: InternalFailure",))


def test_the_same_message_handled_twice_is_duplicated(stitched, make):
    """Two rules of a bus deliver one event to one function."""
    twice = [make.Invoked(n, "award", at_s=n, messages=[make.an_event("e1")]) for n in (1, 2)]

    (flow,) = stitched(*twice)

    assert statuses(flow) == ("duplicated", ["done", "done"])
    assert flow.notes == ("award handled events/e1 twice",)


@pytest.mark.parametrize(("hashes", "expected"), [(("aa", "aa"), "duplicated"), (("aa", "bb"), "done")])
def test_the_same_event_sent_twice_is_duplicated_if_its_bodies_are_equal(stitched, make, hashes, expected):
    keys = {"order_id": "o-42"}
    puts = [make.a_put(1, f"e{n}", count=n, keys=keys, body_hash=hashes[n - 1]) for n in (1, 2)]
    handled = [make.Invoked(n + 1, "award", at_s=n, messages=[make.an_event(f"e{n}", keys=keys)]) for n in (1, 2)]

    (flow,) = stitched(make.Invoked(1, sends=puts), *handled)

    assert flow.status == expected


def test_an_event_that_may_come_only_once_is_duplicated_whatever_its_body(stitched, make):
    keys = {"order_id": "o-42"}
    handled = [make.Invoked(n, "award", at_s=n, messages=[make.an_event(f"e{n}", keys=keys)]) for n in (1, 2)]

    assert [flow.status for flow in stitched(*handled)] == ["done"]
    assert [flow.status for flow in stitched(*handled, rules='[duplicates]\nonce = ["order_placed"]')] == ["duplicated"]


@pytest.mark.parametrize(("heading", "meaning"), [("## A hop", HOP_MEANING), ("## A flow", FLOW_MEANING)])
def test_the_documented_table_is_the_one_that_decides(heading, meaning):
    text = (Path(__file__).parents[3] / "docs" / "statuses.md").read_text(encoding="utf-8")
    section = text.split(heading, 1)[1].split("\n## ", 1)[0]

    rows = re.findall(r"^\| `([a-z-]+)` \| (.+?) \|$", section, re.MULTILINE)

    assert dict(rows) == dict(meaning)
    assert [name for name, _ in rows] == list(meaning)
