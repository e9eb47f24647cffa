"""The carrier into the text of a JSON object, every other character staying where it was. (pure)"""

from hopscope_wire.fields import DETAIL_KEY

_SPACE = " \t\r\n"


def spliced(text: str, carrier: str) -> "str | None":
    """The object's text with our key as its first member; None when the text is no object or names our key already.

    The text is not parsed: numbers, escapes, duplicate keys and blanks leave as they came.
    """
    start = len(text) - len(text.lstrip(_SPACE))
    if text[start : start + 1] != "{" or not text.rstrip(_SPACE).endswith("}"):
        return None
    following = text[start + 1 :].lstrip(_SPACE)[:1]
    if following not in ('"', "}"):
        return None
    comma = "," if following == '"' else ""
    return f'{text[: start + 1]}"{DETAIL_KEY}":"{carrier}"{comma}{text[start + 1 :]}'
