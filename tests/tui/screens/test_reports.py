"""Problems and map, driven as a person would."""

import pytest

from hopscope_tui.screens.flow import FlowScreen
from hopscope_tui.screens.flows import FlowsScreen
from hopscope_tui.sources.memory import MemorySource
from hopscope_tui.widgets.entry_list import EntryList
from hopscope_tui.widgets.nothing import Nothing


def lines(pilot) -> list[str]:
    shown = pilot.app.screen.query_one(EntryList)
    return [shown.render_line(y).text.rstrip() for y in range(shown.size.height)]


@pytest.mark.parametrize(("key", "first"), [("p", "overdue           1  waiting: order_accepted"), ("m", "(outside)")])
async def test_a_report_opens_the_newest_example_and_comes_back(orders, hopscope, key, first):
    source = MemorySource([orders.overdue(), *orders.many(10)])
    async with hopscope(source, orders.start_us) as pilot:
        await pilot.keys(key)
        assert first in lines(pilot)[0]

        await pilot.keys("enter")
        assert isinstance(pilot.app.screen, FlowScreen)

        await pilot.keys("escape", "escape")
        assert isinstance(pilot.app.screen, FlowsScreen)


async def test_a_problem_that_comes_up_appears(orders, hopscope):
    source = MemorySource([])
    async with hopscope(source, orders.start_us) as pilot:
        await pilot.keys("p")
        assert "Nothing is wrong" in str(pilot.app.screen.query_one(Nothing).content)

        source.put(orders.overdue())
        await pilot.look()
        assert "order_accepted" in lines(pilot)[0]


async def test_executions_of_older_flows_are_read_on_the_way_down(orders, hopscope):
    source = MemorySource([orders.orchestrated(), *orders.many(2_000)[1:]])
    async with hopscope(source, orders.start_us) as pilot:
        await pilot.keys("x")

        assert "order-flow" in lines(pilot)[0]
        assert "over 2,000 flows" in pilot.screen_text()


async def test_the_screens_below_live_on_when_another_is_closed(orders, hopscope):
    source = MemorySource(orders.many(3))
    async with hopscope(source, orders.start_us) as pilot:
        await pilot.keys("m")
        source.put(*orders.many(5))
        await pilot.keys("escape")

        assert "o-4" in pilot.app.screen.query_one("#flows").render_line(0).text
