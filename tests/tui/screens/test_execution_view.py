"""The execution that a flow belongs to, beside its hops, driven as a person would."""

from hopscope_tui.sources.memory import MemorySource
from hopscope_tui.widgets.execution_list import ExecutionList
from hopscope_tui.widgets.inspector import Inspector
from hopscope_tui.widgets.step_list import StepList


def lines(pilot, widget=ExecutionList) -> list[str]:
    shown = pilot.app.screen.query_one(widget)
    return [shown.render_line(y).text.rstrip() for y in range(shown.size.height)]


def facts(pilot) -> str:
    return "\n".join(lines(pilot, Inspector))


def a_source(orders) -> MemorySource:
    source = MemorySource([orders.orchestrated()])
    source.executions[orders.execution().arn] = orders.execution()
    return source


async def test_the_states_of_the_execution_are_one_key_away(orders, hopscope):
    async with hopscope(a_source(orders), orders.start_us) as pilot:
        await pilot.keys("enter", "4")

        assert any("✔ Notify" in line and "×2" in line for line in lines(pilot))
        assert any("◌ Accept" in line and "waiting" in line for line in lines(pilot))


async def test_from_a_hop_to_the_state_that_sent_its_message_and_back(orders, hopscope):
    async with hopscope(a_source(orders), orders.start_us) as pilot:
        await pilot.keys("enter", "down", "down", "4")
        assert "Notify" in next(line for line in lines(pilot) if line.startswith("▌"))
        assert facts(pilot).startswith("  Notify  ✔ succeeded")
        assert "led to     redeem-promo" in facts(pilot)

        await pilot.keys("enter", "enter")
        assert "redeem-promo" in next(line for line in lines(pilot, StepList) if line.startswith("▌"))


async def test_an_execution_that_goes_on_grows_on_the_screen(orders, hopscope):
    source = a_source(orders)
    async with hopscope(source, orders.start_us) as pilot:
        await pilot.keys("enter", "4")
        execution = orders.execution(status="SUCCEEDED", states=orders.execution().states[:1])
        source.executions[execution.arn] = execution
        source.put(orders.orchestrated())
        await pilot.look()

        assert not any("Accept" in line for line in lines(pilot))


async def test_what_was_not_collected_says_how_to(orders, hopscope):
    async with hopscope(MemorySource([orders.orchestrated(), *orders.many(1)]), orders.start_us) as pilot:
        await pilot.keys("enter", "4")
        assert "hopscope collect executions:ARN-OR-PREFIX reads it" in " ".join(" ".join(lines(pilot)).split())
