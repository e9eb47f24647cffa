"""One flow's time, gone through again: arrows step from moment to moment, the space bar plays."""

from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container

from hopscope_collector.flow import Flow
from hopscope_collector.shape.activity import end_of, last_sign_of, working_hops
from hopscope_collector.shape.axis import Axis, axis_of
from hopscope_collector.shape.outline import Step
from hopscope_collector.shape.summary import key_of
from hopscope_collector.shape.times import duration
from hopscope_tui.drawing.replay_board import scene_row, time_rows
from hopscope_tui.drawing.rows import Row, Run, beside, said
from hopscope_tui.drawing.statuses import glyph_run
from hopscope_tui.flow.outlined import outlined
from hopscope_tui.flow.replay import Moment, moment_after, moment_before, moments_of, scene_at
from hopscope_tui.messages import FlowRead
from hopscope_tui.screen_keys import BACK
from hopscope_tui.screens.live import LiveScreen
from hopscope_tui.sources.contract import FlowSource
from hopscope_tui.widgets.banner import Banner
from hopscope_tui.widgets.drawn import DrawnLine
from hopscope_tui.widgets.drawn_rows import DrawnRows
from hopscope_tui.widgets.entry_list import EntryList
from hopscope_tui.widgets.key_line import KeyLine
from hopscope_tui.widgets.replay_graph import ReplayGraph

if TYPE_CHECKING:
    from textual.timer import Timer

FRAME_S = 0.05
WHOLE_S = 10.0
"""How long the whole flow plays at the first speed, whatever it took."""

BOTH_FROM_CELLS = 160
"""From here on lines and graph stand side by side."""

SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0)


class ReplayScreen(LiveScreen):
    """Screen 8."""

    CSS_PATH = "replay.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (BOTH_FROM_CELLS, "-wide")]  # noqa: RUF012 - Textual declares it on the instance
    AUTO_FOCUS = "EntryList"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1", "graph(True)", "graph", id="replay.graph", tooltip="The messages on the graph"),
        Binding("2", "graph(False)", "lines", id="replay.lines", tooltip="The messages line by line"),
        Binding("space", "play", "play", key_display="space", id="replay.play", tooltip="Play, and hold"),
        Binding("left", "step(-1)", "before", id="replay.before", tooltip="To what happened before"),
        Binding("right", "step(1)", "next", id="replay.next", tooltip="To what happens next"),
        Binding("shift+left,comma", "cell(-1)", "back a bit", show=False, id="replay.less", tooltip="Back a bit"),
        Binding("shift+right,full_stop", "cell(1)", "on a bit", show=False, id="replay.more", tooltip="On a bit"),
        Binding("plus,equals_sign", "speed(1)", "faster", key_display="+", id="replay.faster", tooltip="Play faster"),
        Binding("minus", "speed(-1)", "slower", key_display="-", id="replay.slower", tooltip="Play slower"),
        Binding("0", "edge(0)", "start", key_display="0", id="replay.start", tooltip="To the start"),
        Binding("dollar_sign", "edge(1)", "end", key_display="$", id="replay.end", tooltip="To the end"),
        Binding("enter", "open", "open", key_display="↵", id="replay.open", tooltip="Open the flow"),
        BACK,
    ]

    def __init__(self, source: FlowSource, flow: Flow) -> None:
        super().__init__(source)
        self.flow = flow
        self.at_us = flow.started_us
        self._steps: tuple[Step, ...] = ()
        self._moments: tuple[Moment, ...] = ()
        self._axis = Axis((0, 1), (0.0, 1.0), (), 1)
        self._cell = 0.0
        self._speed = 2
        self._playing: Timer | None = None

    def compose(self) -> ComposeResult:
        """Headline, steps, time, keys."""
        yield DrawnLine(id="headline")
        yield Banner(id="banner")
        with Container(id="stage"):
            yield EntryList[Step](self._row, id="entries")
            yield ReplayGraph(id="graph")
        yield DrawnRows(id="time")
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        """At the start."""
        self.query_one(EntryList).focus()
        self._take(self.flow)

    def read(self) -> FlowRead:
        """The flow as it is now: it may still go on."""
        return FlowRead(self.source.flow(self.flow.id))

    def on_flow_read(self, read: FlowRead) -> None:
        """What became of it; the place in time stays."""
        self.answered()
        if read.flow is not None and read.flow != self.flow:
            self._take(read.flow)

    def on_resize(self) -> None:
        """The line of time is as wide as the screen."""
        if self._steps:
            self._take(self.flow)

    def on_click(self, event: events.Click) -> None:
        """A click on the line of time goes there."""
        if isinstance(event.widget, DrawnRows):
            self._go_to_cell(event.screen_x - 2)

    @property
    def is_playing(self) -> bool:
        """Whether time goes on by itself."""
        return self._playing is not None

    def action_graph(self, is_seen: bool) -> None:  # noqa: FBT001 - Textual calls it by the text of the binding
        """The graph, or the lines, in front."""
        self.set_class(is_seen, "-graph")
        self.query_one(ReplayGraph if is_seen else EntryList).focus()

    def action_play(self) -> None:
        """Play, from the start again when it is at the end; or hold."""
        if self._playing is not None:
            self._hold()
        else:
            if self._cell >= self._axis.width_cells:
                self._go_to_cell(0)
            self._playing = self.set_interval(FRAME_S, self._frame)
        self._draw()

    def action_step(self, direction: int) -> None:
        """To the moment before or after."""
        self._hold()
        at = moment_after if direction > 0 else moment_before
        self._go_to(at(self._moments, self.at_us))

    def action_cell(self, direction: int) -> None:
        """As far as one cell of the line of time."""
        self._hold()
        self._go_to_cell(self._cell + direction)

    def action_speed(self, change: int) -> None:
        """Faster or slower."""
        self._speed = min(max(self._speed + change, 0), len(SPEEDS) - 1)
        self._draw()

    def action_edge(self, edge: int) -> None:
        """To the start or the end."""
        self._hold()
        self._go_to_cell(self._axis.width_cells if edge else 0)

    def action_open(self) -> None:
        """The flow itself."""
        self.desk.open_flow(self.flow)

    def _take(self, flow: Flow) -> None:
        self.flow = flow
        shown = outlined(flow)
        self._steps = shown.steps
        self._moments = moments_of(flow, self._steps)
        self._axis = self._axis_of(flow)
        self.query_one(EntryList).show(self._steps)
        self.query_one(ReplayGraph).show_flow(shown, self.desk.now_us())
        self._go_to(max(self.at_us, self._moments[0].at_us))

    def _axis_of(self, flow: Flow) -> Axis:
        """From the start to the end, or to the last thing that is known to happen; long silences left out."""
        now_us = self.desk.now_us()
        ran = [(hop.started_us, last_sign_of(hop, now_us)) for hop in working_hops(flow)]
        end_us = max(end_of(flow, now_us), self._moments[-1].at_us)
        return axis_of(ran, self._moments[0].at_us, end_us, max(self.size.width - 4, 10))

    def _frame(self) -> None:
        """One step of the film."""
        if not self.is_current:
            return
        self._go_to_cell(self._cell + self._axis.width_cells * SPEEDS[self._speed] * FRAME_S / WHOLE_S)
        if self._cell >= self._axis.width_cells:
            self._hold()

    def _hold(self) -> None:
        if self._playing is not None:
            self._playing.stop()
            self._playing = None

    def _go_to(self, at_us: int) -> None:
        self.at_us, self._cell = at_us, self._axis.cell(at_us)
        self._draw()

    def _go_to_cell(self, cell: float) -> None:
        self._cell = min(max(cell, 0.0), float(self._axis.width_cells))
        self.at_us = instant_at(self._axis, self._cell)
        self._draw()

    def _draw(self) -> None:
        self.query_one(EntryList).refresh_rows()
        self.query_one(ReplayGraph).show_scenes({step.id: scene_at(step, self.at_us) for step in self._steps})
        self.query_one("#headline", DrawnLine).drawing = self._headline
        moments, axis, at_us, is_playing = self._moments, self._axis, self.at_us, self.is_playing
        self.query_one("#time", DrawnRows).drawing = lambda _: time_rows(moments, axis, at_us, is_playing=is_playing)

    def _row(self, step: Step, width_cells: int) -> Row:
        return scene_row(scene_at(step, self.at_us), width_cells)

    def _headline(self, width_cells: int) -> Row:
        flow = self.flow
        took = duration(end_of(flow, self.desk.now_us()) - flow.started_us)
        left = (
            Run(" replay  ", "title"), glyph_run(flow.status), said(f" {key_of(flow)}", "key"),
            Run(f" {flow.status}, {took}", "dim"), said(f"  {flow.kind}", "dim"),
        )  # fmt: skip
        speed = "playing" if self.is_playing else "held"
        return beside(left, (Run(f"{speed}, {SPEEDS[self._speed]:g}× ", "accent"),), width_cells)


def instant_at(axis: Axis, cell: float) -> int:
    """The instant that stands in a cell: `axis.cell()` the other way round."""
    cells, instants = axis.anchor_cells, axis.anchors_us
    for place in range(1, len(cells)):
        begin, end = cells[place - 1], cells[place]
        if cell <= end and end > begin:
            share = max(cell - begin, 0.0) / (end - begin)
            return round(instants[place - 1] + share * (instants[place] - instants[place - 1]))
    return instants[-1]
