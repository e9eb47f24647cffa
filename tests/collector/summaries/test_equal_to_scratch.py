"""What a list shows is what assembling everything from scratch would show, whatever was written, pruned or waited."""

import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from hopscope_collector.flow import Flow
from hopscope_collector.flow_maker import FlowMaker
from hopscope_collector.lines.brokers import BrokerFact
from hopscope_collector.lines.facts import Fact
from hopscope_collector.lines.platform import PlatformFact
from hopscope_collector.query import Flows
from hopscope_collector.rules import Consumer, Expect, Queue, Rules, Windows
from hopscope_collector.search.filter import parsed
from hopscope_collector.stitch import flows_of
from hopscope_collector.stitch.waits import known_consumers_of
from hopscope_collector.store.contract import batch_of
from hopscope_collector.store.memory import MemoryStore
from hopscope_collector.store.sqlite import SqliteStore
from hopscope_collector.summaries.keeper import CHUNK_INVOCATIONS, FILL_INVOCATIONS, Keeper, StoreKeeper
from hopscope_wire.model import Begin, End, Message, Record, Send

FAST_FOLDER = "/dev/shm" if Path("/dev/shm").is_dir() else None
START_US = 1_790_000_000_000_000
SECOND_US = 1_000_000

RULES = Rules(
    expect=(Expect("placed", "printed", 30 * SECOND_US),),
    queues={"q": Queue("q", max_receive_count=2, retry_within_us=20 * SECOND_US, retention_us=50 * SECOND_US)},
    consumers=(Consumer("q2", "mail"),),
    windows=Windows(late_us=SECOND_US, retry_us=25 * SECOND_US),
)
FILTERS = ["", "status:failed|overdue", "!status:done", "fn:p*", "event:placed", "key:o=1", "key:o=*", "dur:>5s", "since:40s",
           "o=2", "!mail", "id:0000*", "error:*", "kind:*q*"]  # fmt: skip

numbers = st.integers(0, 7)
seconds = st.integers(0, 12)
refs = st.lists(numbers.map(lambda number: f"sqs/{number}"), max_size=2, unique=True).map(tuple)
keys = st.dictionaries(st.just("o"), st.sampled_from(["1", "2"]), max_size=1)
names = st.sampled_from([None, "placed", "printed"])
destinations = st.sampled_from(["arn:aws:sqs:eu:1:q", "arn:aws:sqs:eu:1:q2", "arn:aws:sqs:eu:1:q3"])
traces = numbers.map(lambda number: f"{number:032x}")


def records_of_one(number: int, start: int, how: str, *, messages: list[Message], sends: list[Send]) -> list[Record]:
    """One invocation: whole, or only its begin or its end."""
    start_us = START_US + start * SECOND_US
    known: dict[str, Any] = {
        "trace_id": f"{number:032x}",
        "invocation_id": f"{number + 16 * start:012x}0000",
        "request_id": f"r-{number}",
        "function": ("place", "print", "mail")[number % 3],
        "start_us": start_us,
    }
    sent = tuple(
        replace(each, send_id=known["invocation_id"][:12] + f"{index:04x}") for index, each in enumerate(sends, 1)
    )
    begin = Begin(**known, messages=tuple(messages), deadline_us=start_us + 3 * SECOND_US)
    end = End(**known, end_us=start_us + SECOND_US, duration_us=SECOND_US, outcome="ok" if number % 4 else "error",
              sends=sent, failed_messages=())  # fmt: skip
    return [each for each, is_there in ((begin, how != "end"), (end, how != "begin")) if is_there]


sends = st.builds(
    Send,
    send_id=st.just("0" * 16),
    service=st.just("sqs"),
    operation=st.just("SendMessage"),
    destination=destinations,
    name=names,
    refs=refs,
    sent_us=seconds.map(lambda second: START_US + second * SECOND_US),
    keys=keys,
)
messages = st.builds(
    Message, index=st.integers(0, 2), source=st.just("sqs"), refs=refs, name=names, origin=destinations, trace_id=st.none() | traces,
    keys=keys, attempt=st.integers(1, 3),
)  # fmt: skip
invocations = st.builds(
    records_of_one,
    numbers,
    seconds,
    st.sampled_from(["whole", "whole", "begin", "end"]),
    messages=st.lists(messages, max_size=2, unique_by=lambda each: each.index),
    sends=st.lists(sends, max_size=2),
)
facts = st.builds(
    PlatformFact,
    kind=st.sampled_from(["start", "report"]),
    request_id=numbers.map(lambda number: f"r-{number}"),
    at_us=seconds.map(lambda second: START_US + second * SECOND_US),
) | st.builds(
    BrokerFact,
    kind=st.just("delivered"),
    ref=numbers.map(lambda number: f"sqs/{number}"),
    at_us=seconds.map(lambda second: START_US + second * SECOND_US),
    broker=st.just("arn:aws:sqs:eu:1:q"),
)


def in_order(flows: Iterable[Flow]) -> list[Flow]:
    """Without their notes: one that tells of a neighbour stays when that is pruned."""
    return sorted((replace(flow, notes=()) for flow in flows), key=lambda flow: (flow.id, flow.hops[0].id))


class ListAndScratch(RuleBasedStateMachine):
    """Lists over two stores, one of which keeps summaries, beside what all of the records give at once."""

    @initialize()
    def empty(self) -> None:
        self.folder = Path(tempfile.mkdtemp(dir=FAST_FOLDER))
        self.now_us = START_US + 15 * SECOND_US
        for each in (Keeper, StoreKeeper):
            each.chunk_invocations = 3
        self.memory = MemoryStore()
        self.sqlite = SqliteStore(self.folder / "h.db")
        self.reader = SqliteStore(self.folder / "h.db", read_only=True)
        assert self.sqlite.shelves is not None
        self.lists = [Flows(each, RULES, lambda: self.now_us) for each in (self.memory, self.reader)]
        self.keeper = StoreKeeper(self.sqlite, RULES, FlowMaker(self.sqlite, RULES), shelves=self.sqlite.shelves)
        self.receivers: dict[str, set[str]] = {}

    @rule(parts=st.lists(invocations, max_size=4), told=st.lists(facts, max_size=1))
    def write(self, parts: list[list[Record]], told: list[Fact]) -> None:
        batch = batch_of([record for part in parts for record in part], told)
        assert self.sqlite.write(batch) == self.memory.write(batch)

    @rule(seconds=st.sampled_from([1, 7, 30]))
    def wait(self, seconds: int) -> None:
        self.now_us += seconds * SECOND_US

    @rule(pieces=st.integers(1, 4))
    def keep(self, pieces: int) -> None:
        for _ in range(pieces):
            self.sqlite.tidy()
            if not self.keeper.work(self.now_us):
                break

    @rule(older=st.integers(0, 8))
    def prune(self, older: int) -> None:
        """Who received from where is remembered longer than the records that showed it: so everybody looks before."""
        while self.keeper.work(self.now_us):
            pass
        for each in self.lists:
            each.page(parsed(""), 1_000)
        self._scratch()
        below_us = START_US + older * SECOND_US
        assert self.sqlite.prune(below_us) == self.memory.prune(below_us)

    @rule(filter_text=st.sampled_from(FILTERS), limit=st.integers(1, 5))
    def list_them(self, filter_text: str, limit: int) -> None:
        wanted = parsed(filter_text)
        fits = wanted.matcher()
        expected = in_order(flow for flow in self._scratch() if fits(flow, self.now_us))
        for each in self.lists:
            each.page(parsed(""), 1_000)  # so that it knows who receives from where
            assert in_order(self._all_pages(each, filter_text, limit)) == expected

    def _all_pages(self, flows: Flows, filter_text: str, limit: int) -> list[Flow]:
        found: list[Flow] = []
        page = flows.page(parsed(filter_text), limit)
        found += page.flows
        while page.after is not None:
            page = flows.page(parsed(filter_text), limit, page.after)
            found += page.flows
        return found

    def _scratch(self) -> list[Flow]:
        """Everything at once, by the reference store."""
        ids = [each.trace_id for each in self.memory.newest(10_000)]
        closure = self.memory.records_of(ids)
        told: tuple[Fact, ...] = (*closure.facts, *closure.brokers)
        for flow in flows_of(closure.records, now_us=self.now_us, rules=RULES, facts=told):
            for destination, functions in known_consumers_of(flow.hops).items():
                self.receivers.setdefault(destination, set()).update(functions)
        return flows_of(closure.records, now_us=self.now_us, rules=RULES, known_consumers=self.receivers, facts=told)

    def teardown(self) -> None:
        Keeper.chunk_invocations, StoreKeeper.chunk_invocations = FILL_INVOCATIONS, CHUNK_INVOCATIONS
        self.reader.close()
        self.sqlite.close()
        shutil.rmtree(self.folder)


TestListAndScratch = ListAndScratch.TestCase
TestListAndScratch.settings = settings(max_examples=60, stateful_step_count=14, deadline=None)
