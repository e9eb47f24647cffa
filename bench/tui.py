"""How fast the screens are, beside a plain DataTable of the same rows in the same run.

    python bench/tui.py [FLOWS ...]        default: 1,000 100,000 1,000,000

step          one cursor key, until the screen has been drawn again; `idle` is what the measuring itself costs
far           from the first row to the last
filter        one letter typed into the filter, until the screen has been drawn again
update        from a new flow in the source to its line on the screen, with the timer that the program uses
memory        resident, after all of it

DataTable is filled with the same lines as plain text, up to 20,000 rows: it takes minutes for more.
"""

import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from itertools import pairwise
from statistics import median

from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widgets import DataTable

from hopscope_collector.flow import Flow, Hop, Link, Send
from hopscope_collector.kinds import Kinds
from hopscope_collector.payloads import Payloads
from hopscope_tui.app import HopscopeApp
from hopscope_tui.drawing.flow_line import flow_row
from hopscope_tui.drawing.rows import row_text
from hopscope_tui.lists.overview import kinds_in, window_over
from hopscope_tui.lists.sorting import Order
from hopscope_tui.screens.flow import FlowScreen
from hopscope_tui.sources.contract import PLAIN, Window
from hopscope_tui.sources.memory import MemorySource
from hopscope_tui.widgets.drawn import DrawnList
from hopscope_tui.widgets.filter_bar import FilterBar
from hopscope_tui.widgets.flow_graph import FlowGraph
from hopscope_tui.widgets.flow_list import FlowList
from hopscope_tui.widgets.step_list import StepList

NOW_US = 1_800_000_000_000_000
SECOND_US = 1_000_000
SIZE = (120, 40)
STEPS = 40
FLOW_VIEWS = {"graph": "1", "waterfall": "2", "sequence": "3"}
"""The views of one flow, by their keys."""

UPDATES = 15
MOST_TABLE_ROWS = 20_000


def a_flow(number: int, hops: int = 5) -> Flow:
    """Flow `number`: a chain of hops, every ninth one failed."""
    start_us = NOW_US - number * SECOND_US
    trace = f"{number:032x}"
    chain = tuple(
        Hop(f"{number}-{each}.0", f"{number}-{each}", f"function-{each % 7}", f"req-{number}-{each}",
            "failed" if number % 9 == 4 and each == hops - 1 else "done", trace, start_us + each * 50_000,
            refs=(f"events/{number}-{each}",), ended_us=start_us + each * 50_000 + 30_000, name="order_placed")
        for each in range(hops)
    )  # fmt: skip
    sends = tuple(
        Send(f"s{each.id}", each.id, "events", "PutEvents", each.started_us, name="order_placed") for each in chain
    )
    links = tuple(Link(f"s{one.id}", two.id, ("carrier", "ref"), "", 20_000) for one, two in pairwise(chain))
    return Flow(
        trace,
        "failed" if number % 9 == 4 else "done",
        start_us,
        chain,
        sends,
        links,
        (trace,),
        keys={"order_id": f"o-{number}"},
        ended_us=start_us + SECOND_US,
    )


class Endless:
    """Any number of flows, made when they come into sight: what is measured is the screen."""

    name = "bench"
    address = "bench"

    def __init__(self, count: int) -> None:
        self.count = count
        self.newest: list[Flow] = []

    def token(self) -> object:
        """New flows change it."""
        return len(self.newest)

    caution = None

    def window(self, filter_text: str, first: int, count: int, order: Order = PLAIN) -> Window:  # noqa: ARG002 - a `FlowSource`
        """Flows by their number, new ones first."""
        total = self.count + len(self.newest)
        rows = range(first, min(first + count, total))
        return Window(first, tuple(self._at(row) for row in rows), total)

    def kinds(self, filter_text: str) -> Kinds:  # noqa: ARG002 - a `FlowSource`
        """Of the newest."""
        flows = [self._at(row) for row in range(min(300, self.count))]
        return kinds_in(flows, window_over(flows, NOW_US, is_whole=False), NOW_US)

    def find(self, id_text: str) -> tuple[Flow, ...]:
        """By its id."""
        return (self.flow(id_text),)

    def payloads(self, invocation_ids: object) -> Payloads:  # noqa: ARG002 - a `FlowSource`
        """There are none."""
        return Payloads()

    def flow(self, id_text: str) -> Flow:
        """By its id."""
        return a_flow(int(id_text, 16))

    def execution(self, arn: str) -> None:
        """There are none."""

    def close(self) -> None:
        """Nothing is open."""

    def _at(self, row: int) -> Flow:
        new = len(self.newest)
        return self.newest[new - 1 - row] if row < new else a_flow(row - new)


class Table(App[None]):
    """The same lines in a DataTable."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.count = count

    def compose(self) -> ComposeResult:
        """One table."""
        yield DataTable(cursor_type="row")

    def on_mount(self) -> None:
        """Filled at once, as its documentation does."""
        table = self.query_one(DataTable)
        table.add_column("flow")
        for number in range(self.count):
            table.add_row(row_text(flow_row(a_flow(number), SIZE[0], NOW_US)))


async def median_ms(times: int, act: Callable[[], Awaitable[object]]) -> float:
    """Milliseconds of one of several goes."""
    took = []
    for _ in range(times):
        begin = time.perf_counter()
        await act()
        took.append((time.perf_counter() - begin) * 1_000)
    return median(took)


async def screens(count: int) -> dict[str, float]:
    """The list over `count` flows."""
    source = Endless(count)
    app = HopscopeApp(source, clock_us=lambda: NOW_US)
    figures: dict[str, float] = {}
    async with app.run_test(size=SIZE) as pilot:
        await app.workers.wait_for_complete()
        await pilot.pause()
        flows = app.screen.query_one(FlowList)

        async def step() -> None:
            flows.action_move(1)
            await pilot.pause()

        async def far() -> None:
            flows.action_edge(1 if flows.cursor < count // 2 else -1)
            while flows.chosen is None:
                await pilot.pause()

        async def update() -> None:
            source.newest.append(replace(a_flow(0), id=f"new-{len(source.newest)}", started_us=NOW_US))
            while flows.row_count != source.count + len(source.newest):
                await asyncio.sleep(0.002)
            await pilot.pause()

        async def letter() -> None:
            await pilot.press("a")

        figures["idle"] = await median_ms(STEPS, pilot.pause)
        figures["step"] = await median_ms(STEPS, step)
        figures["far"] = await median_ms(6, far)
        figures["update"] = await median_ms(UPDATES, update)
        figures["memory"] = resident_mb()
        app.screen.query_one(FilterBar).open()
        await pilot.pause()
        figures["filter"] = await median_ms(UPDATES, letter)
    return figures


async def table(count: int) -> dict[str, float]:
    """The DataTable over as many, up to a point."""
    begin = time.perf_counter()
    app = Table(count)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        filled_ms = (time.perf_counter() - begin) * 1_000
        widget = app.query_one(DataTable)

        async def step() -> None:
            widget.action_cursor_down()
            await pilot.pause()

        return {"first paint": filled_ms, "step": await median_ms(STEPS, step), "memory": resident_mb()}


async def one_flow(hops: int) -> dict[str, float]:
    """A single flow of many hops."""
    flow = a_flow(1, hops)
    app = HopscopeApp(MemorySource([flow]), clock_us=lambda: NOW_US, look_every_s=None)
    async with app.run_test(size=SIZE) as pilot:
        await app.workers.wait_for_complete()
        begin = time.perf_counter()
        app.open_flow(flow)
        while not isinstance(app.screen, FlowScreen) or not app.screen.query(StepList):
            await pilot.pause()
        await app.workers.wait_for_complete()
        await pilot.pause()
        opened_ms = (time.perf_counter() - begin) * 1_000
        figures = {"open": opened_ms}
        for name, key in FLOW_VIEWS.items():
            await pilot.press(key)
            await pilot.pause()
            figures[name], figures[f"{name} cpu"] = await flow_step_ms(pilot)
        return figures


async def flow_step_ms(pilot: Pilot[None]) -> tuple[float, float]:
    """One cursor key in the view of a flow that is seen, facts and states with it: wall clock and CPU time."""
    cpu_ms = []
    view = pilot.app.screen.focused

    async def step() -> None:
        begin = time.process_time()
        if isinstance(view, FlowGraph):
            view.action_walk("down")
        elif isinstance(view, DrawnList):
            view.action_move(1)
        await pilot.pause()
        cpu_ms.append((time.process_time() - begin) * 1_000)

    return await median_ms(STEPS, step), median(cpu_ms)


def resident_mb() -> float:
    """Of this process, now."""
    with open("/proc/self/statm") as statm:  # noqa: PTH123 - a file of the kernel
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def main(counts: list[int]) -> None:
    """Print the tables."""
    print(f"{'flows':>11} {'step':>8} {'idle':>8} {'far':>8} {'filter':>8} {'update':>8} {'memory':>9}")
    ours: dict[int, dict[str, float]] = {}
    for count in counts:
        found = ours[count] = asyncio.run(screens(count))
        print(
            f"{count:>11,} {found['step']:>5.1f} ms {found['idle']:>5.1f} ms {found['far']:>5.0f} ms"
            f" {found['filter']:>5.1f} ms {found['update']:>5.0f} ms {found['memory']:>6.0f} MB"
        )
    for count in sorted({min(count, MOST_TABLE_ROWS) for count in counts}):
        plain, here = asyncio.run(table(count)), ours.get(count) or asyncio.run(screens(count))
        print(
            f"DataTable {count:>7,} rows: filled in {plain['first paint']:,.0f} ms, step {plain['step']:.1f} ms"
            f" ({plain['step'] / here['step']:.1f} times ours), {plain['memory']:.0f} MB"
        )
    for hops in (100, 5_000):
        found = asyncio.run(one_flow(hops))
        steps = ", ".join(f"{name} {found[name]:.1f} ms ({found[f'{name} cpu']:.1f} ms CPU)" for name in FLOW_VIEWS)
        print(f"flow of {hops:>5,} hops: opened in {found['open']:,.0f} ms, step: {steps}")


if __name__ == "__main__":
    main([int(each) for each in sys.argv[1:]] or [1_000, 100_000, 1_000_000])
