"""What is tried again, given up, repaired and handled twice: on the stage, in the JSON and in `hopscope show`."""

from collections import Counter

import pytest

pytestmark = [pytest.mark.stage, pytest.mark.xdist_group("stage-first-class")]


def tries(flow, function):
    """Attempts at the messages of one consumer, in order."""
    return [(hop["attempt"], hop["status"]) for hop in flow["hops"] if hop["function"] == function]


def test_a_queue_hands_a_message_over_again(depot):
    flow, shown = depot.flow("redelivered"), depot.shown("redelivered")

    assert flow["status"] == "recovered"
    assert tries(flow, "try-again") == [(1, "failed"), (2, "done")]
    (ref,) = {hop["refs"][0] for hop in flow["hops"] if hop["function"] == "try-again"}
    assert ref.startswith("sqs/")
    assert "↺ └─ try-again ×2" in shown
    assert "attempt 1 failed after" in shown


def test_an_asynchronous_invocation_is_tried_again_under_one_request_id(depot):
    flow, shown = depot.flow("tried-again"), depot.shown("tried-again")

    assert flow["status"] == "recovered"
    assert tries(flow, "wobble") == [(1, "failed"), (2, "done")]
    assert len({hop["request_id"] for hop in flow["hops"] if hop["function"] == "wobble"}) == 1
    assert "wobble ×2" in shown
    assert "TimeoutError: the crate is stuck" in shown


def test_three_tries_without_anybody_to_tell_are_a_failure(depot):
    flow, shown = depot.flow("failed"), depot.shown("failed")

    assert flow["status"] == "failed"
    assert tries(flow, "break") == [(1, "failed"), (2, "failed"), (3, "failed")]
    assert shown.startswith("✗ failed")
    assert "break ×3" in shown


def test_what_was_given_up_is_said_with_who_and_after_how_many(depot):
    """Lambda hands the failure to a queue: the report stands below the function that failed."""
    flow, shown = depot.flow("given-up"), depot.shown("given-up")

    assert flow["status"] == "dead-lettered"
    assert tries(flow, "give-up") == [(1, "failed"), (2, "failed"), (3, "dead-lettered")]
    by_id = {hop["id"]: hop for hop in flow["hops"]}
    reports = [link for link in flow["links"] if by_id[link["to"]]["function"] == "report-failure"]
    assert [(by_id[link["from"]]["function"], link["evidence"]) for link in reports] == [("give-up", "ref")]
    assert "! give-up gave up after 3 attempts" in shown
    assert "attempt 3 dead-lettered after" in shown


def test_a_dead_letter_names_the_queue_it_left_and_who_buries_it(depot):
    flow, shown = depot.flow("dead-lettered"), depot.shown("dead-lettered")

    assert flow["status"] == "dead-lettered"
    assert tries(flow, "doomed-worker") == [(1, "failed"), (2, "dead-lettered")]
    assert tries(flow, "bury")[-1][1] == "done"
    assert "queue doomed → queue graves" in shown
    assert "! doomed-worker gave up after 2 attempts" in shown
    assert "! bury took a dead letter of doomed" in shown


def test_a_redriven_message_is_the_same_under_a_new_id(depot):
    flow, shown = depot.flow("redriven"), depot.shown("redriven")

    assert flow["status"] == "recovered"
    refs = [hop["refs"][0] for hop in flow["hops"] if hop["function"] == "belt"]
    assert (refs[0], len(set(refs))) == (refs[1], 2)
    assert {link["from"] for link in flow["links"]} == {flow["sends"][0]["id"]}
    assert f"{refs[0]} came again as {refs[2]}" in " ".join(shown.split())


def test_a_stream_s_batch_is_cut_in_two_until_the_poison_is_alone(depot):
    """Four records, the last one poison, which is tried once more and then passed over."""
    flow, shown = depot.flow("bisected"), depot.shown("bisected")

    assert flow["status"] == "failed"
    statuses: dict[str, list[str]] = {}
    for hop in flow["hops"]:
        if hop["function"] == "taste":
            statuses.setdefault(hop["refs"][0], []).append(hop["status"])
    *sound, poison = (statuses[ref] for ref in sorted(statuses))
    assert [each[-1] for each in sound] == ["done"] * 3
    assert Counter(poison) == {"failed": len(poison)}
    assert len(poison) > len(sound[0])
    assert "! taste failed at a batch, which was cut in two: tried among" in shown
    assert "same Kinesis sequence number on both sides" in shown


def test_only_what_was_given_back_of_a_batch_is_tried_again(depot):
    flow, shown = depot.flow("partly-failed"), depot.shown("partly-failed")

    assert flow["status"] == "recovered"
    by_message: dict[str, list[str]] = {}
    for hop in flow["hops"]:
        if hop["function"] == "give-back":
            by_message.setdefault(hop["refs"][0], []).append(hop["status"])
    assert sorted(by_message.values()) == [["done"], ["done"], ["failed", "done"]]
    assert "the handler gave this message of the batch back" in shown


def test_a_timeout_and_a_crash_have_their_reason(depot):
    slept, crashed = depot.flow("timed-out"), depot.flow("crashed")

    assert (slept["status"], crashed["status"]) == ("timed-out", "failed")
    assert [hop["error"]["type"] for flow in (slept, crashed) for hop in flow["hops"][1:]] == [
        "Timeout",
        "RuntimeExited",
    ]
    assert "Lambda stopped it after" in depot.shown("timed-out")
    assert "Runtime exited with error: exit status 7" in depot.shown("crashed")


def test_one_message_that_two_rules_deliver_is_a_duplicate(depot):
    flow, shown = depot.flow("received-twice"), depot.shown("received-twice")

    assert flow["status"] == "duplicated"
    (ref,) = {hop["refs"][0] for hop in flow["hops"] if hop["function"] == "celebrate"}
    assert f"! celebrate handled {ref} twice" in shown


@pytest.mark.parametrize(("case", "function"), [("sent-twice", "pack"), ("told-twice", "take-note")])
def test_one_business_event_that_was_sent_twice_is_a_duplicate(depot, case, function):
    """Known by the equal body in a queue; on a bus, which hides it, by the rule `once`."""
    flow, shown = depot.flow(case), depot.shown(case)

    assert flow["status"] == "duplicated"
    assert len({hop["refs"][0] for hop in flow["hops"] if hop["function"] == function}) == 2
    assert f"! {function} handled" in shown


def test_an_event_that_was_replayed_says_from_which_archive(depot):
    flow, shown = depot.flow("replayed"), depot.shown("replayed")

    assert [hop["attributes"].get("replay-name") for hop in flow["hops"] if hop["function"] == "keep"] == [
        None,
        "once-more",
    ]
    assert "! replayed from archive once-more to keep" in shown


def test_a_send_that_the_broker_deduplicated_is_said(depot):
    flow, shown = depot.flow("deduplicated"), depot.shown("deduplicated")

    assert flow["status"] == "done"
    assert tries(flow, "line-up") == [(1, "done")]
    assert len(flow["sends"]) == 2
    assert "was sent 2 times and kept once: deduplicated by the broker" in shown
