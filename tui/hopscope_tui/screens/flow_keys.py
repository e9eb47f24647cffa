"""The keys of a flow's screen, those that are needed most first: the footer shows as many as fit."""

from textual.binding import Binding, BindingType

FLOW_KEYS: list[BindingType] = [
    Binding("1", "view('graph')", "graph", id="flow.graph", tooltip="Cards under what led to them"),
    Binding("2", "view('steps')", "waterfall", id="flow.steps", tooltip="Tree and times, the critical path marked"),
    Binding("3", "view('messages')", "sequence", id="flow.messages", tooltip="Messages between functions, by time"),
    Binding("4", "states", "execution", id="flow.states", tooltip="States of its state machine"),
    Binding("n", "next_problem", "next problem", id="flow.next", tooltip="To the next step that needs you"),
    Binding("enter", "follow", "follow", key_display="↵", id="flow.follow", tooltip="Follow its links both ways"),
    Binding("y", "copy", "copy", id="flow.copy", tooltip="Copy an id of what is under the cursor"),
    Binding("i", "facts", "facts", id="flow.facts", tooltip="Facts: more room, none, some"),
    Binding("e", "export", "export", id="flow.export", tooltip="This flow as HTML, SVG, Mermaid, JSON"),
    Binding("l", "read_log", "log", id="flow.log", tooltip="Log lines of this invocation, from CloudWatch"),
    Binding("o", "open", "console", id="flow.open", tooltip="Its pages in the AWS console"),
    Binding("t", "table", "table", show=False, id="flow.table", tooltip="States as a table, and back"),
    Binding("w", "clock", "clock", show=False, id="flow.clock", tooltip="Clocks as recorded, or corrected"),
    Binding("c", "app.compare", "compare", show=False, id="flow.compare", tooltip="Mark it; on another, compare"),
    Binding("C", "app.compare_usual", "with usual", show=False, id="flow.usual",
            tooltip="Compare it with what is usual for its kind"),
    Binding("r", "app.replay", "replay", show=False, id="flow.replay", tooltip="Watch it happen again"),
    Binding("x", "next_execution", "next execution", show=False, id="flow.machine", tooltip="Its next execution"),
    Binding(
        "left_square_bracket,backspace", "history(-1)", "back", show=False, key_display="[", id="flow.past",
        tooltip="Where you came from",
    ),
    Binding(
        "right_square_bracket", "history(1)", "forward", show=False, key_display="]", id="flow.future",
        tooltip="Forward again",
    ),
    Binding("Y", "copy_flow", "copy flow id", show=False, id="flow.copy_flow", tooltip="Copy the correlation id"),
    Binding("tab", "app.focus_next", "next pane", show=False, id="flow.tab", tooltip="Steps, states, facts"),
    Binding("colon", "app.jump", "go to id", key_display=":", id="flow.jump", tooltip="Another flow, by any id"),
    Binding("escape", "app.pop_screen", "back", show=False, id="flow.escape", tooltip="Back to the list"),
    Binding("q", "app.pop_screen", "back", id="quit", tooltip="Back to the list"),
]  # fmt: skip
