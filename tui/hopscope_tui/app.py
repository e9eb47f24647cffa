"""The app: a source of flows, a stack of screens over it, and what is remembered from start to start.

Every screen but the first is imported when it is asked for: the list is what a person waits for.
"""

import time
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, ClassVar

from rich.style import Style
from textual.app import App
from textual.binding import Binding, BindingType
from textual.color import Color

from hopscope_collector.flow import Flow, Hop
from hopscope_collector.shape.summary import key_of
from hopscope_tui.lists.sorting import order_of
from hopscope_tui.neutral import neutral
from hopscope_tui.screens.flows import FlowsScreen
from hopscope_tui.screens.live import LOOK_EVERY_S
from hopscope_tui.sources.contract import FlowSource, Window
from hopscope_tui.sources.invocation_logs import LogLines, read_lines
from hopscope_tui.state import Place, State, StateFile, View
from hopscope_tui.themes import NIGHT, OURS
from hopscope_tui.widgets.drawn import ROLE_CLASSES

if TYPE_CHECKING:
    from textual.command import Provider

    from hopscope_tui.screens.views import Chosen

REPORTS = {
    "problems": ("hopscope_tui.screens.problems", "ProblemsScreen"),
    "map": ("hopscope_tui.screens.map", "MapScreen"),
    "kinds": ("hopscope_tui.screens.kinds", "KindsScreen"),
    "executions": ("hopscope_tui.screens.executions", "ExecutionsScreen"),
}
"""Screens over the list, by the name that is remembered."""


def _system_clock_us() -> int:
    return time.time_ns() // 1_000


def _name_of(screen: object) -> str:
    """What a report is remembered by; empty for another screen."""
    return str(getattr(screen, "report_title", ""))


def _palette() -> "type[Provider]":
    from hopscope_tui.palette import Commands

    return Commands


class HopscopeApp(App[None]):
    """`hopscope tui`."""

    TITLE = "hopscope"
    CSS_PATH = "hopscope.tcss"
    COMPONENT_CLASSES = ROLE_CLASSES
    ENABLE_COMMAND_PALETTE = True
    COMMANDS = App.COMMANDS | {_palette}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+p", "command_palette", "palette", show=False, id="app.palette", tooltip="All of it, by name"),
        Binding("t", "next_theme", "theme", show=False, id="app.theme", tooltip="Night, day, contrast, 16 colours"),
    ]  # fmt: skip

    def __init__(
        self,
        source: FlowSource,
        *,
        clock_us: Callable[[], int] = _system_clock_us,
        look_every_s: float | None = LOOK_EVERY_S,
        log_lines: Callable[[Hop], LogLines] = read_lines,
        state_file: StateFile | None = None,
        first: Window | None = None,
    ) -> None:
        """`first` is what the list begins with, when somebody has read it already."""
        super().__init__()
        self.source = source
        self.look_every_s = look_every_s
        self._looks: dict[tuple[str, Color], Style] = {}
        self.marked: Flow | None = None
        """The flow that another one is to be compared with."""

        self._clock_us = clock_us
        self._first = first
        self._log_lines = log_lines
        self._state_file = state_file or StateFile(None)
        self.state, self._fault = self._state_file.read()
        for theme in OURS:
            self.register_theme(theme)
        self.theme = self.state.theme if self.state.theme in self.available_themes else NIGHT.name

    def on_mount(self) -> None:
        """The list first; the screen that was left on top of it."""
        place = self.state.places.get(self.source.address, Place())
        self.push_screen(FlowsScreen(self.source, place.filter, order_of(place.order), first=self._first))
        if place.screen in REPORTS:
            self.action_show(place.screen)
        if self._fault is not None:
            self.notify(neutral(self._fault), title="what was left", severity="warning", markup=False)

    def look(self, role: str, background: Color) -> Style:
        """How a role looks on a background, as the style sheet says."""
        if (role, background) not in self._looks:
            styles = self.get_component_styles(f"drawn--{role}")
            under = background + styles.background
            colour = (under + styles.color).rich_color if styles.has_rule("color") else None
            self._looks[role, background] = Style.from_color(colour, under.rich_color) + styles.text_style
        return self._looks[role, background]

    def notify_style_update(self) -> None:
        """Another theme: every role looks different."""
        self._looks.clear()
        super().notify_style_update()

    def keep(self, state: State | None = None) -> None:
        """Remember where the person is."""
        self.state = state if state is not None else self.state
        here = self.here
        screen = next((name for name in map(_name_of, self.screen_stack) if name in REPORTS), None)
        place = Place(screen or "flows", here.filter, here.order)
        left = self.state.left_at(self.source.address, place)
        self.state = State(self.theme, left.places, left.views)
        self._state_file.write(self.state)

    @property
    def here(self) -> View:
        """The filter and the order of the list."""
        listed = self.listed
        return View("", listed.filter_text, str(listed.order)) if listed is not None else View("")

    @property
    def listed(self) -> FlowsScreen | None:
        """The list, whatever lies over it. None before it is there."""
        return next((each for each in self.screen_stack if isinstance(each, FlowsScreen)), None)

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

    def open_execution(self, flow: Flow, arn: str) -> None:
        """Put the flow's screen on top, with the states of one of its executions in sight."""
        from hopscope_tui.screens.flow import FlowScreen

        self.push_screen(FlowScreen(self.source, flow, execution_arn=arn))

    def show_flows(self, filter_text: str) -> None:
        """Back to the list, with a filter."""
        self._back_to_list()
        if (listed := self.listed) is not None:
            listed.show_only(filter_text)

    def action_show(self, name: str) -> None:
        """A report over the list, in place of the one that is there."""
        if _name_of(self.screen) == name:
            return
        module, class_name = REPORTS[name]
        self._back_to_list()
        self.push_screen(getattr(import_module(module), class_name)(self.source, self.here.filter))

    def action_next_theme(self) -> None:
        """Ours and the two of 16 colours, one after the other."""
        names = [*(theme.name for theme in OURS), "ansi-dark", "ansi-light"]
        here = names.index(self.theme) if self.theme in names else -1
        self.theme = names[(here + 1) % len(names)]
        self.notify(self.theme, title="theme", timeout=1.5)

    def action_views(self) -> None:
        """Go to a filter that has a name, or give a name to this one."""
        from hopscope_tui.screens.views import ViewsScreen

        def chosen(answer: "Chosen | None") -> None:
            if answer is None:
                return
            if answer.does == "keep":
                self.keep(self.state.with_view(answer.view))
            elif answer.does == "remove":
                self.keep(self.state.without_view(answer.view.name))
            else:
                self._show_view(answer.view)

        self.push_screen(ViewsScreen(self.state.views, self.here), chosen)

    def action_view(self, name: str) -> None:
        """The filter and the order that have a name."""
        from hopscope_tui.screens.views import BUILT_IN

        view = next((each for each in (*self.state.views, *BUILT_IN) if each.name == name), None)
        if view is not None:
            self._show_view(view)

    def _show_view(self, view: View) -> None:
        self._back_to_list()
        if (listed := self.listed) is not None:
            listed.show_sorted(order_of(view.order))
            listed.show_only(view.filter)

    def action_compare(self) -> None:
        """Mark the flow in sight; with another one marked, compare the two."""
        flow = self._flow_in_sight()
        if flow is None:
            return
        if self.marked is None or self.marked.id == flow.id:
            self.marked = flow if self.marked is None else None
            words = f"{key_of(flow)} is marked: c on another flow compares them" if self.marked else "no flow is marked"
            self.notify(neutral(words), title="compare", timeout=3, markup=False)
            return
        from hopscope_tui.screens.compare import CompareScreen

        marked, self.marked = self.marked, None
        self.push_screen(CompareScreen(self.source, marked, flow))

    def action_compare_usual(self) -> None:
        """The flow in sight, beside what is usual for its kind."""
        if (flow := self._flow_in_sight()) is not None:
            from hopscope_tui.screens.compare import CompareScreen

            self.push_screen(CompareScreen(self.source, None, flow))

    def action_replay(self) -> None:
        """Watch the flow in sight happen again."""
        if (flow := self._flow_in_sight()) is not None:
            from hopscope_tui.screens.replay import ReplayScreen

            self.push_screen(ReplayScreen(self.source, flow))

    def _flow_in_sight(self) -> Flow | None:
        """The flow of the screen on top, or the one under the cursor of the list."""
        flow = getattr(self.screen, "flow", None)
        if isinstance(flow, Flow):
            return flow
        return self.screen.chosen if isinstance(self.screen, FlowsScreen) else None

    def _back_to_list(self) -> None:
        while len(self.screen_stack) > 1 and not isinstance(self.screen, FlowsScreen):
            self.pop_screen()

    def action_jump(self) -> None:
        """Ask for an id, open its flow."""
        from hopscope_tui.screens.jump import JumpScreen

        def opened(flow: Flow | None) -> None:
            if flow is not None:
                self.open_flow(flow)

        self.push_screen(JumpScreen(self.source), opened)

    async def action_quit(self) -> None:
        """Remember where the person was."""
        self.keep()
        await super().action_quit()

    def action_help(self) -> None:
        """The keys of the screen on top."""
        from hopscope_tui.screens.help import HelpScreen

        self.push_screen(HelpScreen(self.screen))


def run(
    source: FlowSource, *, theme: str | None = None, state_file: StateFile | None = None, first: Window | None = None
) -> None:
    """Show the flows of a source until the person quits; the source is closed then. `first` was read already.

    Must be called in the main thread. The source may be written to by other threads and processes meanwhile.
    """
    app = HopscopeApp(source, state_file=state_file, first=first)
    if theme in app.available_themes:
        app.theme = theme
    try:
        app.run()
    finally:
        source.close()
