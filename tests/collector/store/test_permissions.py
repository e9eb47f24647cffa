"""Files and folders that the collector may not write or read. Root may always: there the test becomes nobody."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from hopscope_collector.errors import StoreDenied
from hopscope_collector.store.contract import batch_of
from hopscope_collector.store.sqlite import SqliteStore

NOBODY = 65534


@contextmanager
def powerless() -> Iterator[None]:
    """Whoever runs the tests, but for root's right to pass over permissions."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where nobody may look in and not write. Not below `tmp_path`, which only its owner may enter."""
    made = Path(tempfile.mkdtemp())
    made.chmod(0o755)
    yield made
    made.chmod(0o755)
    shutil.rmtree(made)


def a_read_only_store(folder: Path, a: Any) -> Path:
    path = folder / "hopscope.db"
    with SqliteStore(path) as store:
        store.write(batch_of([a.begin()]))
    path.chmod(0o444)
    folder.chmod(0o555)
    return path


def test_a_folder_that_may_not_be_written_is_said(folder: Path) -> None:
    SqliteStore(folder / "warm.db").close()  # what is imported late is imported now
    folder.chmod(0o555)

    with powerless(), pytest.raises(StoreDenied, match=r"hopscope\.db may not be used .*check the permissions"):
        SqliteStore(folder / "hopscope.db")


def test_a_store_on_a_disk_that_is_read_only_is_read_and_not_written(folder: Path, a: Any) -> None:
    path = a_read_only_store(folder, a)

    with powerless():
        with SqliteStore(path, read_only=True) as store:
            assert store.stats().kept == 1
        with pytest.raises(StoreDenied, match="may not be written; check the permissions"), SqliteStore(path) as store:
            store.write(batch_of([a.begin(2)]))


def test_changes_that_cannot_be_read_are_not_passed_over(folder: Path, a: Any) -> None:
    """A collector that was killed leaves its last batches beside the file."""
    path = folder / "hopscope.db"
    with SqliteStore(path) as store:
        store.write(batch_of([a.begin()]))
        shutil.copyfile(f"{path}-wal", folder / "kept")
    (folder / "kept").rename(f"{path}-wal")
    folder.chmod(0o555)

    with powerless(), pytest.raises(StoreDenied, match="-wal holds changes that cannot be read"):
        SqliteStore(path, read_only=True)


def test_a_store_that_may_not_be_read_is_said(folder: Path, a: Any) -> None:
    path = a_read_only_store(folder, a)
    path.chmod(0)

    with powerless(), pytest.raises(StoreDenied, match="cannot be opened"):
        SqliteStore(path, read_only=True)


def test_a_folder_that_may_not_be_entered_is_said(folder: Path, a: Any) -> None:
    path = a_read_only_store(folder, a)
    folder.chmod(0)

    with powerless():
        for read_only in (True, False):
            with pytest.raises(StoreDenied, match="check the permissions"):
                SqliteStore(path, read_only=read_only)
