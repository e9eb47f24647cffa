"""Business keys read from payloads. (pure)

A path such as `detail.orderId` is tried on every payload of a message: the record itself, its body, what the body
holds. A step into a text parses it as JSON, but only when the text contains the path's last name at all.
"""

import json

from hopscope_wire.fields import MAX_KEYS, MAX_TEXT_CHARS

TYPE_CHECKING = False
if TYPE_CHECKING:
    Paths = list[tuple[str, list[list[str]]]]


def keys_of(payloads: "list[object]", paths: "Paths") -> "dict[str, str]":
    """The first value of each key that a payload holds; payloads of text are replaced by what they parse to."""
    found: "dict[str, str]" = {}
    for name, choices in paths[:MAX_KEYS]:
        for steps in choices:
            value = _first(payloads, steps)
            if value is not None:
                found[name] = value
                break
    return found


def text_of(value: object) -> "str | None":
    """A key's value as text, cut to the wire's limit; None for what is no value: objects, lists, null, empty text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, int, float)):
        return str(value)[:MAX_TEXT_CHARS] or None
    return None


def _first(payloads: "list[object]", steps: "list[str]") -> "str | None":
    for index, payload in enumerate(payloads):
        if callable(payload):
            payload = payloads[index] = payload()  # noqa: PLW2901  decoded only when a key is looked for
        if isinstance(payload, str):
            if steps[-1] not in payload:
                continue
            payload = payloads[index] = _parsed(payload)  # noqa: PLW2901  parsed once for all paths
        value = text_of(_at(payload, steps))
        if value is not None:
            return value
    return None


def _at(payload: object, steps: "list[str]") -> object:
    value = payload
    for step in steps:
        if isinstance(value, str):
            value = _parsed(value) if steps[-1] in value else None
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


def _parsed(text: str) -> object:
    """The JSON object or list in a text, else None."""
    if text[:1] not in "{[ \n\r\t":
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
