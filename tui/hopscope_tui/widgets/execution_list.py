"""The states of one execution, as the rows of its graph or of its table."""

from collections.abc import Callable, Sequence

from hopscope_collector.executions.model import Execution, State
from hopscope_tui.drawing.rows import EMPTY, Row, Run, said
from hopscope_tui.drawing.states import Place, StateRow, machine_heading, reason_rows, state_graph, state_table
from hopscope_tui.widgets.drawn import GUTTER_CELLS, DrawnList, fault_row


def _nobody(_state: State) -> Sequence[str]:
    return ()


class ExecutionList(DrawnList):
    """Takes an execution, or the reason why there is none."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._execution: Execution | None = None
        self._heard: Callable[[State], Sequence[str]] = _nobody
        self._reason = ""
        self._rows: list[StateRow] = []
        self._width_cells = 0
        self._is_table = False
        self._wanted: State | None = None

    @property
    def execution(self) -> Execution | None:
        """What is drawn. None when there is a reason instead."""
        return self._execution

    @property
    def state(self) -> State | None:
        """The state under the cursor; a row below a state belongs to it."""
        return self._rows[self.cursor][1] if self.cursor < len(self._rows) else None

    def show(self, execution: Execution | None, reason: str, heard: Callable[[State], Sequence[str]] = _nobody) -> None:
        """Draw an execution, or what became of it. `heard` gives the functions that a state's messages led to."""
        if execution is self._execution and execution is not None and heard is self._heard:
            return
        self._execution, self._reason, self._heard = execution, reason, heard
        self._draw_anew()

    def turn_table(self) -> None:
        """From the graph to the table, or back; the cursor stays on its state."""
        state, self._is_table = self.state, not self._is_table
        self._draw_anew()
        if state is not None:
            self.choose(state)

    def choose(self, state: State) -> None:
        """Put the cursor on a state, if it has a row; while the list is not seen, once it is."""
        self._wanted = state
        self._go_to_wanted()

    def heading(self, place: Place) -> Callable[[int], Row]:
        """What the execution is, for the line above the rows."""
        execution = self._execution
        if execution is None:
            return lambda _: (Run(" ◫ ", "accent"), said("no states", "dim"))
        return lambda width: machine_heading(execution, place, width)

    def row(self, index: int, width_cells: int) -> Row:
        """A state, or a fact below it."""
        self._arrange(width_cells)
        return self._rows[index][0] if index < len(self._rows) else EMPTY

    def on_resize(self) -> None:
        """Draw for the new width."""
        self._arrange(self.scrollable_content_region.width - GUTTER_CELLS)
        super().on_resize()

    def _go_to_wanted(self) -> None:
        place = next((place for place, (_, each) in enumerate(self._rows) if each is self._wanted), None)
        if place is not None and self._wanted is not None:
            self.cursor, self._wanted = place, None

    def _draw_anew(self) -> None:
        self._width_cells = 0
        self._arrange(self.scrollable_content_region.width - GUTTER_CELLS)
        self.refresh_rows()

    def _arrange(self, width_cells: int) -> None:
        if width_cells <= 0 or width_cells == self._width_cells:
            return
        self._width_cells = width_cells
        try:
            self._rows = self._drawn(width_cells)
        except Exception as fault:  # noqa: BLE001 - the boundary of a panel: a bug in it is shown, not raised
            self._rows = [(fault_row("cannot draw the states", fault), None)]
        self.row_count = len(self._rows)
        self._go_to_wanted()

    def _drawn(self, width_cells: int) -> list[StateRow]:
        if self._execution is None:
            return reason_rows(self._reason, width_cells)
        if self._is_table:
            return state_table(self._execution, width_cells)
        return state_graph(self._execution, self._heard, width_cells)
