"""The page that people share: whole, harmless, and read by a real browser."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hopscope_collector.export.page import page_of
from hopscope_collector.export.plain import plain
from hopscope_collector.export.svg import svg_of

ALLOWED = {
    "html", "head", "meta", "title", "style", "body", "svg", "defs", "symbol", "path", "use", "rect", "circle", "line", "text",
    "tspan", "g", "a", "p", "span", "div", "h1", "h2", "b", "pre", "dl", "dt", "dd", "nav", "main", "header", "footer", "section",
    "table", "thead", "tbody", "tr", "th", "td", "caption", "details", "summary", "desc",
}  # fmt: skip
ACTS_ON_A_SCREEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class Elements(HTMLParser):
    """The names of elements and attributes in a document, and where it leads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.targets: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.targets |= {value or "" for name, value in attrs if name in {"href", "src", "action", "xlink:href"}}


def assert_harmless(text: str) -> None:
    found = Elements(text)
    assert found.names <= ALLOWED
    assert {name for name in found.attributes if name.startswith("on") or name == "style"} == set()
    assert {target for target in found.targets if not target.startswith("#")} == set()
    assert ACTS_ON_A_SCREEN.search(text) is None


def test_whatever_stands_in_messages_a_page_and_a_picture_hold_our_elements_only(made):
    flow = made.hostile(made.order())

    assert_harmless(page_of(flow, made.now_us, [made.execution(made.hostile_text)]))
    assert_harmless(svg_of(flow, made.now_us))


@given(st.text(max_size=40))
def test_no_text_becomes_markup(made, text):
    assert_harmless(page_of(made.hostile(made.order(), text), made.now_us))


@given(st.text(max_size=80))
def test_plain_text_stays_as_it_is(text):
    assert plain(plain(text)) == plain(text)


def test_every_step_has_a_row_and_every_card_leads_to_one(made):
    text = page_of(made.order(), made.now_us)

    rows = re.findall(r'<tr id="(step-\d+)"', text)
    assert rows == [f"step-{number}" for number in range(1, 7)]
    assert set(re.findall(r'href="#(step-\d+)"', text)) == set(rows)


def test_a_flow_of_thousands_of_hops_is_cut_and_says_so(made):
    hops = tuple(made.hop(f"h{number}", "work", number) for number in range(3_000))
    text = page_of(made.order(hops=hops, sends=(), links=(), waits=()), made.now_us)

    assert "2,700 more steps are not drawn here" in text
    assert len(text) < 4_000_000


@pytest.fixture(scope="module")
def page(browser, made, tmp_path_factory):
    """The hostile page in a browser, with what it asked the network for and what it complained about."""
    file = tmp_path_factory.mktemp("page") / "flow.html"
    file.write_text(page_of(made.hostile(made.order()), made.now_us, [made.execution(made.hostile_text)]), "utf-8")
    return Opened(browser, file)


class Opened:
    """One page, opened."""

    def __init__(self, browser, file: Path) -> None:
        self.tab = browser.new_page(viewport={"width": 1280, "height": 900})
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.tab.on("request", lambda request: self.requests.append(request.url))
        self.tab.on("console", lambda message: self.complaints.append(message.text))
        self.tab.on("dialog", lambda dialog: self.complaints.append(dialog.message))
        self.tab.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.file = file
        self.tab.goto(file.as_uri())


def test_a_browser_runs_no_script_of_it_and_asks_nobody(page):
    assert page.requests == [page.file.as_uri()]
    assert page.complaints == []
    assert page.tab.evaluate("document.scripts.length") == 0


def test_the_policy_lets_our_style_in_and_whatever_is_injected_not(page):
    font = page.tab.evaluate("getComputedStyle(document.querySelector('h1')).fontSize")
    refused = page.tab.evaluate(
        """async () => {
            const refused = [];
            document.addEventListener('securitypolicyviolation', event => refused.push(event.effectiveDirective));
            const put = (name, facts) => document.body.append(Object.assign(document.createElement(name), facts));
            put('script', {textContent: 'window.ran = 1'});
            put('style', {textContent: 'body { display: none }'});
            put('img', {src: 'http://127.0.0.1:9/x'});
            put('iframe', {src: 'http://127.0.0.1:9/x'});
            while (refused.length < 4) await new Promise(requestAnimationFrame);
            return [...refused.sort(), typeof window.ran];
        }"""
    )

    assert float(font.removesuffix("px")) > 30
    assert refused == ["frame-src", "img-src", "script-src-elem", "style-src-elem", "undefined"]


def test_everything_is_reached_by_the_keyboard(browser, made, tmp_path):
    file = tmp_path / "flow.html"
    file.write_text(page_of(made.order(), made.now_us), "utf-8")
    tab = Opened(browser, file).tab

    reached = []
    for _ in range(60):
        tab.keyboard.press("Tab")
        reached.append(
            tab.evaluate("(document.activeElement.getAttribute('href') || document.activeElement.className)")
        )

    assert reached[0] == "#main"
    assert reached[1:5] == ["#graph", "#waterfall", "#sequence", "#steps"]
    assert {f"#step-{number}" for number in range(1, 7)} <= set(reached)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_can_be_told_from_their_ground(browser, made, tmp_path, scheme):
    """Four and a half to one, as WCAG AA asks of text."""
    file = tmp_path / "flow.html"
    file.write_text(page_of(made.order(), made.now_us), "utf-8")
    tab = browser.new_page(color_scheme=scheme)
    tab.goto(file.as_uri())

    names = ("ink", "dim", "accent", "done", "bad", "warn", "calm", "busy")
    colours = tab.evaluate(
        "names => { const of = name => { document.body.style.color = `var(--${name})`;"
        " return getComputedStyle(document.body).color.match(/[\\d.]+/g).map(Number) };"
        " return Object.fromEntries(names.map(name => [name, of(name)])) }",
        [*names, "paper", "surface", "sunk"],
    )
    ratios = {
        (name, ground): round(contrast(colours[name], colours[ground]), 1)
        for name in names
        for ground in ("paper", "surface", "sunk")
    }
    assert {pair: ratio for pair, ratio in ratios.items() if ratio < 4.5} == {}


def contrast(one: list[float], other: list[float]) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: list[float]) -> float:
    linear = [part / 255 / 12.92 if part <= 10 else ((part / 255 + 0.055) / 1.055) ** 2.4 for part in colour[:3]]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_on_paper_it_is_light_and_complete(browser, made, tmp_path):
    file = tmp_path / "flow.html"
    file.write_text(page_of(made.order(), made.now_us), "utf-8")
    tab = browser.new_page(color_scheme="dark")
    tab.goto(file.as_uri())
    tab.emulate_media(media="print", color_scheme="dark")

    assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(252, 252, 251)"
    assert tab.evaluate("getComputedStyle(document.querySelector('nav')).display") == "none"
    assert tab.pdf(prefer_css_page_size=True).startswith(b"%PDF-")
