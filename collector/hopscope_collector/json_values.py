"""Values of JSON that others wrote: what was asked for, or nothing (pure)."""

import json
from collections.abc import Mapping


def json_in(text: object) -> object:
    """The object or list that a text holds as JSON; None for anything else."""
    if not isinstance(text, str) or not text.lstrip().startswith(("{", "[")):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def object_after(line: str) -> Mapping[str, object] | None:
    """The object that a line ends with, from its first brace on; None when there is none."""
    start = line.find("{")
    found = json_in(line[start:]) if start >= 0 else None
    return found if isinstance(found, Mapping) else None


def object_or_empty(value: object) -> Mapping[str, object]:
    """The value when it is an object."""
    return value if isinstance(value, Mapping) else {}


def text_or_none(value: object) -> str | None:
    """The value when it is a text that says something."""
    return value if isinstance(value, str) and value else None
