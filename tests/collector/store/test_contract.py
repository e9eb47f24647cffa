"""One contract, every store: what `contract.Store` says in prose, run against each of them."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hopscope_collector.lines.brokers import BrokerFact
from hopscope_collector.lines.platform import PlatformFact
from hopscope_collector.lines.record_line import record_line
from hopscope_collector.store import blocks
from hopscope_collector.store.contract import Batch, Reach, RefusedLine, Seen, Store, Written, batch_of
from hopscope_collector.store.dynamodb.address import Address
from hopscope_collector.store.dynamodb.store import DynamoDbStore
from hopscope_collector.store.memory import MemoryStore
from hopscope_collector.store.shared_memory import SharedMemoryStore
from hopscope_collector.store.sqlite import SqliteStore


def a_refusal(fingerprint: int = 1, **given: Any) -> RefusedLine:
    return RefusedLine(
        **{
            "reason": "cut",
            "fingerprint": fingerprint,
            "source": "file:/tmp/a.log",
            "place": f"line {fingerprint}",
            "message": "line is cut",
            **given,
        }
    )


def a_fact(**given: Any) -> PlatformFact:
    return PlatformFact(**{"kind": "report", "request_id": "request-1", "at_us": 1_790_000_000_100_000, **given})


def a_broker_fact(**given: Any) -> BrokerFact:
    known = {"kind": "delivered", "ref": "events/e-1", "at_us": 1_790_000_000_100_000, "broker": "arn:aws:events:::b"}
    return BrokerFact(**{**known, **given})


class StoreContract(ABC):
    """What every store promises. Subclass it and say how to open an empty one."""

    @pytest.fixture
    @abstractmethod
    def store(self) -> Store: ...

    def test_an_empty_store_knows_nothing(self, store: Store) -> None:
        assert store.records_of(["order_id=o-1"]).records == ()
        assert store.newest(10) == []
        assert store.position("file:a") is None
        assert store.stats().received == 0
        assert store.stats().oldest_us is None

    def test_what_was_written_reads_back_whole(self, store: Store, a: Any) -> None:
        begin = a.begin(messages=(a.message("sqs/m-1", keys={"order_id": "o-1"}),), extra={"layer": "0.9"})

        written = store.write(batch_of([begin, a.end()]))

        assert written == Written(stored=2)
        assert store.records_of([begin.trace_id]).records == (begin, a.end())

    def test_the_same_batch_twice_is_stored_once(self, store: Store, a: Any) -> None:
        batch = batch_of([a.begin(), a.end()], [a_fact()])
        store.write(batch)

        written = store.write(batch)

        assert written == Written(repeated=2)
        assert store.records_of([a.begin().trace_id]).records == (a.begin(), a.end())
        assert store.stats().facts == 1

    def test_a_batch_may_repeat_itself(self, store: Store, a: Any) -> None:
        assert store.write(batch_of([a.begin(), a.begin()])) == Written(stored=1, repeated=1)

    def test_an_end_that_comes_before_its_begin_joins_it(self, store: Store, a: Any) -> None:
        store.write(batch_of([a.end()]))
        store.write(batch_of([a.begin()]))

        assert store.records_of([a.begin().invocation_id]).records == (a.begin(), a.end())
        assert len(store.newest(10)) == 1

    def test_the_parts_of_a_long_record_are_all_kept(self, store: Store, a: Any) -> None:
        parts = [a.begin(messages=(a.message(f"sqs/m-{index}", index=index),)) for index in range(3)]
        store.write(batch_of(parts[:2]))
        store.write(batch_of(parts[1:]))

        assert sorted(each.messages[0].index for each in store.records_of(["sqs/m-2"]).records) == [0, 1, 2]
        assert store.stats().repeated == 1

    def test_invocations_of_the_same_microsecond_stay_apart(self, store: Store, a: Any) -> None:
        """Their ids may even share their last digits."""
        begins = [a.begin(number, start_us=1_790_000_000_000_000) for number in (1, 0x1000001, 2)]

        store.write(batch_of(begins))

        assert [store.records_of([each.trace_id]).records for each in begins] == [(each,) for each in begins]
        assert len(store.newest(10)) == 3

    @pytest.mark.parametrize(
        "id_text",
        [
            "5e1b41515ac6c58f5b4c1d5f6a7b8c9d",
            "7a7a41515ac6c58f5b4c1d5f6a7b8c9d",
            "aabbccddeeff0000",
            "aabbccddeeff0003",
            "request-77",
            "lambda/request-77",
            "corr/77",
            "sqs/m-77",
            "m-77",
            "s3/bucket/a/key#1",
            "bucket/a/key#1",
            "order_id=o-77",
            "who=a/b",
        ],
    )
    def test_a_record_is_found_by_every_id_it_holds(self, store: Store, a: Any, id_text: str) -> None:
        begin = a.begin(
            77,
            trace_id="5e1b41515ac6c58f5b4c1d5f6a7b8c9d",
            invocation_id="aabbccddeeff0000",
            root="7a7a41515ac6c58f5b4c1d5f6a7b8c9d",
            correlation_id="corr/77",
            keys={"who": "a/b"},
            messages=(a.message("sqs/m-77", "s3/bucket/a/key#1", keys={"order_id": "o-77"}),),
        )
        store.write(batch_of([begin, a.begin(1)]))

        assert store.records_of([id_text]).records == (begin,)

    @pytest.mark.parametrize(
        "id_text", ["", "m-7", "sns/m-77", "order_id=", "order_id", "o-77", "o-7%", "ORDER_ID=o-77"]
    )
    def test_no_record_is_found_by_an_id_it_does_not_hold(self, store: Store, a: Any, id_text: str) -> None:
        store.write(batch_of([a.begin(messages=(a.message("sqs/m-77", keys={"order_id": "o-77"}),))]))

        assert store.records_of([id_text]).records == ()

    def test_ids_lead_on_from_record_to_record(self, store: Store, a: Any) -> None:
        """Producer by ref, person's step by key, an invoke by its request id."""
        producer = a.end(1, sends=(a.send("sns/s-1"),))
        consumer = a.begin(2, messages=(a.message("sqs/q-1", "sns/s-1", keys={"order_id": "o-1"}),))
        person = a.begin(3, keys={"order_id": "o-1"})
        invoker = a.end(3, trace_id=person.trace_id, sends=(a.send("lambda/request-4"),))
        invoked = a.begin(4)
        stranger = a.begin(5)
        store.write(batch_of([stranger, invoked, consumer, invoker, person, producer]))

        for each in (producer.trace_id, "q-1", "order_id=o-1", "request-4"):
            assert store.records_of([each]).records == (producer, consumer, person, invoker, invoked)

    def test_a_key_shared_by_many_does_not_pull_them_in(self, store: Store, a: Any) -> None:
        """A tenant's name joins nothing: asked for, the newest are given; met on the way, it is named and left."""
        crowd = [a.begin(number, keys={"tenant": "acme"}) for number in range(1, 9)]
        store.write(batch_of(crowd))

        of_one = store.records_of([crowd[0].trace_id], Reach(max_records_an_id=5))
        of_key = store.records_of(["tenant=acme"], Reach(max_records_an_id=5))

        assert (of_one.records, of_one.cut) == ((crowd[0],), ("tenant=acme",))
        assert (of_key.records, of_key.cut) == (tuple(crowd[3:]), ("tenant=acme",))

    def test_keys_that_shall_not_join_are_not_followed(self, store: Store, a: Any) -> None:
        store.write(batch_of([a.begin(1, keys={"day": "monday"}), a.begin(2, keys={"day": "monday"})]))
        reach = Reach(unfollowed_keys=frozenset({"day"}))

        assert store.records_of([a.trace_id(1)], reach).records == (a.begin(1, keys={"day": "monday"}),)
        assert len(store.records_of(["day=monday"], reach).records) == 2

    def test_a_closure_that_grows_too_far_says_that_it_is_not_complete(self, store: Store, a: Any) -> None:
        chain = [a.begin(n, messages=(a.message(f"sqs/{n}", f"sns/{n + 1}", f"sqs/{n + 1}"),)) for n in range(1, 40)]
        store.write(batch_of(chain))

        closure = store.records_of(["sqs/1"], Reach(max_records=10))

        assert not closure.is_complete
        assert 10 <= len(closure.records) < 39

    def test_facts_come_with_the_records_of_their_request(self, store: Store, a: Any) -> None:
        timeout = a_fact(kind="timeout", duration_us=3_000_000)
        store.write(batch_of([a.begin()], [timeout, a_fact(request_id="request-2")]))

        assert store.records_of([a.begin().trace_id]).facts == (timeout,)

    def test_what_a_broker_said_comes_with_the_records_of_its_message(self, store: Store, a: Any) -> None:
        matched = a_broker_fact(kind="matched", ref="events/e-1", targets=("arn:aws:sqs:::q",))
        store.write(batch_of([a.end(sends=(a.send("events/e-1"),))], [matched, a_broker_fact(ref="events/e-2")]))

        assert store.records_of([a.end().trace_id]).brokers == (matched,)
        assert store.records_of(["e-1"]).brokers == (matched,)

    def test_what_a_message_became_is_followed_to_the_function_without_the_layer(self, store: Store, a: Any) -> None:
        """Bus, topic, function: three logs, and a record of the sender alone."""
        to_topic = a_broker_fact(ref="events/e-1", led_to=("sns/s-1",))
        to_function = a_broker_fact(ref="sns/s-1", led_to=("lambda/request-9",), at_us=to_topic.at_us + 1)
        ran = a_fact(request_id="request-9")
        store.write(batch_of([a.end(sends=(a.send("events/e-1"),))], [ran, to_function, to_topic, to_topic]))

        closure = store.records_of([a.end().trace_id])

        assert (closure.brokers, closure.facts) == ((to_topic, to_function), (ran,))
        assert store.stats().facts == 3

    def test_facts_of_a_function_without_the_layer_are_found_by_what_invoked_it(self, store: Store, a: Any) -> None:
        store.write(batch_of([a.end(sends=(a.send("lambda/request-9"),))], [a_fact(request_id="request-9")]))

        assert store.records_of([a.end().trace_id]).facts == (a_fact(request_id="request-9"),)
        assert store.records_of(["request-9"]).facts == (a_fact(request_id="request-9"),)

    def test_a_refused_line_is_counted_by_its_reason_with_the_first_example(self, store: Store) -> None:
        store.write(Batch(refused=[a_refusal(1), a_refusal(2), a_refusal(3, reason="not_text")]))

        stats = store.stats()

        assert stats.refused == {"cut": 2, "not_text": 1}
        assert stats.examples["cut"].place == "line 1"
        assert stats.received == 3

    def test_a_refused_line_seen_again_counts_as_repeated(self, store: Store) -> None:
        store.write(Batch(refused=[a_refusal(1), a_refusal(1)]))

        written = store.write(Batch(refused=[a_refusal(1, source="stdin"), a_refusal(-(1 << 63))]))

        assert written == Written(repeated=1, refused=1)
        assert store.stats().repeated == 2

    def test_the_counters_add_up(self, store: Store, a: Any) -> None:
        for batch in (
            batch_of([a.begin(), a.end()]),
            Batch([record_line(a.begin()), record_line(a.begin(2))], refused=[a_refusal(1)]),
            Batch(refused=[a_refusal(1), a_refusal(2)]),
        ):
            store.write(batch)

        stats = store.stats()

        assert stats.received == 7 == stats.stored + stats.repeated + sum(stats.refused.values())
        assert (stats.stored, stats.repeated, stats.kept) == (3, 2, 3)

    def test_positions_are_the_last_ones_written(self, store: Store, a: Any) -> None:
        store.write(Batch(positions={"file:a": "1", "file:b": "7"}))
        store.write(Batch([record_line(a.begin())], positions={"file:a": "2"}))

        assert [store.position(each) for each in ("file:a", "file:b", "file:c")] == ["2", "7", None]

    def test_the_newest_come_first_and_in_pages(self, store: Store, a: Any) -> None:
        store.write(batch_of([each for n in (3, 1, 5, 2, 4) for each in (a.end(n), a.begin(n))]))

        first = store.newest(2)
        second = store.newest(2, before=first[-1])

        assert [each.trace_id for each in first + second] == [a.trace_id(n) for n in (5, 4, 3, 2)]
        assert first[0] == Seen(a.begin(5).start_us, a.begin(5).invocation_id, a.trace_id(5))

    def test_pages_stay_stable_while_records_arrive(self, store: Store, a: Any) -> None:
        store.write(batch_of([a.begin(n) for n in range(1, 7)]))
        first = store.newest(3)

        store.write(batch_of([a.begin(7), a.end(4), a.end(3)]))

        assert [each.trace_id for each in store.newest(9, before=first[-1])] == [a.trace_id(n) for n in (3, 2, 1)]

    def test_a_page_may_end_within_one_microsecond(self, store: Store, a: Any) -> None:
        store.write(batch_of([a.begin(n, start_us=1_790_000_000_000_000) for n in range(1, 8)]))

        pages = []
        while page := store.newest(2, before=pages[-1] if pages else None):
            pages += page

        assert [each.trace_id for each in pages] == [a.trace_id(n) for n in range(7, 0, -1)]

    def test_changes_name_the_traces_that_were_touched(self, store: Store, a: Any) -> None:
        store.write(batch_of([a.begin(1)]))
        token = store.changes_since(0).token

        store.write(batch_of([a.begin(2), a.begin(1)], [a_fact(request_id="request-1")]))
        changes = store.changes_since(token)

        assert sorted(changes.ids) == [a.trace_id(2), "lambda/request-1"]
        assert not changes.is_everything

    def test_nothing_new_is_no_change(self, store: Store, a: Any) -> None:
        store.write(batch_of([a.begin()]))
        token = store.changes_since(0).token

        store.write(batch_of([a.begin()]))
        store.write(Batch(refused=[a_refusal()], positions={"file:a": "3"}))

        assert store.changes_since(token).ids == ()
        assert store.changes_since(0).is_everything

    def test_a_token_of_another_store_gives_everything(self, store: Store, a: Any) -> None:
        """The file was removed and made anew while somebody watched."""
        store.write(batch_of([a.begin()]))

        changes = store.changes_since(store.changes_since(0).token + 7)

        assert changes.is_everything
        assert store.changes_since(changes.token).ids == ()
        assert not store.changes_since(changes.token).is_everything

    def test_pruning_removes_what_began_before(self, store: Store, a: Any) -> None:
        old, new = a.begin(1), a.begin(2, trace_id=a.trace_id(1))
        store.write(batch_of([old, a.end(1), new], [a_fact(at_us=old.start_us)]))

        removed = store.prune(new.start_us)

        assert removed == 2
        assert store.records_of([old.trace_id]).records == (new,)
        assert store.prune(new.start_us) == 0
        stats = store.stats()
        assert (stats.stored, stats.kept, stats.pruned, stats.facts) == (3, 1, 2, 0)

    def test_what_was_pruned_can_come_again(self, store: Store, a: Any) -> None:
        store.write(batch_of([a.begin(1), a.begin(2)]))
        store.prune(a.begin(2).start_us)

        assert store.write(batch_of([a.begin(1), a.begin(2)])) == Written(stored=1, repeated=1)
        assert store.records_of([a.trace_id(1)]).records == (a.begin(1),)

    def test_text_of_every_script_survives(self, store: Store, a: Any) -> None:
        begin = a.begin(function="bestellung-ü-注文-🍕", keys={"kunde": "Ö\u0000\u2028\ud83c"})
        store.write(batch_of([begin]))

        assert store.records_of(["kunde=Ö\u0000\u2028\ud83c"]).records == (begin,)

    def test_closing_twice_is_closing_once(self, store: Store) -> None:
        store.close()
        store.close()


class TestMemoryStore(StoreContract):
    @pytest.fixture
    def store(self) -> Store:
        return MemoryStore()


class TestSharedMemoryStore(StoreContract):
    @pytest.fixture
    def store(self) -> Store:
        return SharedMemoryStore()


class TestSqliteStore(StoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[Store]:
        with SqliteStore(tmp_path / "hopscope.db") as store:
            yield store


class TestSqliteStoreOfSmallBlocks(StoreContract):
    """Records are packed in blocks even when few are written at once."""

    @pytest.fixture
    def store(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
        monkeypatch.setattr(blocks, "BLOCK_SLOTS", 2)
        with SqliteStore(tmp_path / "hopscope.db") as store:
            yield store


@pytest.mark.stage
class TestDynamoDbStore(StoreContract):
    @pytest.fixture
    def store(self, a_table: Callable[..., Address]) -> Iterator[Store]:
        with DynamoDbStore(a_table()) as store:
            yield store
