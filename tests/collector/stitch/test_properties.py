"""What holds for any records and facts: in any order, any number of times, lost, damaged or made up."""

import importlib.util
import random
import sys
from collections import Counter
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hopscope_collector.executions import histories_of
from hopscope_collector.executions.keeping import kept
from hopscope_collector.key_paths import key_paths_of
from hopscope_collector.lines.brokers import BrokerFact
from hopscope_collector.lines.platform import PlatformFact
from hopscope_collector.rules import Expect, Rules
from hopscope_collector.stitch import flows_of
from hopscope_wire.model import Begin, End, Message, Send

GROUND_TRUTH = Path(__file__).parents[3] / "bench" / "ground_truth.py"
NOW_US = 10_000_000


@pytest.fixture(scope="module")
def world():
    """The made-up world of the benchmark."""
    spec = importlib.util.spec_from_file_location("ground_truth", GROUND_TRUTH)
    module = importlib.util.module_from_spec(spec)
    sys.modules["ground_truth"] = module  # dataclasses look their own module up
    spec.loader.exec_module(module)
    yield module
    del sys.modules["ground_truth"]


few = st.integers(0, 5)
ids = few.map(lambda number: f"{number:032x}")
maybe_id = st.none() | ids
refs = st.lists(
    st.sampled_from(["sqs/a", "sqs/b", "sns/a", "events/a", "events/b", "lambda/r1", "states/x"]), max_size=2
)
keys = st.dictionaries(st.sampled_from(["order_id", "tenant"]), st.sampled_from(["1", "2"]), max_size=2)
names = st.none() | st.sampled_from(["placed", "accepted"])
hashes = st.none() | st.sampled_from(["aa", "bb"])
carriers = st.none() | st.builds(
    lambda trace, number, n: f"00-{trace}-{number:012x}{n:04x}-01", ids, few, st.integers(1, 3)
)
maybe_trace = st.none() | ids.filter(lambda trace: trace != "0" * 32)

messages = st.builds(
    Message, index=st.integers(0, 3), source=st.sampled_from(["sqs", "sns", "events", "apigateway", "unknown"]),
    refs=refs.map(tuple), trace_id=maybe_trace, carrier=carriers, root=maybe_id, name=names,
    origin=st.none() | st.sampled_from(["arn:aws:sqs:eu:1:q", "arn:aws:sqs:eu:1:dlq"]), attempt=st.integers(1, 3),
    body_hash=hashes, keys=keys,
    attributes=st.sampled_from([{}, {"dead-letter-source": "arn:aws:sqs:eu:1:q"}, {"condition": "RetriesExhausted"}]),
)  # fmt: skip


@st.composite
def sends(draw, number):
    return Send(
        f"{number:012x}{draw(st.integers(1, 3)):04x}", draw(st.sampled_from(["sqs", "sns", "events"])), "Send",
        "q", draw(names), tuple(draw(refs)), draw(st.integers(0, 1000)), message_index=draw(st.none() | st.integers(0, 3)),
        body_hash=draw(hashes), keys=draw(keys),
    )  # fmt: skip


@st.composite
def records(draw):
    """Begins and ends of a handful of invocations whose ids collide, agree and contradict as they like."""
    number = draw(few)
    identity = {
        "trace_id": draw(ids), "invocation_id": f"{number:012x}0000", "request_id": draw(st.sampled_from(["", "r1", "r2"])),
        "function": draw(st.sampled_from(["f", "g"])), "start_us": draw(st.integers(0, 1000)), "root": draw(maybe_id),
    }  # fmt: skip
    if draw(st.booleans()):
        arrived = draw(st.lists(messages, max_size=3))
        return Begin(**identity, messages=tuple(arrived), deadline_us=draw(st.none() | st.integers(0, 20_000_000)))
    sent = draw(st.lists(sends(number), max_size=3))
    outcome = draw(st.sampled_from(["ok", "error"]))
    return End(
        **identity, end_us=2000, duration_us=1, outcome=outcome, sends=tuple(sent), failed_messages=tuple(draw(st.lists(few, max_size=2)))
    )  # fmt: skip


def history(name, events):
    """What is kept of an execution's first events: it was started by events/a, sent events/b and gave a token away."""
    said = [
        {"type": "ExecutionStarted", "executionStartedEventDetails": {"input": '{"id": "a", "detail-type": "placed", '
         '"source": "shop", "time": "1970-01-01T00:00:00Z", "order_id": "1"}'}},
        {"type": "TaskStateEntered", "stateEnteredEventDetails": {"name": "Notify", "input": "{}"}},
        {"type": "TaskScheduled", "taskScheduledEventDetails": {"resourceType": "events", "resource": "putEvents",
         "parameters": '{"Entries": [{"DetailType": "accepted", "EventBusName": "q"}]}'}},
        {"type": "TaskSucceeded", "taskSucceededEventDetails": {"resourceType": "events", "resource": "putEvents",
         "output": '{"Entries": [{"EventId": "b"}]}'}},
        {"type": "TaskStateExited", "stateExitedEventDetails": {"name": "Notify", "output": "{}"}},
        {"type": "ExecutionSucceeded", "executionSucceededEventDetails": {"output": "{}"}},
    ]  # fmt: skip
    numbered = [
        {"id": number, "previousEventId": number - 1, "timestamp": number / 1000, **event}
        for number, event in enumerate(said[:events], 1)
    ]
    arn = f"arn:aws:states:eu-west-1:111111111111:execution:pay:{name}"
    documents = [{"events": numbered}, {"executionArn": arn, "name": name, "status": "RUNNING", "startDate": 0.001}]
    return list(kept(histories_of(documents)[0], key_paths_of("order_id=order_id")))


PARTS = [part for name in "xy" for events in (2, 4, 6) for part in history(name, events)]
anything = records() | st.sampled_from(PARTS)

moments = st.integers(0, 3_000_000)
platform_facts = st.builds(
    PlatformFact, st.sampled_from(["start", "report", "timeout", "exit", "runtime-done", "init"]),
    st.sampled_from(["r1", "r2", "r9"]), moments, st.none() | st.sampled_from(["f", "legacy"]),
    st.none() | st.sampled_from(["success", "failure", "error", "timeout"]), init_us=st.none() | st.just(5),
    error=st.none() | st.just("Runtime.ExitError"),
)  # fmt: skip
targets = st.lists(
    st.sampled_from(["arn:aws:lambda:eu:1:function:f", "arn:aws:lambda:eu:1:function:legacy", "arn:aws:sqs:eu:1:q"]),
    max_size=2,
)
broker_facts = st.builds(
    BrokerFact, st.sampled_from(["received", "matched", "unmatched", "attempt-failed", "delivered", "gave-up"]),
    st.sampled_from(["events/a", "events/b", "sns/a"]), moments, st.sampled_from(["arn:aws:events:eu:1:event-bus/q"]),
    st.none() | st.just("arn:aws:events:eu:1:rule/q/r"), targets.map(tuple),
    st.lists(st.sampled_from(["sqs/a", "sqs/b", "lambda/r1", "lambda/r9"]), max_size=1).map(tuple),
)  # fmt: skip
facts = st.lists(platform_facts | broker_facts, max_size=5)
deliveries = st.lists(anything, max_size=8)

RULES = Rules(expect=(Expect("placed", "accepted", 100),), max_traces_per_value=3)
EXECUTIONS = {part.invocation_id for part in PARTS}
TOLD = {"lost", "not-instrumented", "dead-lettered"}
"""Statuses of hops that no record tells of."""


def flows(given_records, given_facts=()):
    return flows_of(given_records, now_us=NOW_US, rules=RULES, facts=given_facts)


def test_the_histories_of_these_properties_are_executions():
    found = flows([part for part in PARTS if part.refs])

    assert {arn[-1] for flow in found for arn in flow.executions} == {"x", "y"}
    assert {hop.source for flow in found for hop in flow.hops} == {"states"}


@pytest.mark.parametrize("part", PARTS, ids=lambda part: f"{part.refs[0][-1]}-{len(part.documents[0])}")
def test_each_part_of_a_history_is_enough_for_a_hop(part):
    (flow,) = flows([part])

    assert [f"states/{arn}" for arn in flow.executions] == [part.refs[0]]


@given(deliveries, facts, st.randoms(use_true_random=False))
def test_any_order_any_repeats_and_any_split_give_the_same_flows(recorded, told, chance):
    """What two sources overlap in is a repeat; which one came first is an order."""
    shuffled = recorded + chance.choices(recorded, k=3) if recorded else []
    told_again = told + chance.choices(told, k=2) if told else []
    chance.shuffle(shuffled)
    chance.shuffle(told_again)

    assert flows(shuffled, told_again) == flows(recorded, told)


@given(deliveries, facts)
def test_every_message_is_one_hop_of_one_flow_and_every_send_is_there_once(recorded, told):
    expected = {
        f"{each.invocation_id}.{message.index}"
        for each in recorded
        if isinstance(each, Begin)
        for message in each.messages
    }
    sent = {send.send_id for each in recorded if isinstance(each, End) for send in each.sends}
    invocations = {each.invocation_id for each in recorded}

    found = flows(recorded, told)

    hops = Counter(hop.id for flow in found for hop in flow.hops)
    assert set(hops.values()) <= {1}
    assert expected <= hops.keys()
    unrecorded = {hop.status for flow in found for hop in flow.hops if hop.invocation_id not in invocations}
    assert invocations <= {hop_id.split(".")[0] for hop_id in hops}
    assert unrecorded <= TOLD
    by_functions = Counter(send.id for flow in found for send in flow.sends if send.id[:12] + "0000" not in EXECUTIONS)
    assert by_functions == Counter(dict.fromkeys(sent, 1))


@settings(max_examples=1000)
@given(deliveries, facts)
def test_no_two_flows_have_one_id(recorded, told):
    """Whoever shares a trace id, a Root or a batch that nobody recorded: an id names one flow."""
    ids = Counter(flow.id for flow in flows(recorded, told))

    assert set(ids.values()) <= {1}


@given(deliveries, facts)
def test_links_join_what_is_in_the_flow_and_nothing_leads_to_itself(recorded, told):
    for flow in flows(recorded, told):
        hops = {hop.id for hop in flow.hops}
        sender_of = {send.id: send.hop for send in flow.sends}
        assert set(sender_of.values()) <= hops
        before: dict[str, set[str]] = {}
        for link in flow.links:
            assert link.from_id in hops or link.from_id in sender_of
            assert link.to_id in hops
            assert link.evidence
            before.setdefault(link.to_id, set()).add(sender_of.get(link.from_id, link.from_id))

        TopologicalSorter(before).prepare()  # raises CycleError if something precedes itself


@given(deliveries, facts)
def test_no_exact_link_without_an_equal_id_on_both_sides(recorded, told):
    for flow in flows(recorded, told):
        hops = {hop.id: hop for hop in flow.hops}
        sent_refs = {send.id: send.refs for send in flow.sends}
        for link in flow.links:
            target = hops[link.to_id]
            if "carrier" in link.evidence:
                assert target.sent_by is not None
                assert link.from_id == target.sent_by or link.from_id[:12] == target.sent_by[:12]
            if "ref" in link.evidence and link.from_id in sent_refs:
                invoked = f"lambda/{target.request_id}"
                same_message = {
                    ref for hop in flow.hops if hop.refs[:1] == target.refs[:1] for ref in (*hop.refs, invoked)
                }
                by_carrier = any(hop.sent_by == link.from_id and hop.refs[:1] == target.refs[:1] for hop in flow.hops)
                assert by_carrier or set(sent_refs[link.from_id]) & same_message


@pytest.mark.parametrize("seed", range(6))
def test_exact_links_are_right_and_complete_whatever_befalls_the_records(world, seed):
    """Precision is 1, recall is all that the surviving records prove, and orders do not melt into one another."""
    chance = random.Random(seed)
    shares = [0, 0.1, 0.4]
    conditions = world.Conditions(
        chance.randrange(1, 7), 1 - chance.choice(shares), chance.choice(shares), chance.choice(shares)
    )
    faults = world.Faults(chance.choice(shares), chance.choice(shares), disorder=True, skew_s=chance.choice([0, 30]))
    truth = world.World(seed, conditions).run(20)
    arrived = world.damaged(truth.records, faults, seed)

    verdict = world.judged(truth, arrived, flows_of(arrived, now_us=truth.now_us, rules=Rules()))

    assert (verdict.precision, verdict.recall, verdict.melted) == (1, 1, 0)


def test_orders_are_whole_when_nothing_is_lost(world):
    truth = world.World(3).run(40)
    shuffled = truth.records[:]
    random.Random(3).shuffle(shuffled)

    verdict = world.judged(truth, shuffled, flows_of(shuffled, now_us=truth.now_us, rules=Rules()))

    assert (verdict.precision, verdict.seen, verdict.melted, verdict.torn, verdict.orders) == (1, 1, 0, 0, 40)
