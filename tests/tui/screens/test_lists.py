"""Sorting, kinds, views, executions, compare, replay and what is restored: driven as a person would."""

import pytest

from hopscope_tui.screens.compare import CompareScreen
from hopscope_tui.screens.executions import ExecutionsScreen
from hopscope_tui.screens.flow import FlowScreen
from hopscope_tui.screens.flows import FlowsScreen
from hopscope_tui.screens.problems import ProblemsScreen
from hopscope_tui.screens.replay import ReplayScreen
from hopscope_tui.sources.memory import MemorySource
from hopscope_tui.state import StateFile
from hopscope_tui.widgets.banner import Banner
from hopscope_tui.widgets.drawn_rows import DrawnRows
from hopscope_tui.widgets.entry_list import EntryList
from hopscope_tui.widgets.flow_list import FlowList

MINUTE_US = 60_000_000


def lines(person, widget=FlowList) -> list[str]:
    shown = person.screen.query_one(widget)
    return [shown.render_line(y).text.rstrip() for y in range(shown.size.height)]


def a_source(orders) -> MemorySource:
    return MemorySource([orders.overdue(), *orders.many(20)], name="orders.db")


async def test_s_goes_through_the_orders_and_turns_round(orders, hopscope):
    async with hopscope(a_source(orders), orders.start_us + MINUTE_US) as person:
        await person.keys("s", "s")
        assert "o-42" in lines(person)[0]
        assert "the longest" in person.screen_text()

        await person.keys("S")
        assert "o-42" not in lines(person)[0]
        assert "the longest, turned round" in person.screen_text()

        await person.keys("escape")
        assert person.screen.order.is_plain


async def test_a_click_on_a_column_sorts_by_it_and_a_second_one_turns_it_round(orders, hopscope):
    async with hopscope(a_source(orders), orders.start_us + MINUTE_US) as person:
        at = person.screen.query_one("#heading").render_line(0).text.index("hops")
        await person.pilot.click("#heading", offset=(at + 1, 0))
        await person.settle()
        assert str(person.screen.order) == "hops"
        assert "o-42" in lines(person)[0]

        await person.pilot.click("#heading", offset=(at + 1, 0))
        await person.settle()
        assert str(person.screen.order) == "-hops"


async def test_a_kind_leads_to_its_flows(orders, hopscope):
    async with hopscope(a_source(orders), orders.start_us + MINUTE_US) as person:
        await person.keys("g")
        assert ["order_placed" in line for line in lines(person, EntryList) if line] == [True, True]

        await person.keys("down", "enter")
        assert isinstance(person.screen, FlowsScreen)
        assert person.screen.filter_text == 'kind:"POST /orders › order_placed"'
        assert [line for line in lines(person) if line] == [lines(person)[0]]


async def test_what_is_shown_gets_a_name_and_is_gone_back_to(orders, hopscope):
    async with hopscope(a_source(orders), orders.start_us) as person:
        await person.keys("exclamation_mark", "s", "v", "a", *"late", "enter")
        await person.keys("escape", "escape")
        assert person.screen.filter_text == ""

        await person.keys("v", "enter")
        assert "status:overdue" in person.screen.filter_text
        assert str(person.screen.order) == "status"

        await person.keys("v", "d")
        assert person.app.state.views == ()


async def test_an_execution_opens_its_flow_at_its_states(orders, hopscope):
    source = MemorySource([orders.orchestrated(), *orders.many(3)])
    source.executions[orders.execution().arn] = orders.execution()
    async with hopscope(source, orders.start_us) as person:
        await person.keys("x")
        assert isinstance(person.screen, ExecutionsScreen)
        assert "order-flow" in lines(person, EntryList)[0]

        await person.keys("enter")
        assert isinstance(person.screen, FlowScreen)
        assert "Notify" in person.screen_text()


async def test_two_marked_flows_are_compared(orders, hopscope):
    async with hopscope(a_source(orders), orders.start_us) as person:
        await person.keys("s", "s", "c", "down", "c")
        assert isinstance(person.screen, CompareScreen)
        shown = lines(person, EntryList)
        assert any(line.startswith(("▌+", " +")) for line in shown)
        assert any(line.startswith(("▌−", " −")) for line in shown)

        await person.keys("w", "n", "enter")
        assert isinstance(person.screen, FlowScreen)


async def test_a_flow_is_compared_with_what_is_usual(orders, hopscope):
    async with hopscope(a_source(orders), orders.start_us) as person:
        await person.keys("C")

        assert "what is usual for 16 flows of its kind" in person.screen_text()
        assert "no step differs" in person.screen_text()


async def test_a_flow_happens_again_step_by_step_and_by_itself(orders, hopscope):
    async with hopscope(MemorySource([orders.overdue()]), orders.start_us + MINUTE_US) as person:
        await person.keys("r")
        assert isinstance(person.screen, ReplayScreen)
        assert "runs for 0ms" in lines(person, EntryList)[0]

        await person.keys("right", "right")
        assert "place-order done" in lines(person, DrawnRows)[0]
        await person.keys("dollar_sign")
        assert "waits for" in person.screen_text()

        await person.keys("0", "space")
        assert person.screen.is_playing
        await person.keys("space", "left")
        assert not person.screen.is_playing


async def test_the_messages_move_on_the_graph_which_stays_in_sight_of_them(orders, hopscope):
    async with hopscope(MemorySource([orders.overdue()]), orders.start_us + MINUTE_US, (80, 14)) as person:
        await person.keys("r", "1")
        assert "· redeem-promo" in person.screen_text()
        assert "print-ticket" not in person.screen_text()

        await person.keys("right", "right", "right")
        assert "● redeem-promo" in person.screen_text()

        await person.keys("dollar_sign")
        assert "↺ redeem-promo" in person.screen_text()
        await person.keys("2")
        assert "waits for" in person.screen_text()


async def test_a_problem_says_the_fact_behind_it_for_the_first_and_the_newest(orders, hopscope):
    async with hopscope(a_source(orders), orders.start_us + 11 * MINUTE_US, (120, 30)) as person:
        await person.keys("p", "down")
        facts = lines(person, DrawnRows)

        assert facts[0].startswith(" ✗ failed  3 flows, since")
        assert [line.split()[:2] for line in facts[1:3]] == [["first", "o-3"], ["newest", "o-17"]]
        assert "notify-restaurant (from events) raised TimeoutError: no answer" in facts[1]


async def test_what_takes_longer_than_its_kind_does_is_a_problem(orders, hopscope):
    slow = orders.flow(id="f" * 32, started_us=orders.start_us + 1,
                       hops=(orders.hop(started_us=orders.start_us + 1, ended_us=orders.start_us + MINUTE_US),),
                       ended_us=orders.start_us + MINUTE_US, keys={"order_id": "o-slow"})  # fmt: skip
    async with hopscope(MemorySource([slow, *orders.many(20)]), orders.start_us + MINUTE_US, (120, 30)) as person:
        await person.keys("p", "end")

        assert "slower than usual" in next(line for line in lines(person, EntryList) if line.startswith("▌"))
        assert "it took 0m59; half of 21 took under 90ms" in " ".join(lines(person, DrawnRows))


async def test_a_report_keeps_the_filter_of_the_list(orders, hopscope):
    async with hopscope(a_source(orders), orders.start_us) as person:
        await person.keys("slash", *"status", "colon", *"done", "enter", "p")

        assert isinstance(person.screen, ProblemsScreen)
        assert "/ status:done" in person.screen_text()
        assert "Nothing is wrong" in person.screen_text()


async def test_where_a_person_was_is_restored(orders, hopscope, tmp_path):
    path = tmp_path / "tui.json"
    async with hopscope(a_source(orders), 0, state_file=StateFile(path)) as person:
        await person.keys("t", "s", "s", "S", "slash", *"since", "colon", *"1h", "enter", "p")
        await person.pilot.press("ctrl+q")

    async with hopscope(a_source(orders), 0, state_file=StateFile(path)) as person:
        assert person.app.theme == "hopscope-day"
        assert isinstance(person.screen, ProblemsScreen)
        assert person.app.here.filter == "since:1h"
        assert person.app.here.order == "-took"


async def test_a_damaged_state_file_is_said_and_passed_over(orders, hopscope, tmp_path):
    path = tmp_path / "tui.json"
    path.write_text("{")
    async with hopscope(a_source(orders), 0, state_file=StateFile(path)) as person:
        assert "starting afresh" in " ".join(str(toast.message) for toast in person.app._notifications)
        assert isinstance(person.screen, FlowsScreen)


async def test_a_source_that_warns_is_heard(orders, hopscope):
    source = a_source(orders)
    source.caution = "sampled: one flow of ten"
    async with hopscope(source, orders.start_us) as person:
        assert "sampled: one flow of ten" in person.screen.query_one(Banner).render_line(0).text

        source.caution = None
        source.put(*orders.many(21))
        await person.look()
        assert not person.screen.query_one(Banner).display


async def test_a_filter_that_is_typed_is_offered_how_to_go_on_and_told_what_is_wrong(orders, hopscope):
    async with hopscope(a_source(orders), orders.start_us, (120, 30)) as person:
        hint = person.screen.query_one("#filter-hint")
        await person.keys("slash", *"stat")
        assert "status:" in hint.render_line(0).text

        await person.keys("tab", *"fai", "tab")
        assert person.screen.query_one("#filter").value == "status:failed"

        await person.keys("enter")
        assert all("failed" in line for line in lines(person) if line)

        await person.keys("slash", "x", "enter")
        assert "~~~~~~~ 'failedx' is no status" in hint.render_line(0).text
        assert hint.render_line(0).text.index("~") == 3 + len("status:")


@pytest.mark.parametrize("theme", ["ansi-dark", "ansi-light"])
async def test_with_16_colours_the_row_under_the_cursor_has_one_colour(orders, hopscope, theme):
    """Any colour of a row may be that of the cursor, whatever the terminal makes of the sixteen."""
    async with hopscope(a_source(orders), orders.start_us + MINUTE_US) as person:
        person.app.theme = theme
        await person.settle()
        segments = list(person.screen.query_one(FlowList).render_line(0))

        assert len({(each.style.color, each.style.bgcolor) for each in segments}) == 1
        assert segments[0].style.color != segments[0].style.bgcolor
