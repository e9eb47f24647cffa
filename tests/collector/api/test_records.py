"""`POST /v1/records`: acknowledged when durable, counted to the last line."""

import gzip

import pytest
import zstandard

from hopscope_collector.store.location import open_to_read


def test_the_answer_counts_every_line(collector, a_line) -> None:
    lines = [
        a_line(1),
        a_line(2),
        a_line(2),
        '{"hopscope":1,"record":"begin"}',
        '{"hopscope":1,"rec',
        "a line of the user",
    ]

    answer = collector.post(*lines)

    assert answer.status_code == 200
    assert answer.json() == {
        "hopscope": 1,
        "received": 5,
        "stored": 2,
        "repeated": 1,
        "refused": {"cut": 1, "malformed": 1},
        "others": 1,
        "facts": 0,
    }


def test_what_is_acknowledged_is_in_the_file(collector, a_line, tmp_path) -> None:
    collector.post(a_line(7))

    with open_to_read(f"sqlite:///{tmp_path / 'hopscope.db'}") as store:
        assert [each.trace_id for each in store.newest(10)] == [f"{7:032x}"]


def test_the_same_lines_again_are_counted_as_repeated(collector, a_line) -> None:
    first, second = (collector.post(a_line(1), '{"hopscope":1,').json() for _ in range(2))

    assert (first["stored"], first["repeated"], first["refused"]) == (1, 0, {"cut": 1})
    assert (second["stored"], second["repeated"], second["refused"]) == (0, 1, {"cut": 1})
    assert collector.get("/v1/stats").json()["received"] == 4


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [
        ("gzip", gzip.compress),
        ("GZIP", lambda raw: gzip.compress(raw[:40]) + gzip.compress(raw[40:])),
        ("zstd", zstandard.compress),
        ("identity", bytes),
    ],
)
def test_a_body_may_be_compressed(collector, a_line, encoding, pack) -> None:
    raw = "\r\n".join([a_line(1), a_line(2)]).encode()

    with collector.client() as client:
        answer = client.post("/v1/records", content=pack(raw), headers={"content-encoding": encoding})

    assert answer.json()["stored"] == 2


@pytest.mark.parametrize(
    ("headers", "body", "expected"),
    [
        ({"content-encoding": "gzip"}, b"no gzip", (400, "damaged_body")),
        ({"content-encoding": "gzip"}, gzip.compress(b"x" * 999)[:-9], (400, "damaged_body")),
        ({"content-encoding": "zstd"}, b"no zstd", (400, "damaged_body")),
        ({"content-encoding": "br"}, b"x", (415, "unknown_encoding")),
        ({"content-type": "text/html"}, b"x", (415, "unknown_type")),
    ],
)
def test_a_body_that_cannot_be_read_is_refused_in_words(collector, headers, body, expected) -> None:
    with collector.client() as client:
        answer = client.post("/v1/records", content=body, headers=headers)

    assert (answer.status_code, answer.json()["error"]["type"]) == expected
    assert answer.json()["error"]["expected"]


def test_bytes_that_are_no_text_are_refused_and_the_rest_is_taken(collector, a_line) -> None:
    with collector.client() as client:
        answer = client.post("/v1/records", content=b"\xff\xfe\x00\n" + a_line(1).encode())

    assert (answer.json()["stored"], answer.json()["refused"]) == (1, {"not_text": 1})


def test_an_empty_body_is_nothing(collector) -> None:
    assert collector.post().json()["received"] == 0


def test_a_store_that_is_full_is_said_with_when_to_come_again(serve, full_store, a_line) -> None:
    answer = serve(store=full_store).post(a_line(1))

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert answer.json()["error"]["type"] == "overloaded"
    assert "secret" not in answer.text


def test_a_small_body_of_many_lines_is_not_read(collector) -> None:
    with collector.client() as client:
        packed = {"content-type": "application/x-ndjson", "content-encoding": "gzip"}
        answer = client.post("/v1/records", content=gzip.compress(b"x\n" * 200_001), headers=packed)
        empty = client.post("/v1/records", content=gzip.compress(b"\n" * 4_000_000), headers=packed)

    assert answer.status_code == 413
    assert "200,000 lines" in answer.text
    assert (empty.status_code, empty.json()["received"]) == (200, 0)
