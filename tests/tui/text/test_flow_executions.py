"""What `hopscope show` says of the executions of a flow."""

from dataclasses import replace

from hopscope_collector.executions import Execution, State
from hopscope_collector.executions.model import Identity
from hopscope_collector.flow import Flow, Hop, Link, Send
from hopscope_collector.shape.outline import outline
from hopscope_tui.drawing.rows import row_cells, row_text
from hopscope_tui.drawing.waterfall import label_of
from hopscope_tui.text.flow_executions import execution_part_rows

ARN = "arn:aws:states:eu-west-1:111111111111:execution:pay:o-7"
START_US = 1_795_219_200_000_000


def a_hop(hop_id: str, function: str) -> Hop:
    return Hop(
        id=hop_id,
        invocation_id=hop_id.partition(".")[0],
        message_index=0,
        function=function,
        request_id=f"r-{hop_id}",
        trace_id="a" * 32,
        status="done",
        started_us=START_US,
        ended_us=START_US + 1_000,
    )


def a_flow(*functions: str) -> Flow:
    """An execution that put one event, which the functions heard."""
    put = Send("b0001", "b.0", "events", "putEvents", START_US, refs=("events/e-1",))
    consumers = [a_hop(f"{number}.0", name) for number, name in enumerate(functions)]
    return Flow(
        id="a" * 32,
        status="done",
        started_us=START_US,
        hops=(a_hop("b.0", "pay"), *consumers),
        sends=(put,),
        links=tuple(Link("b0001", hop.id, ("ref",), "events/e-1", 0) for hop in consumers),
        traces=("a" * 32,),
        executions=(ARN,),
    )


def an_execution(name: str = "Tell") -> Execution:
    told = State(name, "Task", "SUCCEEDED", START_US, START_US + 5_000, identity=Identity(refs=("events/e-1",)))
    return Execution("SUCCEEDED", (told,), arn=ARN, started_us=START_US, ended_us=START_US + 9_000)


def test_the_answer_to_a_task_is_no_message_that_nobody_received() -> None:
    flow = a_flow()
    answer = Send("b0002", "b.0", "states", "SendTaskSuccess", START_US, refs=("task-token/0ddfb22684327255",))

    (_, step) = outline(replace(flow, sends=(answer,)))

    assert row_text(label_of(step)) == "SendTaskSuccess  answered a task"


def lines(flow: Flow, *executions: Execution, width: int = 80) -> list[str]:
    return [row_text(row).rstrip() for row in execution_part_rows(flow, executions, width)]


def test_a_state_names_who_heard_what_it_sent() -> None:
    shown = lines(a_flow("ship", "archive"), an_execution())

    assert shown[0] == ""
    assert shown[1].startswith("✔ succeeded   standard execution · 1 state")
    assert shown[-1] == "  → ship, archive  events/e-1"


def test_what_nobody_heard_stands_by_itself() -> None:
    assert lines(a_flow(), an_execution())[-1] == "  → events/e-1"


def test_no_history_no_rows() -> None:
    assert lines(a_flow("ship")) == []


def test_hostile_names_of_any_length_stay_within_the_width() -> None:
    flow = a_flow("\x1b[2J" + "寿" * 90)

    rows = list(execution_part_rows(flow, [an_execution("\x1b]0;x\x07" + "寿" * 90)], 80))

    assert all(row_cells(row) <= 80 for row in rows)
    assert "\x1b" not in "".join(row_text(row) for row in rows)
