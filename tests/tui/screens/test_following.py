"""Links followed in both directions, through to other flows, and back."""

from dataclasses import replace

from hopscope_collector.store.contract import batch_of
from hopscope_collector.store.location import open_to_write
from hopscope_tui.drawing.rows import row_text
from hopscope_tui.screens.choice import ChoiceScreen
from hopscope_tui.screens.flow import FlowScreen
from hopscope_tui.screens.flows import FlowsScreen
from hopscope_tui.sources.memory import MemorySource
from hopscope_tui.sources.store import StoreSource
from hopscope_tui.widgets.entry_list import EntryList
from hopscope_tui.widgets.step_list import StepList
from hopscope_wire.model import Begin, End, Message


def under_cursor(pilot) -> str:
    steps = pilot.app.screen.query_one(StepList)
    return steps.render_line(steps.cursor - steps.scroll_offset.y).text


def menu(pilot) -> list[str]:
    assert isinstance(pilot.app.screen, ChoiceScreen)
    shown = pilot.app.screen.query_one(EntryList)
    return [" ".join(row_text(shown.row(index, 90)).split()) for index in range(shown.row_count)]


def of_one_batch(orders):
    """Two orders whose first hops are two messages of one invocation."""
    one = orders.flow(hops=(orders.hop(batch_size=2, request_id="shared"),))
    hop = orders.hop(id="z.1", batch_size=2, request_id="shared", trace_id="f" * 32)
    other = replace(one, id="f" * 32, hops=(hop,), keys={"order_id": "o-43"}, started_us=orders.start_us - 1)
    return one, other


async def test_enter_shows_every_way_on_backwards_first(orders, hopscope):
    async with hopscope(MemorySource([orders.overdue()]), orders.start_us) as pilot:
        await pilot.keys("enter", "down", "down", "enter")

        assert menu(pilot) == [
            "1 ← from place-order POST /orders exact, by carrier",
            "2 → to restaurant_notified nobody seen",
            "3 → to order_accepted overdue",
            "4 → to print-ticket restaurants exact, by carrier",
            "5 same message events/7bf73129 other flows",
        ]


async def test_a_way_is_taken_by_its_number_and_history_goes_back_and_forward(orders, hopscope):
    async with hopscope(MemorySource([orders.overdue()]), orders.start_us) as pilot:
        await pilot.keys("enter", "down", "down", "enter", "4")
        assert "print-ticket" in under_cursor(pilot)

        await pilot.keys("left_square_bracket")
        assert "notify-restaurant" in under_cursor(pilot)

        await pilot.keys("right_square_bracket")
        assert "print-ticket" in under_cursor(pilot)


async def test_a_batch_leads_to_the_other_flows_and_back(orders, hopscope):
    one, other = of_one_batch(orders)
    async with hopscope(MemorySource([one, other]), orders.start_us) as pilot:
        await pilot.keys("enter", "enter")
        assert isinstance(pilot.app.screen, FlowScreen), "a single way is taken without asking"
        assert pilot.app.screen.flow.id == other.id

        await pilot.keys("backspace")
        assert pilot.app.screen.flow.id == one.id

        await pilot.keys("backspace")
        assert isinstance(pilot.app.screen, FlowsScreen)


async def test_in_a_real_store_too_a_batch_leads_to_its_other_messages(orders, hopscope, tmp_path):
    url = f"sqlite:///{tmp_path}/batch.db"
    one, other, at = "a" * 32, "b" * 32, orders.start_us
    messages = (
        Message(0, "sqs", ("sqs/1",), trace_id=one, keys={"order_id": "o-1"}),
        Message(1, "sqs", ("sqs/2",), trace_id=other, keys={"order_id": "o-2"}),
    )
    records = [
        Begin("c" * 32, "cccccccccccc0000", "shared", "redeem", at, messages),
        End("c" * 32, "cccccccccccc0000", "shared", "redeem", at, at + 10, 10, "ok"),
    ]
    with open_to_write(url) as store:
        store.write(batch_of(records))

    source = StoreSource(url)
    async with hopscope(source, orders.start_us) as pilot:
        pilot.app.open_flow(source.flow("sqs/1"))
        await pilot.settle()
        await pilot.keys("enter", "1")
        assert pilot.app.screen.flow.keys == {"order_id": "o-2"}

        await pilot.keys("left_square_bracket")
        assert pilot.app.screen.flow.keys == {"order_id": "o-1"}


async def test_a_way_that_leads_to_no_other_flow_says_so(orders, hopscope):
    one, _ = of_one_batch(orders)
    async with hopscope(MemorySource([one]), orders.start_us) as pilot:
        await pilot.keys("enter", "enter")

        assert [each.message for each in pilot.app._notifications] == ["no other flow has shared"]


async def test_a_double_click_on_a_card_follows_it(orders, hopscope):
    async with hopscope(MemorySource([orders.overdue()]), orders.start_us) as pilot:
        await pilot.keys("enter", "1")
        graph = pilot.app.screen.query_one("#graph")
        texts = [graph.render_line(y).text for y in range(graph.size.height)]
        y = next(place for place, text in enumerate(texts) if "redeem-promo" in text)
        await pilot.pilot.click("#graph", offset=(texts[y].index("redeem-promo"), y), times=2)
        await pilot.settle()

        assert menu(pilot)[0].startswith("1 ← from place-order")


async def test_q_goes_back_to_the_list_and_does_not_quit(orders, hopscope):
    async with hopscope(MemorySource([orders.overdue()]), orders.start_us) as pilot:
        await pilot.keys("enter", "q")

        assert isinstance(pilot.app.screen, FlowsScreen)
