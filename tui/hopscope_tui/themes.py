"""The house's own themes; the rest are Textual's, two of them of 16 colours (`ansi-dark`, `ansi-light`).

The only colours in Python: Textual takes a theme as a value. What they are used for stands in the style sheets.
"""

from textual.theme import Theme

NIGHT = Theme(
    name="hopscope-night",
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
    dark=True,
)

DAY = Theme(
    name="hopscope-day",
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
    dark=False,
)

CONTRAST = Theme(
    name="hopscope-contrast",
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
    dark=True,
)

OURS = (NIGHT, DAY, CONTRAST)
