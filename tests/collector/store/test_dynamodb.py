"""What only a table can be: throttled, half done, written by several at once, shared by many, paid for by the KB."""

import base64
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hopscope_collector.dead_letters import MemoryDeadLetters
from hopscope_collector.errors import NotAStoreUrl, StoreBusy, StoreError, StoreMissing
from hopscope_collector.lambda_entry import Subscriber
from hopscope_collector.lines.record_line import record_line
from hopscope_collector.store.contract import Batch, Reach, RefusedLine, Written, batch_of
from hopscope_collector.store.dynamodb import keys, pointers, table, writing
from hopscope_collector.store.dynamodb.address import Address, address_of
from hopscope_collector.store.dynamodb.items import Writer
from hopscope_collector.store.dynamodb.packing import packed, unpacked
from hopscope_collector.store.dynamodb.store import DynamoDbStore
from hopscope_collector.store.location import open_to_read, open_to_write
from hopscope_stage.capacity import Meter
from hopscope_stage.faults import FaultyDynamoDb, Shares

pytestmark = pytest.mark.stage

NOW_US = 1_790_000_100_000_000


@pytest.fixture
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Prevents tests that wait between tries as long as a collector does."""
    monkeypatch.setattr(table, "FIRST_PAUSE_S", 0.001)
    monkeypatch.setattr(table, "LONGEST_PAUSE_S", 0.01)


@pytest.fixture
def impatient(short_pauses: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Prevents tests in which no try ever succeeds from waiting as long as a person would."""
    monkeypatch.setattr(table, "PATIENCE_S", 0.5)
    monkeypatch.setattr(table, "REACHED_WITHIN_S", 0.1)


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("dynamodb://hops", Address("hops")),
        ("dynamodb://hops?region=eu-west-1&days=30", Address("hops", "eu-west-1", days=30)),
        ("dynamodb://hops?endpoint=http://127.0.0.1:4566", Address("hops", endpoint="http://127.0.0.1:4566")),
    ],
)
def test_a_url_names_a_table(url: str, address: Address) -> None:
    assert address_of(url) == address


@pytest.mark.parametrize("url", ["dynamodb://", "dynamodb://?region=x", "dynamodb://t?days=0", "dynamodb://t?day=3"])
def test_a_url_that_is_wrong_says_what_was_expected(url: str) -> None:
    with pytest.raises(NotAStoreUrl, match=r"expected|none of|not a whole number"):
        open_to_read(url)


def test_a_table_that_is_not_there_says_how_to_make_it(a_table: Callable[..., Address]) -> None:
    missing = replace(a_table(), table="nobody-made-this")

    with closing(DynamoDbStore(missing)) as store, pytest.raises(StoreMissing, match="serverless deploy"):
        store.newest(1)


@pytest.mark.usefixtures("impatient")
def test_a_table_that_cannot_be_reached_is_not_waited_for_as_for_a_busy_one(a_table: Callable[..., Address]) -> None:
    nowhere = replace(a_table(), endpoint="http://127.0.0.1:9")

    with closing(DynamoDbStore(nowhere)) as store, pytest.raises(StoreError, match="cannot be reached"):
        store.newest(1)


def test_ids_are_asked_for_one_by_one_when_together_they_are_too_much(a_table: Callable[..., Address], a: Any) -> None:
    """As DynamoDB answers when fifty partitions hold more than 1 MB."""
    address, traces = a_table(), [a.trace_id(number) for number in range(1, 9)]
    with closing(DynamoDbStore(address)) as store:
        store.write(batch_of([each for number in range(1, 9) for each in a_flow(a, number, 3)]))
        together = store.records_of(traces)

    with FaultyDynamoDb(str(address.endpoint), Shares(cut=1.0)) as cutting:
        with closing(DynamoDbStore(replace(address, endpoint=cutting.endpoint))) as store:
            assert store.records_of(traces) == together
        assert cutting.met["cut"]
    assert len(together.records) == 48


def test_the_url_opens_the_table_for_writers_and_readers(a_table: Callable[..., Address], a: Any) -> None:
    address = a_table()
    url = f"dynamodb://{address.table}?region={address.region}&endpoint={address.endpoint}"
    with open_to_write(url) as store:
        store.write(batch_of([a.begin()]))

    with open_to_read(url) as store:
        assert store.records_of([a.trace_id(1)]).records == (a.begin(),)


@given(st.text(max_size=300))
def test_packing_is_undone_by_unpacking(text: str) -> None:
    assert unpacked(packed(text)) == text


def test_a_record_too_large_for_an_item_is_kept_in_parts(a_table: Callable[..., Address], a: Any) -> None:
    noise = random.Random(1).randbytes(600_000).hex()
    begin = a.begin(extra={"later": noise})
    with closing(DynamoDbStore(a_table())) as store:
        assert store.write(batch_of([begin])) == Written(stored=1)
        assert store.write(batch_of([begin])) == Written(repeated=1)
        assert store.records_of([begin.trace_id]).records == (begin,)
        assert store.prune(NOW_US) == 1
        assert store.stats().kept == 0


@pytest.mark.usefixtures("short_pauses")
@pytest.mark.parametrize("shares", [Shares(refuse=0.3), Shares(half=0.5), Shares(lose=0.2), Shares(0.2, 0.2, 0.1)])
def test_nothing_is_lost_or_double_where_calls_are_refused_half_done_or_lost(
    a_table: Callable[..., Address], a: Any, shares: Shares
) -> None:
    address = a_table()
    records = [each for n in range(1, 121) for each in (a.begin(n, keys={"order_id": f"o-{n // 3}"}), a.end(n))]
    refused = [RefusedLine("cut", 7, "-", "line 7", "cut")]
    with FaultyDynamoDb(str(address.endpoint), shares) as faulty:
        with closing(DynamoDbStore(replace(address, endpoint=faulty.endpoint))) as store:
            for start in range(0, len(records), 40):
                lines = [record_line(each) for each in records[start : start + 40]]
                store.write(Batch(lines, refused=refused, positions={"s": str(start)}))
        assert faulty.met["refuse"] + faulty.met["half"] + faulty.met["lose"] > 5

    with closing(DynamoDbStore(address)) as store:
        stats = store.stats()
        assert (stats.stored, stats.repeated, stats.refused, stats.kept) == (240, 5, {"cut": 1}, 240)
        assert store.position("s") == "200"
        assert len(store.newest(1_000)) == 120
        assert len(store.records_of(["order_id=o-7"]).records) == 6


@pytest.mark.usefixtures("impatient")
def test_a_write_that_gave_up_is_as_if_it_had_not_been_tried(a_table: Callable[..., Address], a: Any) -> None:
    """Some of it is in the table already: the same batch again is stored, not repeated, by whoever brings it."""
    address = a_table()
    batch = Batch([record_line(a.begin(n)) for n in range(1, 61)], positions={"s": "60"})
    refusing = FaultyDynamoDb(str(address.endpoint), Shares(refuse=1.0, only=frozenset({"TransactWriteItems"})))
    with refusing as faulty, closing(DynamoDbStore(replace(address, endpoint=faulty.endpoint))) as store:
        with pytest.raises(StoreBusy, match="had no capacity"):
            store.write(batch)
        assert store.stats().received == 0
        assert store.position("s") is None

    with closing(DynamoDbStore(address)) as store:
        assert store.write(batch) == Written(stored=60)
        assert store.stats().kept == 60


def test_nothing_goes_on_behind_a_call_that_failed(a_table: Callable[..., Address]) -> None:
    """A put that is late would take the item away from the write that came after."""
    has_begun, has_failed, done = threading.Event(), threading.Event(), list[str]()

    def work(which: str) -> None:
        if which == "fails":
            has_begun.wait()
            has_failed.set()
            raise StoreBusy("no capacity")
        has_begun.set()
        has_failed.wait()
        done.append(which)

    with closing(table.Table(a_table())) as calls, pytest.raises(StoreBusy):
        calls.each(work, ["fails", "late"])
    assert done == ["late"]


class Context:
    aws_request_id = "r-1"


def as_kinesis_hands_over(data: Sequence[str]) -> dict[str, Any]:
    given = {"eventSource": "aws:kinesis", "eventSourceARN": "arn:aws:kinesis:::stream/hops"}
    records = [
        {**given, "eventID": f"shard:{number}", "kinesis": {"data": each, "sequenceNumber": str(number)}}
        for number, each in enumerate(data)
    ]
    return {"Records": records}


@pytest.mark.usefixtures("impatient")
def test_a_collector_brings_everything_through_an_outage_that_lasts(
    a_table: Callable[..., Address], a: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch that fails comes again in two halves, as the event source is told to do it, until the table is well."""
    monkeypatch.setattr(table, "PATIENCE_S", 0.02)
    address, letters = a_table(), MemoryDeadLetters()
    data = [
        base64.b64encode(f"{record_line(a.begin(n)).text}\n{record_line(a.end(n)).text}".encode()).decode()
        for n in range(1, 17)
    ]
    waiting = [[*data, "H4sIAAAAAAAA"]]
    with (
        FaultyDynamoDb(str(address.endpoint), Shares()) as faulty,
        closing(DynamoDbStore(replace(address, endpoint=faulty.endpoint))) as store,
    ):
        collector = Subscriber(store, letters)
        for shares in (Shares(refuse=1.0), Shares(refuse=0.8, half=0.5), Shares(lose=0.9), Shares()):
            faulty.shares, batches, waiting = shares, waiting, []
            for batch in batches:
                try:
                    collector.handle(as_kinesis_hands_over(batch), Context())
                except StoreError:
                    middle = max(1, len(batch) // 2)
                    waiting += [part for part in (batch[:middle], batch[middle:]) if part]

        stats = store.stats()

    assert waiting == []
    assert (stats.stored, stats.kept, stats.refused) == (32, 32, {"broken_stream": 1})
    assert len(letters.letters) == 1


def test_what_was_stored_long_ago_is_still_a_repeat(
    a_table: Callable[..., Address], a: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process remembers so many finished writes only, and asks the table about the others."""
    monkeypatch.setattr(writing, "REMEMBERED_WRITES", 1)
    with closing(DynamoDbStore(a_table())) as store:
        for number in range(1, 4):
            store.write(batch_of([a.begin(number)]))

        assert store.write(batch_of([a.begin(number) for number in range(1, 4)])) == Written(repeated=3)


def test_a_long_trace_is_read_in_few_calls(a_table: Callable[..., Address], a: Any) -> None:
    address = a_table()
    records = [a.begin(number, trace_id=a.trace_id(1)) for number in range(1, 81)]
    with closing(DynamoDbStore(address)) as store:
        store.write(batch_of(records))

    with FaultyDynamoDb(str(address.endpoint), Shares()) as counting:
        with closing(DynamoDbStore(replace(address, endpoint=counting.endpoint))) as store:
            pages = list(store._table.query(keys.partition_of(a.trace_id(1)), limit=5))
        assert counting.met["asked"] <= 6
    assert len(pages) == 80


def test_the_name_of_a_file_that_is_no_text_is_counted_too(a_table: Callable[..., Address]) -> None:
    """DynamoDB refuses what is not UTF-8, and would refuse it for ever."""
    refused = RefusedLine("cut", 7, "file:caf\udce9.log", "line 1", "the line is cut")
    with closing(DynamoDbStore(a_table())) as store:
        store.write(Batch(refused=[refused]))

        assert store.stats().examples["cut"].source == "file:caf?.log"


def test_more_sources_and_days_than_a_transaction_takes(a_table: Callable[..., Address], a: Any) -> None:
    day_us = 86_400_000_000
    records = [a.begin(n, start_us=a.begin(1).start_us + n * day_us) for n in range(100)]
    positions = {f"file:{n}": str(n) for n in range(150)}
    with closing(DynamoDbStore(a_table())) as store:
        assert store.write(Batch([record_line(each) for each in records], positions=positions)) == Written(stored=100)

        assert [store.position(each) for each in positions] == list(positions.values())
        assert (store.stats().kept, len(store.newest(200))) == (100, 100)


def test_several_writers_at_once_lose_and_double_nothing(a_table: Callable[..., Address], a: Any) -> None:
    address = a_table()

    def write(writer: int) -> None:
        with closing(DynamoDbStore(address)) as store:
            for number in range(8):
                store.write(batch_of([a.begin(writer * 100 + number), a.end(writer * 100 + number)]))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(1, 5)))

    with closing(DynamoDbStore(address)) as store:
        assert (store.stats().stored, store.stats().kept) == (64, 64)
        assert len(store.newest(100)) == 32
        assert store.changes_since(1).token == 32


def test_a_reader_misses_no_change_of_a_writer_that_is_slow_to_finish(a_table: Callable[..., Address], a: Any) -> None:
    """Numbers 2 and 3 are taken; 3 is committed first. Number 2 never is: past half a minute it is passed over."""
    from hopscope_collector.store.dynamodb import changes

    moment_us = [NOW_US]
    with closing(DynamoDbStore(a_table(), clock_us=lambda: moment_us[0])) as store:
        store.write(batch_of([a.begin(1)]))
        token = store.changes_since(0).token
        late = changes.next_number(store._table)
        store.write(batch_of([a.begin(3)]))

        assert store.changes_since(token).ids == ()
        assert store.changes_since(token).token == token

        store._table.commit([changes.change(late, ["late"], NOW_US)], "token")
        assert store.changes_since(token).ids == ("late", a.trace_id(3))

        token = store.changes_since(token).token
        changes.next_number(store._table)
        store.write(batch_of([a.begin(5)]))
        moment_us[0] += 31_000_000
        assert store.changes_since(token).ids == (a.trace_id(5),)


def test_an_id_that_very_many_traces_share_is_spread_and_still_found(
    a_table: Callable[..., Address], a: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pointers, "SPREAD_FROM", 20)
    address = a_table()
    crowd = [a.begin(number, keys={"tenant": "acme"}) for number in range(1, 161)]
    with closing(DynamoDbStore(address)) as store:
        for start in range(0, 160, 40):
            store.write(batch_of(crowd[start : start + 40]))
        of_key = store.records_of(["tenant=acme"])
        asked = store.records_of(["tenant=acme"], Reach(max_records_an_id=5))
        met = store.records_of([a.trace_id(9)], Reach(max_records_an_id=5))

        partitions = Counter(item["pk"]["S"] for item in store._table.scan("at_us > :zero", zero=0))

    assert of_key.records == tuple(crowd)
    assert (len(asked.records), asked.cut) == (5, ("tenant=acme",))
    assert (met.records, met.cut) == ((crowd[8],), ("tenant=acme",))
    assert max(partitions.values()) <= 45


def test_what_is_older_than_its_days_is_counted_as_gone(a_table: Callable[..., Address], a: Any) -> None:
    """TTL removes it without telling anyone."""
    moment_us = [a.begin(1).start_us + 1_000]
    with closing(DynamoDbStore(a_table(days=3), clock_us=lambda: moment_us[0])) as store:
        store.write(batch_of([a.begin(1), a.end(1)]))
        assert (store.stats().kept, store.stats().pruned) == (2, 0)
        items = list(store._table.query(keys.partition_of(a.trace_id(1))))
        gone_s = {int(item["gone_s"]["N"]) for item in items}
        assert gone_s == {a.begin(1).start_us // 1_000_000 + 3 * 86_400}

        moment_us[0] += 5 * 86_400_000_000
        stats = store.stats()

        assert (stats.stored, stats.kept, stats.pruned) == (2, 0, 2)
        assert store.newest(10) == []


@pytest.mark.parametrize(
    ("at_us", "gone_s"),
    [
        (NOW_US, NOW_US // 1_000_000 + 3 * 86_400),
        (0, NOW_US // 1_000_000 + 3 * 86_400),
        (1_000_000, NOW_US // 1_000_000),
    ],
)
def test_what_is_older_than_its_days_when_it_comes_goes_now(at_us: int, gone_s: int) -> None:
    """TTL passes over what should have gone more than five years ago."""
    assert Writer("write", NOW_US, days=3).gone(at_us) == {"gone_s": {"N": str(gone_s)}}


@pytest.fixture
def metered(a_table: Callable[..., Address], monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[DynamoDbStore, Meter]]:
    monkeypatch.setattr(table, "AT_ONCE", 1)  # so that answers and questions come in turn
    with closing(DynamoDbStore(a_table(days=30), clock_us=lambda: NOW_US)) as store:
        yield store, Meter(store._table.client)


def a_flow(a: Any, number: int, hops: int) -> list[Any]:
    """A chain of functions, each woken by what the one before sent; the first knows the order."""
    trace, records = a.trace_id(number), []
    for hop in range(hops):
        at = number * 1_000 + hop
        given = {"trace_id": trace, "root": a.trace_id(900_000 + at), "keys": {"order_id": f"o-{number}"}}
        refs = (f"events/7bf73129-1428-4cd3-a780-{at:012d}",)
        messages = (a.message(*refs, source="events", sent_us=NOW_US, name="order_placed"),) if hop else ()
        sends = (a.send(f"events/7bf73129-1428-4cd3-a780-{at + 1:012d}", service="events", name="order_placed"),)
        request = f"5812c969-3f21-5d4f-a84e-{at:012d}"
        records.append(a.begin(at, request_id=request, messages=messages, **given))
        records.append(a.end(at, request_id=request, sends=sends, **given))
    return records


def test_what_writes_and_reads_cost_is_what_the_documentation_says(
    metered: tuple[DynamoDbStore, Meter], a: Any, docs_costs: Mapping[str, float]
) -> None:
    store, meter = metered
    hops, flows = 5, 40
    for start in range(1, flows + 1, 20):
        store.write(batch_of([each for number in range(start, start + 20) for each in a_flow(a, number, hops)]))
    written = meter.written / (hops * flows)
    looked = meter.read / (hops * flows)

    meter.read = 0
    assert len(store.records_of([a.trace_id(7)]).records) == 2 * hops
    one_flow = meter.read

    meter.read = 0
    assert len(store.newest(100)) == 100
    page = meter.read

    meter.read = 0
    token = store.changes_since(0).token
    meter.read = 0
    assert store.changes_since(token).ids == ()
    nothing_new = meter.read

    measured = {
        "write units a hop": round(written, 2),
        "read units a hop, while writing": round(looked, 2),
        "read units of a flow of five hops, by trace id": one_flow,
        "read units of a hundred of the newest invocations": page,
        "read units of asking whether anything changed": nothing_new,
    }
    assert measured == docs_costs, measured
