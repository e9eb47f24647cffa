"""A key that thousands come to share after it joined a few: lists say what a first look at the records would say."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hopscope_collector import flow_maker
from hopscope_collector.flow_maker import FlowMaker
from hopscope_collector.query import Flows
from hopscope_collector.rules import Rules
from hopscope_collector.search.filter import EVERYTHING
from hopscope_collector.store.contract import Reach, batch_of
from hopscope_collector.store.memory import MemoryStore
from hopscope_collector.store.sqlite import SqliteStore
from hopscope_collector.summaries.keeper import StoreKeeper
from hopscope_wire.model import Begin, Message

FAST_FOLDER = "/dev/shm" if Path("/dev/shm").is_dir() else None
START_US = 1_790_000_000_000_000
NOW_US = START_US + 86_400_000_000
MOST = 6

steps = st.lists(st.tuples(st.integers(0, 4), st.sampled_from(["", "a", "b"]), st.sampled_from(["keep", "look", ""])), max_size=10)  # fmt: skip


@pytest.fixture
def _few_share() -> Iterator[None]:
    """A key of seven records is shared here: what is true of thousands is shown with a few."""
    before, flow_maker.SHARED_REACH = flow_maker.SHARED_REACH, Reach(max_records_an_id=MOST)
    yield
    flow_maker.SHARED_REACH = before


def a_visit(number: int, tenant: str) -> Begin:
    keys = {"tenant": tenant} if tenant else {}
    message = Message(0, "apigateway", (f"apigateway/{number}",), keys={"visit": str(number // 3)} | keys)
    identity = (f"{number + 1:032x}", f"{number + 1:012x}0000", f"r-{number}", "enter", START_US + number * 1_000_000)
    return Begin(*identity, messages=(message,))


def listed(flows: Flows) -> list[tuple[str, ...]]:
    """The flows by the requests in them."""
    page = flows.page(EVERYTHING, 3)
    found = list(page.flows)
    while page.after is not None:
        page = flows.page(EVERYTHING, 3, page.after)
        found += page.flows
    return sorted(tuple(hop.request_id for hop in flow.hops) for flow in found)


@pytest.mark.usefixtures("_few_share")
@settings(max_examples=40)
@given(steps)
def test_what_a_key_joined_comes_apart_when_too_many_share_it(written: list[tuple[int, str, str]]) -> None:
    with tempfile.TemporaryDirectory(dir=FAST_FOLDER) as folder, SqliteStore(Path(folder) / "h.db") as store:
        assert store.shelves is not None
        follow(written, store)


def follow(written: list[tuple[int, str, str]], store: SqliteStore) -> None:
    truth = MemoryStore()
    assert store.shelves is not None
    keeper = StoreKeeper(store, Rules(), FlowMaker(store, Rules()), shelves=store.shelves)
    reader, number = Flows(store, Rules(), lambda: NOW_US), 0
    for count, tenant, then in written:
        batch = batch_of([a_visit(number + each, tenant) for each in range(count)])
        store.write(batch)
        truth.write(batch)
        number += count
        while then == "keep" and keeper.work(NOW_US):
            pass
        if then == "look":
            listed(reader)

    assert listed(reader) == listed(Flows(truth, Rules(), lambda: NOW_US))
