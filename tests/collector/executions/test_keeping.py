"""What is kept of a history: everything that joins, nothing of the user's data."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hopscope_collector.executions import History, execution_of, histories_of
from hopscope_collector.executions.description import Description
from hopscope_collector.executions.event import HistoryEvent
from hopscope_collector.executions.keeping import kept, token_ref
from hopscope_collector.executions.model import Execution, State
from hopscope_collector.key_paths import key_paths_of
from hopscope_collector.lines.record_line import record_in
from hopscope_collector.lines.sorting import SortedLines
from hopscope_collector.rules import Rules
from hopscope_collector.stitch import flows_of
from hopscope_wire.decode import object_of, record_of
from hopscope_wire.encode import line_of
from hopscope_wire.model import End, Record, Send
from hopscope_wire.model import History as Kept

ARN = "arn:aws:states:eu-west-1:111111111111:execution:assign-courier:o-42"
NAME = f"states/{ARN}"
SECRET = "4111 1111 1111 1111"
RUNNING = f"""
    1 ExecutionStarted <- 0 input='{{"orderId": "o-42", "card": "{SECRET}"}}'
    2 TaskStateEntered <- 0 name=Notify input='{{"card": "{SECRET}"}}'
    3 TaskScheduled <- 2 resourceType=events resource=putEvents parameters='{{"Entries": [{{"DetailType": "courier_assigned", "EventBusName": "orders", "Detail": "{SECRET}"}}]}}'
    4 TaskSucceeded <- 3 resourceType=events resource=putEvents output='{{"Entries": [{{"EventId": "e-1"}}]}}'
    5 TaskStateExited <- 4 name=Notify output='{{"card": "{SECRET}"}}'
    6 TaskStateEntered <- 5 name=Wait
    7 TaskScheduled <- 6 resourceType=lambda resource=invoke.waitForTaskToken parameters='{{"FunctionName": "ask", "Payload": {{"TaskToken": "abcd-secret-token"}}}}'
"""
OVER = f"""{RUNNING}
    8 TaskSucceeded <- 7 resourceType=lambda resource=invoke.waitForTaskToken output='{{"ok": true}}'
    9 TaskStateExited <- 8 name=Wait
    10 ExecutionSucceeded <- 9
"""
Read = Callable[[str], History]


@pytest.fixture
def read(events_of: Callable[[str], tuple[HistoryEvent, ...]]) -> Read:
    return lambda table: History(events_of(table), Description(ARN, status=None, name="o-42"))


def records_of(history: History, keys: str = "order_id=orderId") -> list[Kept]:
    return list(kept(history, key_paths_of(keys)))


def test_nothing_of_the_user_s_data_is_kept(read: Read) -> None:
    lines = "\n".join(line_of(object_of(record)) for record in records_of(read(OVER)))

    assert SECRET not in lines
    assert "abcd-secret-token" not in lines
    assert "courier_assigned" in lines


def test_what_joins_is_kept_with_every_part(read: Read) -> None:
    for record in records_of(read(OVER)):
        assert record.refs == (NAME, "events/e-1", token_ref("abcd-secret-token"))
        assert record.keys == {"order_id": "o-42"}
        assert record.function == "assign-courier"


def test_a_kept_history_comes_out_of_its_line_and_is_the_same_tree(read: Read) -> None:
    lines = [line_of(object_of(record)) for record in records_of(read(OVER))]

    records = [record_of(line) for line in lines]
    again = execution_of(
        histories_of(each for record in records if isinstance(record, Kept) for each in record.documents)[0]
    )

    assert outline(again) == outline(execution_of(read(OVER)))


def test_the_same_history_twice_is_the_same_records(read: Read) -> None:
    assert records_of(read(OVER)) == records_of(read(OVER))


def test_a_part_that_is_complete_never_changes(read: Read) -> None:
    passes = "\n".join(f"    {number} PassStateEntered <- {number - 1} name=S{number}" for number in range(2, 251))
    short = read("\n    1 ExecutionStarted <- 0\n" + "\n".join(passes.splitlines()[:149]))
    long = read("\n    1 ExecutionStarted <- 0\n" + passes)

    shared = [object_of(each) for each in records_of(short) if each in records_of(long)]

    assert len(records_of(short)) == 1 + 2
    assert len(records_of(long)) == 1 + 3
    assert len(shared) == 2


def test_an_execution_without_a_name_is_not_kept(
    read: Read, events_of: Callable[[str], tuple[HistoryEvent, ...]]
) -> None:
    assert records_of(History(events_of(OVER))) == []


def test_an_execution_is_a_hop_between_who_started_it_and_who_heard_its_events(read: Read) -> None:
    """Already while it runs."""
    start = Send("00000000000a0001", "states", "StartExecution", refs=(NAME,), sent_us=1, message_index=0)
    starter = End("a" * 32, "00000000000a0000", "r-1", "place-order", 1, 2, 1, "ok", sends=(start,))
    heard = a_begin_of("tell-customer", ref="events/e-1")

    (flow,) = flows_of([starter, heard, *records_of(read(RUNNING))], now_us=10, rules=Rules())

    functions = {hop.id: hop.function for hop in flow.hops}
    senders = {send.id: functions[send.hop] for send in flow.sends}
    assert sorted((senders[link.from_id], functions[link.to_id]) for link in flow.links) == [
        ("assign-courier", "tell-customer"),
        ("place-order", "assign-courier"),
    ]
    assert all(link.is_exact for link in flow.links)
    assert flow.executions == (ARN,)


def test_an_answered_task_token_joins_the_flows(read: Read) -> None:
    answer = Send("00000000000b0001", "states", "SendTaskSuccess", refs=(token_ref("abcd-secret-token"),), sent_us=5)
    person = End("b" * 32, "00000000000b0000", "r-2", "accept-order", 4, 6, 1, "ok", sends=(answer,))

    flows = flows_of([person, *records_of(read(OVER))], now_us=10, rules=Rules())

    assert [sorted({hop.function for hop in flow.hops}) for flow in flows] == [["accept-order", "assign-courier"]]


def test_a_task_token_leads_from_the_execution_to_who_was_handed_it_and_not_from_the_answer(read: Read) -> None:
    ref = token_ref("abcd-secret-token")
    asked = a_begin_of("ask", ref=ref)
    answer = Send("00000000000b0001", "states", "SendTaskSuccess", refs=(ref,), sent_us=9)
    person = End("b" * 32, "00000000000b0000", "r-2", "accept-order", 8, 10, 1, "ok", sends=(answer,))

    (flow,) = flows_of([asked, person, *records_of(read(OVER))], now_us=10, rules=Rules())

    functions = {hop.id: hop.function for hop in flow.hops}
    assert sorted(functions.values()) == ["accept-order", "ask", "assign-courier"]
    assert [(functions[link.from_id], functions[link.to_id], link.evidence, link.detail) for link in flow.links] == [
        ("assign-courier", "ask", ("ref",), ref)
    ]


def test_the_event_that_started_it_leads_to_it(read: Read) -> None:
    published = Send("00000000000a0001", "events", "PutEvents", refs=("events/e-0",), sent_us=1, message_index=0)
    publisher = End("a" * 32, "00000000000a0000", "r-1", "place-order", 1, 2, 1, "ok", sends=(published,))
    event = '{"id": "e-0", "detail-type": "order_placed", "detail": {"orderId": "o-42"}}'
    started = f"\n    1 ExecutionStarted <- 0 input='{event}'\n    2 PassStateEntered <- 0 name=First\n"

    (flow,) = flows_of([publisher, *records_of(read(started))], now_us=10, rules=Rules())

    assert [(link.from_id, link.evidence) for link in flow.links] == [("00000000000a0001", ("ref",))]


def test_every_recorded_history_is_the_same_tree_after_it_was_kept(corpus: Path) -> None:
    for path in sorted((corpus / "sfn_histories").glob("*.json")):
        events = json.loads(path.read_text())["history"]["events"]
        history = History(tuple(histories_of([{"events": events}])[0].events), Description(ARN, status=None))

        documents = [each for record in records_of(history) for each in record.documents]

        assert outline(execution_of(histories_of(documents)[0])) == outline(execution_of(history)), path


EXPRESS = "arn:aws:states:eu-west-1:111111111111:express:assign-courier:o-42:7c9e"
LOGGED = [
    {"id": "1", "type": "ExecutionStarted", "details": {"input": f'{{"card": "{SECRET}"}}'}, "previous_event_id": "0"},
    {"id": "2", "type": "TaskStateEntered", "details": {"name": "Notify"}, "previous_event_id": "0"},
    {
        "id": "3",
        "type": "TaskSucceeded",
        "details": {"resourceType": "sns", "resource": "publish", "output": '{"MessageId": "m-1"}'},
        "previous_event_id": "2",
    },
    {"id": "4", "type": "ExecutionSucceeded", "details": {}, "previous_event_id": "3"},
]


@given(st.permutations(LOGGED), st.lists(st.sampled_from(LOGGED), max_size=3))
def test_an_express_execution_is_read_from_its_log_lines_in_any_order(
    events: list[dict[str, object]], again: list[dict[str, object]]
) -> None:
    sorted_out = SortedLines("logs")
    for place, event in enumerate([*events, *again], 1):
        at_ms = 1_763_725_867_000 + int(str(event["id"]))
        sorted_out.add(json.dumps({**event, "event_timestamp": str(at_ms), "execution_arn": EXPRESS}), place)

    records = [record_in(line) for line in sorted_out.records]
    heard = a_begin_of("tell-customer", ref="sns/m-1")
    (flow,) = flows_of([heard, *records], now_us=1_763_725_900_000_000, rules=Rules())

    assert [(hop.function, hop.status) for hop in flow.hops if hop.source == "states"] == [("assign-courier", "done")]
    assert [(link.evidence, link.detail) for link in flow.links] == [(("ref",), "sns/m-1")]
    assert SECRET not in "".join(line.text for line in sorted_out.records)


def test_a_change_of_status_on_eventbridge_is_known(read: Read) -> None:
    detail = {"executionArn": ARN, "status": "ABORTED", "startDate": 1_763_725_867_000, "stopDate": 1_763_725_868_000}
    line = json.dumps(
        {"id": "e-9", "detail-type": "Step Functions Execution Status Change", "source": "aws.states", "detail": detail}
    )
    sorted_out = SortedLines("queue")

    sorted_out.add(line, 1)

    (flow,) = flows_of([record_in(each) for each in sorted_out.records], now_us=1_763_725_900_000_000, rules=Rules())
    assert [(hop.function, hop.status, hop.error and hop.error.type) for hop in flow.hops] == [
        ("assign-courier", "failed", "ABORTED")
    ]


def a_begin_of(function: str, *, ref: str) -> Record:
    line = {
        "hopscope": 1,
        "record": "begin",
        "traceId": "c" * 32,
        "invocationId": "00000000000c0000",
        "requestId": "r-3",
        "function": function,
        "startUs": 7,
        "messages": [{"index": 0, "source": "events", "refs": [ref]}],
    }
    return record_of(json.dumps(line, separators=(",", ":")))


def outline(execution: Execution) -> object:
    return execution.status, execution.events, execution.unattached, [_outline(each) for each in execution.states]


def _outline(state: State) -> object:
    inner = [[_outline(each) for each in branch.states] for branch in state.branches]
    items = [(each.index, each.events, [_outline(one) for one in each.states]) for each in state.iterations]
    attempts = [(each.status, each.resource, each.error) for each in state.attempts]
    return state.name, state.type, state.status, state.events, attempts, state.identity.refs, inner, items
