"""The colours of the house's own themes, as plain values: `themes.py` makes Textual's themes of them.

The first frame is drawn before Textual is there; everything after it takes its colours from the style sheets.
"""

from typing import NamedTuple


class Palette(NamedTuple):
    """Colours by what they are for, `#RRGGBB`."""

    name: str
    is_dark: bool
    primary: str
    secondary: str
    accent: str
    warning: str
    error: str
    success: str
    foreground: str
    background: str
    surface: str
    panel: str


NIGHT = Palette(
    "hopscope-night",
    is_dark=True,
    primary="#7AA2F7",
    secondary="#BB9AF7",
    accent="#7DCFFF",
    warning="#E0AF68",
    error="#F7768E",
    success="#9ECE6A",
    foreground="#C8D0E8",
    background="#12141C",
    surface="#181B26",
    panel="#222636",
)

DAY = Palette(
    "hopscope-day",
    is_dark=False,
    primary="#2E5AAC",
    secondary="#7847BD",
    accent="#00708F",
    warning="#8A5A00",
    error="#B3243F",
    success="#2F6F1D",
    foreground="#23283A",
    background="#FAFAF7",
    surface="#F1F1EC",
    panel="#E3E4DE",
)

CONTRAST = Palette(
    "hopscope-contrast",
    is_dark=True,
    primary="#6FB7FF",
    secondary="#E0A8FF",
    accent="#00E5FF",
    warning="#FFD000",
    error="#FF6B7F",
    success="#5CFF5C",
    foreground="#FFFFFF",
    background="#000000",
    surface="#000000",
    panel="#1C1C1C",
)

PALETTES = {palette.name: palette for palette in (NIGHT, DAY, CONTRAST)}
