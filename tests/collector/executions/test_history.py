"""Whatever holds a history gives the same history."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hopscope_collector.executions import NotAnExecution, execution_as_json, execution_of, histories_in, histories_of

ARN = "arn:aws:states:eu-west-1:111111111111:execution:orders:o-42"
EXPRESS = "arn:aws:states:eu-west-1:111111111111:express:orders:o-42:7c9e"
EVENTS: list[dict[str, Any]] = [
    {"id": 1, "previousEventId": 0, "timestamp": 1.0, "type": "ExecutionStarted"},
    {
        "id": 2,
        "previousEventId": 0,
        "timestamp": 1.5,
        "type": "PassStateEntered",
        "stateEnteredEventDetails": {"name": "A", "input": "{}"},
    },
    {
        "id": 3,
        "previousEventId": 2,
        "timestamp": 2.0,
        "type": "PassStateExited",
        "stateExitedEventDetails": {"name": "A", "output": "{}"},
    },
    {"id": 4, "previousEventId": 3, "timestamp": 2.0, "type": "ExecutionSucceeded"},
]
HISTORY = {"events": EVENTS}
DESCRIBED = {
    "executionArn": ARN,
    "stateMachineArn": "arn:aws:states:eu-west-1:111111111111:stateMachine:orders",
    "name": "o-42",
    "status": "SUCCEEDED",
    "startDate": 1.0,
    "stopDate": 2.0,
}


def log_line(event: dict[str, Any], arn: str = EXPRESS) -> dict[str, Any]:
    details = next((value for key, value in event.items() if key.endswith("Details")), {})
    return {
        "id": str(event["id"]),
        "type": event["type"],
        "details": details,
        "previous_event_id": str(event["previousEventId"]),
        "event_timestamp": str(1_700_000_000_000 + event["id"]),
        "execution_arn": arn,
    }


LOG = [log_line(event) for event in EVENTS]
as_lines: Callable[[list[Any]], str] = lambda values: "\n".join(map(json.dumps, values))  # noqa: E731 - one word for it


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(HISTORY),
        json.dumps(HISTORY, indent=4),
        json.dumps({"history": HISTORY, "definitions": ["a.json"]}),
        json.dumps(EVENTS),
        as_lines(EVENTS),
        json.dumps({"events": EVENTS[:2], "nextToken": "more"}) + "\n" + json.dumps({"events": EVENTS[2:]}),
        json.dumps({"events": list(reversed(EVENTS))}),
        "\ufeff" + json.dumps(HISTORY),
    ],
    ids=["history", "indented", "wrapped", "events", "lines", "pages", "reversed", "byte order mark"],
)
def test_a_history_is_read_from_whatever_holds_it(text: str) -> None:
    (history,) = histories_in(text)

    assert execution_of(history) == execution_of(histories_of([HISTORY])[0])


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(HISTORY) + json.dumps(DESCRIBED),
        json.dumps(DESCRIBED, indent=2) + "\n" + json.dumps(HISTORY, indent=2),
        json.dumps({"describe": DESCRIBED, "history": HISTORY}),
        json.dumps({"describe": DESCRIBED, "history": EVENTS}),
        json.dumps([DESCRIBED, HISTORY]),
    ],
    ids=["history first", "description first", "both in one", "events in one", "a list"],
)
def test_a_description_names_the_history_beside_it(text: str) -> None:
    (history,) = histories_in(text)
    execution = execution_of(history)

    assert (execution.arn, execution.name, execution.status) == (ARN, "o-42", "SUCCEEDED")
    assert [state.name for state in execution.states] == ["A"]


@pytest.mark.parametrize(
    "text",
    [
        as_lines(LOG),
        as_lines(list(reversed(LOG))),
        "\n".join(f"2026-11-21T00:00:00.000Z {json.dumps(line)}" for line in LOG),
        as_lines(LOG) + '\nan application\'s line\n{"half": ',
        json.dumps({"messageType": "DATA_MESSAGE", "logEvents": [{"message": json.dumps(line)} for line in LOG]}),
        json.dumps({"events": [{"message": json.dumps(line), "timestamp": 1} for line in LOG]}),
    ],
    ids=["lines", "reversed", "with a time before", "with other lines", "subscription", "filter-log-events"],
)
def test_express_executions_are_read_from_their_log_lines(text: str) -> None:
    (history,) = histories_in(text)
    execution = execution_of(history)

    assert (execution.arn, execution.kind, execution.status) == (EXPRESS, "express", "SUCCEEDED")
    assert [(state.name, state.events) for state in execution.states] == [("A", (2, 3))]
    assert execution.events == (1, 4)


def test_log_lines_of_several_executions_are_several_histories() -> None:
    other = EXPRESS + "0"

    histories = histories_in(as_lines([line for each in EVENTS for line in (log_line(each), log_line(each, other))]))

    assert [history.description.arn for history in histories if history.description] == [EXPRESS, other]


def test_two_histories_without_names_are_not_mixed() -> None:
    other = [EVENTS[0], {**EVENTS[1], "type": "FailStateEntered"}]

    histories = histories_in(json.dumps(HISTORY) + json.dumps({"events": other}))

    assert [len(history.events) for history in histories] == [4, 2]


def test_a_torn_log_line_keeps_what_can_be_read() -> None:
    """A payload that was not escaped breaks the JSON of its line, not of the history."""
    torn = json.dumps(LOG[1]).replace('"{}"', '"{"a": "b"}"')

    (history,) = histories_in("\n".join([json.dumps(LOG[0]), torn, json.dumps(LOG[2]), json.dumps(LOG[3])]))
    execution = execution_of(history)

    assert [(state.name, state.events) for state in execution.states] == [("A", (2, 3))]


def test_a_status_change_event_is_an_execution_without_states() -> None:
    event = {
        "source": "aws.states",
        "detail-type": "Step Functions Execution Status Change",
        "detail": {"executionArn": ARN, "status": "FAILED", "startDate": 1_700_000_000_000, "error": "Boom"},
    }

    (history,) = histories_of([event])
    execution = execution_of(history)

    assert (execution.arn, execution.status, execution.error) == (ARN, "FAILED", "Boom")
    assert (execution.started_us, execution.states) == (1_700_000_000_000_000, ())


def test_the_later_of_two_descriptions_counts_whatever_came_first() -> None:
    running = {"executionArn": ARN, "status": "RUNNING", "startDate": 1.0, "traceHeader": "Root=1-5e1b4151-5ac6c58f"}

    one = histories_of([running, DESCRIBED, HISTORY])[0]
    other = histories_of([HISTORY, DESCRIBED, running])[0]

    assert execution_of(one) == execution_of(other)
    assert execution_of(one).trace_header == "Root=1-5e1b4151-5ac6c58f"
    assert execution_of(one).status == "SUCCEEDED"


def test_a_child_of_a_map_run_may_be_pending_redrive() -> None:
    """Its history ends with its failure; only the description knows that it will run again."""
    failed = [*EVENTS[:3], {"id": 4, "previousEventId": 3, "timestamp": 2.0, "type": "ExecutionFailed"}]

    (history,) = histories_of([{"events": failed}, {**DESCRIBED, "status": "PENDING_REDRIVE"}])

    assert execution_of(history).status == "PENDING_REDRIVE"


def test_boto3_s_datetimes_are_times() -> None:
    timed = [{**event, "timestamp": datetime(2026, 11, 21, tzinfo=UTC)} for event in EVENTS]

    assert execution_of(histories_of([{"events": timed}])[0]).started_us == 1_795_219_200_000_000


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "an empty file"),
        ("hello", "line 1 is not JSON"),
        ("42", "found 42"),
        ("[]", "an empty list"),
        ("{}", "an object with no keys"),
        ('{"Records": []}', "an object with Records"),
        ('{"events": []}', "a history without events"),
        ('{"events": [7]}', "event 1 of document 1 has the value 7"),
        ('{"events": [{"id": 0, "type": "A"}]}', "has id 0; expected a whole number of at least 1"),
        ('{"events": [{"id": true, "type": "A"}]}', "has id True"),
        ('{"events": [{"id": 1}]}', "has type None; expected the name of an event type"),
        ('{"events": [{"id": 1, "type": "A", "previousEventId": -1}]}', "has previousEventId -1"),
        ("[" * 100_000, "nested too deeply"),
        ("9" * 5_000, "is not JSON"),
        ('{"events": [\n', "line 2 is not JSON"),
    ],
)
def test_bad_input_is_named_with_what_was_expected(text: str, says: str) -> None:
    with pytest.raises(NotAnExecution, match="expected") as refused:
        histories_in(text)

    assert says in str(refused.value)


@given(
    st.text()
    | st.recursive(
        st.none() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(
                    ["events", "history", "id", "type", "execution_arn", "detail", "source", "status", "Events"]
                ),
                inner,
            )
        ),
    ).map(json.dumps)
)
def test_any_text_is_an_execution_or_a_clear_refusal(text: str) -> None:
    try:
        histories = histories_in(text)
    except NotAnExecution as refused:
        assert str(refused)
    else:
        assert [json.dumps(execution_as_json(execution_of(history))) for history in histories]
