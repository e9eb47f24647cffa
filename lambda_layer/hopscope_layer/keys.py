"""Business keys read from payloads. (pure)

A path such as `detail.orderId` is tried on every payload of a message: the record itself, its body, what the body
holds. A step into a text parses it as JSON, but only when the text contains the path's last name at all.
"""

from json import JSONDecoder

from hopscope_wire.fields import MAX_KEYS, MAX_TEXT_CHARS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Paths = list[tuple[str, list[list[str]]]]

# What `json.loads` ends in, after it has looked for all its options.
_scan: "Callable[[str, int], tuple[object, int]]" = JSONDecoder().scan_once  # type: ignore[attr-defined]
_BLANK = " \t\n\r"


def keys_of(payloads: "list[object]", paths: "Paths") -> "dict[str, str]":
    """The first value of each key that a payload holds; each text is parsed once, however many paths lead into it."""
    found: "dict[str, str]" = {}
    parsed: "dict[str, object]" = {}
    for name, choices in paths[:MAX_KEYS]:
        for steps in choices:
            value = _first(payloads, steps, parsed)
            if value is not None:
                found[name] = value
                break
    return found


def text_of(value: object) -> "str | None":
    """A key's value as text, cut to the wire's limit; None for what is no value: objects, lists, null, empty text."""
    if isinstance(value, str):
        return value[:MAX_TEXT_CHARS] or None
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)[:MAX_TEXT_CHARS] if isinstance(value, (int, float)) else None


def _first(payloads: "list[object]", steps: "list[str]", parsed: "dict[str, object]") -> "str | None":
    for index, payload in enumerate(payloads):
        if callable(payload):
            payload = payloads[index] = payload()  # noqa: PLW2901  decoded only when a key is looked for
        value = payload
        for step in steps:
            if isinstance(value, str):
                value = _parsed(value, parsed) if steps[-1] in value else None
            if isinstance(value, dict):
                value = value.get(step)
            elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
                value = value[int(step)]
            else:
                break
        else:
            text = text_of(value)
            if text is not None:
                return text
    return None


def _parsed(text: str, parsed: "dict[str, object]") -> object:
    """The JSON object or list in a text, else None."""
    if text in parsed:
        return parsed[text]
    found = None
    if text[:1] in "{[ \n\r\t":
        try:
            found, end = _scan(text, len(text) - len(text.lstrip(_BLANK)))
            if text[end:].strip(_BLANK):
                found = None
        except (ValueError, RecursionError, StopIteration):
            found = None
    parsed[text] = found
    return found
