"""A captured payload as a tree that folds, and what differs between two of them (pure).

    ▾ {                                    ~ qty      1  →  2
        orderId: "o-42"                    + coupon   "ten"
      ▾ items: [ 2                         - note     "no onions"
        ▸ 0: { 3
        ▸ 1: { 3

JSON inside of a string is opened like the rest. What is no JSON, or was cut, is shown as it is.
"""

import json
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from hopscope_tui.drawing.facts import FOLDED, OPEN, Fact, Folds, wrapped
from hopscope_tui.drawing.rows import Row, Run, said

MOST_ROWS = 400
MOST_CHANGES = 40
ENVELOPES = ("detail", "Message", "body")
"""Where EventBridge, SNS and SQS put what was sent."""

_OPEN_LEVELS = 2
_DEEPEST = 12
_TEXT_LINES = 60
_INDENT = "  "


class Parsed(NamedTuple):
    """A payload that was understood, or the text that it is."""

    value: object
    is_json: bool


def parsed(text: str) -> Parsed:
    """The JSON that a text holds, if it holds any."""
    try:
        return Parsed(json.loads(text), is_json=True)
    except (ValueError, RecursionError):
        return Parsed(text, is_json=False)


def payload_facts(text: str, folds: Folds, width_cells: int, name: str = "payload") -> Iterator[Fact]:
    """The rows of a payload, at most `MOST_ROWS`; its folds are named after it."""
    found = parsed(text)
    if not found.is_json:
        lines = wrapped(said(text).text, max(width_cells - 4, 8))
        yield from (Fact((Run("    "), Run(line))) for line in lines[:_TEXT_LINES])
        return
    for count, fact in enumerate(_tree(f"{name}/", "", (found.value, 0), folds)):
        if count == MOST_ROWS:
            yield Fact((Run("    … more than is shown here", "dim"),))
            return
        yield fact


def _tree(path: str, name: str, at: tuple[object, int], folds: Folds) -> Iterator[Fact]:
    value, depth = at
    inner = _inside(value) if depth < _DEEPEST else None
    stem = Run(_INDENT * (depth + 1))
    named = (said(name, "key"), Run(": ", "faint")) if name else ()
    if not inner:
        yield Fact((stem, Run(_INDENT), *named, _scalar(value)))
        return
    is_open = folds.is_open(path, by_itself=depth < _OPEN_LEVELS)
    bracket = "[" if isinstance(value, list) else "{"
    note = Run(f" {len(inner)}", "dim") if is_open else said(f" {_folded(value)}", "dim")
    mark = Run(OPEN if is_open else FOLDED, "accent")
    yield Fact((stem, mark, *named, Run(bracket, "faint"), note), fold=path)
    if is_open:
        for key, each in inner.items():
            yield from _tree(f"{path}{key}/", key, (each, depth + 1), folds)


def _inside(value: object) -> Mapping[str, object] | None:
    """What a value holds, by name. None for a value that holds nothing."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        value = parsed(value).value
    if isinstance(value, dict):
        return value
    return {str(index): each for index, each in enumerate(value)} if isinstance(value, list) else None


def _folded(value: object) -> str:
    return (value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))[1:200]


def _scalar(value: object) -> Run:
    role = "plain" if isinstance(value, str) else "accent"
    return said(json.dumps(value, ensure_ascii=False), role)


def contents(received: str, sent: str) -> str:
    """What was sent, out of the envelopes of brokers; all that was received where it is not found."""
    wanted = set(_leaves("", parsed(sent).value, 0))
    found = [parsed(received).value]
    for value in found:
        inner = _inside(value) or {}
        found += [inner[name] for name in ENVELOPES if name in inner]
    best = max(found, key=lambda value: len(wanted.intersection(_leaves("", value, 0))))
    return received if best is found[0] else best if isinstance(best, str) else json.dumps(best, ensure_ascii=False)


def changes(before: str, after: str) -> list[Row]:
    """What differs, one row a place; empty when nothing does."""
    if before == after:
        return []
    old, new = dict(_leaves("", parsed(before).value, 0)), dict(_leaves("", parsed(after).value, 0))
    rows: list[Row] = []
    for path in sorted({*old, *new}):
        if old.get(path) == new.get(path):
            continue
        place = said(f"{path or 'text'}  ", "key")
        if path not in old:
            rows.append((Run("    + ", "added"), place, said(new[path], "added")))
        elif path not in new:
            rows.append((Run("    - ", "removed"), place, said(old[path], "removed")))
        else:
            both = (said(old[path], "removed"), Run("  →  ", "faint"), said(new[path], "added"))
            rows.append((Run("    ~ ", "accent"), place, *both))
    shown = rows[:MOST_CHANGES]
    return [*shown, (Run(f"    … {len(rows) - len(shown)} more", "dim"),)] if len(rows) > len(shown) else shown


def _leaves(path: str, value: object, depth: int) -> Iterator[tuple[str, str]]:
    inner = _inside(value) if depth < _DEEPEST else None
    if not inner:
        yield path, json.dumps(value, ensure_ascii=False)
        return
    for key, each in inner.items():
        yield from _leaves(f"{path}.{key}" if path else key, each, depth + 1)
