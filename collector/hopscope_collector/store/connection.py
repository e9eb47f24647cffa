"""Opens the SQLite file: pragmas, permissions, schema, and SQLite's errors in our words.

file absent      made with mode 0600 and the schema of `schema.sql`, for a writer; StoreMissing for a reader
older schema     migrated, in one transaction (`_STEPS`)
newer schema     NewerStore
something else   StoreDamaged
"""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from urllib.parse import quote

import msgspec
import zstandard

from hopscope_collector.errors import (
    NewerStore,
    StoreBusy,
    StoreDamaged,
    StoreDenied,
    StoreError,
    StoreFull,
    StoreMissing,
)

SCHEMA = 3
"""`PRAGMA user_version` of the schema this program reads and writes."""

_STEPS = {1: "summaries.sql", 2: "blocks.sql"}
"""What makes each older schema one step newer."""

APPLICATION_ID = 0x486F7053
"""`PRAGMA application_id`: `HopS`."""

WAIT_S = 30.0
"""How long a writer waits for another one before it gives up."""

FIRST_WAIT_S = 1.0
"""After this long a waiting writer says so."""

PAGE_BYTES = 8_192
CACHE_KIB = 64 * 1024

Waiting = Callable[[str], None]
"""Is told, in words for a person, that a writer waits for another one."""


def unheard(_words: str) -> None:
    """A `Waiting` for when nobody watches."""


def open_to_write(path: Path, waiting: Waiting) -> sqlite3.Connection:
    """A connection that may write, to a store that exists from now on."""
    with _in_our_words(path):
        _made_private(path)
        connection = _connected(path, "rwc")
        try:
            _prepare(connection, path, waiting)
        except BaseException:
            connection.close()
            raise
    return connection


def open_to_read(path: Path) -> sqlite3.Connection:
    """A connection that reads; on a disk that cannot be written to it takes the file as it lies there."""
    with _in_our_words(path):
        if not path.exists():
            raise StoreMissing(f"no store at {path}; run `hopscope collect SOURCE --store sqlite:///{path}` first")
        try:
            connection = _connected(path, "ro")
        except sqlite3.OperationalError:
            _refuse_unread_changes(path)
            connection = _connected(path, "ro", "&immutable=1")
        try:
            version = _version(connection, path)
            if version == 0:
                raise StoreMissing(f"the store at {path} is being made right now; look again in a moment")
            _refuse_newer(version, path)
        except BaseException:
            connection.close()
            raise
    return connection


def _refuse_unread_changes(path: Path) -> None:
    """What stands in the -wal alone cannot be read without making the -shm anew."""
    wal = Path(f"{path}-wal")
    if wal.exists() and wal.stat().st_size:
        raise StoreDenied(f"{wal} holds changes that cannot be read where nothing may be written; copy both files away")


@contextmanager
def writing(connection: sqlite3.Connection, path: Path, waiting: Waiting) -> Iterator[None]:
    """One transaction that writes: all of it, or nothing when the body raises."""
    with _in_our_words(path):
        _begin(connection, waiting)
        try:
            yield
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


@contextmanager
def reading(connection: sqlite3.Connection, path: Path) -> Iterator[None]:
    """One transaction that reads one state of the store."""
    with _in_our_words(path):
        connection.execute("BEGIN")
        try:
            yield
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")


def _connected(path: Path, mode: str, more: str = "") -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"file:{quote(str(path))}?mode={mode}{more}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=FIRST_WAIT_S,
    )
    connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    connection.execute("PRAGMA temp_store = MEMORY")
    return connection


def _prepare(connection: sqlite3.Connection, path: Path, waiting: Waiting) -> None:
    connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
    version = _version(connection, path)
    _refuse_newer(version, path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA wal_autocheckpoint = 4000")
    if version < SCHEMA:
        _begin(connection, waiting)
        try:
            _migrate(connection, path)
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    """From whatever the file holds now, inside the caller's transaction: another process may just have done it."""
    version = _version(connection, path)
    if version == 0:
        _run(connection, "schema.sql")
        for step in _STEPS.values():
            _run(connection, step)
        version = SCHEMA
    while version < SCHEMA:
        _run(connection, _STEPS[version])
        version += 1
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {SCHEMA}")


def _run(connection: sqlite3.Connection, name: str) -> None:
    """Statement by statement: `executescript()` would commit the transaction that is open."""
    statement = ""
    for line in files("hopscope_collector.store").joinpath(name).read_text("utf-8").splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            connection.execute(statement)
            statement = ""


def _version(connection: sqlite3.Connection, path: Path) -> int:
    """0 when the file is new."""
    (application_id,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if tables and application_id != APPLICATION_ID:
        raise StoreDamaged(f"{path} is an SQLite file, but not a store of Hopscope; point --store elsewhere")
    return int(version)


def _refuse_newer(version: int, path: Path) -> None:
    if version > SCHEMA:
        raise NewerStore(
            f"{path} holds schema {version}, this program knows up to {SCHEMA}; "
            "upgrade hopscope, or point --store elsewhere"
        )


def _begin(connection: sqlite3.Connection, waiting: Waiting) -> None:
    """Take the one writer's place, and say so when that takes long."""
    give_up_at = time.monotonic() + WAIT_S
    has_said = False
    while True:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if not _is_busy(error) or time.monotonic() >= give_up_at:
                raise
            if not has_said:
                waiting("another process is writing to the store; waiting for it")
                has_said = True
        else:
            return


def _made_private(path: Path) -> None:
    """The file, and with it SQLite's -wal and -shm beside it, readable by its owner only: business ids are in it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def _is_busy(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


_DAMAGED = "is damaged; restore a copy, or collect again into another store"

_KINDS: dict[int, tuple[type[StoreError], str]] = {
    sqlite3.SQLITE_BUSY: (StoreBusy, f"is locked by another process for more than {WAIT_S:.0f} s; nothing was stored"),
    sqlite3.SQLITE_LOCKED: (StoreBusy, "is locked by another process; nothing was stored"),
    sqlite3.SQLITE_FULL: (StoreFull, "cannot grow: the disk or its quota is full; make room, or `hopscope prune`"),
    sqlite3.SQLITE_IOERR: (StoreFull, "cannot be written or read: the disk failed or is full; nothing was stored"),
    sqlite3.SQLITE_CANTOPEN: (StoreDenied, "cannot be opened; is its folder there, and may you write to it?"),
    sqlite3.SQLITE_READONLY: (StoreDenied, "may not be written; check the permissions of the file and its folder"),
    sqlite3.SQLITE_PERM: (StoreDenied, "may not be opened; check the permissions of the file and its folder"),
    sqlite3.SQLITE_AUTH: (StoreDenied, "may not be opened; check the permissions of the file and its folder"),
    sqlite3.SQLITE_CORRUPT: (StoreDamaged, _DAMAGED),
    sqlite3.SQLITE_NOTADB: (StoreDamaged, "is not a store of Hopscope; point --store elsewhere"),
}


@contextmanager
def _in_our_words(path: Path) -> Iterator[None]:
    try:
        yield
    except PermissionError as error:
        raise StoreDenied(f"{path} may not be used ({error.strerror}); check the permissions") from error
    except OSError as error:
        raise StoreDenied(f"{path} cannot be made ({error.strerror}); point --store elsewhere") from error
    except (UnicodeDecodeError, zstandard.ZstdError, msgspec.DecodeError) as error:
        # SQLite looks at its own structures; what it holds for us has no checksum of its.
        raise StoreDamaged(f"{path} {_DAMAGED} ({error})") from error
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        if str(error).startswith(("no such table", "Could not decode")):
            code = sqlite3.SQLITE_CORRUPT  # the schema's number promises every table, and all text is ours
        if code not in _KINDS:
            raise
        kind, words = _KINDS[code]
        raise kind(f"{path} {words} (SQLite: {error})") from error
