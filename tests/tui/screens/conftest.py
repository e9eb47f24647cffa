"""The app over a source, driven by keys, with nothing left to chance: a still clock, and no timer that asks."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from textual.pilot import Pilot

from hopscope_tui.app import HopscopeApp
from hopscope_tui.source import FlowSource


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
        for _ in range(2):
            await self.app.workers.wait_for_complete()
            await self.pilot.pause()

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


@pytest.fixture
def hopscope() -> Hopscope:
    """Opens the app over a source at a time."""

    @asynccontextmanager
    async def opened(source: FlowSource, now_us: int, size: tuple[int, int] = (100, 30)) -> AsyncIterator[Person]:
        app = HopscopeApp(source, clock_us=lambda: now_us, look_every_s=None)
        async with app.run_test(size=size) as pilot:
            person = Person(pilot)
            await person.settle()
            yield person

    return opened
