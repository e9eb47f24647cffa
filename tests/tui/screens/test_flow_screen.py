"""One flow, driven as a person would."""

from dataclasses import replace

import pytest

from hopscope_collector.flow import Failure
from hopscope_tui.screens.flow import FlowScreen
from hopscope_tui.screens.flows import FlowsScreen
from hopscope_tui.sources.memory import MemorySource
from hopscope_tui.widgets.banner import Banner
from hopscope_tui.widgets.flow_graph import FlowGraph
from hopscope_tui.widgets.inspector import Inspector
from hopscope_tui.widgets.message_list import MessageList
from hopscope_tui.widgets.step_list import StepList

MINUTE_US = 60_000_000
TEN_MINUTES_US = 10 * MINUTE_US + 2_000_000


def lines(pilot, widget=StepList) -> list[str]:
    shown = pilot.app.screen.query_one(widget)
    return [shown.render_line(y).text.rstrip() for y in range(shown.size.height)]


def facts(pilot) -> str:
    return "\n".join(lines(pilot, Inspector))


async def test_the_steps_stand_under_what_led_to_them(orders, hopscope):
    async with hopscope(MemorySource([orders.overdue()]), orders.start_us + TEN_MINUTES_US) as pilot:
        await pilot.keys("enter")

        assert [line[3:26].strip() for line in lines(pilot) if line] == [
            "place-order  POST /orde",
            "├─ redeem-promo ×3  ord",
            "└─ notify-restaurant  o",
            "├─ restaurant_notifi",
            "├─ waiting: order_ac",
            "└─ print-ticket  res",
        ]


async def test_the_inspector_says_why_a_link_is_believed(orders, hopscope):
    async with hopscope(MemorySource([orders.overdue()]), orders.start_us) as pilot:
        await pilot.keys("enter", "down", "down")

        assert (
            "exact: our context came along with the message (events/7bf73129); the message id agrees too"
            in " ".join(facts(pilot).split())
        )


async def test_it_grows_while_the_order_runs_and_the_cursor_stays(orders, hopscope):
    source = MemorySource([orders.overdue()])
    async with hopscope(source, orders.start_us) as pilot:
        await pilot.keys("enter", "down", "down")

        source.put(orders.accepted())
        await pilot.look()

        assert any("accept-order" in line for line in lines(pilot))
        assert "notify-restaurant" in facts(pilot)
        assert lines(pilot)[2].startswith("▌")


async def test_the_next_problem_is_one_key_away(orders, hopscope):
    async with hopscope(MemorySource([orders.overdue()]), orders.start_us + TEN_MINUTES_US) as pilot:
        await pilot.keys("enter", "n")

        assert facts(pilot).startswith("  order_accepted  ◔ overdue")


async def test_the_graph_has_the_cursor_of_the_waterfall_and_gives_it_back(orders, hopscope):
    async with hopscope(MemorySource([orders.overdue()]), orders.start_us) as pilot:
        await pilot.keys("enter", "down", "down", "1")
        assert any("┃ ✔ notify-restaurant" in line for line in lines(pilot, FlowGraph))

        await pilot.keys("down", "right", "2")
        assert [line for line in lines(pilot) if line.startswith("▌")] == [lines(pilot)[5]]


async def test_a_click_on_a_card_points_at_it(orders, hopscope):
    async with hopscope(MemorySource([orders.overdue()]), orders.start_us) as pilot:
        await pilot.keys("enter", "1")
        rows = lines(pilot, FlowGraph)
        y = next(place for place, row in enumerate(rows) if "redeem-promo" in row)
        await pilot.pilot.click(FlowGraph, offset=(rows[y].index("redeem-promo"), y))
        await pilot.settle()

        assert facts(pilot).startswith("  redeem-promo  ↺ recovered")


async def test_an_id_is_copied_for_another_tool(orders, hopscope):
    async with hopscope(MemorySource([orders.overdue()]), orders.start_us) as pilot:
        await pilot.keys("enter", "down", "y", "y")
        assert pilot.app.clipboard == "req-c3"

        await pilot.keys("Y")
        assert pilot.app.clipboard == "c-42"


async def test_a_flow_that_the_store_lets_go_of_stays_on_the_screen(orders, hopscope):
    source = MemorySource([orders.overdue()])
    async with hopscope(source, orders.start_us) as pilot:
        await pilot.keys("enter")
        source.forget(orders.overdue().id)
        await pilot.look()

        assert "no longer in the store" in pilot.app.screen.query_one(Banner).render_line(0).text
        assert "place-order" in lines(pilot)[0]


ESCAPES = "\x1b]0;owned\x07\x9b31m\na\tb\x7f"
DISGUISES = "\u202etxt\u200b[bold red]x[/]日本語e" + "\u0301" * 40 + "\ud800👩\u200d👧"


@pytest.mark.parametrize(
    ("hostile", "size"),
    [(ESCAPES, (80, 24)), (DISGUISES, (200, 60)), ("日本語" * 40, (81, 25))],
    ids=["escapes", "disguises", "wide"],
)
async def test_nothing_in_a_message_acts_on_the_terminal(orders, hopscope, hostile, size):
    failure = Failure(hostile, hostile, hostile)
    order = orders.overdue(keys={hostile: hostile}, correlation_id=hostile, notes=(hostile,))
    hops = tuple(
        replace(
            hop, function=hostile + hop.function, name=hostile, error=failure, origin=hostile, keys={hostile: hostile}
        )
        for hop in order.hops
    )
    async with hopscope(MemorySource([replace(order, hops=hops)], name=hostile), orders.start_us, size) as pilot:
        for keys in (["enter", "down"], ["1", "down"], ["question_mark"], ["escape", "escape"]):
            await pilot.keys(*keys)
            assert all(character.isprintable() for character in pilot.screen_text().replace("\n", ""))
            assert pilot.row_widths() == {size[0]}
        assert isinstance(pilot.app.screen, FlowsScreen)


async def test_escape_goes_back(orders, hopscope):
    async with hopscope(MemorySource([orders.overdue()]), orders.start_us) as pilot:
        await pilot.keys("enter")
        assert isinstance(pilot.app.screen, FlowScreen)

        await pilot.keys("escape")
        assert isinstance(pilot.app.screen, FlowsScreen)


async def test_the_sequence_has_the_same_cursor_too(orders, hopscope):
    async with hopscope(MemorySource([orders.overdue()]), orders.start_us) as pilot:
        await pilot.keys("enter", "down", "3")
        assert "▶↺ 1.1s" in next(line for line in lines(pilot, MessageList) if line.startswith("▌"))

        await pilot.keys("down", "1")
        assert any("┃ ✔ notify-restaurant" in line for line in lines(pilot, FlowGraph))


async def test_a_flow_of_thousands_of_hops_says_so_first_and_is_then_there(orders, hopscope):
    hops = [
        orders.hop(id=f"{each}.0", request_id=f"{each}", started_us=orders.start_us + each) for each in range(1_200)
    ]
    async with hopscope(MemorySource([orders.flow(hops=tuple(hops))]), orders.start_us) as pilot:
        await pilot.keys("enter")

        assert not pilot.screen.query_one(Banner).display
        assert pilot.screen.query_one(StepList).row_count == len(hops)


async def test_names_too_long_for_their_lanes_stand_in_two_rows_at_once(orders, hopscope):
    hops = [
        orders.hop(id=f"{name}.0", function=f"{name}-restaurant-orders", started_us=orders.start_us + place)
        for place, name in enumerate(("notify", "accept", "reject", "forget", "settle", "refund"))
    ]
    async with hopscope(MemorySource([orders.flow(hops=tuple(hops))]), orders.start_us) as pilot:
        await pilot.keys("enter", "3")

        assert pilot.screen.query_one("#upper-lanes").display


async def test_notes_take_the_rows_that_they_need(orders, hopscope):
    notes = tuple(f"clock of {name} is 12 ms ahead" for name in ("print-ticket", "notify-restaurant", "accept-order"))
    async with hopscope(MemorySource([orders.overdue(notes=notes)]), orders.start_us, (80, 24)) as pilot:
        await pilot.keys("enter")

        assert pilot.screen.query_one("#notes").size.height == 2
        assert "accept-order is 12 ms ahead" in pilot.screen_text()
