"""The graph of a flow at one instant: what has not begun is faint, messages stand on their lines (pure).

    ╭───────────────╮
    │ ✔ place-order │
    ╰───────┬───────╯
            ┃
       order_placed ▸ ◇ bus orders
            ●                            on its way
    ╭───────┴───────────╮
    │ · notify-resta…   │                nothing yet
    ╰───────────────────╯

It is laid over a `Picture`: nothing is laid out anew while time goes on.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from hopscope_tui.drawing.graph import Picture, Place
from hopscope_tui.drawing.replay_board import look_of_scene
from hopscope_tui.drawing.rows import Row, Run
from hopscope_tui.flow.replay import Doing, Scene
from hopscope_tui.neutral import cells

MESSAGE = Run("●", "accent")
_HEAVY_LINES = str.maketrans("─│┌┐└┘├┤┬┴┼▶", "━┃┏┓┗┛┣┫┳┻╋▶")
_TO_COME = ("nothing yet", "on its way")
_CARD_INSET = 2
"""Cells from the corner of a card to its glyph."""

Card = tuple[Place, Run, Doing]
"""Where it stands, the glyph of what it does, and what that is."""


@dataclass(frozen=True, slots=True)
class Overlay:
    """What one instant changes about a picture."""

    cards: Mapping[int, list[Card]] = field(default_factory=dict)
    """By the rows that they stand in."""

    passed: frozenset[tuple[int, int]] = frozenset()
    """Cells of lines that a message went along."""

    messages: frozenset[tuple[int, int]] = frozenset()
    """Where messages are now."""


def overlay_of(picture: Picture, scenes: Mapping[str, Scene]) -> Overlay:
    """What the scenes, by the ids of their steps, look like on a picture."""
    cards: dict[int, list[Card]] = {}
    passed: set[tuple[int, int]] = set()
    messages: set[tuple[int, int]] = set()
    for step_id, place in picture.places.items():
        scene = scenes.get(step_id)
        if scene is None:
            continue
        card = (place, Run(*look_of_scene(scene)), scene.doing)
        for y in range(place.y, place.y + place.height):
            cards.setdefault(y, []).append(card)
        route = picture.routes.get(step_id, ())
        if scene.doing == "on its way" and route:
            here = min(int(scene.travelled * len(route)), len(route) - 1)
            passed.update(route[:here])
            messages.add(route[here])
        elif scene.doing != "nothing yet":
            passed.update(route)
    return Overlay(cards, frozenset(passed), frozenset(messages))


def scene_line(picture: Picture, overlay: Overlay, y: int) -> Row:
    """One row of the picture at that instant, as wide as the picture."""
    runs: list[Run] = []
    at = 0
    for run in picture.canvas.row(y):
        used = cells(run.text)
        if card := next((each for each in overlay.cards.get(y, ()) if each[0].holds(at, y)), None):
            runs.append(_on_card(run, (at, y), card))
        elif used == len(run.text):
            runs += _on_line(run, (at, y), overlay)
        else:
            runs.append(run)  # a pill with wide characters: no line goes through it
        at += used
    return tuple(runs)


def _on_card(run: Run, corner: tuple[int, int], card: Card) -> Run:
    (x, y), (place, glyph, doing) = corner, card
    is_to_come = doing in _TO_COME
    is_over = doing not in (*_TO_COME, "running", "trying again")
    if (x, y) == (place.x + _CARD_INSET, place.y + 1):
        return Run(glyph.text + run.text[1:], glyph.role)
    if run.text[:1] in "╭╰│":
        return run._replace(role="faint" if is_to_come else glyph.role)
    # How long it took and how it ended stand there from the beginning: not what one looks at yet.
    is_name = run.role in ("strong", "plain")
    return run if is_over or (is_name and not is_to_come) else run._replace(role="faint")


def _on_line(run: Run, corner: tuple[int, int], overlay: Overlay) -> list[Run]:
    """A run outside of the cards, cell by cell where messages are or were."""
    x, y = corner
    places = [(x + offset, y) for offset in range(len(run.text))]
    if overlay.passed.isdisjoint(places) and overlay.messages.isdisjoint(places):
        return [run]
    return [_cell(run._replace(text=text), place, overlay) for text, place in zip(run.text, places, strict=True)]


def _cell(run: Run, place: tuple[int, int], overlay: Overlay) -> Run:
    if place in overlay.messages:
        return MESSAGE
    if place not in overlay.passed:
        return run
    heavy = run.text.translate(_HEAVY_LINES)
    return Run(heavy, "waiting") if heavy != run.text or run.text == "▶" else run
