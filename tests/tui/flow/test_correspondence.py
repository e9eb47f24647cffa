"""Which step of a flow belongs to which state of an execution."""

from dataclasses import replace

from hopscope_collector.executions.model import Attempt, State
from hopscope_collector.shape.outline import outline
from hopscope_tui.flow.correspondence import correspondence_of


def states(orders, *more):
    return orders.execution(states=(*orders.execution().states, *more))


def test_the_message_that_a_state_sent_joins_it_to_what_heard_it_and_to_all_that_came_of_it(orders):
    steps = outline(orders.orchestrated())
    found = correspondence_of(orders.execution(), steps)
    notify = orders.execution().states[0]

    assert {step.id: found.state_of(step.id) and found.state_of(step.id).name for step in steps} == {
        "m.0": None, "c1.0": "Notify", "b.0": "Notify", "b2": "Notify", "d.0": "Notify",
        "wait/restaurant_notified/order_accepted": "Notify",
    }  # fmt: skip
    assert found.state_of("b.0") == notify
    assert list(found.steps_of(found.state_of("b.0"))) == ["c1.0", "b.0"]


def test_equal_states_are_told_apart(orders):
    """A loop enters a state twice, and both may have done the same."""
    flow = orders.orchestrated()
    twin = replace(orders.execution().states[1])
    execution = states(orders, twin)
    found = correspondence_of(execution, outline(flow))

    assert all(found.steps_of(each) == () for each in execution.states[1:])


def test_a_function_whose_payload_is_not_kept_belongs_to_the_one_task_that_ran_then(orders):
    flow = orders.orchestrated()
    started = orders.start_us + 95_000
    call = State(
        "Call", "Task", "SUCCEEDED", started - 1, started + 9, attempts=(Attempt("SUCCEEDED", "lambda:invoke"),)
    )
    unmatched = tuple(replace(hop, refs=()) if hop.id == "b.0" else hop for hop in flow.hops)
    sends = tuple(replace(send, refs=()) if send.id == "a1" else send for send in flow.sends)
    steps = outline(replace(flow, hops=unmatched, sends=sends))

    assert correspondence_of(states(orders, call), steps).state_of("b.0") == call
    assert correspondence_of(states(orders, call, replace(call, name="Other")), steps).state_of("b.0") is None
