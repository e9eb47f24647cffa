"""The app: a source of flows, and a stack of screens over it.

Every screen but the first is imported when it is asked for: the list is what a person waits for.
"""

import time
from collections.abc import Callable

from textual.app import App

from hopscope_collector.flow import Flow
from hopscope_tui.neutral import neutral
from hopscope_tui.screens.flows import FlowsScreen
from hopscope_tui.screens.live import LOOK_EVERY_S
from hopscope_tui.source import FlowSource
from hopscope_tui.themes import NIGHT, OURS


def _system_clock_us() -> int:
    return time.time_ns() // 1_000


class HopscopeApp(App[None]):
    """`hopscope tui`."""

    TITLE = "hopscope"
    CSS_PATH = "hopscope.tcss"
    ENABLE_COMMAND_PALETTE = True

    def __init__(
        self,
        source: FlowSource,
        *,
        clock_us: Callable[[], int] = _system_clock_us,
        look_every_s: float | None = LOOK_EVERY_S,
    ) -> None:
        super().__init__()
        self.source = source
        self.look_every_s = look_every_s
        self._clock_us = clock_us
        for theme in OURS:
            self.register_theme(theme)
        self.theme = NIGHT.name

    def on_mount(self) -> None:
        """The list first."""
        self.push_screen(FlowsScreen(self.source))

    def now_us(self) -> int:
        """The clock that ages and waits are counted on."""
        return self._clock_us()

    def open_flow(self, flow: Flow) -> None:
        """Put the flow's screen on top."""
        from hopscope_tui.screens.flow import FlowScreen

        self.push_screen(FlowScreen(self.source, flow))

    def copy_id(self, id_text: str) -> None:
        """Into the clipboard of the terminal, by OSC 52: it works over SSH too."""
        self.copy_to_clipboard(neutral(id_text))
        self.notify(neutral(id_text), title="copied", timeout=2, markup=False)

    def action_problems(self) -> None:
        """What is wrong, alike problems together."""
        from hopscope_tui.screens.report import ProblemsScreen

        self.push_screen(ProblemsScreen(self.source))

    def action_map(self) -> None:
        """Who sends what to whom."""
        from hopscope_tui.screens.report import MapScreen

        self.push_screen(MapScreen(self.source))

    def action_jump(self) -> None:
        """Ask for an id, open its flow."""
        from hopscope_tui.screens.jump import JumpScreen

        def opened(flow: Flow | None) -> None:
            if flow is not None:
                self.open_flow(flow)

        self.push_screen(JumpScreen(self.source), opened)

    def action_help(self) -> None:
        """The keys of the screen on top."""
        from hopscope_tui.screens.help import HelpScreen

        keys: dict[str, tuple[str, str]] = {}
        for active in self.screen.active_bindings.values():
            binding = active.binding
            if binding.tooltip and binding.id:
                keys.setdefault(binding.id, (self.get_key_display(binding), binding.tooltip))
        # What a screen can do comes before how one moves in it.
        in_order = sorted(keys.items(), key=lambda item: item[0].startswith(("list.", "graph.")))
        self.push_screen(HelpScreen([key for _, key in in_order]))


def run(source: FlowSource, *, theme: str | None = None) -> None:
    """Show the flows of a source until the person quits; the source is closed then.

    Must be called in the main thread. The source may be written to by other threads and processes meanwhile.
    """
    app = HopscopeApp(source)
    if theme in app.available_themes:
        app.theme = theme
    try:
        app.run()
    finally:
        source.close()
