"""Opens a store by its URL.

    memory:                      gone with the process
    sqlite:///orders.db          a file, relative to the current folder
    sqlite:////var/lib/h.db      a file, absolute (four slashes: the path begins with one)
    dynamodb://TABLE?region=…    a table of an AWS account: see dynamodb/address.py

Without a URL: `HOPSCOPE_STORE`, else `hopscope.db` in the platform's folder for the user's data.
"""

import os
from pathlib import Path

from platformdirs import user_data_path

from hopscope_collector.errors import NotAStoreUrl
from hopscope_collector.store.connection import Waiting, unheard
from hopscope_collector.store.contract import Store
from hopscope_collector.store.memory import MemoryStore
from hopscope_collector.store.shared_memory import SharedMemoryStore
from hopscope_collector.store.sqlite import SqliteStore

SQLITE = "sqlite:///"
DYNAMODB = "dynamodb://"
MEMORY = "memory:"


def store_url(given: str | None) -> str:
    """The URL that is meant: the given one, else that of the environment, else the default."""
    if given:
        return given
    return os.environ.get("HOPSCOPE_STORE") or f"{SQLITE}{user_data_path('hopscope') / 'hopscope.db'}"


def open_to_write(url: str | None = None, waiting: Waiting = unheard) -> Store:
    """The store that the URL names, made when it does not exist; `waiting` is told when another writer is waited for.

    Raises:
        NotAStoreUrl, StoreError: see `errors.py`.
    """
    meant = store_url(url)
    if meant == MEMORY:
        return SharedMemoryStore()
    if meant.startswith(DYNAMODB):
        return _dynamodb(meant, waiting)
    return SqliteStore(_path_of(meant), waiting=waiting)


def open_to_read(url: str | None = None) -> Store:
    """The store that the URL names, not to be written to.

    Raises:
        NotAStoreUrl, StoreMissing, StoreError: see `errors.py`.
    """
    meant = store_url(url)
    if meant == MEMORY:
        return MemoryStore()
    if meant.startswith(DYNAMODB):
        return _dynamodb(meant, unheard)
    return SqliteStore(_path_of(meant), read_only=True)


def _dynamodb(url: str, waiting: Waiting) -> Store:
    # boto3 takes half a second to import: only for those who ask for a table.
    from hopscope_collector.store.dynamodb.address import address_of
    from hopscope_collector.store.dynamodb.store import DynamoDbStore

    return DynamoDbStore(address_of(url), waiting=waiting)


def _path_of(url: str) -> Path:
    if not url.startswith(SQLITE) or len(url) == len(SQLITE):
        raise NotAStoreUrl(f"{url!r} is not a store; expected sqlite:///PATH, dynamodb://TABLE or memory:")
    path = Path(url.removeprefix(SQLITE)).expanduser()
    if path.is_dir():
        raise NotAStoreUrl(f"{url!r} is a folder; expected a file: {SQLITE}{path}/hopscope.db")
    rooted = Path("/") / path
    if not path.is_absolute() and not path.parent.is_dir() and rooted.parent.is_dir():
        # People who know `file:///tmp/h.db` write `sqlite:///tmp/h.db`: believed when only that folder exists.
        return rooted
    return path
