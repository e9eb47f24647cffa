"""The carrier in the text of a Detail, and out again."""

import json
import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from hopscope_layer.arrive.restored import without
from hopscope_layer.depart.splice import spliced
from hopscope_wire.fields import DETAIL_KEY

CARRIER = "00-5e1b41515ac6c58f5b4c1d5f6a7b8c9d-9f1c22ab03d40001-01;web%207781"
BLANK = st.text(" \t\r\n", max_size=3)
NUMBERS = st.from_regex(r"-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?", fullmatch=True)
TEXTS = st.text().map(json.dumps) | st.text().map(lambda text: json.dumps(text, ensure_ascii=False))
LEAVES = st.sampled_from(["true", "false", "null", "{}", "[ ]"]) | NUMBERS | TEXTS


@st.composite
def objects(draw: Any, values: Any) -> str:
    """Any text of a JSON object: odd blanks, odd numbers, duplicate keys, raw or escaped Unicode."""
    members = draw(st.lists(st.tuples(BLANK, TEXTS, BLANK, values, BLANK), max_size=4))
    inside = ",".join(f"{a}{key}{b}:{value}{c}" for a, key, b, value, c in members) or draw(BLANK)
    return f"{{{inside}}}"


DETAILS = st.builds("{0}{1}{2}".format, BLANK, objects(LEAVES | objects(LEAVES)), BLANK)


@given(DETAILS)
def test_every_character_outside_our_key_stays(detail: str) -> None:
    carried = spliced(detail, CARRIER)

    assert carried is not None
    member = f'"{DETAIL_KEY}":"{CARRIER}"'
    assert re.sub(re.escape(member) + ",?", "", carried, count=1) == detail
    assert json.loads(carried)[DETAIL_KEY] == CARRIER
    assert without(carried, CARRIER, DETAIL_KEY) == detail


@given(DETAILS)
def test_a_text_inside_a_text_is_restored_too(detail: str) -> None:
    """An event in the Message of an SNS envelope: JSON inside a JSON string, escapes and all."""
    event, carried = (f'{{"detail-type":"a","detail":{each}}}' for each in (detail, spliced(detail, CARRIER)))
    envelope, sent = (json.dumps({"Message": each}) for each in (event, carried))

    assert without(sent, CARRIER, DETAIL_KEY) == envelope


@given(st.text() | st.sampled_from(["[]", "1", '"text"', "", "{", "}", "{1}", "[{}]", "null", "{,}"]))
def test_what_is_no_object_is_left_alone(text: str) -> None:
    carried = spliced(text, CARRIER)

    assert carried is None or text.strip(" \t\r\n")[0] == "{"


def test_a_carrier_that_stands_there_twice_is_left_alone() -> None:
    twice = f'{{"a":{{"{DETAIL_KEY}":"{CARRIER}"}},"b":{{"{DETAIL_KEY}":"{CARRIER}"}}}}'

    assert without(twice, CARRIER, DETAIL_KEY) is None
