"""What ran inside the executions of a flow, as rows of text below its tree (pure).

✔ succeeded   standard execution · 3 states · 1 retry · 2.0s
  arn:aws:states:…:execution:payment:o-1
  started 2026-11-21 04:20:09.842 UTC
✔ Charge                                 Task     succeeded    1.2s   ×2
  ↺ a try failed: CardDeclined: the card is empty
  → charge  lambda/57cb0b58-…
"""

from collections.abc import Iterator, Sequence

from hopscope_collector.executions.model import Execution
from hopscope_collector.flow import Flow
from hopscope_tui.drawing.rows import EMPTY, Row, fit_row
from hopscope_tui.text.execution import Heard, graph_rows, header_rows
from hopscope_tui.text.execution_graph import Folding, graph_of


def execution_part_rows(flow: Flow, executions: Sequence[Execution], width_cells: int) -> Iterator[Row]:
    """Each execution after an empty row: what it is, its states, what they sent and who heard it."""
    heard = heard_in(flow)
    for execution in executions:
        yield EMPTY
        for row in header_rows(execution, width_cells):
            yield fit_row(row, width_cells)
        for row in graph_rows(graph_of(execution.states, Folding()), width_cells, heard):
            yield fit_row(row, width_cells)


def heard_in(flow: Flow) -> Heard:
    """By ref of what was sent: the functions that it led to, each once, in the order they began."""
    functions = {hop.id: hop.function for hop in flow.hops}
    refs = {send.id: send.refs for send in flow.sends}
    heard: dict[str, dict[str, None]] = {}
    for link in flow.links:
        for ref in refs.get(link.from_id, ()):
            heard.setdefault(ref, {})[functions[link.to_id]] = None
    return {ref: tuple(names) for ref, names in heard.items()}
