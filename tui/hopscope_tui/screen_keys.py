"""The keys that do something on a screen: what the footer shows, and what `?` explains.

own_keys()     what the screen can do, those that are needed most first; keys with nothing to do now are left out
moving_keys()  how the cursor of the widget in focus moves
app_keys()     what is the same everywhere
"""

from collections.abc import Iterator
from itertools import chain

from textual.actions import parse
from textual.binding import Binding
from textual.screen import Screen

BACK = Binding("q,escape,backspace", "app.pop_screen", "back", key_display="q", id="quit", tooltip="Back")
"""Of screens that lie on another one."""

MOVES = ("list.", "graph.")
"""What the ids of bindings begin with that move a cursor."""


def own_keys(screen: Screen[object]) -> list[Binding]:
    """The bindings of the screen and of what it is made from, each key once."""
    declared = chain.from_iterable(vars(owner).get("BINDINGS", ()) for owner in type(screen).__mro__)
    found: list[Binding] = []
    taken: set[str] = set()
    for one in declared:
        if isinstance(one, Binding) and one.id and taken.isdisjoint(keys := one.key.split(",")):
            taken.update(keys)
            if _does_something(screen, one):
                found.append(one)
    return found


def moving_keys(screen: Screen[object]) -> Iterator[Binding]:
    """Of the list or the graph that has the focus."""
    for active in screen.active_bindings.values():
        one = active.binding
        if one.id and one.id.startswith(MOVES) and not one.id.endswith(".open"):
            yield one


def app_keys(screen: Screen[object]) -> list[Binding]:
    """What the app does whatever the screen, in its order; nothing of it while a menu lies over everything."""
    active = {each.binding.id for each in screen.active_bindings.values()}
    return [one for one in screen.app.BINDINGS if isinstance(one, Binding) and one.id in active]


def _does_something(screen: Screen[object], binding: Binding) -> bool:
    _, name, parameters = parse(binding.action)
    return screen.check_action(name, parameters) is not False
