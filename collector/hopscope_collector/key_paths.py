"""Where business keys are in a payload, in the layer's own notation (pure).

order_id=detail.orderId|orderId, customer=detail.customer.id

A path is tried on the payload, first match wins; a step into a text that holds JSON reads the JSON.
"""

from collections.abc import Mapping, Sequence

from hopscope_collector.json_values import json_in

KeyPaths = Mapping[str, Sequence[str]]
"""Paths to try, by name of the key."""

MAX_VALUE_CHARS = 256


def key_paths_of(text: str) -> KeyPaths:
    """The paths that a text in the notation of `HOPSCOPE_KEYS` names; parts without `=` are left out."""
    pairs = (each.partition("=") for each in text.split(","))
    return {
        name.strip(): tuple(path.strip() for path in paths.split("|") if path.strip())
        for name, equals, paths in pairs
        if equals and name.strip()
    }


def keys_at(paths: KeyPaths, payload: object) -> dict[str, str]:
    """The keys that a payload holds, as texts."""
    found: dict[str, str] = {}
    for name, tried in paths.items():
        value = next((text for path in tried if (text := _text(_at(payload, path.split(".")))) is not None), None)
        if value is not None:
            found[name] = value
    return found


def _at(value: object, steps: Sequence[str]) -> object:
    for step in steps:
        inner = value if isinstance(value, Mapping) else json_in(value)
        value = inner.get(step) if isinstance(inner, Mapping) else None
    return value


def _text(value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return None
    text = str(value)
    return text if 0 < len(text) <= MAX_VALUE_CHARS else None
