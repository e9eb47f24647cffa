"""The walk-through of docs/walkthrough.md, in a real terminal: fewer than twenty keys from the list to the answer."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.xdist_group("walkthrough")  # groups begin first: it is not left for the end

ROOT = Path(__file__).parents[2]
SIZE = ("160", "45")
PATIENCE_S = 120.0
"""The demo raises an emulator, deploys and places orders; one of them becomes overdue after five seconds more."""

LOOK_EVERY_S = 0.1

WALK = (
    (":", "go to"),
    *((key, "") for key in "o-5113"),
    ("Enter", "o-5113  overdue"),
    ("n", "order_accepted  ◔ overdue"),
    ("4", "WaitForAcceptance  ◌ waiting"),
    ("1", "◔ order_accepted"),
    ("y", "y or ↵ copies"),
    ("y", "copied"),
    ("q", "flows"),
)
"""A key each, and what is seen after it."""


class Terminal:
    """A tmux session of its own."""

    def __init__(self, folder: Path) -> None:
        self._tmux = ["tmux", "-S", str(folder / "tmux.sock"), "-f", os.devnull]
        own = {"XDG_STATE_HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "XDG_DATA_HOME": str(folder)}
        self._env = {**os.environ, **own, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "COLORTERM": "truecolor"}

    def run(self, *arguments: str) -> str:
        done = subprocess.run([*self._tmux, *arguments], env=self._env, check=True, capture_output=True, text=True)
        return done.stdout

    def start(self, command: list[str]) -> None:
        self.run("new-session", "-d", "-x", SIZE[0], "-y", SIZE[1], *command, ";", "set", "-g", "set-clipboard", "on")

    def press(self, key: str) -> None:
        self.run("send-keys", key)

    def seen(self) -> str:
        return self.run("capture-pane", "-p")

    def wait_for(self, is_there: Callable[[str], bool]) -> str:
        """The screen, once it shows what is waited for."""
        give_up = time.monotonic() + PATIENCE_S
        while True:
            text = self.seen()
            if is_there(text):
                return text
            assert time.monotonic() < give_up, text
            time.sleep(LOOK_EVERY_S)


@pytest.fixture
def terminal(tmp_path) -> Iterator[Terminal]:
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed")
    opened = Terminal(tmp_path)
    yield opened
    subprocess.run([*opened._tmux, "kill-server"], check=False, capture_output=True)


def test_an_order_is_found_and_understood_in_fewer_than_twenty_keys(terminal):
    assert len(WALK) + 1 < 20

    terminal.start([sys.executable, "-m", "hopscope_tui", "demo", "--flows", "15"])
    terminal.wait_for(lambda text: re.search(r"overdue\s+o-5113", text) is not None)
    for key, expected in WALK:
        terminal.press(key)
        terminal.wait_for(lambda text, expected=expected: expected in text)

    copied = terminal.run("show-buffer")
    assert copied
    terminal.press("q")


def test_the_page_says_the_same_keys():
    page = (ROOT / "docs/walkthrough.md").read_text(encoding="utf-8")
    keys = re.findall(r"^\| `([^|]+)` \|", page, flags=re.MULTILINE)

    assert "".join(keys).replace("` `", "").replace("↵", "Enter") == "".join(key for key, _ in WALK) + "q"
