"""What holds for the tree of any history: whole, in parts, and in any order."""

from collections import Counter
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from hopscope_collector.executions import Execution, History, State, execution_of


def owners(execution: Execution) -> dict[int, str]:
    """Where the tree has put each event, in the words of the run: the path of a state is its name."""
    found = dict.fromkeys(execution.events, "")
    for state in execution.walk():
        found.update(dict.fromkeys(state.events, state.name))
        for iteration in state.iterations:
            found.update(dict.fromkeys(iteration.events, f"{state.name}/i{iteration.index}"))
    return found


def places(execution: Execution) -> Counter[int]:
    """How often each event stands in the tree."""
    found = Counter(execution.events) + Counter(execution.unattached)
    for state in execution.walk():
        found.update(state.events)
        for iteration in state.iterations:
            found.update(iteration.events)
    return found


@given(st.data())
def test_every_event_goes_to_what_it_happened_to(runs: st.SearchStrategy[Any], data: st.DataObject) -> None:
    run = data.draw(runs)

    execution = execution_of(History(tuple(run.events)))

    assert owners(execution) == run.owner
    assert execution.unattached == ()
    assert execution.status == "SUCCEEDED"
    assert {state.status for state in execution.walk()} == {"SUCCEEDED"}


@given(st.data())
def test_states_are_nested_as_they_ran(runs: st.SearchStrategy[Any], data: st.DataObject) -> None:
    run = data.draw(runs)

    execution = execution_of(History(tuple(run.events)))

    def check(states: tuple[State, ...], path: str) -> None:
        assert [state.name for state in states] == [f"{path}/{number}" for number in range(len(states))]
        for state in states:
            for branch in state.branches:
                check(branch.states, branch.states[0].name.rpartition("/")[0])
            for iteration in state.iterations:
                check(iteration.states, f"{state.name}/i{iteration.index}")

    check(execution.states, "")


@given(st.data())
def test_any_order_of_arrival_and_any_repeats_give_the_same_tree(
    runs: st.SearchStrategy[Any], data: st.DataObject
) -> None:
    events = data.draw(runs).events

    shuffled = [*data.draw(st.permutations(events)), *data.draw(st.lists(st.sampled_from(events), max_size=3))]

    assert execution_of(History(tuple(shuffled))) == execution_of(History(tuple(events)))


@given(st.data())
def test_every_event_has_exactly_one_place_whatever_is_missing(
    runs: st.SearchStrategy[Any], data: st.DataObject
) -> None:
    events = data.draw(runs).events
    kept = [event for event in events if data.draw(st.integers(0, 4)) > 0]

    execution = execution_of(History(tuple(kept)))

    assert places(execution) == Counter(event.id for event in kept)
    assert execution_of(History(tuple(reversed(kept)))) == execution


@given(st.data())
def test_a_state_is_entered_once_for_each_recorded_entry(runs: st.SearchStrategy[Any], data: st.DataObject) -> None:
    events = data.draw(runs).events
    kept = [event for event in events if data.draw(st.integers(0, 4)) > 0]

    execution = execution_of(History(tuple(kept)))

    entered = [state for state in execution.walk() if state.entered_us is not None]
    assert len(entered) == sum(event.type.endswith("StateEntered") for event in kept)
    assert all(state.exited_us is None or state.exited_us >= state.entered_us for state in entered)  # type: ignore[operator]


@given(st.data())
def test_a_history_that_is_still_being_written_keeps_what_it_had(
    runs: st.SearchStrategy[Any], data: st.DataObject
) -> None:
    """A running execution is followed: what has been seen stays where it was."""
    run = data.draw(runs)
    so_far = run.events[: data.draw(st.integers(1, len(run.events) - 1))]

    execution = execution_of(History(tuple(so_far)))

    assert execution.unattached == ()
    assert execution.status == "RUNNING"
    assert owners(execution) == {event.id: run.owner[event.id] for event in so_far}
    assert not any(state.is_assumed for state in execution.walk())


@given(st.data())
def test_nothing_that_an_event_may_hold_breaks_the_tree(runs: st.SearchStrategy[Any], data: st.DataObject) -> None:
    """A file can be edited: causes that come later or name themselves, types that do not fit, details of any kind."""
    events = data.draw(runs).events
    types = st.sampled_from([event.type for event in events] + ["MapRunRedriven", "WaitStateAborted", "Unheard"])
    broken = [
        replace(
            event,
            previous_id=data.draw(st.integers(0, len(events) + 2)),
            type=data.draw(types),
            details=data.draw(st.dictionaries(st.sampled_from(["name", "index", "state"]), st.integers() | st.text())),
        )
        if data.draw(st.integers(0, 3)) == 0
        else event
        for event in events
    ]

    execution = execution_of(History(tuple(broken)))

    assert places(execution) == Counter(event.id for event in broken)
