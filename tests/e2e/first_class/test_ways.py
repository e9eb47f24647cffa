"""Where messages go, who is silent, and what is missing: on the stage, in the JSON and in `hopscope show`."""

import pytest

pytestmark = [pytest.mark.stage, pytest.mark.xdist_group("stage-first-class")]


def functions(flow):
    return [hop["function"] for hop in flow["hops"]]


def test_one_event_fans_out_to_all_that_listen(depot):
    flow, shown = depot.flow("fanned-out"), depot.shown("fanned-out")

    assert flow["status"] == "done"
    assert sorted(functions(flow)) == ["one", "other", "pack", "start"]
    assert {link["from"] for link in flow["links"]} == {flow["sends"][0]["id"]}
    assert "├─ one" in shown or "└─ one" in shown
    assert "over bus depot → queue sorted" in shown


def test_two_messages_fan_in_to_one(depot):
    """What was sent for both halves together belongs to the batch, and goes on in their flow."""
    flow, shown = depot.flow("fanned-in"), depot.shown("fanned-in")

    assert flow["status"] == "done"
    joined = [hop["id"] for hop in flow["hops"] if hop["function"] == "join"]
    sent = [send for send in flow["sends"] if send["hop"] in joined]
    assert (len(joined), len({each.split(".")[0] for each in joined})) == (2, 1)
    assert [link["to"] for link in flow["links"] if link["from"] == sent[0]["id"]] == [flow["hops"][-1]["id"]]
    assert "one of 2 in its batch" in shown


def test_a_batch_of_two_flows_melts_neither(depot):
    """One invocation handled both; what it sent for each goes on in its own flow."""
    flows = [depot.flow(case) for case in ("batch-of-a", "batch-of-b")]

    assert [functions(flow) for flow in flows] == [["start", "sort", "pack"]] * 2
    (invocation,) = {hop["invocation_id"] for flow in flows for hop in flow["hops"] if hop["function"] == "sort"}
    assert invocation
    assert [flow["keys"] for flow in flows] == [{"case": "batch-of-a"}, {"case": "batch-of-b"}]
    assert "queue mixed, one of 2 in its batch" in depot.shown("batch-of-a")


def test_an_entry_that_was_not_taken_is_not_sent(depot):
    flow, shown = depot.flow("not-sent"), depot.shown("not-sent")

    assert [(send["name"], send["error"] and send["error"]["type"]) for send in flow["sends"]] == [
        ("noted", None),
        ("forged", "NotAuthorizedForSourceException"),
    ]
    assert "not sent: NotAuthorizedForSourceException" in shown
    assert "! start could not send forged: NotAuthorizedForSourceException" in shown


def test_brokers_on_the_way_have_names_and_the_waiting_is_told_from_the_running(depot):
    """Bus, rule, topic and queue; the rule is known because the bus logs what it matched."""
    flow, shown = depot.flow("through-brokers"), depot.shown("through-brokers")

    (link,) = flow["links"]
    assert [(broker["kind"], broker["name"]) for broker in link["through"]] == [
        ("bus", "depot"),
        ("rule", "to-announcements"),
        ("topic", "announcements"),
        ("queue", "announcements"),
    ]
    sent_us, started_us = flow["sends"][0]["sent_us"], flow["hops"][1]["started_us"]
    assert link["waited_us"] == started_us - sent_us
    assert sent_us // 1000 <= link["through"][-1]["reached_us"] // 1000 <= started_us // 1000
    assert "over bus depot → rule to-announcements → topic announcements → queue announcements" in shown
    (step,) = (line for line in shown.splitlines() if "read-aloud" in line)
    assert step.index("waited") < step.index("ran")


def test_a_function_without_the_layer_is_named_by_the_platform_s_lines(depot):
    flow, shown = depot.flow("not-instrumented"), depot.shown("not-instrumented")

    assert flow["status"] == "done"
    assert [(hop["function"], hop["status"]) for hop in flow["hops"]] == [
        ("start", "done"),
        ("legacy", "not-instrumented"),
    ]
    assert "not instrumented: only the platform or a broker tells of it" in shown


def test_a_consumer_that_is_known_to_carry_no_layer_is_not_missed(depot):
    flow, shown = depot.flow("told-not-instrumented"), depot.shown("told-not-instrumented")

    assert (flow["status"], [wait["state"] for wait in flow["waits"]]) == ("done", ["not-instrumented"])
    assert "not seen: stranger" in shown
    assert "not-instrumented: the message, in queue foreign" in shown


def test_a_run_whose_records_are_missing_is_lost_when_the_function_has_others(depot):
    flow, shown = depot.flow("unrecorded"), depot.shown("unrecorded")

    assert flow["status"] == "lost"
    assert [hop["status"] for hop in depot.flow("recorded")["hops"]] == ["done", "done"]
    assert [(hop["function"], hop["status"]) for hop in flow["hops"]] == [("start", "done"), ("whisper", "lost")]
    assert "lost: its records are missing, only the platform tells that it ran" in shown


def test_silence_has_three_names(depot):
    """After the queue's retention; while it may still come; and at once, when the bus says that no rule matched."""
    flows = {case: depot.flow(case) for case in ("lost", "waiting", "unmatched")}

    assert {case: flow["status"] for case, flow in flows.items()} == {
        "lost": "lost",
        "waiting": "waiting",
        "unmatched": "lost",
    }
    assert "? └─ no sign of remember" in depot.shown("lost")
    assert "◌ └─ waiting: come-tomorrow" in depot.shown("waiting")
    assert "waiting: the message, in queue patient" in depot.shown("waiting")
    assert "lost: unheard, in bus depot" in depot.shown("unmatched")
    assert "! no rule of depot matched unheard" in depot.shown("unmatched")


def test_what_did_not_come_in_time_is_overdue(depot):
    flow, shown = depot.flow("overdue"), depot.shown("overdue")

    assert flow["status"] == "overdue"
    assert "waiting: kept_promise" in shown
    assert "too late" in shown
