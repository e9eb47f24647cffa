"""Settings, keys, propagation rules, sampling, redaction: values in, values out."""

import base64
import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hopscope_layer import capture, current, keys, propagation, sampling
from hopscope_layer.arrive.message import Arrived
from hopscope_layer.arrive.moments import epoch_us
from hopscope_layer.current import Invocation
from hopscope_layer.depart import table
from hopscope_layer.integrations import http
from hopscope_layer.outcome import failed_messages
from hopscope_layer.redact import Redactor, is_card_number
from hopscope_layer.settings import TABLE, settings_of
from hopscope_wire.encode import lines_of
from hopscope_wire.fields import MAX_LINE_BYTES

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl"


def test_every_default_can_be_read() -> None:
    settings = settings_of({})

    assert settings.enabled
    assert settings.propagation == {"*": True}
    assert settings.keys == []
    assert settings.correlation_headers == ["x-correlation-id", "x-request-id"]
    assert (settings.sample, settings.debug, settings.capture) == (1.0, 0.0, "off")


BAD = {
    "HOPSCOPE_ENABLED": "perhaps",
    "HOPSCOPE_KEYS": "order_id",
    "HOPSCOPE_SAMPLE": "2",
    "HOPSCOPE_DEBUG": "many",
    "HOPSCOPE_CAPTURE": "everything",
    "HOPSCOPE_CAPTURE_BYTES": "lots",
    "HOPSCOPE_STACK": "?",
    "HOPSCOPE_REDACT_EMAIL": "?",
}


@pytest.mark.parametrize("name", BAD)
def test_a_value_that_cannot_be_read_is_named_once_and_ignored(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    settings = settings_of({name: BAD[name]})

    (setting,) = [each for each in TABLE if each.name == name]
    assert getattr(settings, setting.attribute) == getattr(settings_of({}), setting.attribute)
    expected = f"[hopscope] {name}={BAD[name]!r} is not {setting.expected}; using {setting.default!r}\n"
    assert capsys.readouterr().err == expected


@pytest.mark.parametrize(
    ("text", "rules", "bad"),
    [
        ("none", {"*": False}, 1),
        ("disabled", {"*": False}, 1),
        ("sqs=maybe", {"*": False}, 1),
        ("sqs=off,sns=offf", {"*": True, "sqs": False}, 1),
        ("off,sns=yes,lambda=x", {"*": False, "sns": True}, 1),
        ("off,", {"*": False}, 0),
    ],
)
def test_a_misspelt_rule_never_switches_propagation_on(
    text: str, rules: dict[str, bool], bad: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert settings_of({"HOPSCOPE_PROPAGATION": text}).propagation == rules
    assert capsys.readouterr().err.count("HOPSCOPE_PROPAGATION") == bad


def test_an_empty_value_is_an_absent_one(capsys: pytest.CaptureFixture[str]) -> None:
    empty, absent = settings_of({each.name: " " for each in TABLE}), settings_of({})

    assert [getattr(empty, each.attribute) for each in TABLE] == [getattr(absent, each.attribute) for each in TABLE]
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("payload", "found"),
    [
        ({"detail": {"orderId": "o-1"}}, "o-1"),
        ({"detail": '{"orderId": 7}'}, "7"),
        ({"detail": {"orderId": 1.5}}, "1.5"),
        ({"detail": {"orderId": True}}, "true"),
        ({"detail": {"orderId": {"S": "o-1"}}}, None),
        ({"detail": {"orderId": ""}}, None),
        ({"detail": "orderId but no JSON"}, None),
        ('{"detail":{"orderId":"o-1"}}', "o-1"),
        ({"items": [{"id": 3}]}, "3"),
        (None, None),
        ([1], None),
    ],
)
def test_a_key_is_read_through_objects_lists_and_texts(payload: object, found: str | None) -> None:
    paths = settings_of({"HOPSCOPE_KEYS": "order_id=detail.orderId|items.0.id"}).keys

    assert keys.keys_of([payload], paths) == ({} if found is None else {"order_id": found})


@given(st.text(), st.text(max_size=4))
def test_a_pattern_matches_what_it_is_made_of(text: str, inserted: str) -> None:
    text = text.replace("*", "")

    assert propagation.matches(text, text)
    assert propagation.matches("*", text)
    assert propagation.matches(f"{text}*", text + inserted)
    assert propagation.matches(f"*{text}", inserted + text)
    assert not propagation.matches(f"{text}x", text)


@given(st.binary(min_size=16, max_size=16), st.floats(0, 1), st.floats(0, 1))
def test_the_share_decides_the_same_for_the_same_trace_and_grows_monotonically(
    trace: bytes, low: float, high: float
) -> None:
    low, high = sorted((low, high))
    trace_id = trace.hex()

    assert sampling.flags_of(trace_id, low, 0.0) <= sampling.flags_of(trace_id, high, 0.0)
    assert sampling.flags_of(trace_id, 1.0, 0.0) == 1
    assert sampling.flags_of(trace_id, 0.0, 0.0) == 0
    assert sampling.flags_of(trace_id, 0.0, 1.0) == 0x41


@pytest.mark.parametrize(
    ("fields", "failed"),
    [
        ({}, False),
        ({"attempt": 1}, False),
        ({"attempt": 2}, True),
        ({"attributes": {"dead-letter-source": "arn:q"}}, True),
        ({"attributes": {"error-message": "no"}}, True),
        ({"attributes": {"condition": "RetriesExhausted"}}, True),
        ({"attributes": {"condition": "Success"}}, False),
    ],
)
def test_a_message_that_somebody_could_not_handle_says_so(fields: dict[str, object], failed: bool) -> None:
    assert sampling.has_failed_before(fields) is failed


def test_a_key_is_chosen_everywhere_or_nowhere_and_in_its_share() -> None:
    chosen = [sampling.is_chosen({"order_id": f"o-{number}"}, 0.25) for number in range(2_000)]

    assert 400 < sum(chosen) < 600
    assert not sampling.is_chosen(None, 1.0)
    assert not sampling.is_chosen({"order_id": "o-1"}, 0.0)


def nested(*texts: Any) -> Any:
    """JSON in JSON: the first is the innermost."""
    value = texts[0]
    for name in texts[1:]:
        value = {name: json.dumps(value)}
    return value


KEY_PATHS = {
    "a list": ("a.1.b", {"a": [{}, {"b": 7}]}, "7"),
    "past the end of a list": ("a.9.b", {"a": [{"b": 7}]}, None),
    "a name in a list": ("a.b", {"a": [{"b": 7}]}, None),
    "JSON in JSON in JSON": ("body.Message.detail.id", nested({"detail": {"id": "x"}}, "Message", "body"), "x"),
    "a text that is no JSON": ("body.id", {"body": "id {"}, None),
    "JSON with something behind it": ("body.id", {"body": '{"id": 1} x'}, None),
    "JSON between blanks": ("body.id", {"body": ' \n{"id": 1}\t '}, "1"),
    "an empty text": ("body.id", {"body": ""}, None),
    "a number that no integer holds": ("body.id", {"body": '{"id": ' + "9" * 5_000 + "}"}, None),
    "deep nonsense": ("body.id", {"body": "[" * 100_000 + '"id"'}, None),
    "an object": ("a", {"a": {"b": 1}}, None),
    "a truth": ("a", {"a": True}, "true"),
    "a fraction": ("a", {"a": 1.5}, "1.5"),
    "null": ("a", {"a": None}, None),
    "a long value": ("a", {"a": "x" * 2_000}, "x" * 1_024),
}  # fmt: skip


@pytest.mark.parametrize("case", KEY_PATHS)
def test_a_path_leads_through_objects_lists_and_texts(case: str) -> None:
    path, payload, expected = KEY_PATHS[case]

    found = keys.keys_of([payload], [("key", [path.split(".")])])

    assert found == ({} if expected is None else {"key": expected})


class Counted(str):
    """A text that counts how often somebody begins to parse it."""

    parsed = 0

    def lstrip(self, *given: Any) -> str:
        Counted.parsed += 1
        return super().lstrip(*given)


def test_a_payload_is_parsed_once_however_many_paths_lead_into_it() -> None:
    paths = [(f"key{number}", [["body", "a", f"k{number}"], ["body", f"k{number}"]]) for number in range(12)]
    body = Counted(json.dumps({f"k{number}": number for number in range(12)}))

    found = keys.keys_of([{"body": body}, body], paths)

    assert found == {f"key{number}": str(number) for number in range(12)}
    assert Counted.parsed == 1


PRIVATE = {
    "by name": ('{"password":"hunter2","user":"ann"}', "hunter2", '{"password":"[redacted member]","user":"ann"}'),
    "inside a text": (json.dumps({"body": json.dumps({"apiKey": "s3cr3t"})}), "s3cr3t", None),
    "inside base64": (
        json.dumps({"data": base64.b64encode(b'{"token":"s3cr3t-of-some-length"}').decode()}), "s3cr3t-of-some-length", None,
    ),
    "a JWT": (f'{{"note":"see {JWT}"}}', JWT, '{"note":"see [redacted jwt]"}'),
    "an AWS key": ('{"note":"AKIAIOSFODNN7EXAMPLE"}', "AKIAIOSFODNN7EXAMPLE", '{"note":"[redacted aws-key]"}'),
    "a bearer token": ("Bearer abcdef123456", "abcdef123456", "[redacted bearer]"),
    "credentials in a URL": ("https://ann:pw@host/x", "ann:pw", "https://[redacted url-credentials]@host/x"),
    "a card number": ('{"note":"4111 1111 1111 1111"}', "4111 1111 1111 1111", '{"note":"[redacted card]"}'),
    "a card number as a number": ('{"note":4111111111111111}', "4111111111111111", '{"note":"[redacted card]"}'),
    "an object by name": ('{"credentials":{"a":"x-y-z"}}', "x-y-z", '{"credentials":"[redacted member]"}'),
    "a form": ("user=ann&password=hunter2&x=1", "hunter2", "user=ann&password=[redacted member]&x=1"),
    "behind blanks": ('\n {"password":"hunter2"}', "hunter2", '{"password":"[redacted member]"}'),
    "behind a byte order mark": ('\ufeff{"password":"hunter2"}', "hunter2", '{"password":"[redacted member]"}'),
    "lines of JSON": (
        '{"password":"hunter2"}\n{"password":"hunter2","a":1}', "hunter2",
        '{"password":"[redacted member]"}\n{"password":"[redacted member]","a":1}',
    ),
    "JSON in a JSON string": (json.dumps(json.dumps({"password": "hunter2"})), "hunter2", None),
    "cut JSON": ('{"a":1,"password":"hunter2","user":"ann', "hunter2", '{"a":1,"password":"[redacted member]","user":"ann'),
    "cut in the value": ('{"a":1,"password":"hunter2', "hunter2", None),
    "cut JSON in a text": ('{"body":' + json.dumps('{"password":"a\\"hunter2"}')[:-1], "hunter2", None),
    "a cut object": ('{"credentials":{"a":"x"},"b":"hunter2', "hunter2", None),
    "a header": ("Host: x\r\nCookie: a=1; b=hunter2\r\nAccept: y", "hunter2", None),
    "a basic header": ("Authorization: Basic aHVudGVyMjpwdw==", "aHVudGVyMjpwdw==", None),
    "a number in cut JSON": ('{"pin_code":  482913,', "482913", None),
    "lines in base64": (base64.b64encode(b"user=1\r\npassword=hunter2-of-length").decode(), "hunter2", None),
}  # fmt: skip


@pytest.mark.parametrize(
    "evil", ["eyJ", "eyJaaaaa.", "a", "a@", "bearer ", "://", "token", "token:", '\\"', "token= ", "a."]
)
def test_no_text_takes_long(evil: str) -> None:
    """Quadratic patterns took minutes for what is looked through here in a blink; the runner's limit would tell."""
    shown = Redactor([], "", with_email=True).text(evil * (400_000 // len(evil)))

    assert len(shown) < 500_000


@given(st.lists(st.text(max_size=40), max_size=30), st.integers(0, 400_000), st.booleans())
@example(["\x00" * 300_000] * 3, 400_000, True)
@example(["é" * 300_000] * 50, 400_000, True)
def test_every_line_with_payloads_keeps_to_the_limit(texts: list[str], capture_bytes: int, failed: bool) -> None:
    now = Invocation(
        settings_of({"HOPSCOPE_CAPTURE": "error", "HOPSCOPE_CAPTURE_BYTES": str(capture_bytes)}),
        "9f1c22ab03d40000",
        "5" * 32,
    )
    now.arrived = [Arrived("sqs", index, [], [text]) for index, text in enumerate(texts)]
    now.sends = [{"sendId": "9f1c22ab03d40001", "payload": text} for text in texts[:3]]
    record: dict[str, object] = {"record": "end"}

    capture.add_to_end(now, record, failed=failed)
    lines = list(lines_of({**record, "sends": now.sends}))

    assert max(map(len, lines)) <= MAX_LINE_BYTES
    assert all(len(json.loads(line).get("payloads", texts)) == len(texts) for line in lines)


def test_the_key_of_an_item_is_hashed_alike_on_both_sides() -> None:
    written = table.item_of({"pk": "ann@shop.example", "n": 7})

    assert written == table.item_of({"n": {"N": "7"}, "pk": {"S": "ann@shop.example"}})
    assert len(written) == 16
    assert written != table.item_of({"pk": "bob@shop.example", "n": 7})


@pytest.mark.parametrize("case", PRIVATE)
def test_what_is_private_is_taken_out(case: str) -> None:
    payload, private, expected = PRIVATE[case]

    shown = Redactor([], "", with_email=False).text(payload)

    assert private not in shown
    assert base64.b64encode(private.encode()).decode()[:12] not in shown
    assert expected is None or shown == expected


def test_what_is_not_private_stays() -> None:
    payload = '{"orderId":"o-42","total":12.5,"at":1764590400000000,"id":"6f0b3c1e-2d1c-5a55-9a4e-63c7a9e01f02","mail":"a@b.example"}'

    assert Redactor([], "", with_email=False).text(payload) == payload
    assert "a@b.example" not in Redactor([], "", with_email=True).text(payload)
    assert "o-42" not in Redactor(["orderid"], "", with_email=False).text(payload)


def test_with_a_secret_equal_values_stay_comparable() -> None:
    redactor = Redactor([], "of the shop", with_email=False)

    same = {redactor.text('{"password":"hunter2"}'), redactor.text('{"password":"hunter2"}')}
    other = redactor.text('{"password":"hunter3"}')

    assert len(same) == 1
    assert other not in same
    assert Redactor([], "of another", with_email=False).text('{"password":"hunter2"}') not in same


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda each: st.lists(each) | st.dictionaries(st.text(), each),
        max_leaves=8,
    )
)
def test_a_secret_is_found_wherever_it_stands(surrounding: object) -> None:
    payload = {"a": [surrounding, {"password": "hunter2"}], "b": json.dumps({"password": "hunter2", "c": surrounding})}

    assert "hunter2" not in Redactor([], "", with_email=True).text(json.dumps(payload))


@pytest.mark.parametrize(
    ("number", "is_card"),
    [("4111111111111111", True), ("4111111111111112", False), ("378282246310005", True), ("1", False)],
)
def test_luhn(number: str, is_card: bool) -> None:
    assert is_card_number(number) is is_card


def test_a_payload_is_redacted_before_it_is_cut() -> None:
    settings = settings_of({"HOPSCOPE_CAPTURE_BYTES": "24"})

    shown = capture.shown(json.dumps({"password": "a-very-long-secret-indeed"}), settings)

    assert shown == '{"password":"[redacted m…'


@pytest.mark.parametrize(
    ("text", "us"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("2025-12-01T12:00:00Z", 1764590400000000),
        ("2024-02-29T23:59:59.123Z", 1709251199123000),
        ("2000-03-01T00:00:00.000Z", 951868800000000),
        ("yesterday", None),
        ("2025-13-01T12:00:00Z", None),
        (None, None),
        (7, None),
    ],
)
def test_a_moment_is_epoch_microseconds(text: object, us: int | None) -> None:
    assert epoch_us(text) == us


@pytest.mark.parametrize("correlation_id", ["Müller", "a\nb", " a", "a\x7f"])
def test_an_id_that_no_header_can_hold_stays_out_of_http_calls(correlation_id: str) -> None:
    now = Invocation(settings_of({"HOPSCOPE_HTTP": "*"}), "9f1c22ab03d40000", "5e1b41515ac6c58f5b4c1d5f6a7b8c9d")
    now.arrived, now.correlation = [Arrived("unknown", 0, [], [])], correlation_id
    current.invocation = now
    try:
        headers = http._headers_for("api.example")
    finally:
        current.invocation = None

    assert headers is not None
    assert list(headers) == ["traceparent"]


def test_kafka_gives_back_exactly_the_messages_it_names() -> None:
    messages = [
        Arrived("kafka", index, [f"kafka/{place}"], []) for index, place in enumerate(["t-0/1", "t-0/2", "t-1/2"])
    ]

    assert failed_messages(messages, [{"itemIdentifier": {"partition": "t-0", "offset": 2}}]) == [1]
    assert failed_messages(messages, [{"itemIdentifier": {"partition": "t-9", "offset": 2}}]) == [0, 1, 2]
