"""Nothing that was in a message acts on the terminal, and every row stays as wide as it should."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from hopscope_tui.neutral import cells, fit, fit_middle, neutral

ATTACKS = {
    "\x1b]52;c;ZXZpbA==\x07": "␛]52;c;ZXZpbA==␇",
    "\x1b[2J\x1b[H": "␛[2J␛[H",
    "\x9b31mred": r"\x9b31mred",
    "\x1bP+q544e\x1b\\": "␛P+q544e␛\\",
    "one\ntwo\r\n\tthree": "one␊two␍␊␉three",
    "\x00\x7f": "␀␡",
    "abc\u202edcba": r"abc\u202edcba",
    "\u2066isolate\u2069": r"\u2066isolate\u2069",
    "o-4\u200b2": r"o-42".replace("2", r"\u200b2"),
    "\ufeffbom": r"\ufeffbom",
    "tag\U000e0041": r"tag\U000e0041",
    "lone \ud800 surrogate": r"lone \ud800 surrogate",
    "line\u2028para\u2029": r"line\u2028para\u2029",
    "private \ue000": r"private \ue000",
    "no\u00a0break\u3000wide": "no break wide",
    "[bold red]markup[/]": "[bold red]markup[/]",
    "[link=file:///etc/passwd]x[/link]": "[link=file:///etc/passwd]x[/link]",
    "[@click=app.quit]x[/]": "[@click=app.quit]x[/]",
    "z\u0300\u0301\u0302\u0303": "z\u0300\u0301" + r"\u0302\u0303",
    "\u0301leading": r"\u0301leading",
    "7\u20e3": r"7\u20e3",
    "\u1160\u3164": r"\u1160\u3164",
    "👍🏽 ❤\ufe0f": "👍 ❤",
    "👩\u200d👧": r"👩\u200d👧",
    "🇩🇪": "DE",
}

texts = st.text(max_size=40) | st.text(
    alphabet=st.sampled_from("ab\x1b\x9b\u0301\u0302\u200b\u200d\u202e\ufe0f好한👍🏽🇩\u1161\u11a8é\u0915\u0940 "),
    max_size=40,
)


@pytest.mark.parametrize(("sent", "shown"), ATTACKS.items(), ids=[repr(attack) for attack in ATTACKS])
def test_known_attacks_are_shown_and_do_nothing(sent: str, shown: str) -> None:
    assert neutral(sent) == shown


@pytest.mark.parametrize(
    "text", ["o-42", "Größe", "Å", "日本語", "안녕", "नमस्ते", "Việt Nam", "שָׁלוֹם", "naïve café", "▶ ✔ …"]
)
def test_what_people_write_stays_as_they_wrote_it(text: str) -> None:
    assert neutral(text) == text


@given(texts)
def test_only_printable_characters_are_left(text: str) -> None:
    assert neutral(text).isprintable()


@given(texts)
def test_neutral_text_stays_as_it_is(text: str) -> None:
    once = neutral(text)

    assert neutral(once) == once


@given(texts, st.integers(0, 60))
def test_a_fitted_text_is_exactly_as_wide_as_asked(text: str, width_cells: int) -> None:
    for fitted in (fit(text, width_cells), fit_middle(text, width_cells)):
        assert cells(fitted) == cell_len(fitted) == width_cells
        assert fitted.isprintable()


@given(texts)
def test_a_text_that_fits_is_only_padded(text: str) -> None:
    shown = neutral(text)

    assert fit(text, cells(shown) + 3) == shown + "   "


def test_a_cut_is_marked() -> None:
    assert fit("notify-restaurant", 8) == "notify-…"
    assert fit("日本語", 4) == "日… "
    assert fit_middle("sqs/5812c969-aaaa-bbbb-cccc-f00df00df00d", 13) == "sqs/58…00df00d"[:6] + "…" + "0df00d"


def test_a_megabyte_in_a_key_costs_no_more_than_its_beginning() -> None:
    assert fit("\x1b" * 5_000_000, 5) == "␛␛␛␛…"
