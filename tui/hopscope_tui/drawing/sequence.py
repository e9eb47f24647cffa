"""A flow as a sequence of messages between functions, one row each, in the order of time (pure).

      after    place-order      notify-restaurant     redeem-promo      print-ticket
        0ms         ✔ 84ms             │                    │                │
       95ms         ├─order_placed 35ms▶✔ 210ms             │                │
       93ms         ├─order_placed 33ms┼────────────────────▶↺ 1.1s          │
      290ms         │                  ├─→ restaurants 40ms─┼───────────────▶✔ 60ms
      280ms         │                  ├╌ ◔ order_accepted 10m02

A row is a step of the outline, so the cursor means the same in every view.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from hopscope_collector.flow import Flow
from hopscope_collector.shape.activity import last_sign_of
from hopscope_collector.shape.outline import Step, senders_of
from hopscope_collector.shape.times import duration
from hopscope_tui.drawing.rows import Row, Run, column, fit_row, said
from hopscope_tui.drawing.statuses import look_of
from hopscope_tui.neutral import cells, fit, fit_neutral, head, neutral

_TIME_CELLS = 9
_LEAST_LANE_CELLS = 10
_MOST_LANE_CELLS = 30


@dataclass(frozen=True, slots=True)
class MessageSequence:
    """The rows' steps and who sent to whom, worked out once for a flow."""

    steps: tuple[Step, ...]
    """By time."""

    senders: dict[str, str]
    """Function that led to a step, by the step's id; a beginning has none."""

    lanes: tuple[str, ...]
    """Functions by their first appearance."""

    started_us: int
    now_us: int


def sequence_of(flow: Flow, steps: Sequence[Step], now_us: int) -> MessageSequence:
    """The messages of an outline, in the order of time."""
    in_time = tuple(sorted(steps, key=lambda step: (step.at_us, step.depth)))
    lanes = dict.fromkeys(step.hop.function for step in in_time if step.hop is not None)
    return MessageSequence(in_time, senders_of(steps), tuple(lanes), flow.started_us, now_us)


def heading_rows(sequence: MessageSequence, width_cells: int, offset_cells: int = 0) -> tuple[Row, Row]:
    """The functions over their lanes; a name that is too long for its lane goes over two rows."""
    lane_cells = _lane_cells(sequence, width_cells)
    rows = []
    for number in (0, 1):
        line = _Line(_lanes_cells(sequence, width_cells))
        for lane, name in enumerate(sequence.lanes):
            line.put(lane_cells * lane, _centred(_in_two(name, lane_cells - 2)[number], lane_cells), "label")
        room = max(width_cells - _TIME_CELLS - 1, 0)
        after = column("after" if number else "", _TIME_CELLS, "label", right=True)
        rows.append(fit_row((after, Run(" "), *line.runs(offset_cells, room)), width_cells))
    return rows[0], rows[1]


def needs_two_rows(sequence: MessageSequence, width_cells: int) -> bool:
    """Whether a name is too long for its lane."""
    lane_cells = _lane_cells(sequence, width_cells)
    return any(_in_two(name, lane_cells - 2)[0] for name in sequence.lanes)


def _in_two(name: str, width_cells: int) -> tuple[str, str]:
    """A name above and below, broken where its words meet; all of it below when it fits."""
    shown = neutral(name)
    if cells(shown) <= width_cells:
        return "", shown
    breaks = [
        place + 1 for place, each in enumerate(shown) if each in "-_. " and cells(shown[: place + 1]) <= width_cells
    ]
    place = next((each for each in breaks if cells(shown[each:]) <= width_cells), breaks[-1] if breaks else 0)
    first = shown[:place] if place else head(shown, width_cells)
    return first, shown[len(first) :]


def message_row(sequence: MessageSequence, index: int, width_cells: int, offset_cells: int = 0) -> Row:
    """One step, exactly `width_cells` wide; the lanes are moved to the left by `offset_cells`."""
    step = sequence.steps[index]
    lane_cells = _lane_cells(sequence, width_cells)
    line = _Line(_lanes_cells(sequence, width_cells))
    places = {name: _middle(lane, lane_cells) for lane, name in enumerate(sequence.lanes)}
    for x in places.values():
        line.put(x, "│", "faint")
    sender = places.get(sequence.senders.get(step.id, ""))
    if step.hop is None:
        _put_missing(line, step, sender or 0, sequence.now_us)
    else:
        receiver = places[step.hop.function]
        _put_message(line, step, sender, receiver)
        if sender is None or sender <= receiver:
            ran = duration(last_sign_of(step.hop, sequence.now_us) - step.hops[0].started_us)
            room = min(lane_cells - 3, line.width_cells - receiver - 2)
            line.put(receiver + 2, ran if cells(ran) <= room else "", "dim")
    after = column(duration(step.at_us - sequence.started_us), _TIME_CELLS, "dim", right=True)
    room = max(width_cells - _TIME_CELLS - 1, 0)
    return fit_row((after, Run(" "), *line.runs(offset_cells, room)), width_cells)


def offset_for(sequence: MessageSequence, index: int, width_cells: int, offset_cells: int) -> int:
    """How far the lanes must be moved for a step's sender and receiver to be in sight; as little as needed."""
    step, lane_cells = sequence.steps[index], _lane_cells(sequence, width_cells)
    names = [sequence.senders.get(step.id), step.hop.function if step.hop is not None else None]
    lanes = [sequence.lanes.index(name) for name in names if name in sequence.lanes]
    room = max(width_cells - _TIME_CELLS - 1, 0)
    most = max(_lanes_cells(sequence, width_cells) - room, 0)
    if not lanes:
        return min(offset_cells, most)
    leftmost, rightmost = lane_cells * min(lanes), lane_cells * (max(lanes) + 1)
    return min(max(min(offset_cells, leftmost), rightmost - room, 0), most)


def _lane_cells(sequence: MessageSequence, width_cells: int) -> int:
    room = max(width_cells - _TIME_CELLS - 1, 0) // max(len(sequence.lanes), 1)
    return min(max(room, _LEAST_LANE_CELLS), _MOST_LANE_CELLS)


def _lanes_cells(sequence: MessageSequence, width_cells: int) -> int:
    """All lanes together: more than there is room for when there are many functions."""
    return max(_lane_cells(sequence, width_cells) * len(sequence.lanes), width_cells - _TIME_CELLS - 1, 0)


def _middle(lane: int, lane_cells: int) -> int:
    return lane_cells * lane + lane_cells // 2 - 1


def _put_message(line: "_Line", step: Step, sender: int | None, receiver: int) -> None:
    """An arrow from lane to lane, its name on the line, the receiver's status where it arrives."""
    assert step.hop is not None
    look = look_of(step.status)
    line.put(receiver, look.glyph, look.role)
    if sender is None or sender == receiver:
        return
    dash, role = ("╌", "accent") if step.guess else ("─", "faint")
    left, right = min(sender, receiver), max(sender, receiver)
    for x in range(left + 1, right):
        line.put(x, "┼" if line.at(x) in ("│", "┼") else dash, role)
    line.put(sender, "├" if receiver > sender else "┤", role)
    line.put(receiver - 1 if receiver > sender else receiver + 1, "▶" if receiver > sender else "◀", role)
    by = f" {step.guess}" if step.guess else ""
    waited = f" {duration(step.waited_us)}" if step.waited_us is not None else ""
    room = right - left - 4
    shown = neutral(step.name)
    label = shown + by + waited if cells(shown + by + waited) <= room else fit_neutral(shown, min(room, cells(shown)))
    line.put(left + 2 if receiver > sender else left + 3, label if room > 2 else "", "plain")


def _put_missing(line: "_Line", step: Step, sender: int, now_us: int) -> None:
    """What nobody received, or what is waited for, beside its sender."""
    look = look_of(step.status)
    if step.wait is not None:
        text = f" {look.glyph} {step.wait.expected} {duration(now_us - step.wait.since_us)} "
    else:
        text = f" {step.name}: {step.fate} "
    shown = neutral(text)
    if sender + 2 + cells(shown) > line.width_cells and sender > cells(shown):
        line.put(sender, "┤", "faint")
        line.put(sender - 1, "╌", "faint")
        line.put(sender - 1 - cells(shown), shown, look.role)
        return
    line.put(sender, "├", "faint")
    line.put(sender + 1, "╌", "faint")
    line.put(sender + 2, shown, look.role)


def _centred(name: str, width_cells: int) -> str:
    shown = neutral(name)
    used = min(cells(shown), width_cells - 2)
    left = max((width_cells - used) // 2 - 1, 0)
    return " " * left + fit(shown, used) + " " * (width_cells - left - used)


class _Line:
    """One row of cells that can be written over; a wide character takes two."""

    def __init__(self, width_cells: int) -> None:
        self._cells: list[Run] = [Run(" ")] * width_cells

    def at(self, x: int) -> str:
        return self._cells[x].text if 0 <= x < len(self._cells) else ""

    def put(self, x: int, text: str, role: str) -> None:
        """Neutral text; what lies outside is left out."""
        for character in text:
            width = cells(character)
            if width == 0 or x < 0 or x + width > len(self._cells):
                x += width
                continue
            self._cells[x] = Run(character, role)
            if width == 2:
                self._cells[x + 1] = Run("", role)
            x += width

    @property
    def width_cells(self) -> int:
        return len(self._cells)

    def runs(self, first: int, count: int) -> Row:
        """Some of the cells, neighbours of one role as one run."""
        joined: list[Run] = []
        for run in self._cells[first : first + count]:
            if joined and joined[-1].role == run.role:
                joined[-1] = said(joined[-1].text + run.text, run.role)
            else:
                joined.append(run)
        return tuple(joined)
