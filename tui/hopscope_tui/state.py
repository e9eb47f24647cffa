"""What a person left: kept in one small file, and restored at the next start.

    {"version": 1, "theme": "hopscope-day",
     "places": {"orders.db": {"screen": "problems", "filter": "since:1h", "order": "took"}},
     "views": [{"name": "late", "filter": "status:overdue", "order": "-age"}]}

Only its owner may read it (0600): filters hold order numbers. A file that cannot be understood is left where it is and
nothing of it is taken; a file that cannot be written is no reason to stop.
"""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

VERSION = 1
MOST_PLACES = 50
"""Sources that are remembered; the ones opened last."""

MOST_BYTES = 1_000_000
"""A larger file is none of ours."""


@dataclass(frozen=True, slots=True)
class View:
    """A filter and an order that a person gave a name."""

    name: str
    filter: str = ""
    order: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a person was in one source."""

    screen: str = "flows"
    filter: str = ""
    order: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """Everything that is kept."""

    theme: str = ""
    """Empty: never chosen."""

    places: Mapping[str, Place] = field(default_factory=dict)
    """By the name of the source; the one left last stands last."""

    views: tuple[View, ...] = ()

    def left_at(self, source: str, place: Place) -> "State":
        """The same, with where the person was in a source."""
        others = [(name, each) for name, each in self.places.items() if name != source]
        return replace(self, places=dict([*others, (source, place)][-MOST_PLACES:]))

    def with_view(self, view: View) -> "State":
        """The same, with a view added, or changed when one has its name."""
        return replace(self, views=(*(each for each in self.views if each.name != view.name), view))

    def without_view(self, name: str) -> "State":
        """The same without the view of that name."""
        return replace(self, views=tuple(each for each in self.views if each.name != name))


class StateFile:
    """Reads and writes the file; without a path it keeps nothing."""

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def read(self) -> tuple[State, str | None]:
        """What was left, and what is wrong with the file; None when nothing is."""
        if self._path is None:
            return State(), None
        try:
            with self._path.open("rb") as file:
                text = file.read(MOST_BYTES)
            return _state_of(json.loads(text)), None
        except FileNotFoundError:
            return State(), None
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as fault:
            return State(), f"{self._path} is not what hopscope left ({type(fault).__name__}): starting afresh"

    def write(self, state: State) -> None:
        """In one step: who reads meanwhile sees the old or the new. What fails is passed over."""
        if self._path is None:
            return
        text = json.dumps({"version": VERSION, **asdict(state)}, ensure_ascii=True, indent=1)
        beside = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                file.write(text)
            beside.replace(self._path)


def default_path() -> Path:
    """Under the folder that the platform has for such files."""
    from platformdirs import user_state_path

    return user_state_path("hopscope", appauthor=False) / "tui.json"


def _state_of(found: dict[str, Any]) -> State:
    """Raises for whatever does not fit."""
    if found["version"] != VERSION:
        raise ValueError(found["version"])
    places = {_text(name): Place(**_texts(place)) for name, place in found["places"].items()}
    return State(_text(found["theme"]), places, tuple(View(**_texts(view)) for view in found["views"]))


def _texts(found: dict[str, Any]) -> dict[str, str]:
    return {name: _text(value) for name, value in found.items()}


def _text(found: object) -> str:
    if not isinstance(found, str):
        raise TypeError(found)
    return found
