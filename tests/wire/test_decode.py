"""What is read, what is refused, and with which words."""

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hopscope_wire.decode import object_of, record_of, record_of_object
from hopscope_wire.encode import lines_of
from hopscope_wire.errors import Malformed, NotARecord, Refused, UnknownWireVersion
from hopscope_wire.fields import MAX_LINE_BYTES
from hopscope_wire.model import Begin, End, History, Message, Record, Send, WireError

texts = st.text(max_size=20)
times = st.integers(0, 1 << 53)
trace_ids = st.text("0123456789abcdef", min_size=32, max_size=32)
span_ids = st.text("0123456789abcdef", min_size=16, max_size=16)
by_name = st.dictionaries(texts, texts, max_size=3)
json_values = st.recursive(st.none() | st.booleans() | st.integers() | texts, lambda each: st.lists(each, max_size=3))
unknown = st.dictionaries(texts.map(lambda text: "x-" + text), json_values, max_size=2)
maybe = st.none().__or__
wire_errors = st.builds(WireError, texts, texts, maybe(texts), unknown)
messages = st.builds(
    Message,
    st.integers(0, 9999),
    texts,
    st.lists(texts, max_size=3).map(tuple),
    trace_id=maybe(trace_ids),
    carrier=maybe(texts),
    sent_us=maybe(times),
    attempt=st.integers(1, 50),
    keys=by_name,
    attributes=by_name,
    extra=unknown,
)
sends = st.builds(
    Send,
    span_ids,
    texts,
    texts,
    refs=st.lists(texts, max_size=2).map(tuple),
    message_index=maybe(st.integers(0, 9)),
    carried=st.booleans(),
    error=maybe(wire_errors),
    extra=unknown,
)
identity = (trace_ids, span_ids, texts, texts, times)
begins = st.builds(Begin, *identity, messages=st.lists(messages, max_size=3).map(tuple), keys=by_name, extra=unknown)
ends = st.builds(
    End,
    *identity,
    times,
    st.integers(1, 1 << 40),
    st.sampled_from(["ok", "error"]),
    error=maybe(wire_errors),
    sends=st.lists(sends, max_size=3).map(tuple),
    failed_messages=st.lists(st.integers(0, 9), max_size=2).map(tuple),
    extra=unknown,
)

histories = st.builds(
    History,
    trace_ids,
    span_ids,
    texts,
    times,
    refs=st.lists(texts, max_size=3).map(tuple),
    started_by=maybe(texts),
    documents=st.lists(st.dictionaries(texts, json_values, max_size=2), max_size=2).map(tuple),
    extra=unknown,
)
records = begins | ends | histories


@given(records)
def test_decoding_what_was_encoded_gives_it_back_with_its_unknown_fields(record: Record) -> None:
    assert record_of(line_with(record)) == record


@given(records, st.text(st.characters(exclude_characters="{"), max_size=40))
def test_what_a_log_driver_put_before_a_line_is_passed_over(record: Record, before: str) -> None:
    assert record_of(before + line_with(record)) == record


@given(records, st.text(st.characters(exclude_characters="{"), max_size=40))
def test_what_stands_around_a_line_is_passed_over(record: Record, around: str) -> None:
    """A user's text without line end, a piece of another record, a log driver's tail."""
    line = line_with(record)

    assert record_of(line + around) == record
    assert record_of(line[:40] + around + line + around) == record


@given(st.text() | st.binary().map(lambda raw: raw.decode("latin-1")))
def test_no_line_does_worse_than_being_refused(line: str) -> None:
    with pytest.raises(Refused):
        record_of(line)


@given(records, st.data())
def test_no_damage_to_a_field_does_worse_than_being_refused(record: Record, data: st.DataObject) -> None:
    found = object_of(record)
    name = data.draw(st.sampled_from(sorted(found)))
    found[name] = data.draw(json_values)

    try:
        record_of_object(found)
    except Refused as refusal:
        assert len(str(refusal)) < 400


@given(records, st.integers(0, 2000))
def test_a_cut_line_is_refused(record: Record, length: int) -> None:
    line = line_with(record)

    with pytest.raises(NotARecord):
        record_of(line[: min(length, len(line) - 1)])


@pytest.mark.parametrize(
    ("change", "refusal", "words"),
    [
        (lambda found: found.update(hopscope=2), UnknownWireVersion, "wire version 2; expected 1"),
        (lambda found: found.update(hopscope=True), UnknownWireVersion, "wire version True; expected 1"),
        (lambda found: found.update(record="middle"), Malformed, "'record' is 'middle'; expected 'begin', 'end', 'h"),
        (lambda found: found.update(traceId="XYZ"), Malformed, "'traceId' is 'XYZ'; expected 32 lower-case hex digits"),
        (lambda found: found.pop("function"), Malformed, "'function' is None; expected a value"),
        (lambda found: found.update(startUs=-1), Malformed, "'startUs' is -1; expected a whole number from 0"),
        (lambda found: found.update(startUs=1.5), Malformed, "'startUs' is 1.5; expected a whole number from 0"),
        (lambda found: found.update(messages=[{"index": 0}]), Malformed, "'messages[0].source' is None"),
        (lambda found: found.update(keys={"a": 1}), Malformed, "'keys' is {'a': 1}; expected an object of texts"),
    ],
)
def test_a_refusal_names_the_field_what_it_is_and_what_was_expected(
    change: Callable[[dict[str, object]], object], refusal: type[Refused], words: str
) -> None:
    found = object_of(Begin("a" * 32, "b" * 16, "r-1", "place-order", 1))
    change(found)

    with pytest.raises(refusal) as refused:
        record_of(json.dumps(found, separators=(",", ":")))

    assert words in str(refused.value)


def test_deep_json_is_refused_and_not_a_crash() -> None:
    with pytest.raises(Refused):
        record_of('{"hopscope":1,"record":' + "[" * 100_000)


def test_a_long_record_becomes_several_lines_that_hold_every_message_once() -> None:
    many = [{"index": index, "source": "sqs", "refs": [f"sqs/{index:036}"], "name": "x" * 100} for index in range(5000)]
    begin = object_of(Begin("a" * 32, "b" * 16, "r-1", "place-order", 1))
    del begin["hopscope"]

    lines = list(lines_of({**begin, "messages": many}))

    assert max(len(line) for line in lines) <= MAX_LINE_BYTES
    assert [message.index for line in lines for message in begin_of(line).messages] == list(range(5000))


def begin_of(line: str) -> Begin:
    record = record_of(line)
    assert isinstance(record, Begin)
    return record


def line_with(record: Record) -> str:
    """As the layer writes it, but with unknown fields that are null."""
    return json.dumps(object_of(record), separators=(",", ":"))
