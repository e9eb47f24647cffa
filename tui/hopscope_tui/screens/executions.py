"""Executions of state machines and of durable functions, with the flows that they are part of."""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from hopscope_collector.flow import Flow
from hopscope_tui.drawing import execution_line
from hopscope_tui.drawing.execution_line import ExecutionLine
from hopscope_tui.drawing.rows import Row
from hopscope_tui.screens.report import Key, ReportScreen
from hopscope_tui.widgets.entry_list import EntryList


class ExecutionsScreen(ReportScreen):
    """Screen 6."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "open", key_display="↵", id="report.open", tooltip="Open the execution in its flow"),
        Binding("y", "copy", "copy ARN", id="executions.copy", tooltip="Copy the ARN"),
    ]
    report_title = "executions"
    reads_on = True
    nothing = (
        "No execution of a state machine or of a durable function is part of these flows\n\n"
        "hopscope collect executions:ARN-OR-PREFIX     Step Functions histories\n"
        "hopscope collect durable:FUNCTION             durable executions"
    )

    def entries(self, flows: Sequence[Flow]) -> Sequence[ExecutionLine]:
        """Each once."""
        return execution_line.executions_in(tuple(flows))

    def heading(self, width_cells: int) -> Row:
        """Above the executions."""
        return execution_line.heading_row(width_cells)

    def draw(self, entry: ExecutionLine, width_cells: int) -> Row:
        """One execution."""
        return execution_line.execution_row(entry, width_cells, self.desk.now_us())

    def example(self, entry: ExecutionLine) -> Flow:
        """The flow it is part of."""
        return entry.flow

    def open_entry(self, entry: ExecutionLine) -> None:
        """Its flow, with its states in sight."""
        self.desk.open_execution(entry.flow, entry.arn)

    def key(self, entry: ExecutionLine) -> Key:
        """Its ARN."""
        return entry.arn

    def action_copy(self) -> None:
        """The ARN."""
        if (entry := self.query_one(EntryList).chosen) is not None:
            self.desk.copy_id(entry.arn)
