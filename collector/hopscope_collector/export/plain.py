"""Makes any text harmless in what we hand out (pure).

    in the message                                   on the page
    newline, ESC, NUL, DEL                           ␊ ␛ ␀ ␡
    bidirectional overrides, invisible and private   \\u202e \\u200b \\ue000
    characters, lone surrogates
    other spaces (no-break, em, ideographic)         one plain space
    a third accent on a letter                       \\u0301

Markup is another matter: `markup.py` escapes it.
"""

from unicodedata import category

MOST_CHARACTERS = 2_000
"""Of one text. More than that nobody reads on a page."""

MOST_MARKS = 2
"""Accents kept on one letter: more is somebody drawing over the line above."""

_SPELLED = frozenset({"Cf", "Co", "Cn", "Cs", "Zl", "Zp"})
_BLANK_LETTERS = frozenset("\u115f\u1160\u3164\uffa0\u2800")


def plain(text: str, most: int = MOST_CHARACTERS) -> str:
    """The text as one line of visible characters, cut with `…`. Plain text stays as it is."""
    if len(text) > most:
        text = text[: most - 1] + "…"
    if text.isascii() and text.isprintable():
        return text
    shown: list[str] = []
    marks = 0
    for character in text:
        is_mark = category(character) in {"Mn", "Mc", "Me"}
        marks = marks + 1 if is_mark else 0
        shown.append(_spelled(character) if is_mark and marks > MOST_MARKS else _shown(character))
    return "".join(shown)


def plain_lines(text: str, most_lines: int = 60) -> str:
    """The same for a text of several lines, such as a traceback: its newlines stay."""
    return "\n".join(plain(line.expandtabs(4)) for line in text.splitlines()[:most_lines])


def _shown(character: str) -> str:
    code = ord(character)
    if code < 0x20 or code == 0x7F:
        return "␡" if code == 0x7F else chr(0x2400 + code)
    kind = category(character)
    if kind == "Zs":
        return " "
    return _spelled(character) if kind in _SPELLED or kind == "Cc" or character in _BLANK_LETTERS else character


def _spelled(character: str) -> str:
    """As a Python literal would spell it."""
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
