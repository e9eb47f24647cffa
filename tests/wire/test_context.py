"""Ids, and the carrier that takes them across a broker."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hopscope_wire.context import (
    Context,
    carrier_of,
    context_of,
    new_invocation_id,
    new_trace_id,
    send_id,
    trace_id_of_root,
)

TRACE = "5e1b41515ac6c58f5b4c1d5f6a7b8c9d"
SEND = "9f1c22ab03d40001"


def fields_of(context: Context | None) -> dict[str, object]:
    """A context as plain values; on Lambda nobody compares two."""
    return {name: getattr(context, name) for name in Context.__slots__}


@given(st.none() | st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=30), st.integers(0, 255))
def test_a_carrier_brings_back_the_context(correlation_id: str | None, flags: int) -> None:
    context = Context(TRACE, SEND, flags, correlation_id)

    carrier = carrier_of(context)

    assert fields_of(context_of(carrier)) == fields_of(context)
    assert carrier.isascii()
    assert carrier.isprintable()
    assert '"' not in carrier
    assert "\\" not in carrier


@pytest.mark.parametrize("correlation_id", ["a\r\nb", "a\x00", "\x1b[31m", "a\u2028b"])
def test_a_correlation_id_with_control_characters_is_left_out(correlation_id: str) -> None:
    found = context_of(carrier_of(Context(TRACE, SEND, 1, correlation_id)))

    assert fields_of(found) == fields_of(Context(TRACE, SEND, 1))


@given(st.text())
def test_any_text_is_a_context_or_nothing(text: str) -> None:
    found = context_of(text)

    assert found is None or isinstance(found, Context)


@pytest.mark.parametrize(
    ("carrier", "why"),
    [
        ("", "empty"),
        (f"00-{'0' * 32}-{SEND}-01", "the trace id of nothing"),
        (f"01-{TRACE}-{SEND}-01", "a later version"),
        (f"00-{TRACE}-{SEND}-01\n", "a line break"),
        (f"00-{TRACE}-{SEND}-01;", "an empty correlation id"),
        (f"00-{TRACE}-{SEND}-01;" + "x" * 129, "a correlation id that is too long"),
        (f"00-{TRACE.upper()}-{SEND}-01", "upper case"),
    ],
)
def test_what_is_not_our_carrier_is_nothing(carrier: str, why: str) -> None:
    assert context_of(carrier) is None, why


@pytest.mark.parametrize(
    ("header", "trace_id"),
    [
        ("Root=1-5e1b4151-5ac6c58f5b4c1d5f6a7b8c9d;Parent=53995c3f42cd8ad8;Sampled=1", TRACE),
        ("Self=1-67891234-12456789abcdef012345678a;Root=1-5E1B4151-5AC6C58F5B4C1D5F6A7B8C9D", TRACE),
        ("Sampled=0; Root=1-5e1b4151-5ac6c58f5b4c1d5f6a7b8c9d", TRACE),
        ("Root=1-5e1b4151-5ac6c58f5b4c1d5f6a7b8c9d0", None),
        ("Root=2-5e1b4151-5ac6c58f5b4c1d5f6a7b8c9d", None),
        ("NotRoot=1-5e1b4151-5ac6c58f5b4c1d5f6a7b8c9d", None),
        ("", None),
    ],
)
def test_the_root_of_a_trace_header_is_a_trace_id(header: str, trace_id: str | None) -> None:
    assert trace_id_of_root(header) == trace_id


def test_ids_have_the_form_that_both_ends_expect() -> None:
    invocation_id = new_invocation_id()

    assert new_trace_id(0x5E1B4151).startswith("5e1b4151")
    assert len(new_trace_id(0)) == 32
    assert len(invocation_id) == 16
    assert send_id(invocation_id, 1) == invocation_id[:12] + "0001"
    assert len({send_id(invocation_id, number) for number in (1, 65_535, 65_536, 65_537)}) == 4
