"""How the terminal UI stands over a real store of many flows: opened, scrolled, filtered, sorted.

    python bench/tui_store.py                          20,000 orders of five hops, collected and summarised first
    python bench/tui_store.py --flows 1000000          as many as one likes
    python bench/tui_store.py --store /tmp/big.db      a store that is there (bench/ingest.py --store makes one)

Every figure is from a key, or what stands for it, until the answer is on the screen: wall clock, CPU time of the
process, and CPU time of the thread that takes keys, which is what a person feels.
"""

import argparse
import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from textual.pilot import Pilot

from hopscope_collector.rules import Rules
from hopscope_collector.store.sqlite import SqliteStore
from hopscope_collector.summaries.summarising import idle_work
from hopscope_tui.app import HopscopeApp
from hopscope_tui.lists.sorting import SORTS, Order
from hopscope_tui.screens.flow import FlowScreen
from hopscope_tui.screens.flows import FlowsScreen
from hopscope_tui.sources.store import StoreSource
from hopscope_tui.widgets.flow_list import FlowList
from hopscope_tui.widgets.step_list import StepList

GENERATOR = Path(__file__).parent / "order_lines.py"
HOPS_A_FLOW = 5
SIZE = (120, 40)
STEPS = 40
ENDS = 5
PATIENCE_S = 60.0
FILTERS = ("status:failed", "fn:send-mail", "key:order_id=o-7", "o-7", "event:nothing", "dur:>650ms", "")


def made(folder: str, flows: int) -> Path:
    """A store of so many orders, each of them summarised, as a collector leaves it that had time."""
    path = Path(folder) / "bench.db"
    lines = subprocess.Popen([sys.executable, str(GENERATOR), str(flows * HOPS_A_FLOW)], stdout=subprocess.PIPE)
    collect = [sys.executable, "-m", "hopscope_tui", "collect", "-", "--once", "--store", f"sqlite:///{path}"]
    subprocess.run(collect, stdin=lines.stdout, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with SqliteStore(path) as store:
        work = idle_work(store, Rules(), print)
        while work():
            pass
    return path


class Measured:
    """One app, and what it took to answer."""

    def __init__(self, pilot: Pilot[None]) -> None:
        self._pilot = pilot

    @property
    def listed(self) -> FlowsScreen:
        """The list."""
        assert isinstance(self._pilot.app, HopscopeApp)
        listed = self._pilot.app.listed
        assert listed is not None
        return listed

    @property
    def flows(self) -> FlowList:
        """Its rows."""
        return self.listed.query_one(FlowList)

    async def until(self, what: str, is_there: Callable[[], bool]) -> None:
        """Print how long it took."""
        wall_s, cpu_s, keys_s = time.perf_counter(), time.process_time(), time.thread_time()
        while not is_there() and time.perf_counter() - wall_s < PATIENCE_S:
            await asyncio.sleep(0.005)
        await self._pilot.pause()
        took = (time.perf_counter() - wall_s, time.process_time() - cpu_s, time.thread_time() - keys_s)
        words = "".join(f"{each * 1_000:>10,.0f}" for each in took)
        print(f"{what:<28}{words}{self.flows.row_count:>10,}{'' if is_there() else '  gave up'}")

    def has_more_than(self, rows: int) -> bool:
        """Whether the list has grown, or is known to its end."""
        return self.flows.chosen is not None and (self.flows.row_count > rows or self.listed._last.is_total_known)

    def has_opened(self) -> bool:
        """Whether a flow is shown."""
        screen = self._pilot.app.screen
        return isinstance(screen, FlowScreen) and any(steps.row_count for steps in screen.query(StepList))

    def has_read(self, filter_text: str, order: Order) -> Callable[[], bool]:
        """Whether what the person asked for is shown."""
        return lambda: self.listed._read_as == (filter_text, order)


async def measured(path: Path) -> None:
    """Print the table."""
    app = HopscopeApp(StoreSource(f"sqlite:///{path}"))
    print(f"{'':<28}{'wall ms':>10}{'CPU ms':>10}{'keys ms':>10}{'rows':>10}")
    async with app.run_test(size=SIZE) as pilot:
        at = Measured(pilot)
        await at.until("first rows", lambda: at.flows.chosen is not None)
        await scrolled(at, pilot)
        for text in FILTERS:
            at.listed.show_only(text)
            await at.until(f"filter {text}" if text else "no filter", at.has_read(text, Order()))
        for name in SORTS:
            at.listed.show_sorted(Order(name))
            await at.until(f"sort by {name}", at.has_read("", Order(name)))
        at.flows.action_choose()
        await at.until("open", at.has_opened)


def clocks() -> tuple[float, float]:
    """Wall clock and the time of this thread, in seconds."""
    return time.perf_counter(), time.thread_time()


async def scrolled(at: Measured, pilot: Pilot[None]) -> None:
    """A row at a time, and to the end of what is known, again and again."""
    began_s = clocks()
    for _ in range(STEPS):
        at.flows.action_move(1)
        await pilot.pause()
    wall_ms, keys_ms = ((now - then) / STEPS * 1_000 for now, then in zip(clocks(), began_s, strict=True))
    print(f"{'one row down':<28}{wall_ms:>10.1f}{'':>10}{keys_ms:>10.1f}")
    for number in range(1, ENDS + 1):
        before = at.flows.row_count
        at.flows.action_edge(1)
        await at.until(f"end, {number}", partial(at.has_more_than, before))
    at.flows.action_edge(-1)
    await at.until("home", lambda: at.flows.chosen is not None)


def main() -> None:
    """Make a store, or take one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--flows", type=int, default=20_000)
    parser.add_argument("--store", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measured(asked.store or made(folder, asked.flows)))


if __name__ == "__main__":
    main()
