"""Makes the pictures of the documentation from the real program.

    python docs/pictures/make.py [STORE-URL]

Without a store it runs `hopscope demo` first and takes the store that it leaves. Every picture is the screen after the
keys that a person would press; docs/tui.md says which.
"""

import asyncio
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from hopscope_tui.app import HopscopeApp
from hopscope_tui.store_source import StoreSource

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


PICTURES = (
    Picture("flows"),
    Picture("flows-day", theme="hopscope-day"),
    Picture("problems", ("p",), (120, 14)),
    Picture("map", ("m",), (120, 30)),
    Picture("waterfall", ("enter", "down", "down"), filter_text="status:recovered fn:print-ticket error:PrinterAsleep"),
    Picture("graph", ("enter", "down", "1"), (120, 44), filter_text="status:dead-lettered"),
    Picture("sequence", ("enter", "down", "down", "3"), filter_text="status:recovered fn:award-points"),
    Picture("execution", ("enter", "4", *["down"] * 6), filter_text="status:done fn:order-flow"),
    Picture("narrow", ("enter", "n"), (80, 24), filter_text="status:overdue"),
    Picture("help", ("question_mark",), (100, 40)),
)


async def taken(picture: Picture, url: str) -> str:
    """The screen as SVG."""
    app = HopscopeApp(StoreSource(url), look_every_s=None)
    async with app.run_test(size=picture.size) as pilot:
        app.theme = picture.theme
        typed = ("slash", *_keys(picture.filter_text), "enter") if picture.filter_text else ()
        for key in ("", *typed, *picture.keys):
            if key:
                await pilot.press(key)
            for _ in range(2):
                await app.workers.wait_for_complete()
                await pilot.pause()
        return app.export_screenshot(title="hopscope")


def _keys(text: str) -> list[str]:
    names = {":": "colon", "-": "minus", " ": "space"}
    return [names.get(character, character) for character in text]


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


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None)
