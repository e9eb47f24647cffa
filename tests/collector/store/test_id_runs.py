"""Sorted runs: whatever was filed is found, however often runs were merged."""

import sqlite3
from collections.abc import Iterable, Iterator
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hopscope_collector.store import id_runs, idle_merging
from hopscope_collector.store.idle_merging import IdleMerge
from hopscope_collector.store.ids import bare


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    with sqlite3.connect(":memory:", isolation_level=None) as connection:
        connection.executescript(files("hopscope_collector.store").joinpath("schema.sql").read_text())
        yield connection
    connection.close()


@pytest.fixture(autouse=True)
def _small_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Prevents a test from needing millions of entries before runs are merged in parts."""
    monkeypatch.setattr(id_runs, "SMALLEST_SIZE_ENTRIES", 8)
    monkeypatch.setattr(id_runs, "PAGE_ENTRIES", 4)
    monkeypatch.setattr(id_runs, "MERGED_AT_ONCE", 32)


def file(connection: sqlite3.Connection, ids_by_slot: Iterable[tuple[int, Iterable[str]]]) -> None:
    filing = id_runs.Filing()
    for slot, ids in ids_by_slot:
        filing.add(slot, [ids])
    filing.write(connection)


def found(connection: sqlite3.Connection, *texts: str, most: int = 10_000) -> dict[str, list[int]]:
    return id_runs.slots_of(connection, texts, most)


def test_every_slot_of_every_text_is_found_after_many_merges(connection: sqlite3.Connection) -> None:
    expected: dict[str, list[int]] = {}
    for write in range(200):
        slots = range(write * 10, write * 10 + 5)
        filed = [(slot, {f"trace-{slot // 3}", f"request-{slot}", "shared"}) for slot in slots]
        file(connection, filed)
        for slot, texts in filed:
            for text in texts:
                expected.setdefault(text, []).insert(0, slot)

    assert found(connection, *expected) == expected
    assert connection.execute("SELECT count(*) FROM id_run").fetchone()[0] < 30


def test_a_text_that_was_never_filed_is_nowhere(connection: sqlite3.Connection) -> None:
    assert found(connection, "x") == {"x": []}

    file(connection, [(1, {"a"})])

    assert found(connection, "x", "") == {"x": [], "": []}


def test_texts_with_the_same_hash_are_candidates_for_each_other(connection: sqlite3.Connection) -> None:
    """CRC-32 of these two is equal."""
    assert id_runs.hash_of("plumless") == id_runs.hash_of("buckeroo")

    file(connection, [(1, {"plumless"}), (2, {"buckeroo"})])

    assert found(connection, "plumless") == {"plumless": [2, 1]}


def test_of_very_many_about_the_newest_are_given(
    connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(id_runs, "READ_ANYWAY", 4)
    file(connection, [(slot, {"tenant=acme"}) for slot in range(1_000)])

    assert found(connection, "tenant=acme", most=10) == {"tenant=acme": list(range(999, 989, -1))}


def test_runs_that_are_old_as_a_whole_are_dropped(connection: sqlite3.Connection) -> None:
    file(connection, [(slot, {"a"}) for slot in (1, 2)])
    file(connection, [(slot, {"a"}) for slot in (2, 9)])

    id_runs.forget_before(connection, 5)

    assert found(connection, "a") == {"a": [9, 2]}
    assert connection.execute("SELECT count(*) FROM id_slots").fetchone() == (1,)


def test_an_id_shared_by_more_slots_than_a_run_counts_hides_no_other(connection: sqlite3.Connection) -> None:
    """The row ids of its pages would run into those of the next hash."""
    texts = sorted((f"t{number}" for number in range(50)), key=id_runs.hash_of)
    shared = texts[25]
    file(connection, [(slot, {shared}) for slot in range(10_000)] + [(50_000, set(texts) - {shared})])

    assert all(found(connection, each)[each] == [50_000] for each in texts if each != shared)
    assert len(found(connection, shared, most=100)[shared]) >= 100


ODD_IDS = st.text(max_size=2) | st.text(st.sampled_from("a/\udce9"), max_size=4)


@given(st.lists(st.lists(st.tuples(st.integers(0, 2**62), st.sets(ODD_IDS, max_size=3)), max_size=6), max_size=40))
def test_nothing_filed_is_ever_lost(writes: list[list[tuple[int, set[str]]]]) -> None:
    with sqlite3.connect(":memory:", isolation_level=None) as connection:
        connection.executescript(files("hopscope_collector.store").joinpath("schema.sql").read_text())
        expected: dict[str, set[int]] = {}
        for write in writes:
            file(connection, write)
            for slot, texts in write:
                for text in texts:
                    expected.setdefault(bare(text), set()).add(slot)

        for text, slots in found(connection, *expected).items():
            assert expected[text] <= set(slots)
    connection.close()


def test_merging_in_pieces_loses_nothing_and_survives_writes_in_between(
    connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idle_merging, "RANGE_ENTRIES", 50)
    expected: dict[str, list[int]] = {}
    merge = IdleMerge()
    steps = 0
    for write in range(120):
        filed = [(write * 3 + each, {f"trace-{write}", f"request-{write}-{each}", "shared"}) for each in range(3)]
        file(connection, filed)
        for slot, texts in filed:
            for text in texts:
                expected.setdefault(text, []).insert(0, slot)
        steps += merge.step(connection)

    while merge.step(connection):
        steps += 1

    assert steps > 20
    assert found(connection, *expected) == expected
    assert connection.execute("SELECT count(*) FROM id_run").fetchone()[0] <= idle_merging.LEAST_RUNS


def test_a_merge_that_was_given_up_leaves_nothing_behind(
    connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idle_merging, "RANGE_ENTRIES", 5)
    for write in range(3):
        file(connection, [(write * 9 + each, {f"a-{write}-{each}", "b"}) for each in range(9)])
    monkeypatch.setattr(idle_merging, "LEAST_RUNS", 2)
    IdleMerge().step(connection)

    again = IdleMerge()
    while again.step(connection):
        pass

    assert found(connection, "b") == {"b": list(range(26, -1, -1))}
    runs = {run for (run,) in connection.execute("SELECT run FROM id_run")}
    assert {page >> 43 for (page,) in connection.execute("SELECT id FROM id_page")} == runs
