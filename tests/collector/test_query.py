"""Flows from a store: pages, and one flow by whatever a person has at hand."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import count

import pytest

from hopscope_collector.api.cursors import cursor_of, seen_of
from hopscope_collector.executions import histories_of
from hopscope_collector.executions.keeping import kept
from hopscope_collector.key_paths import key_paths_of
from hopscope_collector.kinds import Window
from hopscope_collector.query import Flows
from hopscope_collector.rules import Rules
from hopscope_collector.search.filter import parsed
from hopscope_collector.store.contract import batch_of
from hopscope_collector.store.memory import MemoryStore
from hopscope_wire.model import Begin, End, Message, Record, Send

SECOND_US = 1_000_000
START_US = 1_763_725_867_000_000
NOW_US = START_US + 3600 * SECOND_US


def trace(number: int) -> str:
    return f"6920530b{number:024x}"


def an_order(number: int, at_s: float | None = None, error: bool = False) -> list[Record]:
    """Placed, then printed from a queue five seconds later: invocations `…1` and `…2` of the order's number."""
    started_us = START_US + round((number if at_s is None else at_s) * SECOND_US)
    keys = {"order_id": f"o-{number}"}
    placed = {"trace_id": trace(number), "invocation_id": f"{number:011x}10000", "request_id": f"req-{number}-1",
              "function": "place-order", "start_us": started_us}  # fmt: skip
    printed = {**placed, "invocation_id": f"{number:011x}20000", "request_id": f"req-{number}-2", "function": "print",
               "start_us": started_us + 5 * SECOND_US}  # fmt: skip
    send = Send(
        f"{number:011x}10001",
        "sqs",
        "SendMessage",
        "https://sqs/1/tickets",
        refs=(f"sqs/m-{number}",),
        sent_us=started_us,
    )
    message = Message(0, "sqs", (f"sqs/m-{number}",), carrier=f"00-{trace(number)}-{number:011x}10001-01;web-{number}",
                      trace_id=trace(number), origin="arn:aws:sqs:eu:1:tickets", correlation_id=f"web-{number}", keys=keys)  # fmt: skip
    return [
        Begin(
            **placed, messages=(Message(0, "apigateway", (f"apigateway/gw-{number}",), name="POST /orders", keys=keys),)
        ),
        End(**placed, end_us=started_us + 1000, duration_us=1000, outcome="ok", sends=(send,)),
        Begin(**printed, messages=(message,)),
        End(**printed, end_us=started_us + 6 * SECOND_US, duration_us=1000, outcome="error" if error else "ok"),
    ]


def flows_over(*orders: Iterable[Record], rules: Rules | None = None) -> tuple[Flows, MemoryStore]:
    store = MemoryStore()
    for order in orders:
        store.write(batch_of(order))
    return Flows(store, rules or Rules(), lambda: NOW_US), store


def numbers(flows):
    return [int(flow.keys["order_id"].removeprefix("o-")) for flow in flows]


@pytest.mark.parametrize(
    "id_text",
    [
        trace(7),
        f"1-6920530b-{7:024x}",
        f"Root=1-6920530b-{7:024x};Parent=53995c3f42cd8ad8;Sampled=1",
        f"00-{trace(7)}-00000000007a0001-01",
        "web-7",
        "order_id=o-7",
        "o-7",
        "sqs/m-7",
        "m-7",
        "apigateway/gw-7",
        "req-7-2",
        "lambda/req-7-2",
        f"{7:011x}20000",
        f"{7:011x}20000.0",
        f"{7:011x}10001",
        "  o-7 \n",
    ],
)
def test_a_flow_is_found_by_any_of_its_ids(id_text):
    flows, _ = flows_over(*(an_order(number) for number in range(5, 9)))

    found = flows.find(id_text)

    assert numbers(found) == [7]
    assert len(found[0].hops) == 2


@pytest.mark.parametrize("id_text", ["", "  ", "o-9", "order_id=o-", "m-", trace(9), "*", "\x00", "a" * 10_000])
def test_what_names_nothing_finds_nothing(id_text):
    flows, _ = flows_over(an_order(7))

    assert flows.find(id_text) == ()
    assert flows.flow(id_text) is None


def test_an_id_of_several_flows_finds_them_all_newest_first():
    """One invocation with a batch of two orders."""
    batch = Begin("6920530b" + "f" * 24, "fff0000000000000", "req-batch", "archive", START_US + 9 * SECOND_US, messages=tuple(
        Message(index, "sqs", (f"sqs/b-{number}",), trace_id=trace(number)) for index, number in enumerate((7, 8))
    ))  # fmt: skip
    flows, _ = flows_over(an_order(7), an_order(8), [batch])

    assert numbers(flows.find("req-batch")) == [8, 7]


def test_pages_hold_every_flow_once_last_seen_first():
    flows, _ = flows_over(*(an_order(number, at_s=number * 7 % 100) for number in range(1, 41)))

    seen, after = [], None
    for _ in count():
        page = flows.page(parsed(""), 7, after)
        seen += numbers(page.flows)
        after = page.after
        if after is None:
            break

    assert seen == sorted(range(1, 41), key=lambda number: number * 7 % 100, reverse=True)


def test_a_page_that_is_read_while_others_write_repeats_nothing():
    flows, store = flows_over(*(an_order(number) for number in range(1, 11)))
    first = flows.page(parsed(""), 4)

    store.write(batch_of(an_order(11)))
    second = flows.page(parsed(""), 4, first.after)

    assert numbers(first.flows) == [10, 9, 8, 7]
    assert numbers(second.flows) == [6, 5, 4, 3]


@pytest.mark.parametrize(
    ("filter_text", "expected"),
    [
        ("status:failed", [3]),
        ("key:order_id=o-5", [5]),
        ("key:o-5", [5]),
        ("id:m-4", [4]),
        ("fn:nobody", []),
        ("since:58m", []),
        ("since:3596s", [6, 5, 4]),
        ("key:order_id=o-5|order_id=o-6 fn:print", [6, 5]),
    ],
)
def test_a_page_of_what_fits(filter_text, expected):
    rules = Rules()
    flows, _ = flows_over(*(an_order(number, error=number == 3) for number in range(1, 7)), rules=rules)

    page = flows.page(parsed(filter_text), 100)

    assert numbers(page.flows) == expected
    assert page.after is None


def _last_first(reached_us: int | None) -> int:
    return -(reached_us or 0)


def test_a_search_says_how_far_it_came_when_it_takes_long_and_the_next_page_goes_on():
    """Flows that nobody summarised yet are assembled one after the other: nobody waits until a million were."""
    _, store = flows_over(*(an_order(number, error=number == 3) for number in range(1, 301)))
    moments = count(NOW_US, 20_000)
    flows, wanted = Flows(store, Rules(), lambda: next(moments)), parsed("status:failed")

    pages = [flows.page(wanted, 100)]
    while pages[-1].after is not None:
        pages.append(flows.page(wanted, 100, pages[-1].after))

    assert (pages[0].flows, pages[0].is_partial, pages[-1].is_partial) == ((), True, False)
    assert [numbers(page.flows) for page in pages if page.flows] == [[3]]
    assert [page.reached_us for page in pages] == sorted((page.reached_us for page in pages), key=_last_first)
    assert all(seen_of(cursor_of(page.after)) == page.after for page in pages[:-1])


def test_more_invocations_than_are_read_at_once():
    flows, _ = flows_over(*(an_order(number) for number in range(1, 301)))

    page = flows.page(parsed(""), 1000)

    assert numbers(page.flows) == list(range(300, 0, -1))


def test_a_flow_longer_than_what_a_shared_id_may_have_is_whole():
    """Two thousand consumers of one trace: its id is in every record, and yet it is one flow."""
    keys = {"order_id": "o-1"}
    hops = [
        Begin(trace(1), f"{number:012x}0000", f"req-{number}", "print", START_US + number, messages=(
            Message(0, "sqs", (f"sqs/{number}",), trace_id=trace(1), keys=keys),
        ))
        for number in range(1, 2_100)
    ]  # fmt: skip
    flows, _ = flows_over(hops)

    (flow,) = flows.find(trace(1))

    assert len(flow.hops) == 2_099


def test_a_tenant_is_named_and_not_followed():
    tenants = [
        Begin(
            trace(number),
            f"{number:012x}0000",
            f"req-{number}",
            "print",
            START_US + number,
            keys={"tenant": "acme", "order_id": f"o-{number}"},
        )
        for number in range(1, 2_100)
    ]
    flows, _ = flows_over(tenants)

    (flow,) = flows.find("o-7")

    assert len(flow.hops) == 1
    assert any("tenant=acme" in note for note in flow.notes)


ARN = "arn:aws:states:eu-west-1:111111111111:execution:pay:o-7"
HISTORY = [
    {"id": 1, "type": "ExecutionStarted", "timestamp": START_US / 1e6 + 8, "executionStartedEventDetails": {}},
    {"id": 2, "type": "PassStateEntered", "timestamp": START_US / 1e6 + 8, "stateEnteredEventDetails": {"name": "Pay"}},
    {"id": 3, "type": "PassStateExited", "timestamp": START_US / 1e6 + 9, "stateExitedEventDetails": {"name": "Pay"}},
]


def an_execution(arn: str = ARN) -> list[Record]:
    described = {"executionArn": arn, "status": "RUNNING", "startDate": START_US / 1e6 + 8}
    (history,) = histories_of([described, {"executionArn": arn, "events": HISTORY}])
    return list(kept(history, key_paths_of("")))


def an_order_that_started(*arns: str) -> list[Record]:
    *records, printed = an_order(7)
    starts = [
        Send(f"{7:011x}2{number:04x}", "states", "StartExecution", refs=(f"states/{arn}",), sent_us=printed.start_us)
        for number, arn in enumerate(arns, 1)
    ]
    return [*records, replace(printed, sends=tuple(starts))]


def test_a_flow_tells_what_ran_inside_its_executions_in_its_order():
    flows, _ = flows_over(an_order_that_started(ARN, f"{ARN}-2"), an_execution(f"{ARN}-2"), an_execution())
    flow = flows.flow("o-7")

    found = flows.executions(flow)

    assert set(flow.executions) == {ARN, f"{ARN}-2"}
    assert [(run.arn, [state.name for state in run.states]) for run in found] == [
        (arn, ["Pay"]) for arn in flow.executions
    ]


def test_an_execution_whose_history_was_not_read_is_left_out():
    flows, _ = flows_over(an_order_that_started(ARN))

    assert flows.flow("o-7").executions == (ARN,)
    assert flows.executions(flows.flow("o-7")) == ()
    assert flows.execution(ARN) is None


def test_an_execution_is_found_by_its_arn_alone():
    flows, _ = flows_over(an_order(7), an_execution())

    assert flows.execution(ARN).status == "RUNNING"
    assert flows.executions(flows.flow("o-7")) == ()


def test_a_list_may_be_sorted_otherwise_than_by_time():
    flows, _ = flows_over(*(an_order(number, error=number in (2, 5)) for number in range(1, 7)))

    assert numbers(flows.page(parsed(""), 3, order="age").flows) == [1, 2, 3]
    assert numbers(flows.page(parsed(""), 3, order="status").flows) == [5, 2, 6]
    assert numbers(flows.page(parsed("status:failed"), 3, order="duration").flows) == [5, 2]


def test_kinds_count_what_began_in_the_window():
    flows, _ = flows_over(*(an_order(number, error=number in (2, 5)) for number in range(1, 7)))

    found = flows.kinds(Window(START_US + 2 * SECOND_US, START_US + 6 * SECOND_US, buckets=2), parsed("fn:print"))

    assert [(kind.name, kind.flows, kind.failed) for kind in found.kinds] == [("POST /orders", 4, 2)]
    assert (found.arrivals, found.failures, found.is_partial) == ((2, 2), (1, 1), False)


def test_the_flow_of_a_lone_execution_is_found_by_its_own_id():
    """Nothing led to it and it has no trace header: its ids are made of its ARN, when it is kept and when it is read."""
    flows, _ = flows_over(an_execution())

    (listed,) = flows.page(parsed(""), 10).flows

    assert flows.flow(listed.id) == listed
