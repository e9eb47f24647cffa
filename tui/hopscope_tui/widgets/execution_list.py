"""The states of one execution, as the rows of its graph."""

from hopscope_collector.executions.model import Execution, State
from hopscope_tui.drawing.rows import EMPTY, Row, Run, said
from hopscope_tui.execution_graph import Folding, graph_of
from hopscope_tui.execution_text import failure_rows, graph_rows, header_rows, note_rows
from hopscope_tui.widgets.drawn import GUTTER_CELLS, DrawnList


class ExecutionList(DrawnList):
    """Takes an execution, or the reason why there is none."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._execution: Execution | None = None
        self._reason = ""
        self._rows: list[tuple[Row, State | None]] = []
        self._width_cells = 0

    @property
    def state(self) -> State | None:
        """The state under the cursor; a row below a state belongs to it."""
        return self._rows[self.cursor][1] if self.cursor < len(self._rows) else None

    def show(self, execution: Execution | None, reason: str) -> None:
        """Draw an execution, or what became of it."""
        self._execution, self._reason = execution, reason
        self._width_cells = 0
        self._arrange(self.scrollable_content_region.width - GUTTER_CELLS)
        self.refresh_rows()

    def choose_ref(self, refs: tuple[str, ...]) -> None:
        """Put the cursor on the state that sent one of the messages, if there is one."""
        wanted = set(refs)
        places = (
            place
            for place, (_, state) in enumerate(self._rows)
            if state is not None and not wanted.isdisjoint(state.identity.refs)
        )
        self.cursor = next(places, self.cursor)

    def row(self, index: int, width_cells: int) -> Row:
        """A state, or a fact below it."""
        self._arrange(width_cells)
        return self._rows[index][0] if index < len(self._rows) else EMPTY

    def on_resize(self) -> None:
        """Draw for the new width."""
        self._arrange(self.scrollable_content_region.width - GUTTER_CELLS)
        super().on_resize()

    def _arrange(self, width_cells: int) -> None:
        if width_cells <= 0 or width_cells == self._width_cells:
            return
        self._width_cells = width_cells
        self._rows = list(self._drawn(width_cells)) if self._execution else [((said(self._reason, "dim"),), None)]
        self.row_count = len(self._rows)

    def _drawn(self, width: int) -> "list[tuple[Row, State | None]]":
        assert self._execution is not None
        rows: list[tuple[Row, State | None]] = [(row, None) for row in header_rows(self._execution, width)]
        rows.append((EMPTY, None))
        for each in graph_of(self._execution.states, Folding()):
            rows += [(row, each.state) for row in graph_rows([each], width)]
        ends = [*failure_rows(self._execution, width), *note_rows(self._execution)]
        return [*rows, *(((Run(""),), None) for _ in ends[:1]), *((row, None) for row in ends)]
