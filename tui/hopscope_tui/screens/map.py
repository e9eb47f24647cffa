"""Who sends what to whom, over the newest flows: rates, failures, waiting and running, and what nobody consumes."""

from collections.abc import Sequence

from hopscope_collector.flow import Flow
from hopscope_tui.drawing import edges
from hopscope_tui.drawing.edges import Edge
from hopscope_tui.drawing.rows import Row
from hopscope_tui.screens.report import Key, ReportScreen


class MapScreen(ReportScreen):
    """Screen 5."""

    report_title = "map"
    nothing = "No flows yet\n\nThe map is drawn from them: hopscope collect, or hopscope demo."
    facts_rows = 3

    def entries(self, flows: Sequence[Flow]) -> Sequence[Edge]:
        """Each edge once."""
        return edges.edges_of(flows)

    def heading(self, width_cells: int) -> Row:
        """Above the edges."""
        return edges.heading_row(width_cells)

    def draw(self, entry: Edge, width_cells: int) -> Row:
        """One edge."""
        return edges.edge_row(entry, width_cells)

    def example(self, entry: Edge) -> Flow:
        """The newest that has it."""
        return entry.example

    def key(self, entry: Edge) -> Key:
        """From, what, to."""
        return f"{entry.sender} {entry.message} {entry.receiver}"

    def facts(self, entry: Edge, width_cells: int) -> Sequence[Row]:
        """How its waiting and running are spread."""
        return edges.edge_facts(entry, width_cells)
