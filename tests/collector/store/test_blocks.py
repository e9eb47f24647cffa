"""Records that come in bulk are packed together, and are the same records."""

import itertools
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hopscope_collector.errors import StoreDamaged
from hopscope_collector.store import blocks, idle_packing, kept_lines
from hopscope_collector.store.contract import batch_of
from hopscope_collector.store.slots import first_slot_at
from hopscope_collector.store.sqlite import SqliteStore

MANY = 4 * blocks.BLOCK_SLOTS + 5


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "hopscope.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    with SqliteStore(path) as store:
        yield store


def rows_in(store: SqliteStore) -> tuple[int, int]:
    """Blocks, and rows of single slots."""
    (found,) = store._open.execute("SELECT (SELECT count(*) FROM block), (SELECT count(*) FROM slot)").fetchall()
    return found  # type: ignore[no-any-return]


def tidied(store: SqliteStore) -> None:
    while store.tidy():
        pass


def test_what_comes_in_bulk_fills_blocks_and_the_rest_gets_rows(store: SqliteStore, a: Any) -> None:
    store.write(batch_of([each for number in range(MANY) for each in (a.begin(number), a.end(number))]))

    assert rows_in(store) == (4, 5)
    assert store.records_of([a.trace_id(7)]).records == (a.begin(7), a.end(7))
    assert [each.trace_id for each in store.newest(MANY + 1)] == [a.trace_id(n) for n in reversed(range(MANY))]


def test_an_end_that_comes_later_is_found_beside_its_begin(store: SqliteStore, a: Any) -> None:
    store.write(batch_of([a.begin(number) for number in range(MANY)]))
    store.write(batch_of([a.end(number) for number in range(MANY)]))

    assert rows_in(store) == (4, MANY)
    assert store.records_of([a.trace_id(7)]).records == (a.begin(7), a.end(7))
    assert len(store.newest(MANY + 1)) == MANY


def test_a_file_that_is_collected_again_changes_nothing(store: SqliteStore, a: Any) -> None:
    both = [each for number in range(MANY) for each in (a.begin(number), a.end(number))]
    store.write(batch_of(both[::2]))
    store.write(batch_of(both[1::2]))

    assert store.write(batch_of(both)).repeated == 2 * MANY
    assert store.stats().kept == 2 * MANY


def test_blocks_never_overlap(store: SqliteStore, a: Any) -> None:
    """Whoever collects the logs of one function after the other writes into the same hours again and again."""
    for first in range(3):
        store.write(batch_of([a.begin(number) for number in range(first, 3 * MANY, 3)]))

    spans = store._open.execute("SELECT id, last FROM block ORDER BY id").fetchall()
    assert all(last < following for (_, last), (following, _) in itertools.pairwise(spans))
    assert len(store.newest(3 * MANY + 1)) == 3 * MANY


def test_a_clock_that_runs_ahead_keeps_nobody_else_from_getting_blocks(store: SqliteStore, a: Any) -> None:
    ahead = a.begin(1_000_000, start_us=a.begin().start_us + 40 * blocks.LONGEST_US)
    store.write(batch_of([*(a.begin(number) for number in range(blocks.BLOCK_SLOTS - 1)), ahead]))
    assert rows_in(store) == (0, blocks.BLOCK_SLOTS)

    store.write(batch_of([a.begin(number) for number in range(1_000, 1_000 + blocks.BLOCK_SLOTS)]))

    assert rows_in(store) == (1, blocks.BLOCK_SLOTS)


def test_what_came_in_small_writes_is_packed_when_it_has_settled(path: Path, store: SqliteStore, a: Any) -> None:
    for first in range(0, MANY, 20):
        store.write(batch_of([a.begin(number) for number in range(first, min(first + 20, MANY))]))
    tidied(store)
    assert rows_in(store) == (0, MANY)
    store.write(batch_of([a.begin(MANY, start_us=a.begin(MANY).start_us + idle_packing.SETTLED_US)]))

    with SqliteStore(path, read_only=True) as reader, reader._reading():
        assert rows_in(reader) == (0, MANY + 1)
        tidied(store)
        assert rows_in(reader) == (0, MANY + 1)

    assert rows_in(store) == (4, 6)
    store.write(batch_of([a.end(7)]))
    assert store.records_of([a.trace_id(7)]).records == (a.begin(7), a.end(7))
    assert store.write(batch_of([a.begin(number) for number in range(MANY)])).repeated == MANY
    assert [each.trace_id for each in store.newest(MANY + 1)] == [a.trace_id(n) for n in reversed(range(MANY + 1))]


def test_what_lies_within_a_block_keeps_its_row(store: SqliteStore, a: Any) -> None:
    store.write(batch_of([a.begin(number) for number in range(0, 2 * MANY, 2)]))
    store.write(batch_of([a.begin(number) for number in range(1, 2 * MANY, 2)]))
    store.write(batch_of([a.begin(2 * MANY, start_us=a.begin().start_us + 2 * idle_packing.SETTLED_US)]))
    before = rows_in(store)

    tidied(store)

    assert rows_in(store) == before
    assert len(store.newest(3 * MANY)) == 2 * MANY + 1


def test_a_block_is_pruned_up_to_a_moment_within_it(store: SqliteStore, a: Any) -> None:
    store.write(batch_of([each for number in range(MANY) for each in (a.begin(number), a.end(number))]))
    moment_us = a.begin(blocks.BLOCK_SLOTS + 7).start_us

    assert store.prune(moment_us) == 2 * (blocks.BLOCK_SLOTS + 7)
    assert store.prune(moment_us) == 0
    assert store.stats().oldest_us == moment_us
    assert store.stats().kept == 2 * (MANY - blocks.BLOCK_SLOTS - 7)
    assert store.records_of([a.trace_id(7)]).records == ()
    assert store.records_of([a.trace_id(blocks.BLOCK_SLOTS + 7)]).records != ()
    assert store.write(batch_of([a.begin(number) for number in range(MANY)])).stored == blocks.BLOCK_SLOTS + 7


def test_text_that_is_no_utf_8_comes_back_from_a_block(store: SqliteStore, a: Any) -> None:
    odd = a.begin(3, function="caf\udce9")
    store.write(batch_of([odd if number == 3 else a.begin(number) for number in range(MANY)]))

    assert store.records_of([a.trace_id(3)]).records == (odd,)


def test_a_damaged_block_is_said_to_be_damaged(path: Path, store: SqliteStore, a: Any) -> None:
    store.write(batch_of([a.begin(number) for number in range(MANY)]))
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE block SET lines = substr(lines, 1, 40)")

    with pytest.raises(StoreDamaged, match="is damaged"):
        store.records_of([a.trace_id(3)])


def test_a_store_of_the_version_before_is_read_and_goes_on_in_blocks(path: Path, a: Any) -> None:
    with SqliteStore(path) as store:
        store.write(batch_of([a.begin(1)]))
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TABLE block")
        connection.execute("PRAGMA user_version = 2")
    connection.close()

    with SqliteStore(path, read_only=True) as reader:
        assert reader.records_of([a.trace_id(1)]).records == (a.begin(1),)
        assert (reader.stats().kept, len(reader.newest(9))) == (1, 1)
        with SqliteStore(path) as store:
            store.write(batch_of([a.end(number) for number in range(1, MANY)]))
            assert kept_lines.ends(store._open) >= (first_slot_at(a.begin(1).start_us),)
        assert reader.records_of([a.trace_id(1)]).records == (a.begin(1), a.end(1))
        assert reader.records_of([a.trace_id(9)]).records == (a.end(9),)
