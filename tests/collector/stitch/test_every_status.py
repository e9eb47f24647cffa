"""Every status of docs/statuses.md is reached by an example, and of two that are true the worse one is said."""

import itertools

import pytest

from hopscope_collector.lines.platform import PlatformFact
from hopscope_collector.stitch.statuses import FLOW_MEANING, HOP_MEANING

NOW_S = 1_000
KEYS = {"order_id": "o-42"}
RULES = """
[[queue]]
name = "tickets"
max_receive_count = 2

[[queue]]
name = "forgotten"
retention = "1m"

[[consumer]]
of = "forgotten"
function = "remember"

[[consumer]]
of = "orders"
function = "come-tomorrow"
names = ["wanted"]

[[expect]]
after = "promised"
expect = "kept"
within = "1m"
"""


def a_run(make, number, **given):
    """One invocation of a function of its own, asked for by somebody with the key."""
    return make.Invoked(number, f"function-{number}", messages=[make.a_request(keys=KEYS)], **given)


def sending(make, number, name, **given):
    put = make.a_put(number, f"e{number}", name, keys=KEYS, **given)
    return [a_run(make, number, sends=[put])]


def tries_at(make, number, *errors):
    message = make.a_message(f"sqs/m{number}", keys=KEYS)
    return [
        make.Invoked(number + count, f"tries-{number}", at_s=count, messages=[message], error=error)
        for count, error in enumerate(errors)
    ]


def handled_twice(make, number):
    event = make.an_event(f"e{number}", keys=KEYS)
    return [make.Invoked(number + count, "award", at_s=count, messages=[event]) for count in range(2)]


FLOWS = {
    "dead-lettered": lambda make, n: tries_at(make, n, "Jam", "Jam"),
    "failed": lambda make, n: [a_run(make, n, error="Boom")],
    "timed-out": lambda make, n: [a_run(make, n, has_end=False)],
    "lost": lambda make, n: sending(make, n, None, destination="forgotten", service="sqs"),
    "overdue": lambda make, n: sending(make, n, "promised"),
    "running": lambda make, n: [a_run(make, n, has_end=False, at_s=NOW_S - 1)],
    "waiting": lambda make, n: sending(make, n, "wanted"),
    "duplicated": handled_twice,
    "recovered": lambda make, n: tries_at(make, n, "Jam", None),
    "done": lambda make, n: [a_run(make, n)],
}
HOPS = {
    "running": lambda make: [a_run(make, 1, has_end=False, at_s=NOW_S - 1)],
    "done": lambda make: [a_run(make, 1)],
    "failed": lambda make: [a_run(make, 1, error="Boom")],
    "timed-out": lambda make: [a_run(make, 1, has_end=False)],
    "dead-lettered": lambda make: tries_at(make, 1, "Jam", "Jam"),
    "lost": lambda make: [invoking(make), make.Invoked(2, "known")],
    "not-instrumented": lambda make: [invoking(make)],
}


def invoking(make):
    """An `Invoke` that was answered with the request id of a run that no record tells of."""
    return a_run(make, 1, sends=[make.a_send(1, "lambda/r9", service="lambda", destination="known")])


def test_every_documented_status_has_its_example():
    assert (set(FLOWS), set(HOPS)) == (set(FLOW_MEANING), set(HOP_MEANING))


@pytest.mark.parametrize("status", FLOW_MEANING)
def test_a_flow_reaches_its_status(stitched, make, status):
    (flow,) = stitched(*FLOWS[status](make, 1), now_s=NOW_S, rules=RULES)

    assert flow.status == status


@pytest.mark.parametrize("status", HOP_MEANING)
def test_a_hop_reaches_its_status(stitched, make, status):
    ran = [PlatformFact(kind, "r9", make.START_US + make.SECOND, "known") for kind in ("start", "report")]

    flows = stitched(*HOPS[status](make), now_s=NOW_S, rules=RULES, facts=ran)

    assert status in {hop.status for flow in flows for hop in flow.hops}


@pytest.mark.parametrize("pair", list(itertools.combinations(FLOW_MEANING, 2)), ids="-".join)
def test_of_two_that_are_true_the_worse_one_is_said(stitched, make, pair):
    """The table is sorted; both happen to one order, which the key holds together."""
    worse, other = pair

    (flow,) = stitched(*FLOWS[worse](make, 10), *FLOWS[other](make, 20), now_s=NOW_S, rules=RULES)

    assert flow.status == worse
