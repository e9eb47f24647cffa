"""A flow while it happens: one row a step, its message on the way along the line to it (pure).

✔ place-order                                                          over 84ms
├─ order_placed  ━━━━━●────▷  ○ redeem-promo                           on its way for 12ms
└─ order_placed  ━━━━━━━━━━▶  ● notify-restaurant                      runs for 40ms
   └─ tickets    ··········▷  · print-ticket                           nothing yet

    11:51:07.120  notify-restaurant begins
├───────┼──┼─┼────────▼─────┼──────╱╱─────┼──┤
"""

from collections.abc import Sequence

from hopscope_collector.shape.axis import Axis
from hopscope_collector.shape.outline import Step
from hopscope_collector.shape.times import clock, duration
from hopscope_tui.drawing.rows import Row, Run, column, fit_row, said
from hopscope_tui.drawing.statuses import look_of
from hopscope_tui.flow.replay import Moment, Scene, moment_at

_TRACK_CELLS = 14
_WORDS_CELLS = 26
_STEM_CELLS = 27
_MESSAGE_SHARE = 42
_LEAST_MESSAGE_CELLS = 8


def scene_row(scene: Scene, width_cells: int) -> Row:
    """Exactly `width_cells` wide."""
    step = scene.step
    guide = f" {step.stem[-_STEM_CELLS:]}{step.joint}"
    words = min(_WORDS_CELLS, width_cells // 4)
    rest = max(width_cells - len(guide) - words - 1, 0)
    glyph, role = look_of_scene(scene)
    if step.depth == 0:
        name = (Run(f"{glyph} ", role), column(_name(step), max(rest - 2, 0), _name_role(scene)))
        return fit_row((Run(guide, "faint"), *name, Run(" "), column(_words(scene), words, role)), width_cells)
    message = max((width_cells - words) * _MESSAGE_SHARE // 100 - len(guide), _LEAST_MESSAGE_CELLS)
    label = max(rest - message - _TRACK_CELLS - 4, 0)
    return fit_row(
        (
            Run(guide, "faint"), column(_message(step), message, "dim" if scene.doing != "nothing yet" else "faint"),
            Run(" "), *_track(scene), Run(" "), Run(f"{glyph} ", role), column(_name(step), label, _name_role(scene)),
            Run(" "), column(_words(scene), words, role),
        ),
        width_cells,
    )  # fmt: skip


def time_rows(moments: Sequence[Moment], axis: Axis, at_us: int, *, is_playing: bool) -> list[Row]:
    """What happened last, and the line of time with the place on it."""
    moment = moment_at(moments, at_us)
    since = at_us - moments[0].at_us
    state = Run(" ▶ " if is_playing else " ‖ ", "accent")
    head: Row = (
        state, Run(clock(at_us), "strong"), Run(f"  +{duration(since)}  ", "dim"), said(moment.says, "plain"),
    )  # fmt: skip
    return [head, _line(moments, axis, at_us)]


def _line(moments: Sequence[Moment], axis: Axis, at_us: int) -> Row:
    cells = ["─"] * axis.width_cells
    roles = ["faint"] * axis.width_cells
    last = axis.width_cells - 1
    for moment in moments:
        cells[min(int(axis.cell(moment.at_us)), last)] = "┼"
    for cut in axis.cuts:
        for place in range(cut.cell, min(cut.cell + 2, axis.width_cells)):
            cells[place] = "╱"
    here = min(int(axis.cell(at_us)), last)
    roles[:here] = ["accent"] * here
    cells[here], roles[here] = "█", "accent"
    runs = [Run(" ")]
    for cell, role in zip(cells, roles, strict=True):
        if runs[-1].role == role:
            runs[-1] = Run(runs[-1].text + cell, role)
        else:
            runs.append(Run(cell, role))
    return tuple(runs)


def _track(scene: Scene) -> Row:
    """The line that the message goes along."""
    inner = _TRACK_CELLS - 1
    if scene.doing == "nothing yet":
        return (Run("·" * inner + "▷", "faint"),)
    if scene.doing == "on its way":
        at = min(int(scene.travelled * inner), inner - 1)
        return (Run("━" * at, "waiting"), Run("●", "accent"), Run("─" * (inner - at - 1) + "▷", "faint"))
    if scene.doing == "waiting":
        return (Run("╌" * inner + "▷", "overdue"),)
    if scene.doing == "lost":
        return (Run("━" * (inner - 1), "waiting"), Run("▷ ", "faint"))
    return (Run("━" * inner + "▶", "waiting"),)


def look_of_scene(scene: Scene) -> tuple[str, str]:
    """Glyph and role of what a step is doing."""
    if scene.doing == "nothing yet":
        return "·", "faint"
    if scene.doing == "on its way":
        return "○", "waiting"
    if scene.doing == "running":
        return "●", "running"
    if scene.doing == "trying again":
        return "✗", "failed"
    if scene.doing == "over" and scene.has_failed and scene.attempt < len(scene.step.hops):
        return "✗", "failed"
    return look_of(scene.step.status)


def _words(scene: Scene) -> str:
    lasts = duration(scene.for_us)
    tries = f" (attempt {scene.attempt})" if scene.attempt > 1 else ""
    if scene.doing == "on its way":
        return f"on its way for {lasts}"
    if scene.doing == "running":
        return f"runs for {lasts}{tries}"
    if scene.doing == "trying again":
        return f"failed ×{scene.attempt}, tries again"
    if scene.doing == "waiting":
        return f"waits for {lasts}"
    if scene.doing == "over" and scene.step.hop is not None:
        ended = scene.step.hops[max(scene.attempt, 1) - 1]
        ran = ended.ended_us - ended.started_us if ended.ended_us is not None else None
        return f"{scene.step.status} in {duration(ran)}{tries}"
    return {"nothing yet": "", "over": scene.step.fate, "lost": scene.step.fate}[scene.doing]


def _name(step: Step) -> str:
    if step.hop is not None:
        return step.hop.function
    return step.wait.expected if step.wait is not None else step.destination


def _message(step: Step) -> str:
    if step.wait is not None and step.send is None:
        return "waiting for"
    return step.name


def _name_role(scene: Scene) -> str:
    return {"nothing yet": "faint", "running": "strong", "lost": "faint"}.get(scene.doing, "plain")
