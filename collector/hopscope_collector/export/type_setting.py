"""How wide a text is, before any font is known, and how to make it fit (pure).

Browsers choose the font. The widths here are those of the widest usual one (DejaVu Sans), so that in all others the
text has room to spare.
"""

from unicodedata import east_asian_width

from hopscope_collector.export.plain import plain

_NARROW = frozenset("iljtf.,:;'|!()[]{}/\\ I")
_WIDE = frozenset("mwMW@%&—…×")
_EM_NARROW, _EM_USUAL, _EM_CAPITAL, _EM_WIDE, _EM_FULL = 0.38, 0.62, 0.72, 0.98, 1.25


def width_px(text: str, size_px: float) -> float:
    """About as wide as the plain text is drawn, rather more."""
    return sum(map(_em, text)) * size_px


def fitted(text: str, room_px: float, size_px: float) -> str:
    """The plain text, cut with `…` where it would be wider than the room."""
    shown = plain(text, 200)
    if width_px(shown, size_px) <= room_px:
        return shown
    used = _EM_WIDE * size_px
    for index, character in enumerate(shown):
        used += _em(character) * size_px
        if used > room_px:
            return shown[:index].rstrip() + "…"
    return shown


def _em(character: str) -> float:
    if character in _NARROW:
        return _EM_NARROW
    if character in _WIDE:
        return _EM_WIDE
    if ord(character) > 0x2E80 or east_asian_width(character) in {"W", "F"}:
        return _EM_FULL
    return _EM_CAPITAL if character.isupper() else _EM_USUAL
