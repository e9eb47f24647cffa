"""The flows by kind: rates and percentiles, arrivals and failures. `↵` filters the list by the chosen one."""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from hopscope_collector.kinds import Kind, Window
from hopscope_tui.drawing import kinds
from hopscope_tui.drawing.rows import Row
from hopscope_tui.drawing.spark import span
from hopscope_tui.lists.overview import span_of
from hopscope_tui.messages import KindsRead
from hopscope_tui.screens.report import Key, ReportScreen
from hopscope_tui.sources.contract import FlowSource


class KindsScreen(ReportScreen):
    """Screen 1, grouped."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "its flows", key_display="↵", id="report.open", tooltip="Only flows of this kind"),
    ]
    report_title = "kinds"
    nothing = "No flows yet\n\nKinds are counted when there are some: hopscope collect, or hopscope demo."

    def __init__(self, source: FlowSource, filter_text: str = "") -> None:
        super().__init__(source, filter_text)
        self._window = Window(0, 1)

    def read(self) -> KindsRead:
        """Counted by the source."""
        return KindsRead(self.filter_text, self.source.kinds(self.filter_text))

    def on_kinds_read(self, read: KindsRead) -> None:
        """Show them."""
        found = read.kinds
        self._window = found.window
        some = "the newest of the " if found.is_partial else "the "
        self.show(found.kinds, f"{some}last {span(span_of(found.window))}")

    def open_entry(self, entry: Kind) -> None:
        """The list, with only this kind in it."""
        self.desk.show_flows(f'kind:"{_escaped(entry.name)}"')

    def heading(self, width_cells: int) -> Row:
        """Above the kinds."""
        return kinds.heading_row(width_cells)

    def draw(self, entry: Kind, width_cells: int) -> Row:
        """One kind."""
        return kinds.kind_row(entry, self._window, width_cells)

    def key(self, entry: Kind) -> Key:
        """Its name."""
        return entry.name

    def entries(self, flows: Sequence[object]) -> Sequence[Kind]:  # noqa: ARG002 - counted by the source
        """None: kinds are not worked out from flows here."""
        return ()


def _escaped(text: str) -> str:
    """As it stands between quotes in a filter."""
    return text.replace("\\", "\\\\").replace('"', '\\"')
