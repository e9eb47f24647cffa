"""Makes the pictures of docs/share.md: a flow as `--svg`, and the page of `--html` in a real browser.

    python docs/pictures/shared.py STORE-URL ID [CHROMIUM]

The store may be one that `hopscope demo --keep` left.
"""

import shutil
import sys
import tempfile
import time
from pathlib import Path

from hopscope_collector.export.page import page_of
from hopscope_collector.export.svg import svg_of
from hopscope_collector.query import Flows
from hopscope_collector.rules_file import rules_for
from hopscope_collector.store.location import open_to_read

HERE = Path(__file__).parent


def main(url: str, id_text: str, chromium: str) -> None:
    """Take both."""
    now_us = time.time_ns() // 1_000
    with open_to_read(url) as store:
        flows = Flows(store, rules_for(None, url), lambda: now_us)
        (flow,) = flows.find(id_text)
        page = page_of(flow, now_us, flows.executions(flow))
    (HERE / "shared.svg").write_text(svg_of(flow, now_us), encoding="utf-8")
    photograph(page, chromium)


def photograph(page: str, chromium: str) -> None:
    """The top of the page, dark."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        file = Path(folder) / "flow.html"
        file.write_text(page, encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": 1240, "height": 1500}, color_scheme="dark")
        tab.goto(file.as_uri())
        tab.screenshot(path=HERE / "page.png")
        browser.close()


if __name__ == "__main__":
    found = sys.argv[3] if len(sys.argv) > 3 else shutil.which("chromium")
    if len(sys.argv) < 3 or found is None:
        sys.exit("usage: python docs/pictures/shared.py STORE-URL ID [CHROMIUM]; a Chromium is needed")
    main(sys.argv[1], sys.argv[2], found)
