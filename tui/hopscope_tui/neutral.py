"""Makes any text harmless on a terminal (pure; knows neither Textual nor Rich's markup).

Whatever was inside a message — a key, an error, the name of a function — is passed through `neutral()` before it
is printed or drawn, and through `fit()` where it must be an exact number of cells wide.

    in the message                                   on the screen
    ESC, newline, tab, NUL, DEL                      ␛ ␊ ␉ ␀ ␡
    C1 controls, bidirectional overrides,
    zero-width, invisible and private characters     \\x9b \\u202e \\u200b \\ue000
    other spaces (no-break, em, ideographic)         one plain space
    a third accent on a letter, or one on no letter  \\u0301
    variation selectors, skin tones                  left out: they only change a width
    🇩🇪 (two regional indicators)                     DE
"""

from functools import lru_cache
from unicodedata import category, normalize

from rich.cells import get_character_cell_size

MOST_MARKS = 2
"""Accents kept on one letter. Vietnamese and Hebrew need two; more is somebody drawing on the line above."""

ELLIPSIS = "…"

_INVISIBLE_LETTERS = frozenset("\u115f\u1160\u3164\uffa0\u2800")
"""Fillers and the blank of Braille: letters and signs to Unicode, nothing to the eye."""

_SKIN_TONES = range(0x1F3FB, 0x1F400)
_VARIATION_SELECTORS = range(0xFE00, 0xFE10)
_REGIONAL_INDICATORS = range(0x1F1E6, 0x1F200)
_CHARACTERS_A_CELL = 4
"""How much of a long text `fit()` looks at, at least: a letter and its accents, and one left out."""


def neutral(text: str) -> str:
    """The same text as one line of printable characters on which no terminal acts.

    Neutral text stays as it is: applying it twice changes nothing.
    """
    if text.isascii() and text.isprintable():
        return text
    shown: list[str] = []
    marks = MOST_MARKS
    for character in normalize("NFC", text):
        if category(character) in ("Mn", "Mc") and marks < MOST_MARKS and _shown(character) == character:
            marks += 1
            shown.append(character)
            continue
        drawn = _shown(character) if not _is_mark(character) else _escaped(character)
        shown.append(drawn)
        marks = 0 if drawn == character and character.isalpha() else MOST_MARKS
    return normalize("NFC", "".join(shown))


def fit(text: str, width_cells: int) -> str:
    """`neutral(text)` in exactly `width_cells` cells: padded with spaces, or cut with `…`."""
    return fit_neutral(neutral(_beginning(text, width_cells)), width_cells)


def fit_middle(text: str, width_cells: int) -> str:
    """Like `fit()`, cut in the middle: ids are told apart by both of their ends."""
    shown = neutral(text)
    if cells(shown) <= width_cells or width_cells < 5:
        return fit_neutral(shown, width_cells)
    tail = (width_cells - 1) // 2
    return fit_neutral(f"{head(shown, width_cells - 1 - tail)}{ELLIPSIS}{_tail(shown, tail)}", width_cells)


def fit_neutral(shown: str, width_cells: int) -> str:
    """`fit()` for text that is neutral already."""
    if width_cells <= 0:
        return ""
    used = cells(shown)
    if used <= width_cells:
        return shown + " " * (width_cells - used)
    kept = head(shown, width_cells - 1)
    return kept + ELLIPSIS + " " * (width_cells - 1 - cells(kept))


def head(shown: str, width_cells: int) -> str:
    """The longest beginning of a neutral text that takes at most `width_cells` cells."""
    used = 0
    for index, character in enumerate(shown):
        used += get_character_cell_size(character)
        if used > width_cells:
            return shown[:index]
    return shown


def cells(shown: str) -> int:
    """How many cells a neutral text takes on a terminal."""
    if shown.isascii():
        return len(shown)
    return sum(map(get_character_cell_size, shown))


@lru_cache(maxsize=4096)
def _shown(character: str) -> str:
    """What stands for one character, taken by itself."""
    code = ord(character)
    if code < 0x20 or code == 0x7F:
        return "␡" if code == 0x7F else chr(0x2400 + code)
    if code in _REGIONAL_INDICATORS:
        return chr(ord("A") + code - _REGIONAL_INDICATORS.start)
    if code in _SKIN_TONES or code in _VARIATION_SELECTORS:
        return ""
    if category(character) == "Zs":
        return " "
    is_unseen = get_character_cell_size(character) == 0 and not _is_mark(character)
    if is_unseen or character in _INVISIBLE_LETTERS or not character.isprintable():
        return _escaped(character)
    return character


def _is_mark(character: str) -> bool:
    """Whether it is drawn onto the character before it."""
    return category(character) in ("Mn", "Mc", "Me") and ord(character) not in _VARIATION_SELECTORS


def _escaped(character: str) -> str:
    """The character spelled in ASCII, as a Python literal would."""
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _beginning(text: str, width_cells: int) -> str:
    """Enough of a text to fill the width; a megabyte in a key is not worth reading."""
    enough = _CHARACTERS_A_CELL * max(width_cells, 0) + 64
    return text if len(text) <= enough else text[:enough] + " " * (width_cells + 1)


def _tail(shown: str, width_cells: int) -> str:
    """The longest end of at most `width_cells` cells that does not begin with an accent."""
    used = 0
    start = len(shown)
    for index in range(len(shown) - 1, -1, -1):
        used += get_character_cell_size(shown[index])
        if used > width_cells:
            break
        if not _is_mark(shown[index]):
            start = index
    return shown[start:]
