"""The states of an execution beside its flow, read as text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from hopscope_collector.executions.model import Attempt, Branch, Execution, Identity, Iteration, Sent, State
from hopscope_tui.drawing.rows import row_text
from hopscope_tui.drawing.states import Place, machine_heading, reason_rows, state_graph, state_table

MS = 1_000


def nobody(_state):
    return ()


def an_execution(**facts):
    charge = State(
        "Charge", "Task", "SUCCEEDED", 10 * MS, 410 * MS, events=(2,),
        attempts=(Attempt("FAILED", "lambda:invoke", "CardDeclined", "empty"), Attempt("SUCCEEDED", "lambda:invoke")),
    )  # fmt: skip
    tell = State("Tell", "Task", "SUCCEEDED", 500 * MS, 510 * MS, events=(3,), identity=Identity(
        ("events/1",), (Sent("events", "putEvents", 3, "events/1", "orders", "order_placed"),)))  # fmt: skip
    both = State("Both", "Parallel", "SUCCEEDED", 0, 450 * MS, branches=(Branch((charge,)), Branch((tell,))))
    default = {"status": "SUCCEEDED", "arn": "arn:aws:states:eu:1:execution:order-flow:o-42", "states": (both,)}
    return Execution(**{"started_us": 0, "ended_us": 520 * MS, **default, **facts})


def text(rows):
    return [row_text(row).rstrip() for row, _ in rows]


def test_a_state_says_what_it_sent_or_who_heard_it():
    assert text(state_graph(an_execution(), nobody, 50)) == [
        "✔ Both                                 450ms",
        "├─ ✔ Charge                            400ms    ×2",
        "│    ↺ a try failed: CardDeclined: empty",
        "└─ ✔ Tell  → order_placed               10ms",
    ]
    assert "→ notify" in text(state_graph(an_execution(), lambda _: ["notify"], 50))[1]


def test_the_table_is_in_the_order_of_the_history_with_the_place_of_every_state():
    rows = text(state_table(an_execution(), 70))

    assert rows[0].split() == ["at", "state", "type", "status", "time", "tries"]
    assert [row.split()[2] for row in rows[1:]] == ["Both", "Both/Charge", "Both/Tell"]
    assert rows[2].split() == ["10ms", "✔", "Both/Charge", "Task", "succeeded", "400ms", "×2"]


def test_the_heading_says_which_of_several_it_is():
    heading = row_text(machine_heading(an_execution(), Place(2, 3), 70))

    assert heading.split() == [
        "◫",
        "order-flow",
        "✔",
        "succeeded",
        "520ms",
        "3",
        "states",
        "2",
        "of",
        "3,",
        "x",
        "next",
    ]


@pytest.mark.parametrize("width_cells", [12, 40, 80])
def test_a_reason_is_wrapped(width_cells):
    rows = reason_rows("no history of order-flow was collected; hopscope collect reads it", width_cells)

    assert {cell_len(row_text(row)) for row, _ in rows[1:]} == {width_cells}


names = st.text(max_size=20)


@given(names, names, st.integers(20, 160), st.sampled_from(["SUCCEEDED", "FAILED", "RUNNING", "TIMED_OUT"]))
def test_every_row_is_as_wide_as_it_should_be_whatever_a_state_is_called(name, cause, width_cells, status):
    inner = State(name, "Task", status, 0, None, error=name, cause=cause)
    items = tuple(Iteration(number, status, (inner,)) for number in range(6))
    outer = State(name, "Map", status, 0, 9, iterations=items, variables={name: cause})
    execution = an_execution(states=(outer, inner), error=name, cause=cause)

    for rows in (state_graph(execution, lambda _: [name], width_cells), state_table(execution, width_cells)):
        shown = [row_text(row) for row, _ in rows if row]
        assert {cell_len(row) for row in shown} == {width_cells}
        assert all(character.isprintable() for row in shown for character in row)
