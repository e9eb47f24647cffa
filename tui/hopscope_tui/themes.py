"""The house's own themes; the rest are Textual's, two of them of 16 colours (`ansi-dark`, `ansi-light`).

What their colours are used for stands in the style sheets.
"""

from textual.theme import Theme

from hopscope_tui import palettes
from hopscope_tui.palettes import Palette


def _theme(palette: Palette) -> Theme:
    colours = palette._asdict()
    return Theme(dark=colours.pop("is_dark"), **colours)


NIGHT = _theme(palettes.NIGHT)
DAY = _theme(palettes.DAY)
CONTRAST = _theme(palettes.CONTRAST)
OURS = (NIGHT, DAY, CONTRAST)
