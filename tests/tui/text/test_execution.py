"""What `hopscope execution` prints, as text."""

import json
from textwrap import dedent
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hopscope_collector.executions import Execution, execution_of, histories_of
from hopscope_collector.executions.definition import definition_of
from hopscope_collector.executions.model import Attempt, Branch, Identity, Iteration, State
from hopscope_collector.executions.unreached import Unreached, unreached_states
from hopscope_tui.drawing.rows import row_cells, row_text
from hopscope_tui.neutral import neutral
from hopscope_tui.text.execution import Look, execution_rows, graph_rows, problem_text
from hopscope_tui.text.execution_graph import Folding, graph_of, ranges

MS = 1_000
START = 1_795_219_200_000_000


def lines(execution: Execution, unreached: tuple[Unreached, ...] = (), **look: Any) -> list[str]:
    return [row_text(row).rstrip() for row in execution_rows(execution, unreached, Look(**look))]


def a_state(name: str = "Charge", **given: Any) -> State:
    return State(
        **{
            "name": name,
            "type": "Task",
            "status": "SUCCEEDED",
            "entered_us": START,
            "exited_us": START + 5 * MS,
            "events": (2,),
            **given,
        }
    )


def an_execution(*states: State, **given: Any) -> Execution:
    return Execution(
        **{
            "status": "SUCCEEDED",
            "states": states,
            "events": (1,),
            "started_us": START,
            "ended_us": START + 9 * MS,
            **given,
        }
    )


def event(number: int, previous: int, type_: str, **details: Any) -> dict[str, Any]:
    key = (
        "state" + type_[type_.index("State") + 5 :]
        if type_.endswith(("Entered", "Exited"))
        else type_[0].lower() + type_[1:]
    )
    stamp = (START + number * 10 * MS) / 1e6
    return {"id": number, "previousEventId": previous, "type": type_, "timestamp": stamp, f"{key}EventDetails": details}


HISTORY = [
    event(1, 0, "ExecutionStarted"),
    event(2, 0, "ParallelStateEntered", name="Prepare"),
    event(3, 2, "ParallelStateStarted"),
    event(4, 3, "TaskStateEntered", name="Charge"),
    event(5, 3, "TaskStateEntered", name="Tell"),
    event(6, 4, "TaskScheduled", resourceType="lambda", resource="invoke"),
    event(7, 5, "TaskScheduled", resourceType="sqs", resource="sendMessage.waitForTaskToken"),
    event(
        8, 6, "TaskFailed", error="Declined", cause=json.dumps({"errorMessage": "the card is empty", "stackTrace": []})
    ),
    event(9, 8, "TaskScheduled", resourceType="lambda", resource="invoke"),
    event(
        10,
        7,
        "TaskSubmitted",
        resourceType="sqs",
        resource="sendMessage.waitForTaskToken",
        output='{"MessageId": "m-1"}',
    ),
    event(
        11,
        9,
        "TaskSucceeded",
        resourceType="lambda",
        resource="invoke",
        output='{"SdkResponseMetadata": {"RequestId": "r-1"}}',
    ),
    event(12, 11, "TaskStateExited", name="Charge"),
]
MACHINE = {
    "StartAt": "Prepare",
    "States": {
        "Prepare": {
            "Type": "Parallel",
            "Branches": [
                {"StartAt": "Charge", "States": {"Charge": {"Type": "Task", "End": True}}},
                {"StartAt": "Tell", "States": {"Tell": {"Type": "Task", "End": True}}},
            ],
            "Next": "Done",
        },
        "Done": {"Type": "Succeed"},
    },
}


def test_a_running_execution_is_seen_at_a_glance() -> None:
    execution = execution_of(histories_of([{"events": HISTORY}])[0])

    shown = lines(execution, unreached_states(execution, definition_of(MACHINE)))

    assert "\n".join(shown) == dedent("""\
        ● running   standard execution · 3 states · 1 retry
          started 2026-11-21 00:00:00.010 UTC

        ● Prepare                                       Parallel running
        ├─ ✔ Charge                                     Task     succeeded     80ms   ×2
        │    ↺ a try failed: Declined: the card is empty
        │    → lambda/r-1
        └─ ◌ Tell                                       Task     waiting
             ◌ waiting for callback since 2026-11-21 00:00:00.100 UTC
             → sqs/m-1
        · Done                                          Succeed  not reached

         event  state          type     status           at   time tries
             2  Prepare        Parallel ● running      10ms      –     1
             4  Prepare/Charge Task     ✔ succeeded    30ms   80ms     2
             5  Prepare/Tell   Task     ◌ waiting      40ms      –     1""")


def test_what_a_branch_did_not_reach_stands_in_the_branch() -> None:
    inside = {"inside": ("Both",), "type": "Pass"}
    unreached = (
        Unreached("Settle", branch=0, siblings=frozenset({"Charge", "Settle"}), **inside),
        Unreached("Pick", branch=1, siblings=frozenset({"Pick"}), **inside),
    )
    both = a_state("Both", type="Parallel", branches=(Branch((a_state(),)),))

    graph = [row_text(row) for row in graph_rows(graph_of([both], Folding(unreached)), 80)]

    assert [line.split("  ")[0] for line in graph] == ["✔ Both", "├─ ✔ Charge", "│", "└─ · Pick"]
    assert graph[2].startswith("│  · Settle ")


def test_iterations_that_succeeded_fold_and_the_others_stand_out() -> None:
    iterations = tuple(
        Iteration(index, "FAILED" if index == 41 else "SUCCEEDED", (a_state(),), started_us=START, ended_us=START + MS)
        for index in range(100)
    )

    shown = lines(an_execution(a_state("Orders", type="Map", iterations=iterations)))

    graph = shown[shown.index("") + 1 : shown.index("", 3)]
    assert [line.split("  ")[0] for line in graph] == [
        "✔ Orders",
        "├─ ✗ item 41",
        "│",
        "├─ ✔ item 0",
        "│",
        "└─ ✔ 98 more, items 1–40, 42–99",
    ]
    assert (
        sum(
            "item" in line
            for line in lines(an_execution(a_state("Orders", type="Map", iterations=iterations)), is_all=True)
        )
        == 100
    )


def test_a_long_loop_folds_in_its_middle() -> None:
    execution = an_execution(*(a_state(f"s{number}", events=(number,)) for number in range(500)))

    shown = lines(execution)

    assert "… 440 more states (--all shows them)" in shown
    assert "        … 300 more (--all shows them)" in shown
    assert len(lines(execution, is_all=True)) > 1_000


def test_a_caught_error_and_why_the_execution_failed_are_said() -> None:
    caught = a_state(is_caught=True, error="Declined", cause="empty")
    execution = an_execution(caught, status="FAILED", error="Bad", cause="word " * 200)

    shown = lines(execution)

    assert any(line.startswith("↷ Charge") and "caught" in line for line in shown)
    assert "  ↷ Declined: empty" in shown
    failure = shown[[line.startswith("✗ Bad") for line in shown].index(True) :]
    assert len(failure) == 6
    assert failure[-1].endswith("… (--json has it all)")


@pytest.mark.parametrize(
    ("cause", "said"),
    [
        ('{"errorMessage": "no", "errorType": "E"}', "E: no"),
        ('{"errorMessage": "no', 'E: {"errorMessage": "no'),
        ("plain", "E: plain"),
        ('{"a": 1}', 'E: {"a": 1}'),
        (None, "E"),
    ],
)
def test_of_a_function_s_error_only_the_message_is_said(cause: str | None, said: str) -> None:
    assert problem_text("E", cause) == said


def test_what_is_missing_or_out_of_place_is_noted() -> None:
    shown = lines(an_execution(a_state(is_assumed=True), missing=(3, 4, 5, 6), unattached=(9,), is_linked=False))

    assert [line for line in shown if line.startswith("note: ")] == [
        "note: 4 events are missing: 3, 4, 5, …",
        "note: 1 event has no known place: 9",
        "note: no event names its cause (an emulator?): the order was taken for it",
        "note: where states stand whose cause is missing is the likely place",
    ]


@pytest.mark.parametrize(
    ("numbers", "said"), [([], ""), ([4], "4"), ([3, 1, 2, 7], "1–3, 7"), (range(0, 20, 2), "0, 2, 4, 6, …")]
)
def test_numbers_are_said_as_ranges(numbers: list[int], said: str) -> None:
    assert ranges(numbers) == said


texts = st.text(max_size=30) | st.sampled_from(
    ["\x1b[31mred", "a\nb", "\u202eevil", "日本語" * 9, "[bold]x[/bold]", "x" * 300]
)
attempts = st.builds(Attempt, st.sampled_from(["FAILED", "RUNNING"]), texts, texts, texts)
leaves = st.builds(
    State,
    texts,
    st.sampled_from(["Task", "Pass"]),
    st.sampled_from(["SUCCEEDED", "FAILED", "RUNNING", "UNKNOWN", "STOPPED", "PENDING_REDRIVE"]),
    st.none() | st.integers(0, 2**53),
    st.none() | st.integers(0, 2**53),
    st.lists(attempts, max_size=2).map(tuple),
    events=st.just((1,)),
    error=st.none() | texts,
    cause=st.none() | texts,
    is_caught=st.booleans(),
    identity=st.builds(Identity, st.lists(texts, max_size=5).map(tuple)),
)
states = st.recursive(
    leaves,
    lambda inner: st.builds(
        State,
        texts,
        st.just("Map"),
        st.just("SUCCEEDED"),
        iterations=st.lists(
            st.builds(Iteration, st.integers(0, 9), st.just("SUCCEEDED"), st.lists(inner, max_size=2).map(tuple)),
            max_size=5,
        ).map(tuple),
    ),
    max_leaves=8,
)


@given(st.lists(states, max_size=4), texts, st.integers(60, 200), st.booleans())
def test_no_row_is_wider_than_the_terminal_and_nothing_acts_on_it(
    given_states: list[State], text: str, width: int, is_all: bool
) -> None:
    execution = an_execution(*given_states, arn=text, error=text, cause=text, status="FAILED")
    unreached = (Unreached(text, "Pass"), Unreached(text, "Pass", (given_states[0].name,) if given_states else ()))

    rows = execution_rows(execution, unreached, Look(width, is_all=is_all))

    assert max(map(row_cells, rows)) <= width
    assert [row_text(row) for row in rows] == [neutral(row_text(row)) for row in rows]


def test_a_deeply_nested_execution_is_drawn() -> None:
    state = a_state()
    for _ in range(300):
        state = a_state("Map", type="Map", iterations=(Iteration(0, "SUCCEEDED", (state,)),))

    assert max(map(len, lines(an_execution(state)))) <= 80
