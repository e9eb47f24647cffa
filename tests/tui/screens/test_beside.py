"""The execution beside its flow: the cursor of each moves that of the other."""

from dataclasses import replace

import pytest

from hopscope_tui.screens.flow import FlowScreen
from hopscope_tui.sources.memory import MemorySource
from hopscope_tui.sources.store import StoreSource
from hopscope_tui.widgets.execution_list import ExecutionList
from hopscope_tui.widgets.flow_graph import FlowGraph
from hopscope_tui.widgets.inspector import Inspector
from hopscope_tui.widgets.step_list import StepList

WIDE = (160, 45)


def a_source(orders) -> MemorySource:
    source = MemorySource([orders.orchestrated()])
    source.executions[orders.execution().arn] = orders.execution()
    return source


def rows(pilot, widget) -> list[str]:
    shown = pilot.app.screen.query_one(widget)
    return [shown.render_line(y).text.rstrip() for y in range(shown.size.height)]


def under_cursor(pilot, widget) -> str:
    shown = pilot.app.screen.query_one(widget)
    return shown.render_line(shown.cursor - shown.scroll_offset.y).text


async def test_on_a_wide_screen_both_are_seen_at_once(orders, hopscope):
    async with hopscope(a_source(orders), orders.start_us, WIDE) as pilot:
        await pilot.keys("enter")

        text = pilot.screen_text()
        assert "notify-restaurant" in text
        assert "◫ order-flow  ● running" in text
        assert pilot.row_widths() == {WIDE[0]}


@pytest.mark.parametrize("size", [(129, 40), (80, 24)])
async def test_where_it_is_narrower_the_states_are_a_view_of_their_own(orders, hopscope, size):
    async with hopscope(a_source(orders), orders.start_us, size) as pilot:
        await pilot.keys("enter")
        assert "◫ order-flow  ● running" not in pilot.screen_text()

        await pilot.keys("4")
        assert "◫ order-flow  ● running" in pilot.screen_text()
        assert "print-ticket  restaurants" not in pilot.screen_text()

        await pilot.keys("2")
        assert "print-ticket  restaurants" in pilot.screen_text()


async def test_moving_through_hops_moves_through_states(orders, hopscope):
    async with hopscope(a_source(orders), orders.start_us, WIDE) as pilot:
        await pilot.keys("enter", "down", "down")

        assert "Notify" in under_cursor(pilot, ExecutionList)


async def test_moving_through_states_moves_through_hops_in_every_view(orders, hopscope):
    async with hopscope(a_source(orders), orders.start_us, WIDE) as pilot:
        await pilot.keys("enter", "1", "4", "down", "up")

        assert any("┃ ↺ redeem-promo" in row for row in rows(pilot, FlowGraph))
        assert "Notify  ✔ succeeded" in rows(pilot, Inspector)[0]


async def test_the_states_are_a_table_too(orders, hopscope):
    async with hopscope(a_source(orders), orders.start_us, WIDE) as pilot:
        await pilot.keys("enter", "4", "t")

        assert rows(pilot, ExecutionList)[0].split() == ["at", "state", "time", "tries"]
        assert "Notify" in under_cursor(pilot, ExecutionList)


async def test_a_flow_without_a_machine_says_so(orders, hopscope):
    async with hopscope(MemorySource([orders.overdue()]), orders.start_us) as pilot:
        await pilot.keys("enter", "4")

        assert "No execution of a state machine is part of this flow" in pilot.screen_text()


async def test_in_a_recorded_flow_every_state_that_was_heard_leads_to_a_hop(demo_store, hopscope):
    source = StoreSource(demo_store)
    flow = next(each for each in source.window("fn:order-flow status:done", 0, 1).flows)
    async with hopscope(source, flow.started_us, WIDE) as pilot:
        pilot.app.open_flow(flow)
        await pilot.settle()
        await pilot.keys("4", "home", "down")

        assert "SendTicket  → print-ticket" in under_cursor(pilot, ExecutionList)
        assert "print-ticket" in under_cursor(pilot, StepList)


async def test_a_screen_that_is_opened_for_an_execution_begins_at_its_states(orders, hopscope):
    async with hopscope(a_source(orders), orders.start_us) as pilot:
        pilot.app.push_screen(FlowScreen(pilot.app.source, orders.orchestrated(), execution_arn=orders.execution().arn))
        await pilot.settle()

        assert pilot.app.screen.query_one(ExecutionList).has_focus
        assert "Notify" in under_cursor(pilot, ExecutionList)


async def test_of_several_executions_x_goes_to_the_next(orders, hopscope):
    other = f"{orders.execution().arn}-2"
    flow = orders.orchestrated()
    source = a_source(orders)
    source.put(replace(flow, executions=(*flow.executions, other)))
    source.executions[other] = replace(orders.execution(), arn=other, status="SUCCEEDED")
    async with hopscope(source, orders.start_us, WIDE) as pilot:
        await pilot.keys("enter")
        assert "1 of 2, x next" in pilot.screen_text()

        await pilot.keys("x")
        assert "✔ succeeded" in pilot.screen_text()
        assert "2 of 2, x next" in pilot.screen_text()


async def test_what_a_state_got_and_gave_folds(orders, hopscope):
    notify, accept = orders.execution().states
    told = replace(notify, input='{"orderId": "o-42"}', output='{"ok": true}', variables={"total": '{"cents": 900}'})
    source = a_source(orders)
    source.executions[orders.execution().arn] = orders.execution(states=(told, accept))
    async with hopscope(source, orders.start_us, (120, 60)) as pilot:
        await pilot.keys("enter", "4", "home")

        text = "\n".join(rows(pilot, Inspector))
        assert "▸ input     19 bytes" in text
        assert "ok: true" in text
        assert "cents: 900" in text


async def test_clocks_are_corrected_only_when_asked(orders, hopscope):
    flow = orders.overdue()
    hops = tuple(replace(hop, clock_offset_us=5_000_000) if hop.id == "d.0" else hop for hop in flow.hops)
    async with hopscope(MemorySource([replace(flow, hops=hops)]), orders.start_us + 10_000_000) as pilot:
        await pilot.keys("enter", "end")
        assert "40ms" in under_cursor(pilot, StepList)
        assert "one clock" not in pilot.screen_text()

        await pilot.keys("w")
        assert "5.0s" in under_cursor(pilot, StepList)
        assert "one clock" in pilot.screen_text()


async def test_what_a_state_started_is_followed_into_its_own_flow_and_back(orders, hopscope):
    child = orders.execution().arn.replace("o-42", "child")
    started = replace(orders.execution().states[0], children=(child,))
    source = a_source(orders)
    source.executions[orders.execution().arn] = orders.execution(states=(started,))
    source.put(orders.flow(id="c" * 32, keys={}, correlation_id="child-flow", hops=(orders.hop(request_id=child),)))
    async with hopscope(source, orders.start_us, WIDE) as pilot:
        await pilot.keys("down", "enter", "4", "enter", "4")
        assert pilot.screen.flow.correlation_id == "child-flow"

        await pilot.keys("left_square_bracket")
        assert pilot.screen.flow.keys == {"order_id": "o-42"}
