"""One flow as a graph while it happens; the card where something happened last is kept in sight."""

from collections.abc import Mapping
from typing import ClassVar

from textual.binding import Binding, BindingType

from hopscope_tui.drawing.graph import Picture
from hopscope_tui.drawing.graph_scene import Overlay, overlay_of, scene_line
from hopscope_tui.drawing.rows import Row
from hopscope_tui.flow.replay import Scene
from hopscope_tui.widgets.flow_graph import FlowGraph


class ReplayGraph(FlowGraph, inherit_bindings=False):
    """Takes a flow like `FlowGraph`, and what its steps do at one instant. It has no cursor: arrows scroll."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "scroll_up", "Up", show=False, id="graph.up", tooltip="Scroll"),
        Binding("down,j", "scroll_down", "Down", show=False, id="graph.down", tooltip="Scroll"),
        Binding("pageup", "page_up", "Page up", show=False, id="graph.page_up", tooltip="Scroll by a page"),
        Binding("pagedown", "page_down", "Page down", show=False, id="graph.page_down", tooltip="Scroll by a page"),
    ]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._scenes: Mapping[str, Scene] = {}
        self._overlay = Overlay()
        self._overlaid: Picture | None = None

    def show_scenes(self, scenes: Mapping[str, Scene]) -> None:
        """What the steps do now, by their ids."""
        self._scenes, self._overlaid = scenes, None
        begun = (scene for scene in scenes.values() if scene.doing != "nothing yet")
        if (latest := min(begun, key=lambda scene: scene.for_us, default=None)) is not None:
            self.pointed = latest.step.id
        self.refresh()

    def row(self, picture: Picture, y: int) -> Row:
        """One row at that instant."""
        if self._overlaid is not picture:
            self._overlaid, self._overlay = picture, overlay_of(picture, self._scenes)
        return scene_line(picture, self._overlay, y)
