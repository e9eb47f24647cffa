"""The list, driven as a person would."""

import pytest

from hopscope_tui.screens.flow import FlowScreen
from hopscope_tui.screens.flows import FlowsScreen
from hopscope_tui.sources.memory import MemorySource
from hopscope_tui.widgets.banner import Banner
from hopscope_tui.widgets.flow_list import FlowList
from hopscope_tui.widgets.nothing import Nothing

MINUTE_US = 60_000_000


def lines(pilot) -> list[str]:
    """What the list shows now."""
    flows = pilot.app.screen.query_one(FlowList)
    return [flows.render_line(y).text.rstrip() for y in range(flows.size.height)]


def headline(pilot) -> str:
    return pilot.app.screen.query_one("#headline").render_line(0).text


async def test_the_newest_flow_stands_first_and_new_ones_appear(orders, hopscope):
    source = MemorySource(orders.many(3))
    async with hopscope(source, orders.start_us + MINUTE_US) as pilot:
        assert "o-2" in lines(pilot)[0]

        source.put(*orders.many(4))
        await pilot.look()

        assert "o-3" in lines(pilot)[0]


async def test_enter_opens_the_flow_and_escape_comes_back(orders, hopscope):
    async with hopscope(MemorySource([orders.overdue()]), orders.start_us) as pilot:
        await pilot.keys("enter")
        assert isinstance(pilot.app.screen, FlowScreen)

        await pilot.keys("escape")
        assert isinstance(pilot.app.screen, FlowsScreen)


async def test_the_cursor_stays_on_its_flow_while_others_arrive(orders, hopscope):
    source = MemorySource(orders.many(10))
    async with hopscope(source, orders.start_us) as pilot:
        await pilot.keys("down", "down")
        before = pilot.app.screen.query_one(FlowList).chosen.id

        source.put(*orders.many(15))
        await pilot.look()

        assert pilot.app.screen.query_one(FlowList).chosen.id == before
        assert pilot.app.screen.query_one(FlowList).cursor == 7


async def test_following_stays_at_the_newest(orders, hopscope):
    source = MemorySource(orders.many(10))
    async with hopscope(source, orders.start_us) as pilot:
        await pilot.keys("down", "f")
        source.put(*orders.many(15))
        await pilot.look()

        assert pilot.app.screen.query_one(FlowList).chosen.keys == {"order_id": "o-14"}


async def test_a_held_list_stands_still_and_counts_what_came(orders, hopscope):
    source = MemorySource(orders.many(10))
    async with hopscope(source, orders.start_us) as pilot:
        await pilot.keys("space")
        source.put(*orders.many(15))
        await pilot.look()
        assert "o-9" in lines(pilot)[0]
        assert "paused, 5 new" in headline(pilot)

        await pilot.keys("space")
        assert "o-14" in lines(pilot)[0]


async def test_problems_only_and_everything_again(orders, hopscope):
    async with hopscope(MemorySource(orders.many(10)), orders.start_us) as pilot:
        await pilot.keys("exclamation_mark")
        assert ["failed" in line for line in lines(pilot) if line] == [True]

        await pilot.keys("exclamation_mark")
        assert len([line for line in lines(pilot) if line]) == 10


async def test_a_jump_opens_the_flow_of_any_id(orders, hopscope):
    source = MemorySource([*orders.many(10), orders.overdue()])
    async with hopscope(source, orders.start_us) as pilot:
        await pilot.keys("colon")
        pilot.app.screen.query_one("#jump-id").value = "sns/91aa"
        await pilot.keys("enter")

        assert isinstance(pilot.app.screen, FlowScreen)
        assert pilot.app.screen.flow.keys == {"order_id": "o-42"}


async def test_an_unknown_id_is_said_and_asked_again(orders, hopscope):
    async with hopscope(MemorySource(orders.many(1)), orders.start_us) as pilot:
        await pilot.keys("colon", *"o-999", "enter")

        assert "nothing is known by 'o-999'" in str(pilot.app.screen.query_one("#jump-answer").content)


async def test_an_empty_store_says_what_to_do_next(orders, hopscope):
    async with hopscope(MemorySource(name="orders.db"), orders.start_us) as pilot:
        nothing = pilot.app.screen.query_one(Nothing)

        assert nothing.display
        assert "No flows in orders.db yet" in str(nothing.content)


async def test_keys_go_to_the_list_also_when_it_was_empty_at_first(orders, hopscope):
    """An empty list is hidden, and what is hidden loses the focus."""
    source = MemorySource()
    async with hopscope(source, orders.start_us) as pilot:
        await pilot.keys("p", "escape")
        source.put(*orders.many(3))
        await pilot.look()

        await pilot.keys("down", "enter")

        assert isinstance(pilot.app.screen, FlowScreen)


@pytest.mark.parametrize(
    "problem", [OSError("database is locked"), FileNotFoundError("orders.db"), RuntimeError("[red]\x1b[2J")]
)
async def test_a_store_that_fails_is_a_banner_and_comes_back(orders, hopscope, problem):
    source = MemorySource(orders.many(3))
    async with hopscope(source, orders.start_us) as pilot:
        source.problem = problem
        await pilot.look()
        banner = pilot.app.screen.query_one(Banner)
        assert banner.display
        assert type(problem).__name__ in banner.render_line(0).text
        assert "o-2" in lines(pilot)[0]

        source.problem = None
        for _ in range(5):
            await pilot.look()
        assert not banner.display


async def test_a_thousand_flows_are_fetched_as_they_come_into_sight(orders, hopscope):
    async with hopscope(MemorySource(orders.many(1_000)), orders.start_us) as pilot:
        await pilot.keys("end")

        assert "o-0" in [line for line in lines(pilot) if line][-1]

        await pilot.keys("home")
        assert "o-999" in lines(pilot)[0]


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60), (20, 6)])
async def test_any_size_is_drawn(orders, hopscope, size):
    async with hopscope(MemorySource([orders.overdue(), *orders.many(100)]), orders.start_us, size) as pilot:
        await pilot.keys("enter", "escape", "question_mark", "escape")
        await pilot.pilot.resize_terminal(81, 25)
        await pilot.settle()

        assert "o-99" in lines(pilot)[0]


async def test_a_mistake_in_the_filter_is_shown_where_it_is(orders, hopscope):
    async with hopscope(MemorySource(orders.many(3)), orders.start_us) as pilot:
        await pilot.keys("slash", *"status:slow", "enter")

        assert "'slow' is no status; expected one of" in pilot.app.screen.query_one("#filter-hint").render_line(0).text
        assert "o-2" in lines(pilot)[0]
