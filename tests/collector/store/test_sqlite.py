"""What only a file can do: be locked, full, forbidden, damaged, old, new, or read while it is written."""

import os
import resource
import sqlite3
import stat
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from hopscope_collector.errors import (
    NewerStore,
    NotAStoreUrl,
    StoreBusy,
    StoreDamaged,
    StoreDenied,
    StoreFull,
    StoreMissing,
)
from hopscope_collector.lines.platform import PlatformFact
from hopscope_collector.query import Flows
from hopscope_collector.rules import Rules
from hopscope_collector.search.filter import EVERYTHING
from hopscope_collector.store import connection as sqlite_file
from hopscope_collector.store import location, sqlite
from hopscope_collector.store.contract import Batch, batch_of
from hopscope_collector.store.sqlite import SqliteStore
from hopscope_collector.summaries.summarising import idle_work


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "hopscope.db"


def test_the_file_and_what_lies_beside_it_are_the_owner_s_only(path: Path, a: Any) -> None:
    with SqliteStore(path) as store:
        store.write(batch_of([a.begin()]))

        modes = {stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()}

    assert modes == {0o600}


def test_readers_see_whole_batches_while_one_writes(path: Path, a: Any) -> None:
    with SqliteStore(path) as store:
        store.write(batch_of([a.begin(1)]))
        with SqliteStore(path, read_only=True) as reader:
            store.write(batch_of([a.begin(2), a.end(2)]))

            assert reader.records_of([a.trace_id(2)]).records == (a.begin(2), a.end(2))


def test_several_threads_may_share_a_store(path: Path, a: Any) -> None:
    with SqliteStore(path) as store:
        threads = [
            threading.Thread(target=lambda number=number: store.write(batch_of([a.begin(number), a.end(number)])))
            for number in range(1, 9)
        ]
        for each in threads:
            each.start()
        for each in threads:
            each.join()

        assert store.stats().stored == 16
        assert len(store.newest(100)) == 8


def test_a_write_that_touches_very_many_traces_is_a_change_of_everything(
    path: Path, a: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Naming every trace of a bulk load would make the change log as large as the records."""
    monkeypatch.setattr(sqlite, "MOST_NAMED", 3)
    with SqliteStore(path) as store:
        store.write(batch_of([a.begin(1)]))
        token = store.changes_since(0).token
        store.write(batch_of([a.begin(number) for number in range(2, 9)]))

        changes = store.changes_since(token)

        assert changes.is_everything
        assert store.changes_since(changes.token).ids == ()


def test_pruning_goes_in_parts(path: Path, a: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "PRUNED_AT_ONCE", 3)
    with SqliteStore(path) as store:
        store.write(batch_of([each for number in range(20) for each in (a.begin(number), a.end(number))]))

        assert store.prune(a.begin(17).start_us) == 34
        assert [each.trace_id for each in store.newest(9)] == [a.trace_id(19), a.trace_id(18), a.trace_id(17)]
        assert (store.stats().kept, store.stats().pruned) == (6, 34)


def test_a_store_that_is_not_there_is_not_made_by_reading(path: Path) -> None:
    with pytest.raises(StoreMissing, match="run `hopscope collect SOURCE"):
        SqliteStore(path, read_only=True)

    assert not path.exists()


def test_a_newer_store_is_refused_with_what_to_do(path: Path) -> None:
    SqliteStore(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {sqlite_file.SCHEMA + 1}")

    for read_only in (False, True):
        with pytest.raises(NewerStore, match=r"holds schema 4, this program knows up to 3; upgrade hopscope"):
            SqliteStore(path, read_only=read_only)


def test_another_program_s_database_is_left_alone(path: Path) -> None:
    path.parent.mkdir()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE photos (id INTEGER)")

    for read_only in (False, True):
        with pytest.raises(StoreDamaged, match="not a store of Hopscope"):
            SqliteStore(path, read_only=read_only)


def test_a_file_that_is_no_database_is_said_to_be_none(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("not a database" * 1_000)

    for read_only in (False, True):
        with pytest.raises(StoreDamaged, match="not a store of Hopscope"):
            SqliteStore(path, read_only=read_only)


def all_there_is(path: Path) -> None:
    with SqliteStore(path) as store:
        traces = [each.trace_id for each in store.newest(1_000)]
        Flows(store, Rules(), lambda: 1 << 53).page(EVERYTHING, 100)
        store.records_of(traces)


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE slot SET lines = x'7bff'",
        "UPDATE block SET lines = x'28b52ffd00'",
        "UPDATE id_slots SET slots = x'0000000000000000'",
        "DELETE FROM id_slots",
        "UPDATE summary SET words = CAST(x'ff' AS TEXT)",
        "UPDATE summary_flow SET packed = x'00'",
        "UPDATE fact SET body = CAST(x'ff' AS TEXT)",
    ],
)
def test_contents_that_are_damaged_are_said_to_be(path: Path, a: Any, damage: str) -> None:
    """SQLite guards its own structures; a wrong bit in what it holds for us it passes on."""
    begins = [a.begin(number) for number in range(50)]
    with SqliteStore(path) as store:
        store.write(batch_of(begins, [PlatformFact("start", begins[0].request_id, begins[0].start_us)]))
        for work in (store.tidy, idle_work(store, Rules(), print)):
            while work():
                pass
        store._open.execute(damage)

    with pytest.raises(StoreDamaged, match=r"damaged.*restore a copy, or collect again"):
        all_there_is(path)


def test_damaged_pages_are_said_to_be_damaged(path: Path, a: Any) -> None:
    with SqliteStore(path) as store:
        store.write(batch_of([a.begin(number) for number in range(2_000)]))
    with path.open("r+b") as raw:
        raw.seek(20 * sqlite_file.PAGE_BYTES)
        raw.write(os.urandom(40 * sqlite_file.PAGE_BYTES))

    with SqliteStore(path) as store, pytest.raises(StoreDamaged, match="is damaged"):
        store.write(batch_of([a.begin(number) for number in range(2_000)]))


def test_a_writer_that_waits_says_so_and_gives_up_in_the_end(
    path: Path, a: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_file, "FIRST_WAIT_S", 0.01)
    monkeypatch.setattr(sqlite_file, "WAIT_S", 0.05)
    said: list[str] = []
    with SqliteStore(path, waiting=said.append) as store:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")

        with pytest.raises(StoreBusy, match="locked by another process"):
            store.write(batch_of([a.begin()]))

        other.close()
        assert said == ["another process is writing to the store; waiting for it"]
        assert store.write(batch_of([a.begin()])).stored == 1


def test_a_full_disk_stores_nothing_of_the_batch_and_is_said(path: Path, a: Any) -> None:
    with SqliteStore(path) as store:
        store.write(Batch(batch_of([a.begin(1)]).records, positions={"file:a": "1"}))
        store._open.execute("PRAGMA max_page_count = 40")

        with pytest.raises(StoreFull, match="make room"):
            store.write(Batch(batch_of([a.begin(n) for n in range(5_000)]).records, positions={"file:a": "2"}))

        assert store.stats().stored == 1
        assert store.position("file:a") == "1"
        store._open.execute("PRAGMA max_page_count = 100000")
        assert store.write(batch_of([a.begin(n) for n in range(5_000)])).stored == 4_999


def test_a_file_that_may_not_grow_is_said(path: Path, a: Any) -> None:
    """The operating system's own limit, in a process of its own."""
    script = (
        "import resource, signal, sys; from pathlib import Path\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "from hopscope_collector.store.sqlite import SqliteStore\n"
        "from hopscope_collector.store.contract import Batch\n"
        "from hopscope_collector.errors import StoreFull\n"
        "store = SqliteStore(Path(sys.argv[1]))\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))\n"
        "try: store.write(Batch(positions={str(n): 'x' * 1000 for n in range(1000)}))\n"
        "except StoreFull as error: print('full')\n"
    )

    done = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True)

    assert done.stdout == "full\n"
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY
    with SqliteStore(path) as store:
        assert store.position("1") is None


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(StoreDenied):
        SqliteStore(tmp_path / "file" / "hopscope.db")


def as_schema_1(path: Path) -> None:
    """As the first version wrote it."""
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TABLE block")
        found = connection.execute("SELECT name FROM sqlite_schema WHERE name LIKE 'summary%' AND type = 'table'")
        for (name,) in found.fetchall():
            connection.execute(f"DROP TABLE {name}")
        connection.execute("PRAGMA user_version = 1")
    connection.close()


def test_an_older_store_is_brought_up_to_date_and_keeps_its_records(path: Path, a: Any) -> None:
    with SqliteStore(path) as store:
        store.write(batch_of([a.begin()]))
    as_schema_1(path)
    with SqliteStore(path, read_only=True) as reader:
        assert (reader.stats().kept, reader.shelves) == (1, None)

    with SqliteStore(path) as store:
        assert store.stats().kept == 1
        assert store.shelves is not None


def test_a_step_to_a_newer_schema_happens_whole_or_not_at_all(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    SqliteStore(path).close()
    as_schema_1(path)
    ran: list[str] = []

    def broken_step(connection: sqlite3.Connection, name: str) -> None:
        ran.append(name)
        connection.execute("CREATE TABLE half_done (id INTEGER)")
        raise sqlite3.OperationalError("the machine stops here")

    monkeypatch.setattr(sqlite_file, "_run", broken_step)
    with pytest.raises(sqlite3.OperationalError):
        SqliteStore(path)

    monkeypatch.undo()
    with SqliteStore(path) as store:
        tables = {row[0] for row in store._open.execute("SELECT name FROM sqlite_schema")}
    assert ran == ["summaries.sql"]
    assert "half_done" not in tables


@pytest.mark.parametrize("url", ["", "sqlite://", "sqlite:///", "postgres://x", "hopscope.db", "sqlite:/tmp/x.db"])
def test_a_url_that_names_no_store_is_refused(url: str) -> None:
    with pytest.raises(NotAStoreUrl, match="expected sqlite:///PATH, dynamodb://TABLE or memory:"):
        location.open_to_write(url or "x")


def test_three_slashes_are_relative_and_four_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    location.open_to_write("sqlite:///here.db").close()
    location.open_to_write(f"sqlite:///{tmp_path}/there.db").close()
    location.open_to_write(f"sqlite://{tmp_path}/rooted.db").close()

    assert {each.name for each in tmp_path.glob("*.db")} == {"here.db", "there.db", "rooted.db"}


def test_the_environment_names_the_store_when_nobody_else_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOPSCOPE_STORE", f"sqlite:///{tmp_path}/mine.db")

    location.open_to_write().close()

    assert (tmp_path / "mine.db").exists()
    assert location.store_url("memory:") == "memory:"


def test_a_file_that_is_not_a_store_yet_is_missing(tmp_path: Path) -> None:
    """The writer made the file, and has not committed the schema."""
    (tmp_path / "h.db").touch()

    with pytest.raises(StoreMissing, match="being made right now"):
        SqliteStore(tmp_path / "h.db", read_only=True)
