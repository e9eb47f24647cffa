"""What a person does with the thing under the cursor of a flow's screen: copy, open, follow, export, read its log.

key ─▶ menu of what there is (pure: flow/) ─▶ row ─▶ done, or a worker
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from textual import work
from textual.message import Message

from hopscope_collector.errors import HopscopeError
from hopscope_collector.flow import Flow, Hop
from hopscope_collector.shape.summary import key_of, now_at
from hopscope_collector.shape.times import age
from hopscope_tui.flow.console_links import ConsoleLink, links_of
from hopscope_tui.flow.export import FOLDER_VARIABLE, FORMATS, Format, export
from hopscope_tui.flow.subject import Subject, ids_of
from hopscope_tui.flow.ways import Way, others_than
from hopscope_tui.messages import Followed
from hopscope_tui.neutral import neutral
from hopscope_tui.screens.choice import Choice, ChoiceScreen
from hopscope_tui.screens.live import LiveScreen
from hopscope_tui.sources.contract import FlowSource
from hopscope_tui.sources.invocation_logs import LogLines
from hopscope_tui.widgets.inspector import Inspector

if TYPE_CHECKING:
    from hopscope_collector.executions.model import Execution

_GRAPHICAL = ("DISPLAY", "WAYLAND_DISPLAY", "TERM_PROGRAM", "WT_SESSION")
"""One of them is set where a browser can be shown; over SSH an address is copied instead."""


@dataclass
class OthersFound(Message):
    """A worker has looked for the flows that a way leads into."""

    way: Way
    flows: Sequence[Flow]


@dataclass
class LogRead(Message):
    """A worker has read the lines of an invocation."""

    request_id: str
    log: LogLines


@dataclass
class Exported(Message):
    """A worker has written a file, or could not."""

    path: Path | None
    problem: str = ""


class FlowMenus(LiveScreen):
    """The menus; the screen below says what is under the cursor and where it goes."""

    def __init__(self, source: FlowSource, log_lines: Callable[[Hop], LogLines]) -> None:
        """`log_lines` reads the lines of an invocation; it blocks, and raises what AWS refuses."""
        super().__init__(source)
        self._log_lines = log_lines

    def subject(self) -> Subject:
        """What is under the cursor."""
        raise NotImplementedError

    def ways(self) -> list[Way]:
        """Where one can go from there."""
        raise NotImplementedError

    def take(self, way: Way) -> None:
        """Go there, within the flow."""
        raise NotImplementedError

    def go_to(self, flow: Flow) -> None:
        """Show another flow, and remember this one."""
        raise NotImplementedError

    def show_log(self, request_id: str, log: LogLines | None) -> None:
        """Keep the lines of an invocation. None: they are being read."""
        raise NotImplementedError

    def action_copy(self) -> None:
        """A menu of the ids of what is under the cursor; the same key again takes the first."""
        ids = ids_of(self.subject())

        def taken(index: int | None) -> None:
            if index is not None:
                self.desk.copy_id(ids[index].text)

        choices = [Choice(each.label, each.text) for each in ids]
        self.app.push_screen(ChoiceScreen("copy", choices, again="y", footer="y or ↵ copies"), taken)

    def action_copy_flow(self) -> None:
        """The id that people know."""
        flow = self.subject().flow
        self.desk.copy_id(flow.correlation_id or flow.id)

    def action_open(self) -> None:
        """A menu of the console's pages."""
        links = links_of(self.subject(), os.environ)
        if not links:
            self.notify("no ARN of this flow names a region; set AWS_REGION", title="no console page", timeout=4)
            return

        def taken(index: int | None) -> None:
            if index is not None:
                self._lead_to(links[index])

        choices = [Choice(each.label, each.url) for each in links]
        self.app.push_screen(ChoiceScreen("open in the AWS console", choices, again="o"), taken)

    def on_inspector_led(self, led: Inspector.Led) -> None:
        """A row of the facts was chosen that leads to the console."""
        self._lead_to(ConsoleLink("", led.url))

    def _lead_to(self, link: ConsoleLink) -> None:
        if any(os.environ.get(name) for name in _GRAPHICAL) and not os.environ.get("SSH_CONNECTION"):
            self.app.open_url(link.url)
            self.notify(link.url, title="opened", timeout=3, markup=False)
        else:
            self.desk.copy_id(link.url)

    def on_followed(self, followed: Followed) -> None:
        """A card was chosen."""
        followed.stop()
        self.action_follow()

    def action_follow(self) -> None:
        """A menu of the ways on, backwards and forwards."""
        ways = self.ways()
        if not ways:
            self.notify("nothing led here, and nothing came of it", timeout=3)
            return

        def taken(index: int | None) -> None:
            if index is not None:
                self._go(ways[index])

        if len(ways) == 1:
            self._go(ways[0])
            return
        choices = [Choice(way.label, way.text, way.hint) for way in ways]
        self.app.push_screen(ChoiceScreen("follow", choices, footer="↵ goes there, [ comes back"), taken)

    def _go(self, way: Way) -> None:
        if way.id_text:
            self._find_others(way)
        else:
            self.take(way)

    @work(thread=True, exclusive=True, exit_on_error=False, group="others")
    def _find_others(self, way: Way) -> None:
        try:
            self.post_message(OthersFound(way, self.source.find(way.id_text)))
        except Exception as problem:  # noqa: BLE001 - the worker's boundary: whatever a source raises is shown
            self.app.call_from_thread(self.notify, neutral(f"{problem}"), title="cannot look", severity="error")

    def on_others_found(self, found: OthersFound) -> None:
        """One is gone to, several are a menu."""
        others = others_than(self.subject().flow, tuple(found.flows))
        if not others:
            self.notify(
                f"no other flow has {neutral(found.way.id_text)}", title=found.way.label, timeout=4, markup=False
            )
        elif len(others) == 1:
            self.go_to(others[0])
        else:
            self._choose_flow(found.way, others)

    def _choose_flow(self, way: Way, others: Sequence[Flow]) -> None:
        now_us = self.desk.now_us()

        def taken(index: int | None) -> None:
            if index is not None:
                self.go_to(others[index])

        choices = [
            Choice(each.status, f"{key_of(each)}  {now_at(each)}", age(now_us - each.started_us)) for each in others
        ]
        self.app.push_screen(ChoiceScreen(way.label, choices), taken)

    def action_read_log(self) -> None:
        """Ask for the log lines of the invocation under the cursor."""
        step = self.subject().step
        if step is None or step.hop is None or step.hop.request_id in self.subject().flow.executions:
            self.notify("only an invocation has log lines", timeout=3)
            return
        self.show_log(step.hop.request_id, None)
        self._read_log(step.hop)

    @work(thread=True, exclusive=True, exit_on_error=False, group="log")
    def _read_log(self, hop: Hop) -> None:
        try:
            log = self._log_lines(hop)
        except HopscopeError as refused:
            log = LogLines(note=str(refused))
        except Exception as problem:  # noqa: BLE001 - the worker's boundary: whatever AWS says is shown
            log = LogLines(note=f"cannot read them: {type(problem).__name__}: {problem}")
        self.post_message(LogRead(hop.request_id, log))

    def on_log_read(self, read: LogRead) -> None:
        """They are part of the facts from now on."""
        self.show_log(read.request_id, read.log)

    def action_export(self) -> None:
        """A menu of formats; a worker writes the file."""
        folder = Path(os.environ.get(FOLDER_VARIABLE) or Path.cwd()).expanduser()
        formats = (*FORMATS, self._screen_format())

        def taken(index: int | None) -> None:
            if index is not None:
                self._export(formats[index], folder)

        choices = [Choice(each.label, each.says) for each in formats]
        self.app.push_screen(ChoiceScreen(f"export into {neutral(str(folder))}", choices, again="e"), taken)

    def _screen_format(self) -> Format:
        """The screen as it is, taken before the menu covers it."""
        picture = self.app.export_screenshot(title="hopscope")
        return Format("Screen", ".screen.svg", "this screen as a picture", lambda _flow, _executions, _now: picture)

    @work(thread=True, exclusive=True, exit_on_error=False, group="export")
    def _export(self, format_: Format, folder: Path) -> None:
        flow = self.subject().flow
        try:
            found = [self.source.execution(arn) for arn in flow.executions]
            executions: list[Execution] = [each for each in found if each is not None]
            text = format_.render(flow, executions, self.desk.now_us())
            self.post_message(Exported(export(flow, text, format_.suffix, folder)))
        except Exception as problem:  # noqa: BLE001 - the worker's boundary: a full disk is a message, not the end
            self.post_message(Exported(None, f"{problem}"))

    def on_exported(self, exported: Exported) -> None:
        """Where it is."""
        if exported.path is None:
            self.notify(neutral(exported.problem), title="not exported", severity="error", timeout=6, markup=False)
        else:
            self.notify(neutral(str(exported.path)), title="exported", timeout=6, markup=False)
