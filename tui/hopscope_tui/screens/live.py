"""A screen that follows its source: asks in a worker, shows what comes, and says so when nothing comes.

timer ─▶ look() ─▶ worker thread: token changed? ─▶ read() ─▶ message ─▶ on_… handler ─▶ widgets
                       └ raises ─▶ SourceFailed ─▶ banner, asked again ─▶ answers ─▶ banner gone
"""

from time import monotonic, thread_time
from typing import ClassVar, Protocol, cast

from textual import work
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.screen import Screen

from hopscope_collector.errors import HopscopeError
from hopscope_collector.flow import Flow
from hopscope_collector.search.filter import BadFilter
from hopscope_tui.messages import FilterWrong, NothingNew, SourceFailed
from hopscope_tui.sources.contract import FlowSource
from hopscope_tui.widgets.banner import Banner

LOOK_EVERY_S = 0.15
"""Half of the 300 ms from a line's arrival to the screen; the token is cheap."""

MOST_PATIENCE_S = 3.0
"""The longest pause between two questions to a source that fails."""


DEAR_FROM_S = 0.2
RESTS = 3
"""A reading that took so much of the processor is followed by a rest of so many times that, unless a person asks."""

SLOW_FROM_S = 2.0
"""From here on a question without an answer is said to be one."""


class Desk(Protocol):
    """What the screens ask of the app they are on."""

    look_every_s: float | None
    """None: only when told to, for tests."""

    def now_us(self) -> int:
        """The clock that ages and waits are counted on."""
        ...

    def open_flow(self, flow: Flow) -> None:
        """Put the flow's screen on top."""
        ...

    def open_execution(self, flow: Flow, arn: str) -> None:
        """Put the flow's screen on top, with the states of one of its executions in sight."""
        ...

    def show_flows(self, filter_text: str) -> None:
        """Back to the list, with a filter."""
        ...

    def copy_id(self, id_text: str) -> None:
        """Into the clipboard of the terminal."""
        ...


class LiveScreen(Screen[None]):
    """Asks the source again and again while it is on top."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark", "app.help", "help", id="help", tooltip="These keys, and what the signs mean"),
        Binding("q", "app.quit", "quit", id="quit", tooltip="Leave hopscope"),
    ]

    def __init__(self, source: FlowSource) -> None:
        super().__init__()
        self.source = source
        self._seen: object = None
        self._is_stale = True
        self._is_looking = False
        self._failures = 0
        self._skips = 0
        self._is_cautious = False
        self._asked_at_s = 0.0
        self._rests_until_s = 0.0

    @property
    def desk(self) -> Desk:
        """The app, as far as a screen may know it."""
        return cast(Desk, self.app)

    def read(self) -> Message:
        """What is to be shown now. Called in a worker thread: touches no widget."""
        raise NotImplementedError

    def on_mount(self) -> None:
        """Begin to ask."""
        if self.desk.look_every_s is not None:
            self.set_interval(self.desk.look_every_s, self.look)
        self.look()

    def on_screen_resume(self) -> None:
        """What changed while another screen was on top is shown at once."""
        self.look()

    def look_again(self) -> None:
        """Read even if nothing has changed: the person asked for something else."""
        self._is_stale = True
        self._skips = 0
        self.look()

    def look(self) -> None:
        """Ask once, unless an answer is still on its way."""
        if self._is_looking:
            self._say_slow()
            return
        if not self.is_current or (monotonic() < self._rests_until_s and not self._is_stale):
            return
        if self._skips > 0:
            self._skips -= 1
            return
        self._is_looking = True
        self._asked_at_s = monotonic()
        self._look(is_stale=self._is_stale)
        self._is_stale = False

    def _say_slow(self) -> None:
        """A store that is busy, a collector far away: what is shown is old, and the person should know."""
        waited_s = monotonic() - self._asked_at_s
        if waited_s > SLOW_FROM_S:
            self._is_cautious = True
            words = f"{self.source.name} has not answered for {waited_s:.0f} s: shown as last read"
            self.query_one(Banner).show_caution(words)

    @work(thread=True, exit_on_error=False, group="look")
    def _look(self, *, is_stale: bool) -> None:
        self.post_message(self._answer(is_stale=is_stale))

    def _answer(self, *, is_stale: bool) -> Message:
        """The source's answer as a message, whatever it was."""
        try:
            token = self.source.token()
            if token == self._seen and not is_stale:
                return NothingNew()
            before_s = thread_time()
            message = self.read()
            self._seen, took_s = token, thread_time() - before_s
            self._rests_until_s = monotonic() + RESTS * took_s if took_s > DEAR_FROM_S else 0.0
        except BadFilter as refused:
            return FilterWrong(self.filter_text, str(refused), refused.start, refused.end)
        except Exception as problem:  # noqa: BLE001 - the worker's boundary: whatever a source raises is shown
            known = isinstance(problem, HopscopeError)  # then it says itself what is wrong and what to do
            return SourceFailed(str(problem) if known else f"{type(problem).__name__}: {problem}")
        return message

    @property
    def filter_text(self) -> str:
        """What `read()` filters by; nothing unless a screen says otherwise."""
        return ""

    def answered(self) -> None:
        """To be called by every handler of an answer: the source works."""
        self._is_looking = False
        if self._failures:
            self._failures = 0
            self.query_one(Banner).hide()
        if (caution := self.source.caution) is not None:
            self._is_cautious = True
            self.query_one(Banner).show_caution(caution)
        elif self._is_cautious:
            self._is_cautious = False
            self.query_one(Banner).hide()
        if self._is_stale:
            self.look()

    def on_nothing_new(self) -> None:
        """The screen is up to date."""
        self.answered()

    def on_source_failed(self, failed: SourceFailed) -> None:
        """Say what is wrong, keep what is shown, ask again: soon, then less often."""
        self._is_looking = False
        self._is_stale = True
        self._failures += 1
        self._skips = min(2**self._failures, int(MOST_PATIENCE_S / LOOK_EVERY_S))
        self.query_one(Banner).show_problem(f"cannot read {self.source.name}", failed.problem)
