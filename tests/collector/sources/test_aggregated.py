"""What the Kinesis Producer Library packed together is taken apart again."""

import gzip
from hashlib import md5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hopscope_collector.sources.aggregated import packed_within
from hopscope_collector.sources.payload import texts_of

MAGIC = b"\xf3\x89\x9a\xc2"


def aggregated(*datas: bytes) -> bytes:
    """As the library writes it: a table of partition keys, then the records, each with an index and a tag."""
    body = field(1, b"key") + field(2, b"340282366920938463463374607431768211455")
    for data in datas:
        body += field(3, b"\x08\x00" + b"\x10\x00" + field(3, data) + field(4, field(1, b"tag")))
    return MAGIC + body + md5(body, usedforsecurity=False).digest()


def field(number: int, content: bytes) -> bytes:
    return bytes([number << 3 | 2]) + varint(len(content)) + content


def varint(number: int) -> bytes:
    low, rest = number & 0x7F, number >> 7
    return bytes([low | 0x80]) + varint(rest) if rest else bytes([low])


@given(st.lists(st.binary(max_size=300)))
def test_every_record_comes_out_as_it_went_in(datas: list[bytes]) -> None:
    assert packed_within(aggregated(*datas)) == datas


@given(st.binary(max_size=60))
def test_nothing_makes_it_raise(garbage: bytes) -> None:
    packed_within(MAGIC + garbage + md5(garbage, usedforsecurity=False).digest())
    packed_within(garbage)


def test_lines_and_subscriptions_may_be_packed_together() -> None:
    texts = texts_of(aggregated(b"one\ntwo", gzip.compress(b"{}", mtime=0), b'{"a": 1}'))

    assert [texts[0], texts[1], texts[3]] == ["one", "two", '{"a": 1}']
    assert texts[2].startswith("H4sI")


@pytest.mark.parametrize("cut", [slice(None, -1), slice(4, None), slice(None, 20)])
def test_a_damaged_one_stays_one_record(cut: slice) -> None:
    damaged = aggregated(b"one", b"two")[cut]

    assert packed_within(damaged) is None
    assert texts_of(damaged)
