"""State machines as they are written, and what of them an execution did not reach."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hopscope_collector.executions import Execution, History, execution_of
from hopscope_collector.executions.definition import definition_of
from hopscope_collector.executions.errors import BadDefinition
from hopscope_collector.executions.event import HistoryEvent
from hopscope_collector.executions.unreached import unknown_states, unreached_states

PASS = {"Type": "Pass", "End": True}
MACHINE = {
    "StartAt": "Near?",
    "States": {
        "Near?": {"Type": "Choice", "Choices": [{"Next": "Walk"}], "Default": "Ride"},
        "Walk": {"Type": "Pass", "Next": "Prepare"},
        "Ride": {"Type": "Task", "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Walk"}], "Next": "Prepare"},
        "Prepare": {
            "Type": "Parallel",
            "Branches": [
                {"StartAt": "Charge", "States": {"Charge": {"Type": "Task", "Next": "Settle"}, "Settle": PASS}},
                {"StartAt": "Pick", "States": {"Pick": PASS}},
            ],
            "Next": "Each",
        },
        "Each": {"Type": "Map", "Iterator": {"StartAt": "Item", "States": {"Item": PASS}}, "End": True},
    },
}


@pytest.fixture
def execution(events_of: Callable[[str], tuple[HistoryEvent, ...]]) -> Execution:
    return execution_of(
        History(
            events_of("""
        1 ExecutionStarted <- 0
        2 ChoiceStateEntered <- 0 name=Near?
        3 ChoiceStateExited <- 2 name=Near?
        4 PassStateEntered <- 3 name=Walk
        5 PassStateExited <- 4 name=Walk
        6 ParallelStateEntered <- 5 name=Prepare
        7 ParallelStateStarted <- 6
        8 TaskStateEntered <- 7 name=Charge
    """)
        )
    )


def test_the_path_not_taken_and_the_path_not_reached_are_told_apart(execution: Execution) -> None:
    unreached = unreached_states(execution, definition_of(MACHINE))

    assert [(each.name, each.inside, each.branch, each.is_bypassed) for each in unreached] == [
        ("Ride", (), 0, True),
        ("Settle", ("Prepare",), 0, False),
        ("Pick", ("Prepare",), 1, False),
        ("Each", (), 0, False),
    ]


def test_another_machine_s_definition_is_noticed(execution: Execution) -> None:
    other = definition_of({"StartAt": "Walk", "States": {"Walk": PASS}})

    assert unknown_states(execution, other) == ("Near?", "Prepare", "Charge")


@pytest.mark.parametrize(
    "given",
    [
        MACHINE,
        json.dumps(MACHINE),
        {"definition": json.dumps(MACHINE)},
        json.dumps({"definition": MACHINE, "name": "m"}),
    ],
)
def test_a_definition_is_read_from_whatever_holds_it(given: object) -> None:
    assert definition_of(given) == definition_of(MACHINE)


def test_where_states_lead_is_read(execution: Execution) -> None:
    shapes = {state.name: (state.leads_to, state.catches) for state in definition_of(MACHINE).states}

    assert shapes["Near?"] == (("Walk", "Ride"), ())
    assert shapes["Ride"] == (("Prepare",), ("Walk",))


def changed(**states: Any) -> dict[str, Any]:
    return {"StartAt": "A", "States": {"A": PASS, **states}}


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("", "line 1 of the definition is not JSON"),
        ("[]", "the definition is []; expected an object with StartAt and States"),
        ({}, "States of the definition is missing"),
        ({"StartAt": "B", "States": {"A": PASS}}, "StartAt of the definition is 'B'; expected one of 'A'"),
        (changed(B=7), "state 'B' is 7"),
        (changed(B={"Type": "Loop"}), "Type of state 'B' is 'Loop'; expected one of Task, Pass"),
        (changed(B={"Type": "Pass", "Next": "C"}), "a Next of state 'B' is 'C'; expected one of 'A', 'B'"),
        (changed(B={"Type": "Map"}), "ItemProcessor of state 'B' is missing"),
        (changed(B={"Type": "Parallel", "Branches": [{}]}), "States of branch 1 of state 'B' is missing"),
        ('{"a":' * 100_000, "nested too deeply"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(given: object, says: str) -> None:
    with pytest.raises(BadDefinition) as refused:
        definition_of(given)

    assert says in str(refused.value)


def test_endless_nesting_is_refused() -> None:
    machine: dict[str, Any] = {"StartAt": "A", "States": {"A": PASS}}
    for _ in range(150):
        machine = {"StartAt": "A", "States": {"A": {"Type": "Map", "ItemProcessor": machine, "End": True}}}

    with pytest.raises(BadDefinition, match="more than 100 levels"):
        definition_of(machine)


@given(
    st.recursive(
        st.none() | st.text(max_size=3) | st.integers(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["StartAt", "States", "A", "Type", "Next", "Choices", "Branches", "Catch"]), inner
            )
        ),
    )
)
def test_any_json_is_a_definition_or_a_clear_refusal(value: object) -> None:
    try:
        definition_of(value)
    except BadDefinition as refused:
        assert "expected" in str(refused) or "not JSON" in str(refused)
