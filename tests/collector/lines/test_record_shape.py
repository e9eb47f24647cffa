"""A glance accepts nothing that decoding refuses, and sees what decoding sees."""

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hopscope_collector.lines.record_line import Cut, glance, record_in, record_line, record_line_of
from hopscope_wire.decode import record_of
from hopscope_wire.errors import Malformed, Refused

MESSAGE = {"index": 0, "source": "sqs", "refs": ["sqs/m-1"], "traceId": "ab" * 16, "sentUs": 1, "attempt": 1,
           "keys": {"order_id": "o-1"}, "root": "cd" * 16, "correlationId": "c-1", "attributes": {"a": "b"}}  # fmt: skip
SEND = {"sendId": "9f1c22ab03d40001", "service": "sqs", "operation": "SendMessage", "refs": ["sqs/m-2"], "carried": True,
        "traceId": "ef" * 16, "error": {"type": "Throttled", "message": "slow"}, "keys": {"order_id": "o-2"}}  # fmt: skip
IDENTITY = {"traceId": "5e" * 16, "invocationId": "9f1c22ab03d40000", "requestId": "r-1", "function": "f", "startUs": 7,
            "root": "6e" * 16, "correlationId": "c-2", "keys": {"who": "me"}}  # fmt: skip
BEGIN = {"hopscope": 1, "record": "begin", **IDENTITY, "messages": [MESSAGE], "deadlineUs": 9, "coldStart": True}
END = {"hopscope": 1, "record": "end", **IDENTITY, "endUs": 8, "durationUs": 1, "outcome": "ok", "sends": [SEND],
       "failedMessages": [0], "skipped": {"size": 1}}  # fmt: skip

ODD = st.sampled_from([
    None, True, False, 0, 1, -1, 1.0, 1.5, 2**53, 2**53 + 1, 2**64, 10**400, "", "x", "1", "ab" * 16, "AB" * 16, "ab" * 16 + "\n",
    "ok", "end", "begin", [], {}, [None], ["a"], [1], {"a": 1}, {"a": None}, {"a": "b"}, [[]], "\ud83c", "é\x00\u2028", float("nan"),
])  # fmt: skip


@st.composite
def nearly_records(draw: st.DrawFn) -> dict[str, Any]:
    """A record with some fields replaced by something odd, at any depth."""
    found: dict[str, Any] = json.loads(json.dumps(draw(st.sampled_from([BEGIN, END]))))
    for _ in range(draw(st.integers(0, 3))):
        part = found
        for name in ("messages", "sends", "error"):
            inner = part.get(name)
            inner = inner[0] if isinstance(inner, list) and inner else inner
            if isinstance(inner, dict) and draw(st.booleans()):
                part = inner
        name = draw(st.sampled_from([*(each for each in part if each != "hopscope"), "new"]))
        if draw(st.booleans()):
            part.pop(name, None)
        else:
            part[name] = deepcopy(draw(ODD))  # it may be replaced inside in its turn
    return found


@given(nearly_records())
@settings(max_examples=400)
def test_what_a_glance_accepts_decoding_accepts_and_sees_alike(found: dict[str, Any]) -> None:
    text = json.dumps(found, ensure_ascii=False)

    if glance(text) is not None:
        record = record_of(text)

        seen, decoded = record_line_of(text), record_line(record)
        assert seen._replace(ids=set(seen.ids)) == decoded._replace(text=text, ids=set(decoded.ids))


@given(nearly_records())
@settings(max_examples=400)
def test_a_line_is_refused_exactly_when_decoding_refuses_it(found: dict[str, Any]) -> None:
    text = json.dumps(found)
    try:
        expected: Any = record_of(text)
    except Refused as refusal:
        expected = refusal.reason

    try:
        given_back: Any = record_in(record_line_of(text))
    except Refused as refusal:
        given_back = refusal.reason

    assert given_back == expected


@given(st.sampled_from([BEGIN, END]), st.integers(0, 900), st.binary(min_size=1, max_size=3))
def test_a_damaged_line_is_accepted_only_when_decoding_accepts_it(found: Any, at: int, damage: bytes) -> None:
    raw = json.dumps(found).encode()
    text = (raw[:at] + damage + raw[at + len(damage) :]).decode("utf-8", "replace")

    if glance(text) is not None:
        record_of(text)


def test_the_usual_records_need_no_closer_look() -> None:
    assert glance(json.dumps(BEGIN)) is not None
    assert glance(json.dumps(END)) is not None


def test_every_id_of_a_record_is_seen() -> None:
    assert set(record_line_of(json.dumps(BEGIN)).ids) == {
        "5e" * 16, "9f1c22ab03d40000", "lambda/r-1", "6e" * 16, "c-2", "who=me", "sqs/m-1", "ab" * 16, "cd" * 16, "c-1", "order_id=o-1",
    }  # fmt: skip
    assert set(record_line_of(json.dumps(END)).ids) == {
        "5e" * 16, "9f1c22ab03d40000", "lambda/r-1", "6e" * 16, "c-2", "who=me", "sqs/m-2", "ef" * 16, "order_id=o-2",
    }  # fmt: skip


def test_what_readers_could_not_follow_is_refused() -> None:
    deep = json.dumps(BEGIN)[:-1] + ',"new":' + "[" * 400 + "]" * 400 + "}"

    with pytest.raises(Malformed, match="at most 100 levels"):
        record_line_of(deep)
    with pytest.raises(Refused):
        record_line_of(json.dumps(BEGIN)[:-1] + ',"new":' + "9" * 5_000 + "}")


def test_half_a_line_is_called_cut() -> None:
    with pytest.raises(Cut):
        record_line_of(json.dumps(END)[:100])
