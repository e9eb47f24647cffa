"""The list, on the screen before Textual is: importing it takes longer than reading and drawing the first rows.

    t=0      the process begins
    +150 ms  the first page is read, its lines are written to the terminal           (this module)
    +450 ms  Textual is imported and draws the same lines again, with keys and all    (the app)

Nothing of it is needed: where it cannot be drawn (a source that does not answer, a theme that is none of ours, no
terminal) the person sees the app's own first frame, a little later.
"""

import os
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread

from hopscope_tui.drawing.flow_line import flow_row, heading_row
from hopscope_tui.drawing.list_headline import list_headline
from hopscope_tui.drawing.rows import Row, Run, beside, fit_row, said
from hopscope_tui.lists.sorting import order_of
from hopscope_tui.neutral import neutral
from hopscope_tui.palettes import NIGHT, PALETTES, Palette
from hopscope_tui.sources.contract import FlowSource, Window
from hopscope_tui.state import Place

ENTER = "\x1b[?1049h\x1b[?25l\x1b[H"
LEAVE = "\x1b[?1049l\x1b[?25h"
PATIENCE_S = 0.4
"""What is not read by then is not waited for."""

_CHROME_ROWS = 4
"""Headline, filter, heading, keys."""

_BLENDS = {
    "plain": ("foreground", 100), "strong": ("foreground", 100), "dim": ("foreground", 70),
    "faint": ("foreground", 45), "label": ("foreground", 55), "title": ("primary", 100), "accent": ("accent", 100),
    "key": ("secondary", 100), "overdue": ("warning", 100), "lost": ("error", 100), "failed": ("error", 100),
    "dead-lettered": ("error", 100), "waiting": ("primary", 100), "running": ("accent", 100),
    "recovered": ("success", 100), "duplicated": ("warning", 100), "done": ("success", 100),
    "bar-waiting": ("primary", 60), "bar-running": ("success", 70), "bar-retrying": ("warning", 100),
    "bar-failed": ("error", 100), "bar-rest": ("foreground", 35),
}  # fmt: skip
"""As in hopscope.tcss; a test compares."""

_BOLD = frozenset({"strong", "title", "key", "overdue", "lost", "failed", "dead-lettered"})


@contextmanager
def first_frame(source: FlowSource, place: Place, theme: str, now_us: int) -> Iterator[Window | None]:
    """Show the list while the body imports the rest; gives what was read, for the app to begin with.

    Keys that are typed meanwhile are kept for the app and not echoed.
    """
    palette = PALETTES.get(theme or NIGHT.name)
    if palette is None or place.screen != "flows" or not sys.stdout.isatty():
        yield None
        return
    size = os.get_terminal_size(sys.stdout.fileno())
    with _without_echo():
        window = _read_soon(source, place, max(size.lines, 40) + 60)
        if window is None:
            yield None
            return
        rows = frame_rows(source.name, place, window, size=(size.columns, size.lines), now_us=now_us)
        seen = palette if _has_all_colours() else None
        sys.stdout.write(ENTER + "\r\n".join(painted(row, role, seen) for row, role in rows))
        sys.stdout.flush()
        try:
            yield window
        except BaseException:
            sys.stdout.write(LEAVE)
            raise


def _read_soon(source: FlowSource, place: Place, count: int) -> Window | None:
    """The first page; None when it takes longer than a person takes for at once, or cannot be read: the app says so."""
    found: list[Window] = []

    def read() -> None:
        with suppress(Exception):  # whatever a source raises, the app asks again and shows it
            found.append(source.window(place.filter, 0, count, order_of(place.order)))

    reading = Thread(target=read, daemon=True)
    reading.start()
    reading.join(PATIENCE_S)
    return found[0] if found else None


def frame_rows(name: str, place: Place, window: Window, *, size: tuple[int, int], now_us: int) -> list[tuple[Row, str]]:
    """The rows of the screen, and on which of the palette's colours each stands; exactly `size` cells."""
    width, height = size
    order = order_of(place.order)
    more = "" if window.is_total_known else "+"
    headline = list_headline(name, window.flows, Run("● live, following", "running"), now_us=now_us, pulse=window.pulse)
    count = (Run(f"{window.total:,}{more} flow{'s' if window.total != 1 else ''} ", "dim"),)
    typed = said(place.filter, "strong") if place.filter else Run("type to filter", "faint")
    inner = width - 2
    rows = [
        (headline(width), "panel"),
        (beside((Run(" / ", "accent"), typed), count, width), "background"),
        (fit_row((Run(" "), *heading_row(inner, order)), width), "surface"),
    ]
    for place_of, flow in enumerate(window.flows[: height - _CHROME_ROWS]):
        mark = Run("▌", "accent") if place_of == 0 else Run(" ")
        rows.append((fit_row((mark, *flow_row(flow, inner, now_us)), width), "background"))
    rows += [(fit_row((), width), "background")] * (height - 1 - len(rows))
    return [*rows[: height - 1], (fit_row((), width), "panel")]


def painted(row: Row, on: str, palette: Palette | None) -> str:
    """A row as a terminal of 16 million colours takes it; without a palette in the terminal's own two."""
    if palette is None:
        return "".join(f"\x1b[{'1' if run.role in _BOLD else '22'}m{neutral(run.text)}" for run in row) + "\x1b[0m"
    ground = _rgb(getattr(palette, on))
    parts = [f"\x1b[0;48;2;{_numbers(ground)}m"]
    for run in row:
        name, percent = _BLENDS.get(run.role, ("foreground", 100))
        colour = _mixed(_rgb(getattr(palette, name)), ground, percent)
        bold = "1" if run.role in _BOLD else "22"
        parts.append(f"\x1b[{bold};38;2;{_numbers(colour)}m{neutral(run.text)}")
    return "".join(parts) + "\x1b[0m"


def _has_all_colours() -> bool:
    """What the app goes by too. Elsewhere the first frame has no colours: they come with the app."""
    return os.environ.get("COLORTERM", "").lower() in ("truecolor", "24bit") and not os.environ.get("NO_COLOR")


@contextmanager
def _without_echo() -> Iterator[None]:
    """Keys stay in the terminal's buffer, unseen."""
    try:
        keyboard = sys.stdin.fileno()
        before = termios.tcgetattr(keyboard)
    except (termios.error, OSError, ValueError):
        yield
        return
    silent = [*before[:3], before[3] & ~termios.ECHO, *before[4:]]
    termios.tcsetattr(keyboard, termios.TCSANOW, silent)
    try:
        yield
    finally:
        termios.tcsetattr(keyboard, termios.TCSANOW, before)


def _rgb(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))


def _mixed(colour: tuple[int, ...], ground: tuple[int, ...], percent: int) -> tuple[int, ...]:
    return tuple((one * percent + other * (100 - percent)) // 100 for one, other in zip(colour, ground, strict=True))


def _numbers(colour: tuple[int, ...]) -> str:
    return ";".join(map(str, colour))
