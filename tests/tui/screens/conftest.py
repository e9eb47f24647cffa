"""The app over a source, driven by keys, with nothing left to chance: a still clock, and no timer that asks."""

import asyncio
import math
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from textual.pilot import Pilot

from hopscope_tui.app import HopscopeApp
from hopscope_tui.sources.contract import FlowSource


def pytest_addoption(parser: pytest.Parser) -> None:
    """Known when the tests of this folder are asked for by their path."""
    parser.addoption("--update-snapshots", action="store_true", help="take the snapshots of the screens anew")


@dataclass
class Person:
    """Presses keys and reads the screen; everything is settled when a method returns."""

    pilot: Pilot[None]

    @property
    def app(self) -> HopscopeApp:
        assert isinstance(self.pilot.app, HopscopeApp)
        return self.pilot.app

    @property
    def screen(self) -> Any:
        return self.app.screen

    async def settle(self) -> None:
        """Until every worker has answered and every answer is shown."""
        await until_quiet()
        while at_work := [worker.wait() for worker in self.app.workers if not worker.is_finished]:
            await asyncio.gather(*at_work, return_exceptions=True)
            await until_quiet()

    async def keys(self, *keys: str) -> None:
        for key in keys:
            await self.pilot.press(key)
            await self.settle()

    async def look(self) -> None:
        """What the timer would do."""
        self.screen.look()
        await self.settle()

    def screen_text(self) -> str:
        """The whole screen as it is sent to the terminal."""
        return "\n".join(strip.text for strip in self.screen._compositor.render_strips())

    def row_widths(self) -> set[int]:
        """Cells of the rows of the screen."""
        return {strip.cell_length for strip in self.screen._compositor.render_strips()}


Hopscope = Callable[..., AbstractAsyncContextManager[Person]]

SOON_S = 0.1
"""Later than anything that the screens put off until the person rests, but for what follows the typing of a filter."""


LONG_S = 0.2
"""What still comes up soon after so much waiting comes up again and again, such as the frames of a replay."""


async def until_quiet(_min_sleep: float = 0) -> None:
    """Until the event loop has nothing to do, now or soon; whatever time that takes on a busy machine."""
    loop: Any = asyncio.get_running_loop()
    waited_s = 0.0
    while waited_s < LONG_S:
        await asyncio.sleep(0)
        if loop._ready:
            continue
        next_s = min((timer.when() for timer in loop._scheduled if not timer.cancelled()), default=math.inf)
        due_s = max(next_s - loop.time(), 0)
        if due_s > SOON_S:
            return
        await asyncio.sleep(due_s)
        waited_s += due_s


@pytest.fixture(autouse=True)
def _exact_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Textual's own wait takes a processor that others use for a loop that is idle."""
    for module in ("textual.app", "textual.pilot"):
        monkeypatch.setattr(f"{module}.wait_for_idle", until_quiet)


@pytest.fixture
def hopscope() -> Hopscope:
    """Opens the app over a source at a time."""

    @asynccontextmanager
    async def opened(
        source: FlowSource, now_us: int, size: tuple[int, int] = (100, 30), **more: Any
    ) -> AsyncIterator[Person]:
        app = HopscopeApp(source, clock_us=lambda: now_us, look_every_s=None, **more)
        async with app.run_test(size=size) as pilot:
            person = Person(pilot)
            await person.settle()
            yield person

    return opened
