"""A batch is n hops: which message a send belongs to, and still a list for every purpose."""

import copy
import json
import pickle
import threading
from itertools import islice
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hopscope_layer.arrive.message import Arrived
from hopscope_layer.batch import Records
from hopscope_layer.current import Invocation
from hopscope_layer.outcome import failed_messages
from hopscope_layer.settings import settings_of

TRACE = "5e1b41515ac6c58f5b4c1d5f6a7b8c9d"


@pytest.fixture
def now() -> Invocation:
    return an_invocation(3)


def an_invocation(count: int) -> Invocation:
    now = Invocation(settings_of({}), "9f1c22ab03d40000", TRACE)
    now.arrived = [Arrived("sqs", index, [f"sqs/m-{index}"], []) for index in range(count)]
    return now


PLAIN = [{"messageId": f"m-{index}"} for index in range(3)]


def test_while_the_function_iterates_it_is_known_which_message_is_current(now: Invocation) -> None:
    seen = [now.message_index() for _ in Records(PLAIN, now)]

    assert seen == [0, 1, 2]
    assert now.message_index() is None


def test_backwards_nested_and_enumerated_too(now: Invocation) -> None:
    records = Records(PLAIN, now)

    assert [now.message_index() for _ in reversed(records)] == [2, 1, 0]
    assert [(index, now.message_index()) for index, _ in enumerate(records)] == [(0, 0), (1, 1), (2, 2)]
    inner = [[now.message_index() for _ in records] + [now.message_index()] for _ in records]
    assert inner == [[0, 1, 2, 0], [0, 1, 2, 1], [0, 1, 2, 2]]


def test_leaving_the_loop_early_forgets_the_message(now: Invocation) -> None:
    for _ in Records(PLAIN, now):
        break

    assert now.message_index() is None


def test_an_exception_leaves_the_loop_too(now: Invocation) -> None:
    def work() -> None:
        for _ in Records(PLAIN, now):
            raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011  the user's own
        work()

    assert now.message_index() is None


def taken_ahead(records: Any) -> Any:
    """Pairs, by a generator: code that people write."""
    pair = []
    for record in records:
        pair.append(record)
        if len(pair) == 2:
            yield pair
            pair = []


AHEAD = {
    "islice": lambda records: iter(lambda: list(islice(records, 2)), []),
    "zip": lambda records: zip(records, records, strict=False),
    "a generator": taken_ahead,
    "a map": lambda records: iter(lambda: list(islice(map(dict, records), 2)), []),
}


@pytest.mark.parametrize("case", AHEAD)
def test_who_takes_several_records_before_asking_may_be_ahead_of_what_it_works_on(case: str, now: Invocation) -> None:
    """Then the batch is all that is known, for as long as the iteration goes on."""
    source = iter(Records(PLAIN * 2, now)) if case != "a generator" else Records(PLAIN * 2, now)

    seen = [[now.message_index() for _ in pair] for pair in AHEAD[case](source)]

    assert seen == [[None, None]] * 3


def test_a_loop_that_passes_over_records_is_at_the_one_it_takes(now: Invocation) -> None:
    seen = [now.message_index() for record in Records(PLAIN, now) if record["messageId"] != "m-0"]

    assert seen == [1, 2]


def test_several_messages_at_once_after_several_records_belong_to_the_batch(now: Invocation) -> None:
    seen = []
    for record in Records(PLAIN, now):
        if record["messageId"] == "m-1":
            seen = [now.message_index(2), now.message_index(2)]
            break

    assert seen == [None, 1]


def test_an_iterator_that_is_asked_record_by_record_is_followed(now: Invocation) -> None:
    records = iter(Records(PLAIN, now))

    assert [(next(records)["messageId"], now.message_index()) for _ in range(3)] == [("m-0", 0), ("m-1", 1), ("m-2", 2)]


def test_where_it_cannot_be_known_the_send_belongs_to_the_batch(now: Invocation) -> None:
    """A list made before the sends, and a thread."""
    bodies = [record["messageId"] for record in Records(PLAIN, now)]
    after = [now.message_index() for _ in bodies]
    in_thread: list[int | None] = []
    for _ in Records(PLAIN, now):
        thread = threading.Thread(target=lambda: in_thread.append(now.message_index()))
        thread.start()
        thread.join()

    assert after == [None, None, None]
    assert in_thread == [None, None, None]


def test_a_record_is_known_by_itself_wherever_it_stands(now: Invocation) -> None:
    plain = [dict(record) for record in PLAIN]
    records = Records(plain, now)
    records.reverse()
    assert [now.message_index() for _ in records] == [2, 1, 0]

    del records[1]
    records.insert(0, {"messageId": "of the function"})
    assert [now.message_index() for _ in records] == [None, 2, 0]


def test_what_is_added_while_it_is_iterated_is_iterated_too(now: Invocation) -> None:
    records = Records([dict(record) for record in PLAIN], now)
    seen = []
    for record in records:
        seen.append(record["messageId"])
        if len(records) < 5:
            records.append({"messageId": "more"})

    assert seen == ["m-0", "m-1", "m-2", "more", "more"]


def test_its_type_is_called_list_and_makes_lists(now: Invocation) -> None:
    records = Records(PLAIN, now)

    assert type(records).__name__ == "list"
    assert list(type(records)(iter(PLAIN))) == PLAIN
    assert list(reversed(type(records)())) == []


def test_an_iterator_closed_by_another_thread_restores_nothing(now: Invocation) -> None:
    records = Records([dict(record) for record in PLAIN], now)
    given_away = iter(records)
    next(given_away)
    seen = []
    for _ in records:
        thread = threading.Thread(target=given_away.close)  # type: ignore[attr-defined]
        thread.start()
        thread.join()
        seen.append(now.message_index())

    assert seen == [0, 1, 2]


def test_one_message_is_always_the_one() -> None:
    assert an_invocation(1).message_index() == 0


@given(st.lists(st.dictionaries(st.text(max_size=3), st.integers(), max_size=2), max_size=4))
def test_it_is_a_list_for_every_purpose(plain: list[Any]) -> None:
    records = Records(list(plain), an_invocation(len(plain)))

    assert isinstance(records, list)
    assert records == plain
    assert plain == records
    assert repr(records) == repr(plain)
    assert json.dumps(records) == json.dumps(plain)
    assert json.dumps({"a": records}, indent=1) == json.dumps({"a": plain}, indent=1)
    assert len(records) == len(plain)
    assert records[:2] == plain[:2]
    assert records[::-1] == plain[::-1]
    assert type(records[:2]) is list
    assert records + [1] == [*plain, 1]  # noqa: RUF005  the operator is what is tried
    assert list(records) == sorted(records, key=lambda _: 0) == plain
    for copied in (copy.copy(records), copy.deepcopy(records), pickle.loads(pickle.dumps(records))):
        assert type(copied) is list
        assert copied == plain
    records.append({})
    assert len(records) == len(plain) + 1


@pytest.mark.parametrize(
    ("failures", "indexes"),
    [
        ([], None),
        ([{"itemIdentifier": "m-1"}], [1]),
        ([{"itemIdentifier": "m-2"}, {"itemIdentifier": "m-0"}, {"itemIdentifier": "m-2"}], [0, 2]),
        ([{"itemIdentifier": "unknown"}], [0, 1, 2]),
        ([{"itemIdentifier": ""}], [0, 1, 2]),
        ([{"itemIdentifier": None}], [0, 1, 2]),
        ([{}], [0, 1, 2]),
        (["m-1"], [0, 1, 2]),
        ("m-1", [0, 1, 2]),
        ({"itemIdentifier": "m-1"}, [0, 1, 2]),
    ],
)
def test_a_partial_response_gives_back_exactly_the_failed_messages(
    failures: object, indexes: list[int] | None, now: Invocation
) -> None:
    """An unknown or empty id gives the whole batch back, as Lambda does."""
    assert failed_messages(now.arrived, failures) == indexes


def test_a_stream_names_its_messages_by_sequence_number() -> None:
    kinesis = [Arrived("kinesis", index, [f"kinesis/s/shardId-0:4{index}"], []) for index in range(3)]
    dynamodb = [
        Arrived("dynamodb", index, [f"dynamodb/t/event-{index}", f"dynamodb/t/10{index}"], []) for index in range(3)
    ]

    assert failed_messages(kinesis, [{"itemIdentifier": "41"}]) == [1, 2]
    assert failed_messages(dynamodb, [{"itemIdentifier": "102"}]) == [2]


def test_who_does_not_poll_reads_no_partial_response() -> None:
    assert failed_messages([Arrived("apigateway", 0, [], [])], [{"itemIdentifier": "a"}]) is None
