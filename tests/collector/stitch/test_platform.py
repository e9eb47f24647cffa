"""The platform's own lines end what our records left open, and name what has no layer."""

import pytest

from hopscope_collector.lines.platform import PlatformFact


@pytest.fixture
def a_fact(make):
    def fact(kind="report", request_id="request-1", at_s=1.0, **given):
        return PlatformFact(kind, request_id, make.START_US + round(at_s * make.SECOND), **given)

    return fact


@pytest.mark.parametrize(
    "case",
    [
        ({"kind": "timeout", "duration_us": 3_000_000}, "timed-out", "Lambda stopped it after 3.00 s"),
        ({"status": "timeout"}, "timed-out", "Lambda stopped it"),
        ({"kind": "exit", "error": "signal: killed"}, "failed", "signal: killed"),
        ({"status": "error", "error": "Runtime.ExitError"}, "failed", "Runtime.ExitError"),
        (
            {"status": "error", "error": "Runtime.OutOfMemory", "memory_mb": 128, "max_memory_mb": 128},
            "failed",
            "Lambda ended it at 128 MB, which is all it may use",
        ),
        ({"status": "success"}, "done", None),
    ],
)
def test_a_hop_whose_end_never_came(stitched, make, a_fact, case):
    given, status, error = case
    running = make.Invoked(1, messages=[make.a_request()], has_end=False)

    (flow,) = stitched(running, now_s=2, facts=[a_fact(**given)])  # fmt: skip

    (hop,) = flow.hops
    assert (hop.status, hop.ended_us, hop.error and hop.error.message) == (status, make.START_US + make.SECOND, error)


def test_a_process_that_was_killed_with_its_memory_full_ran_out_of_it(stitched, make, a_fact):
    """As Lambda for Python logs it: the kill, and a REPORT that tells how full the memory was."""
    killed = a_fact("exit", status="failure", error="Runtime exited with error: signal: killed")
    report = a_fact(status="error", error="Runtime.ExitError", memory_mb=128, max_memory_mb=128)

    (flow,) = stitched(make.Invoked(1, messages=[make.a_request()], has_end=False), now_s=2, facts=[killed, report])

    assert flow.hops[0].error.type == "OutOfMemory"


def test_a_line_without_a_time_says_how_long_it_took(stitched, make):
    """`sls logs` prints REPORT without one."""
    report = PlatformFact("report", "request-1", 0, status="timeout", duration_us=3 * make.SECOND)

    (flow,) = stitched(make.Invoked(1, messages=[make.a_request()], has_end=False), now_s=2, facts=[report])

    assert (flow.status, flow.hops[0].ended_us) == ("timed-out", make.START_US + 3 * make.SECOND)


def test_an_end_of_ours_is_believed_before_the_platform_s(stitched, make, a_fact):
    (flow,) = stitched(make.Invoked(1), facts=[a_fact(status="error", max_memory_mb=77)])

    assert (flow.hops[0].status, flow.hops[0].attributes) == ("done", {"max-memory-mb": "77"})


def test_each_attempt_under_one_request_id_has_its_own_lines(stitched, make, a_fact):
    tries = [
        make.Invoked(n, "charge", at_s=at_s, request_id="r1", messages=[make.an_event("e1")], has_end=False)
        for n, at_s in ((1, 0), (2, 60))
    ]

    (flow,) = stitched(*tries, now_s=65, facts=[a_fact("timeout", "r1", at_s=3)])

    assert [hop.status for hop in flow.hops] == ["timed-out", "running"]
    assert flow.status == "running"


@pytest.mark.parametrize("case", [("legacy", "not-instrumented"), ("place-order", "lost")])
def test_a_function_that_only_the_platform_knows(stitched, make, a_fact, case):
    function, status = case
    invoked = make.a_send(1, "lambda/r9", service="lambda", operation="Invoke", destination=function)
    facts = [a_fact("start", "r9", 1, function=function), a_fact("report", "r9", 2, function=function)]

    (flow,) = stitched(make.Invoked(1, sends=[invoked]), facts=facts)

    assert [(hop.function, hop.status) for hop in flow.hops] == [("place-order", "done"), (function, status)]
    assert [(link.from_id, link.evidence) for link in flow.links] == [(make.send_id(1), ("ref",))]


def test_a_cold_start_that_failed_and_was_tried_again_is_said(stitched, make, a_fact):
    invoked = make.Invoked(1, messages=[make.a_request()])

    (flow,) = stitched(invoked, facts=[a_fact("init", at_s=0.01, status="timeout", init_us=9_999_930)])

    (hop,) = flow.hops
    assert (hop.status, hop.attributes["init-us"], hop.attributes["init-failure"]) == ("done", "9999930", "timeout")
    assert flow.notes == ("the cold start of place-order failed after 10.00 s: timeout",)


def test_a_cold_start_ends_nothing(stitched, make, a_fact):
    running = make.Invoked(1, messages=[make.a_request()], has_end=False)

    (flow,) = stitched(running, now_s=2, facts=[a_fact("init", status="error", init_us=1)])

    assert (flow.status, flow.hops[0].ended_us) == ("running", None)
