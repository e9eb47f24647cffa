"""How soon `hopscope tui` shows a store, and a line that arrives in it.

    python bench/tui_start.py [FLOWS ...]        default: 1,000 100,000

first rows   from the start of the process, in a terminal of its own, to the first row of the list on it
keys         to the line of keys: from then on it is the app that draws. Beside it an empty app of Textual, from its
             start to its end, which no app of Textual can be faster than
line         from a write into the store to the flow on the screen, with the timer that the program uses

Wall clock, and CPU time of the process so far.
"""

import asyncio
import fcntl
import os
import pty
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Awaitable, Callable
from statistics import median
from typing import Any

from hopscope_collector.store.contract import batch_of
from hopscope_collector.store.location import open_to_write
from hopscope_tui.app import HopscopeApp
from hopscope_tui.sources.store import StoreSource
from hopscope_tui.widgets.flow_list import FlowList
from hopscope_wire.model import Begin, End, Message

SIZE = (120, 40)
UPDATES = 15
RUNS = 5
BATCH = 5_000

EMPTY_APP = """
import asyncio
from textual.app import App
from textual.widgets import Static
class Empty(App):
    def compose(self):
        yield Static("x")
async def painted():
    async with Empty().run_test(size=(120, 40)) as pilot:
        await pilot.pause()
asyncio.run(painted())
"""


async def median_ms(times: int, act: Callable[[], Awaitable[object]]) -> float:
    """Milliseconds of one of several goes."""
    took = []
    for _ in range(times):
        begin = time.perf_counter()
        await act()
        took.append((time.perf_counter() - begin) * 1_000)
    return median(took)


def empty_app() -> tuple[float, float]:
    """Wall clock and CPU time of an empty app, in ms."""
    begin, before = time.perf_counter(), os.times()
    subprocess.run([sys.executable, "-c", EMPTY_APP], check=True, stdout=subprocess.DEVNULL)
    after = os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return (time.perf_counter() - begin) * 1_000, used * 1_000


def an_invocation(number: int, start_us: int) -> list[Begin | End]:
    """One order, as two records."""
    ids: dict[str, Any] = {
        "trace_id": f"{number + 1:032x}",
        "invocation_id": f"{number:012x}0000",
        "request_id": f"req-{number}",
    }
    keys = {"order_id": f"o-{number}"}
    message = Message(index=0, source="apigateway", name="POST /orders", keys=keys)
    begin = Begin(**ids, function="place-order", start_us=start_us, messages=(message,), keys=keys)
    end = End(**ids, function="place-order", start_us=start_us, end_us=start_us + 9, duration_us=9, outcome="ok")
    return [begin, end]


async def lines(path: str, rows: int) -> float:
    """From a write into a store of so many flows to the line on the screen, in ms."""
    with open_to_write(path) as store:
        now_us = time.time_ns() // 1_000
        for begin in range(0, rows, BATCH):
            some = range(begin, min(begin + BATCH, rows))
            store.write(batch_of([each for n in some for each in an_invocation(n, now_us - (rows - n) * 1_000)]))
        app = HopscopeApp(StoreSource(path))
        async with app.run_test(size=SIZE) as pilot:
            while not app.screen.query(FlowList) or app.screen.query_one(FlowList).chosen is None:
                await pilot.pause()
            flows = app.screen.query_one(FlowList)
            arrived = iter(range(rows, rows + UPDATES + 1))

            async def line() -> None:
                number = next(arrived)
                await asyncio.to_thread(store.write, batch_of(an_invocation(number, time.time_ns() // 1_000)))
                while flows.chosen is None or flows.chosen.keys["order_id"] != f"o-{number}":
                    await asyncio.sleep(0.002)
                await pilot.pause()

            await line()
            return await median_ms(UPDATES, line)


def painted(path: str) -> dict[str, float]:
    """`hopscope tui` in a terminal of its own, in ms: the first row, the line of keys, and the CPU time until then."""
    newest, keys = b"o-", b"grouped"
    child, terminal = pty.fork()
    if child == 0:
        os.environ.update(TERM="xterm-256color", COLORTERM="truecolor", XDG_STATE_HOME=tempfile.mkdtemp())
        os.execv(sys.executable, [sys.executable, "-m", "hopscope_tui", "tui", "--store", path])
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", SIZE[1], SIZE[0], 0, 0))
    begin, shown = time.perf_counter(), b""
    found: dict[str, float] = {}
    while "keys" not in found:
        shown += os.read(terminal, 65_536)
        took_ms = (time.perf_counter() - begin) * 1_000
        if newest in shown and "rows" not in found:
            found["rows"], found["rows cpu"] = took_ms, cpu_ms(child)
        if keys in shown:
            found["keys"], found["keys cpu"] = took_ms, cpu_ms(child)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(terminal)
    return found


def cpu_ms(process: int) -> float:
    """User and system time of a process so far."""
    with open(f"/proc/{process}/stat") as stat:  # noqa: PTH123 - a file of the kernel
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1_000 / os.sysconf("SC_CLK_TCK")


def stored(count: int) -> None:
    """What a real store of so many flows shows when."""
    with tempfile.TemporaryDirectory() as folder:
        path = f"sqlite:///{folder}/bench.db"
        line_ms = asyncio.run(lines(path, count))
        runs = [painted(path) for _ in range(RUNS)]
        rows, rows_cpu, keys, keys_cpu = (
            median(run[each] for run in runs) for each in ("rows", "rows cpu", "keys", "keys cpu")
        )
        print(
            f"store of {count:>9,} flows: first rows after {rows:,.0f} ms ({rows_cpu:,.0f} ms CPU), keys after"
            f" {keys:,.0f} ms ({keys_cpu:,.0f} ms CPU); a line that arrives is seen after {line_ms:,.0f} ms"
        )


if __name__ == "__main__":
    empty = [empty_app() for _ in range(RUNS)]
    wall_ms, used_ms = (median(each[at] for each in empty) for at in (0, 1))
    print(f"an empty app of Textual: {wall_ms:.0f} ms ({used_ms:.0f} ms CPU)")
    for flows in [int(each) for each in sys.argv[1:]] or [1_000, 100_000]:
        stored(flows)
