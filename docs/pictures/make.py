"""Makes the pictures of the documentation from the real program.

    python docs/pictures/make.py [STORE-URL]

Without a store it runs `hopscope demo` first and takes the store that it leaves. Every picture is the screen after the
keys that a person would press; docs/tui.md says which. `walk.cast` (asciinema) and `walk.svg` are a recording.
"""

import asyncio
import io
import json
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.segment import Segments
from textual.pilot import Pilot

from hopscope_tui.app import HopscopeApp
from hopscope_tui.sources.store import StoreSource
from hopscope_tui.widgets.filter_bar import TYPING_S

NAMES = {":": "colon", "-": "minus", " ": "space"}
HERE = Path(__file__).parent
FONTS = "ui-monospace, 'Cascadia Code', 'SF Mono', Menlo, 'DejaVu Sans Mono', monospace"


@dataclass(frozen=True)
class Picture:
    """One screen: its size, and the keys that lead to it."""

    name: str
    keys: tuple[str, ...] = ()
    size: tuple[int, int] = (120, 34)
    theme: str = "hopscope-night"
    filter_text: str = ""


DEAD = ("slash", *"status:dead-lettered", "enter")

PICTURES = (
    Picture("flows"),
    Picture("flows-day", theme="hopscope-day"),
    Picture("flows-contrast", ("exclamation_mark",), (120, 16), theme="hopscope-contrast"),
    Picture("filter", ("slash", *"status:slow"), (120, 14)),
    Picture("kinds", ("g",), (140, 12)),
    Picture("problems", ("p", "down"), (140, 16)),
    Picture("map", ("m", *["down"] * 7), (140, 32)),
    Picture("executions", ("x",), (140, 14)),
    Picture("compare", ("C",), (140, 18), filter_text="status:recovered fn:print-ticket error:PrinterAsleep"),
    Picture("replay", ("r", *["right"] * 12), (120, 20), filter_text="status:recovered fn:award-points"),
    Picture("waterfall", ("enter", "down", "down"), filter_text="status:recovered fn:print-ticket error:PrinterAsleep"),
    Picture("graph", ("enter", "down", "1"), (120, 44), filter_text="status:dead-lettered"),
    Picture("sequence", ("enter", "down", "down", "3"), filter_text="status:recovered fn:award-points"),
    Picture("execution", ("enter", "4", *["down"] * 6), filter_text="status:done fn:order-flow"),
    Picture("narrow", ("enter", "n"), (80, 24), filter_text="status:overdue"),
    Picture("help", ("question_mark",), (100, 40)),
)

WALK = (
    (2.5, ()), (2.0, ("exclamation_mark",)), (2.0, ("exclamation_mark",)), (2.5, ("p",)), (1.5, ("escape",)),
    (2.0, DEAD), (2.5, ("enter",)), (2.0, ("n",)), (2.0, ("n",)), (3.0, ("1",)), (1.5, ("escape",)),
    (1.0, ("r",)), *[(0.45, ("right",))] * 8, (2.5, ("escape",)), (3.0, ("C",)),
)  # fmt: skip
"""The recording: how long each picture stays, in seconds, and the keys that lead to it from the one before."""

WALK_SIZE = (100, 26)


async def taken(picture: Picture, url: str) -> str:
    """The screen as SVG."""
    app = HopscopeApp(StoreSource(url), look_every_s=None)
    async with app.run_test(size=picture.size) as pilot:
        app.theme = picture.theme
        typed = ("slash", *_keys(picture.filter_text), "enter") if picture.filter_text else ()
        for key in ("", *typed, *_keys_of(picture.keys)):
            await _pressed(app, pilot, key)
        if picture.name == "filter":
            await asyncio.sleep(TYPING_S * 2)
            await _pressed(app, pilot, "")
        return app.export_screenshot(title="hopscope")


async def walked(url: str) -> list[tuple[float, str, str]]:
    """The recording: seconds, the picture as SVG, and what a terminal would be sent."""
    app = HopscopeApp(StoreSource(url), look_every_s=None)
    shown: list[tuple[float, str, str]] = []
    async with app.run_test(size=WALK_SIZE) as pilot:
        for seconds, keys in WALK:
            for key in ("", *_keys_of(keys)):
                await _pressed(app, pilot, key)
            shown.append((seconds, app.export_screenshot(title="hopscope"), sent(app)))
    return shown


def sent(app: HopscopeApp) -> str:
    """The whole screen as a terminal of 16 million colours is sent it."""
    written = io.StringIO()
    console = Console(width=WALK_SIZE[0], file=written, force_terminal=True, color_system="truecolor")
    for strip in app.screen._compositor.render_strips():
        console.print(Segments(strip), end="\r\n", soft_wrap=True)
    return "\x1b[H" + written.getvalue().removesuffix("\r\n")


async def _pressed(app: HopscopeApp, pilot: Pilot[None], key: str) -> None:
    if key:
        await pilot.press(key)
    for _ in range(2):
        await app.workers.wait_for_complete()
        await pilot.pause()


def cast(shown: list[tuple[float, str, str]]) -> str:
    """An asciinema recording (version 2)."""
    head = {"version": 2, "width": WALK_SIZE[0], "height": WALK_SIZE[1], "title": "hopscope: find a lost order"}
    lines, at = [json.dumps(head)], 0.0
    for seconds, _, text in shown:
        lines.append(json.dumps([round(at, 2), "o", text]))
        at += seconds
    lines.append(json.dumps([round(at, 2), "o", ""]))
    return "\n".join(lines) + "\n"


def film(shown: list[tuple[float, str, str]]) -> str:
    """The recording as one SVG that plays by itself, for pages that play no cast."""
    whole_s = sum(seconds for seconds, _, _ in shown)
    frames, rules, at = [], [], 0.0
    for number, (seconds, svg, _) in enumerate(shown):
        begin, end = 100 * at / whole_s, 100 * (at + seconds) / whole_s
        rules.append(
            f"#f{number}{{animation:k{number} {whole_s:.2f}s step-end infinite;visibility:hidden}}"
            f"@keyframes k{number}{{0%{{visibility:{'visible' if number == 0 else 'hidden'}}}"
            f"{begin:.3f}%{{visibility:visible}}{end:.3f}%{{visibility:hidden}}}}"
        )
        frames.append(f'<g id="f{number}">{plain(svg)}</g>')
        at += seconds
    box = re.search(r'viewBox="([^"]+)"', shown[0][1])
    assert box is not None, "a screenshot has a view box"
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box[1]}">'
    return "".join([head, "<style>", *rules, "</style>", *frames, "</svg>\n"])


def _keys_of(keys: tuple[str, ...]) -> list[str]:
    """Characters by the names that Textual has for them."""
    return [NAMES.get(key, key) for key in keys]


def _keys(text: str) -> list[str]:
    return _keys_of(tuple(text))


def plain(svg: str) -> str:
    """Without fonts from the network."""
    svg = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    return re.sub(r"font-family: Fira Code[^;]*;", f"font-family: {FONTS};", svg)


def main(url: str | None) -> None:
    """Take all of them."""
    with tempfile.TemporaryDirectory() as folder:
        if url is None:
            demo = [sys.executable, "-m", "hopscope_tui", "demo", "--no-tui", "--keep", folder]
            subprocess.run(demo, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own program
            url = f"sqlite:///{folder}/hopscope.db"
        for picture in PICTURES:
            path = HERE / f"{picture.name}.svg"
            path.write_text(plain(asyncio.run(taken(picture, url))), encoding="utf-8")
            sys.stdout.write(f"{path}\n")
        shown = asyncio.run(walked(url))
        (HERE / "walk.cast").write_text(cast(shown), encoding="utf-8")
        (HERE / "walk.svg").write_text(film(shown), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None)
