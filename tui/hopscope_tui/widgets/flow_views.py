"""The views of one flow, of which one is seen: waterfall, graph, sequence."""

from textual.app import ComposeResult
from textual.containers import Container
from textual.widgets import ContentSwitcher

from hopscope_tui.flow.outlined import Outlined
from hopscope_tui.widgets.drawn import DrawnLine
from hopscope_tui.widgets.flow_graph import FlowGraph
from hopscope_tui.widgets.message_list import MessageList
from hopscope_tui.widgets.step_list import StepList

View = StepList | FlowGraph | MessageList


class FlowViews(ContentSwitcher):
    """Shows a flow in the view that is seen; the others are told when they are."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, initial="steps-pane")

    def compose(self) -> ComposeResult:
        """Each with its heading."""
        with Container(id="steps-pane"):
            yield DrawnLine(id="heading")
            yield StepList(id="steps")
        with Container(id="graph-pane"):
            yield FlowGraph(id="graph")
        with Container(id="messages-pane"):
            yield DrawnLine(id="upper-lanes")
            yield DrawnLine(id="lanes")
            yield MessageList(id="messages")

    @property
    def view(self) -> View:
        """The one that is seen."""
        view = self.query_one(f"#{(self.current or 'steps-pane').removesuffix('-pane')}")
        assert isinstance(view, StepList | FlowGraph | MessageList)
        return view

    def turn_to(self, name: str) -> None:
        """`steps`, `graph` or `messages`."""
        self.current = f"{name}-pane"
        self.view.focus()
        self.call_after_refresh(self.draw_headings)  # how many rows they need follows from the width

    def show(self, outlined: Outlined, now_us: int) -> None:
        """A flow, or what became of it."""
        self.view.show_flow(outlined, now_us)
        self.draw_headings()

    def point_at(self, step_id: str) -> None:
        """The cursor on a step, if the flow has it."""
        self.view.choose(step_id)

    def draw_headings(self) -> None:
        """The axis of the waterfall, the participants of the sequence: both follow the cursor."""
        self.query_one("#heading", DrawnLine).drawing = self.query_one(StepList).heading
        messages, upper = self.query_one(MessageList), self.query_one("#upper-lanes", DrawnLine)
        self.query_one("#lanes", DrawnLine).drawing = messages.heading
        upper.drawing, upper.display = messages.upper_heading, messages.needs_two_rows
