"""Whatever is done to a store, it answers as the memory store does: after closing and opening it again, too."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from hopscope_collector.lines.brokers import BrokerFact
from hopscope_collector.lines.platform import PlatformFact
from hopscope_collector.lines.record_line import record_line
from hopscope_collector.store import blocks, id_runs, idle_packing
from hopscope_collector.store.contract import Batch, Reach, RefusedLine, Seen, Store
from hopscope_collector.store.dynamodb.address import Address
from hopscope_collector.store.dynamodb.store import DynamoDbStore
from hopscope_collector.store.memory import MemoryStore
from hopscope_collector.store.sqlite import SqliteStore
from hopscope_wire.model import Begin, End, Message, Send

FAST_FOLDER = "/dev/shm" if Path("/dev/shm").is_dir() else None
"""A folder in memory, where the machine has one: hundreds of stores are made, and none must survive a crash."""

START_US = 1_790_000_000_000_000

numbers = st.integers(0, 11)
traces = numbers.map(lambda number: f"{number:032x}")
refs = st.lists(numbers.map(lambda number: f"sqs/{number}"), max_size=2, unique=True).map(tuple)
keys = st.dictionaries(st.sampled_from(["order_id", "tenant"]), st.sampled_from(["1", "2", "a/b"]), max_size=2)
messages = st.builds(
    Message, index=st.integers(0, 2), source=st.just("sqs"), refs=refs, trace_id=st.none() | traces, keys=keys
)
sends = st.builds(
    Send,
    send_id=st.just("00000000000a0001"),
    service=st.just("sqs"),
    operation=st.just("SendMessage"),
    refs=refs,
    keys=keys,
)


@st.composite
def records(draw: st.DrawFn) -> Begin | End:
    number = draw(numbers)
    same: dict[str, Any] = {
        "trace_id": draw(traces),
        "invocation_id": f"{number:012x}0000",
        "request_id": draw(st.sampled_from(["", "r-1", f"r-{number}"])),
        "function": "f",
        "start_us": START_US + draw(st.integers(0, 6)),
        "keys": draw(keys),
        "correlation_id": draw(st.none() | st.sampled_from(["c-1", "1"])),
    }
    if draw(st.booleans()):
        return Begin(**same, messages=tuple(draw(st.lists(messages, max_size=2))))
    return End(**same, end_us=START_US + 9, duration_us=1, outcome="ok", sends=tuple(draw(st.lists(sends, max_size=2))))


facts = st.builds(
    PlatformFact,
    kind=st.sampled_from(["start", "report"]),
    request_id=st.sampled_from(["r-1", "r-2", "r-3"]),
    at_us=st.integers(START_US, START_US + 6),
) | st.builds(
    BrokerFact,
    kind=st.sampled_from(["matched", "delivered"]),
    ref=st.sampled_from(["sns/1", "events/2", "events/a/b"]),
    at_us=st.integers(START_US, START_US + 6),
    broker=st.just("arn:aws:events:::bus"),
    led_to=st.lists(st.sampled_from(["sns/1", "lambda/r-1", "sqs/1"]), max_size=2).map(tuple),
)
refusals = st.builds(
    RefusedLine,
    reason=st.sampled_from(["cut", "not_text"]),
    fingerprint=st.integers(-3, 3),
    source=st.just("-"),
    place=numbers.map(str),
    message=st.just("cut"),
)
batches = st.builds(
    Batch,
    records=st.lists(records().map(record_line), max_size=6),
    facts=st.lists(facts, max_size=3),
    refused=st.lists(refusals, max_size=3),
    positions=st.dictionaries(st.sampled_from(["a", "b"]), numbers.map(str), max_size=2),
)
ids = (
    st.sampled_from(
        [
            "sqs/1",
            "1",
            "r-1",
            "lambda/r-2",
            "c-1",
            "order_id=1",
            "tenant=2",
            "order_id=a/b",
            "a/b",
            "b",
            "00000000000a0001",
            "r-3",
        ]
    )
    | traces
)


class TwoStores(RuleBasedStateMachine):
    def open_other(self) -> Store:
        return SqliteStore(self.folder / "hopscope.db")

    @initialize()
    def empty(self) -> None:
        self.folder = Path(tempfile.mkdtemp(dir=FAST_FOLDER))
        self.memory = MemoryStore()
        self.other = self.open_other()
        self.tokens = (0, 0)
        self.sizes = id_runs.SMALLEST_SIZE_ENTRIES, id_runs.PAGE_ENTRIES
        id_runs.SMALLEST_SIZE_ENTRIES, id_runs.PAGE_ENTRIES = 16, 3
        self.block_slots, blocks.BLOCK_SLOTS = blocks.BLOCK_SLOTS, 2
        self.settled_us, idle_packing.SETTLED_US = idle_packing.SETTLED_US, 2

    @rule(batch=batches)
    def write(self, batch: Batch) -> None:
        assert self.other.write(batch) == self.memory.write(batch)

    @rule(batch=batches)
    def write_it_in_parts(self, batch: Batch) -> None:
        """Many small runs, so that they are merged."""
        for line in batch.records:
            assert self.other.write(Batch([line])) == self.memory.write(Batch([line]))

    @rule(age_us=st.integers(0, 8))
    def prune(self, age_us: int) -> None:
        assert self.other.prune(START_US + age_us) == self.memory.prune(START_US + age_us)

    @rule()
    def tidy(self) -> None:
        while isinstance(self.other, SqliteStore) and self.other.tidy():
            pass

    @rule()
    def open_again(self) -> None:
        self.other.close()
        self.other = self.open_other()

    @rule(
        wanted=st.lists(ids, max_size=3),
        most=st.sampled_from([1, 3, 2_000]),
        unfollowed=st.sampled_from(["", "tenant"]),
    )
    def read(self, wanted: list[str], most: int, unfollowed: str) -> None:
        reach = Reach(max_records_an_id=most, unfollowed_keys=frozenset({unfollowed}))

        assert self.other.records_of(wanted, reach) == self.memory.records_of(wanted, reach)

    @rule(
        limit=st.integers(1, 4), before=st.none() | st.builds(Seen, st.integers(START_US, START_US + 7), traces, traces)
    )
    def list_newest(self, limit: int, before: Seen | None) -> None:
        assert self.other.newest(limit, before) == self.memory.newest(limit, before)

    @rule()
    def see_what_changed(self) -> None:
        found = self.other.changes_since(self.tokens[0]), self.memory.changes_since(self.tokens[1])

        assert set(found[0].ids) == set(found[1].ids)
        self.tokens = (found[0].token, found[1].token)

    @invariant()
    def the_counters_are_the_same_and_add_up(self) -> None:
        stats = self.other.stats()

        assert stats == self.memory.stats()
        assert stats.received == stats.stored + stats.repeated + sum(stats.refused.values())
        assert [self.other.position(each) for each in "ab"] == [self.memory.position(each) for each in "ab"]

    def teardown(self) -> None:
        id_runs.SMALLEST_SIZE_ENTRIES, id_runs.PAGE_ENTRIES = self.sizes
        blocks.BLOCK_SLOTS, idle_packing.SETTLED_US = self.block_slots, self.settled_us
        self.other.close()
        shutil.rmtree(self.folder)


TestTwoStores = TwoStores.TestCase
TestTwoStores.settings = settings(max_examples=15, stateful_step_count=25, deadline=None)


@pytest.mark.stage
def test_a_table_answers_as_memory_does(a_table: Callable[..., Address]) -> None:
    class TableAndMemory(TwoStores):
        def __init__(self) -> None:
            super().__init__()
            self.address = a_table()

        def open_other(self) -> Store:
            return DynamoDbStore(self.address)

    run_state_machine_as_test(TableAndMemory, settings=settings(max_examples=6, stateful_step_count=15, deadline=None))
