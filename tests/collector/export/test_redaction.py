"""What looks like a secret does not leave."""

import json
import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hopscope_collector.agents.answers import execution_answer, flow_answer, marked
from hopscope_collector.documented.flow_json import flow_json
from hopscope_collector.executions.as_json import execution_as_json
from hopscope_collector.export.mermaid import mermaid_lines
from hopscope_collector.export.otlp import otlp_json
from hopscope_collector.export.page import page_of
from hopscope_collector.export.spans import spans_of
from hopscope_collector.export.svg import svg_of
from hopscope_collector.flow import Failure
from hopscope_collector.redaction import members_without_secrets, without_secrets

TABLE = [
    ("password=hunter2", "password=[redacted]"),
    ('{"clientSecret": "abc def"}', '{"clientSecret": "[redacted]"}'),
    ('{\\"token\\":\\"abc\\"}', '{\\"token\\":\\"[redacted]\\"}'),
    ("Authorization: Bearer abcdefgh12345678", "Authorization: [redacted bearer]"),
    ("key AKIAIOSFODNN7EXAMPLE.", "key [redacted aws-key]."),
    ("postgres://me:pw@db/x", "postgres://[redacted url-credentials]@db/x"),
    ("for jane@example.com", "for [redacted email]"),
    ("card 4111 1111 1111 1111", "card [redacted card]"),
    ("order 4111 1111 1111 1112", "order 4111 1111 1111 1112"),
    ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", "[redacted jwt]"),
    ("with sk_live_4eC39HqLyjWDarjtT1zdp7dc.", "with [redacted service-key]."),
    ("ghp_16C7e42F292c6912E7710c838347Ae178B4a", "[redacted service-key]"),
    ("-----BEGIN RSA PRIVATE KEY-----\nMIIEow==\n-----END RSA PRIVATE KEY-----\nrest", "[redacted private-key]\nrest"),
    ('{"card_number":"12"}', '{"card_number":"[redacted]"}'),
    ("nothing to hide: order_id=o-42", "nothing to hide: order_id=o-42"),
]


@pytest.mark.parametrize(("given", "left"), TABLE)
def test_secrets_are_taken_out_and_the_rest_stays(given, left):
    assert without_secrets(given) == left


def test_members_with_a_private_name_are_taken_out_whole():
    assert members_without_secrets({"api_key": "12 34", "order_id": "o-42"}) == {
        "api_key": "[redacted]",
        "order_id": "o-42",
    }


@given(st.text(max_size=200))
def test_taking_out_twice_changes_nothing_more(text):
    once = without_secrets(text)

    assert without_secrets(once) == once


def test_no_export_holds_a_secret(made):
    secret = "password=hunter2hunter2 AKIAIOSFODNN7EXAMPLE"
    told = {
        "name": secret,
        "keys": {"order_id": secret, "password": "hunter2"},
        "error": Failure(secret, secret, secret),
    }
    flow = made.order(
        hops=tuple(replace(hop, function=secret, attributes={"replay-name": secret}, **told) for hop in made.order().hops),
        sends=tuple(replace(send, destination=secret, source=secret, **told) for send in made.order().sends),
        keys={"password": "hunter2", "order_id": secret}, notes=(secret,), correlation_id=secret,
    )  # fmt: skip

    (state,) = made.execution(secret).states
    executions = [replace(made.execution(), states=(replace(state, name="Notify"),), error=secret, cause=secret)]
    left = [
        page_of(flow, made.now_us, executions),
        marked(flow_answer(flow, executions, made.now_us)),
        marked(execution_answer(executions[0])),
        json.dumps(execution_as_json(executions[0])),
        svg_of(flow, made.now_us),
        otlp_json(spans_of(flow)),
        "\n".join(mermaid_lines(flow, made.now_us)),
    ]
    assert [number for number, text in enumerate(left) if "hunter2" in text or "AKIAIOSFODNN7EXAMPLE" in text] == []


PIECES = ("password", "=", "token:", "a@", "1", "eyJ", "://a:", "Bearer ", ".a", '\\"', "-----BEGIN PRIVATE KEY-----a")


@pytest.mark.parametrize("piece", [*PIECES, "sk_live_a"])
def test_it_ends_on_texts_made_to_keep_it_busy(piece):
    began = time.process_time()
    without_secrets(piece * 20_000)

    assert time.process_time() - began < 10  # a quadratic one takes minutes


def test_no_json_holds_the_secret_of_an_error(made):
    failed = replace(
        made.order().hops[0], error=Failure("Refused", "Authorization: Bearer abcdefgh12345678", "token=hunter2")
    )
    shown = json.dumps(flow_json(made.order(hops=(failed,))))
    assert "abcdefgh12345678" not in shown
    assert "hunter2" not in shown
