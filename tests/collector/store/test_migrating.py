"""A store that an older version wrote: everything in it is there, and goes on.

`schema_1.sql` is the dump of one, made by the version that wrote schema 1.
"""

import sqlite3
from pathlib import Path

import pytest

from hopscope_collector.errors import StoreDamaged
from hopscope_collector.flow import Flow
from hopscope_collector.lines.facts import fact_of
from hopscope_collector.lines.record_line import record_line_of
from hopscope_collector.query import Flows
from hopscope_collector.rules import Rules
from hopscope_collector.search.filter import EVERYTHING
from hopscope_collector.store.connection import APPLICATION_ID, SCHEMA
from hopscope_collector.store.contract import Batch
from hopscope_collector.store.memory import MemoryStore
from hopscope_collector.store.slots import texts_in
from hopscope_collector.store.sqlite import SqliteStore
from hopscope_collector.summaries.summarising import idle_work

DUMP = Path(__file__).with_name("schema_1.sql").read_text("utf-8")
NOW_US = 1_790_000_100_000_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The store, as that version left it."""
    path = tmp_path / "hopscope.db"
    connection = sqlite3.connect(path)
    connection.executescript(f"{DUMP}; PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = 1;")
    connection.close()
    return path


@pytest.fixture
def expected(path: Path) -> list[Flow]:
    """The flows of its lines, from a store that has never heard of versions."""
    connection = sqlite3.connect(path)
    lines = [
        line for (kept,) in connection.execute("SELECT lines FROM slot") for line in map(record_line_of, texts_in(kept))
    ]
    facts = [fact_of(body) for (body,) in connection.execute("SELECT body FROM fact")]
    connection.close()
    store = MemoryStore()
    store.write(Batch(lines, facts))
    return flows_in(store)


def flows_in(store: MemoryStore | SqliteStore) -> list[Flow]:
    return list(Flows(store, Rules(), lambda: NOW_US).page(EVERYTHING, 100).flows)


def test_what_it_holds_is_read_as_it_lies_there(path: Path, expected: list[Flow]) -> None:
    """Reading does not write: a list is made without summaries."""
    with SqliteStore(path, read_only=True) as store:
        assert flows_in(store) == expected
        assert store.shelves is None

    assert [len(flow.hops) for flow in expected] == [5, 5, 4, 1]


def test_the_first_to_write_makes_it_newer_and_every_flow_is_found_by_every_id(
    path: Path, expected: list[Flow]
) -> None:
    with SqliteStore(path) as store:
        work = idle_work(store, Rules(), pytest.fail)
        while work():
            pass

        flows = Flows(store, Rules(), lambda: NOW_US)
        assert flows_in(store) == expected
        for flow in expected:
            assert flows.find(flow.id) == (flow,)
            assert all(flow in flows.find(hop.request_id) for hop in flow.hops if hop.request_id)
            assert all(flow in flows.find(ref) for send in flow.sends for ref in send.refs)
        stats = store.stats()
        assert (stats.received, stats.kept, stats.facts, stats.refused) == (27, 26, 1, {"malformed": 1})
        assert store.position("file:small1.log") is not None

    version = sqlite3.connect(path).execute("PRAGMA user_version").fetchone()
    assert version == (SCHEMA,)


def test_the_same_lines_again_are_repeats(path: Path, expected: list[Flow]) -> None:
    with SqliteStore(path) as store:
        lines = [
            line
            for (kept,) in store._open.execute("SELECT lines FROM slot")
            for line in map(record_line_of, texts_in(kept))
        ]

        written = store.write(Batch(lines))

        assert (written.stored, written.repeated) == (0, 26)
        assert flows_in(store) == expected


def test_one_that_lacks_a_table_is_said_to_be_damaged(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("DROP TABLE id_run")
    connection.close()

    with SqliteStore(path) as store, pytest.raises(StoreDamaged, match="is damaged; restore a copy"):
        flows_in(store)
