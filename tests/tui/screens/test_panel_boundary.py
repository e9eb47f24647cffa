"""A bug in one panel does not take the screen: what it cannot draw it says, the others go on."""

from dataclasses import replace

from hopscope_tui.screens.flow import FlowScreen
from hopscope_tui.sources.memory import MemorySource


async def test_states_that_cannot_be_drawn_leave_the_flow(orders, hopscope):
    source = MemorySource([orders.orchestrated()])
    source.executions[orders.execution().arn] = replace(orders.execution(), states=("no state",))
    async with hopscope(source, orders.start_us, (160, 45)) as pilot:
        await pilot.keys("enter", "down")

        assert isinstance(pilot.app.screen, FlowScreen)
        assert "cannot draw the states" in pilot.screen_text()
        assert "notify-restaurant" in pilot.screen_text()


async def test_a_graph_and_facts_that_cannot_be_drawn_leave_the_waterfall(orders, hopscope):
    order = orders.overdue()
    broken = replace(order, hops=tuple(replace(hop, attributes=None) for hop in order.hops))
    async with hopscope(MemorySource([broken]), orders.start_us, (100, 40)) as pilot:
        await pilot.keys("enter", "1")
        assert "cannot draw the graph: TypeError" in pilot.screen_text()
        assert "cannot tell the facts: TypeError" in pilot.screen_text()

        await pilot.pilot.resize_terminal(90, 30)
        await pilot.keys("3")
        assert "├─order_placed" in pilot.screen_text()


async def test_a_flow_that_cannot_be_outlined_is_a_banner(orders, hopscope):
    order = orders.overdue()
    source = MemorySource([order])
    async with hopscope(source, orders.start_us, (100, 40)) as pilot:
        await pilot.keys("enter")
        source.put(replace(order, links=("no link",)))
        await pilot.look()

        assert "cannot draw this flow" in pilot.screen_text()
        assert "notify-restaurant" in pilot.screen_text()
