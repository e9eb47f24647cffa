"""A captured payload as a tree that folds, and what differs between two."""

import json

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from hopscope_tui.drawing.facts import Folds, fitted
from hopscope_tui.drawing.payload import MOST_ROWS, changes, contents, payload_facts
from hopscope_tui.drawing.rows import row_text

ORDER = '{"orderId": "o-42", "lines": [{"dish": "soup", "options": {"hot": true}}], "raw": "{\\"a\\": 1}"}'


def drawn(text: str, *turned: str, width_cells: int = 60) -> list[str]:
    found = fitted(payload_facts(text, Folds(frozenset(turned)), width_cells), width_cells)
    return [row_text(fact.row).rstrip() for fact in found]


def test_two_levels_are_open_and_what_is_deeper_is_one_row():
    assert drawn(ORDER) == [
        "  ▾ { 3",
        '      orderId: "o-42"',
        "    ▾ lines: [ 1",
        '      ▸ 0: { "dish": "soup", "options": {"hot": true}}',
        "    ▾ raw: { 1",
        "        a: 1",
    ]


def test_what_a_person_turns_opens_or_closes():
    assert drawn(ORDER, "payload/lines/0/", "payload/raw/")[3:] == [
        "      ▾ 0: { 2",
        '          dish: "soup"',
        '        ▸ options: { "hot": true}',
        '    ▸ raw: { "a": 1}',
    ]
    assert len(drawn(ORDER, "payload/")) == 1


def test_what_was_cut_short_is_shown_as_it_is():
    assert drawn('{"orderId": "o-4') == ['    {"orderId": "o-4']


def test_a_long_payload_ends_with_a_word_about_it():
    rows = drawn(json.dumps(list(range(MOST_ROWS * 2))))

    assert len(rows) == MOST_ROWS + 1
    assert "more than is shown" in rows[-1]


def test_what_differs_is_named_by_its_place():
    before = {"orderId": "o-42", "lines": [1, 2], "gone": None}
    after = {"orderId": "o-43", "lines": [1, 2, 3], "note": "x"}

    assert [row_text(row).strip() for row in changes(json.dumps(before), json.dumps(after))] == [
        "- gone  null",
        "+ lines.2  3",
        '+ note  "x"',
        '~ orderId  "o-42"  →  "o-43"',
    ]


def test_what_was_sent_is_found_in_the_envelopes_of_brokers():
    sent = {"orderId": "o-42", "lines": [1]}
    event = {"id": "7bf7", "account": "123", "detail": {**sent, "note": "x"}}
    notice = {"Type": "Notification", "Message": json.dumps(event)}

    for received in (sent | {"note": "x"}, event, notice):
        found = contents(json.dumps(received), json.dumps(sent))
        assert [row_text(row).strip() for row in changes(json.dumps(sent), found)] == ['+ note  "x"']
    assert contents('{"detail": {"a": 1}}', '{"b": 2}') == '{"detail": {"a": 1}}'


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@given(anything, st.integers(10, 120))
def test_every_row_is_as_wide_as_it_should_be_whatever_it_holds(value, width_cells):
    rows = fitted(payload_facts(json.dumps(value), Folds(), width_cells), width_cells)

    assert {cell_len(row_text(fact.row)) for fact in rows} == {width_cells}
    assert all(character.isprintable() for fact in rows for character in row_text(fact.row))


@given(anything)
def test_nothing_differs_from_itself_however_it_is_written(value):
    assert changes(json.dumps(value), json.dumps(value, indent=2)) == []
