"""`:` — any id a person has at hand, and the flow it belongs to."""

from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from hopscope_collector.flow import Flow
from hopscope_tui.messages import FlowRead, SourceFailed
from hopscope_tui.neutral import neutral
from hopscope_tui.sources.contract import FlowSource

_SHORT_HINT = "an order number, or any other id"
_HINT = "order number, name=value, correlation id, trace id, message id, request id, execution ARN"


class JumpScreen(ModalScreen[Flow | None]):
    """Asks for an id; gives the flow, or None when the person thought better of it."""

    CSS_PATH = "jump.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "back", id="jump.back")]

    def __init__(self, source: FlowSource) -> None:
        super().__init__()
        self._source = source
        self._asked = ""

    def compose(self) -> ComposeResult:
        """A box with one field."""
        with Vertical(id="jump-box") as box:
            box.border_title = "go to"
            box.border_subtitle = "↵ opens   esc back"
            yield Input(id="jump-id", placeholder=_SHORT_HINT, compact=True)
            yield Static(Content(_HINT), id="jump-answer")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Look it up."""
        self._asked = event.value.strip()
        if self._asked:
            self._say("looking…")
            self._look_up(self._asked)

    @work(thread=True, exclusive=True, exit_on_error=False, group="jump")
    def _look_up(self, id_text: str) -> None:
        try:
            self.post_message(FlowRead(self._source.flow(id_text)))
        except Exception as problem:  # noqa: BLE001 - the worker's boundary: whatever a source raises is shown
            self.post_message(SourceFailed(f"{type(problem).__name__}: {problem}"))

    def on_flow_read(self, read: FlowRead) -> None:
        """Open it, or say that nothing is known."""
        if read.flow is not None:
            self.dismiss(read.flow)
        else:
            self._say(f"nothing is known by {neutral(self._asked)!r}: {_HINT}")

    def on_source_failed(self, failed: SourceFailed) -> None:
        """The person may try again."""
        self._say(f"cannot look it up: {neutral(failed.problem)}")

    def _say(self, text: str) -> None:
        self.query_one("#jump-answer", Static).update(Content(text))
