"""Executions as a Lambda function, called as the runtime calls it."""

import functools
import json
from collections.abc import Mapping, Sequence
from typing import Any

from hopscope_collector.errors import StoreFull
from hopscope_collector.executions.history import History, histories_of
from hopscope_collector.executions.keeping import kept_lines
from hopscope_collector.executions.step_functions import MemoryExecutions
from hopscope_collector.lambda_executions import Fetcher, Pace
from hopscope_collector.query import Flows
from hopscope_collector.rules import Rules
from hopscope_collector.store.contract import Batch, Store, Written
from hopscope_collector.store.memory import MemoryStore

MACHINE = "arn:aws:states:eu-west-1:123456789012:stateMachine:orders"
START_MS = 1_790_000_000_000


def arn(name: str) -> str:
    return f"arn:aws:states:eu-west-1:123456789012:execution:orders:{name}"


def a_history(name: str, status: str = "SUCCEEDED") -> History:
    described = {
        "executionArn": arn(name), "stateMachineArn": MACHINE, "name": name, "status": status,
        "startDate": START_MS / 1_000, "stopDate": START_MS / 1_000 + 2,
    }  # fmt: skip
    events = [
        {"id": 1, "previousEventId": 0, "type": "ExecutionStarted", "timestamp": START_MS / 1_000},
        {"id": 2, "previousEventId": 0, "type": "PassStateEntered", "timestamp": START_MS / 1_000 + 1,
         "stateEnteredEventDetails": {"name": "Greet"}},
        {"id": 3, "previousEventId": 2, "type": "PassStateExited", "timestamp": START_MS / 1_000 + 1,
         "stateExitedEventDetails": {"name": "Greet"}},
        {"id": 4, "previousEventId": 3, "type": "ExecutionSucceeded", "timestamp": START_MS / 1_000 + 2},
    ]  # fmt: skip
    return histories_of([described, {"executionArn": arn(name), "events": events}])[0]


def an_event(name: str, status: str) -> str:
    detail = {
        "executionArn": arn(name),
        "stateMachineArn": MACHINE,
        "name": name,
        "status": status,
        "startDate": START_MS,
    }
    return json.dumps(
        {
            "source": "aws.states",
            "detail-type": "Step Functions Execution Status Change",
            "time": "2026-09-21T14:13:20Z",
            "detail": {**detail, **({} if status == "RUNNING" else {"stopDate": START_MS + 2_000})},
        }
    )


class Context:
    """Of an invocation: says how much time is left, the last answer for ever."""

    def __init__(self, left_ms: Sequence[int]) -> None:
        self._left_ms = list(left_ms)

    def get_remaining_time_in_millis(self) -> int:
        return self._left_ms.pop(0) if len(self._left_ms) > 1 else self._left_ms[0]


def given_to(
    store: Store, *bodies: str, executions: MemoryExecutions, left_ms: Sequence[int] = (300_000,)
) -> Mapping[str, Any]:
    records = [
        {"eventSource": "aws:sqs", "eventSourceARN": "arn:aws:sqs:::executions", "messageId": f"m-{n}", "body": body}
        for n, body in enumerate(bodies)
    ]
    fetcher = Fetcher(store, executions, functools.partial(kept_lines, paths={}))
    return fetcher.handle({"Records": records}, Context(left_ms))


def states_of(store: Store, name: str) -> list[str]:
    execution = Flows(store, Rules(), lambda: START_MS * 1_000).execution(arn(name))
    return [state.name for state in execution.walk()] if execution else []


def test_what_ended_is_stored_with_its_history() -> None:
    store = MemoryStore()

    answer = given_to(store, an_event("o-1", "SUCCEEDED"), executions=MemoryExecutions([a_history("o-1")]))

    assert answer == {"batchItemFailures": []}
    assert states_of(store, "o-1") == ["Greet"]


def test_what_runs_is_stored_without_a_call() -> None:
    store, executions = MemoryStore(), MemoryExecutions([a_history("o-1", "RUNNING")])

    given_to(store, an_event("o-1", "RUNNING"), executions=executions)

    assert executions.read == []
    assert store.stats().stored == 1


def test_an_event_that_comes_twice_stores_nothing_twice() -> None:
    store = MemoryStore()
    given_to(store, an_event("o-1", "SUCCEEDED"), executions=MemoryExecutions([a_history("o-1")]))
    stored = store.stats().stored

    given_to(store, an_event("o-1", "SUCCEEDED"), executions=MemoryExecutions([a_history("o-1")]))

    assert store.stats().stored == stored


def test_a_message_that_fails_is_tried_again_and_its_neighbours_are_not() -> None:
    """An execution that nobody can describe, and a body that is no JSON."""
    store = MemoryStore()

    answer = given_to(
        store,
        an_event("gone", "FAILED"),
        an_event("o-1", "SUCCEEDED"),
        "{no",
        executions=MemoryExecutions([a_history("o-1")]),
    )

    assert answer == {"batchItemFailures": [{"itemIdentifier": "m-0"}, {"itemIdentifier": "m-2"}]}
    assert states_of(store, "o-1") == ["Greet"]


def test_a_store_that_fails_fails_its_message() -> None:
    class FullStore(MemoryStore):
        def write(self, batch: Batch) -> Written:  # noqa: ARG002 - it does not come to that
            raise StoreFull("no room")

    answer = given_to(FullStore(), an_event("o-1", "SUCCEEDED"), executions=MemoryExecutions([a_history("o-1")]))

    assert answer == {"batchItemFailures": [{"itemIdentifier": "m-0"}]}


def test_a_function_that_runs_out_of_time_leaves_the_rest_for_the_next_one() -> None:
    """What it has of an execution is stored all the same; the queue brings the messages again."""
    store, executions = MemoryStore(), MemoryExecutions([a_history("o-1"), a_history("o-2"), a_history("o-3")])
    events = [an_event(name, "SUCCEEDED") for name in ("o-1", "o-2", "o-3")]

    answer = given_to(
        store, *events, executions=executions, left_ms=[200_000, 150_000, 120_000, 100_000, 80_000, 70_000]
    )

    assert answer == {"batchItemFailures": [{"itemIdentifier": "m-1"}, {"itemIdentifier": "m-2"}]}
    assert executions.read == ["o-1 after 0", "o-2 after 0"]
    assert states_of(store, "o-1") == ["Greet"]


def test_requests_are_paced() -> None:
    now_s, slept = [0.0], list[float]()

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now_s[0] += seconds

    pace = Pace(4.0, lambda: now_s[0], sleep)
    for _ in range(3):
        pace.wait()

    assert slept == [0.25, 0.25]
