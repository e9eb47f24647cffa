"""The real source over a real file that is written while it is read."""

import json
import time
from pathlib import Path

import pytest

from hopscope_collector import query
from hopscope_collector.errors import StoreMissing
from hopscope_collector.lag import NAME
from hopscope_collector.search.filter import BadFilter
from hopscope_collector.store.contract import Batch, Store, batch_of
from hopscope_collector.store.location import open_to_write
from hopscope_tui.lists import listing
from hopscope_tui.lists.listing import TOP_ROWS
from hopscope_tui.sources.store import StoreSource
from hopscope_wire.model import Begin, End, Message

SECOND_US = 1_000_000


@pytest.fixture
def now_us() -> int:
    return time.time_ns() // 1_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "orders.db"


@pytest.fixture
def store(path: Path):
    with open_to_write(f"sqlite:///{path}") as opened:
        yield opened


@pytest.fixture
def source(path: Path):
    source = StoreSource(f"sqlite:///{path}")
    yield source
    source.close()


def an_order(number: int, start_us: int, *, ended: bool = True, outcome: str = "ok") -> list[Begin | End]:
    """One invocation of `place-order`, with the order's key."""
    ids = {"trace_id": f"{number:032x}", "invocation_id": f"{number:012x}0000", "request_id": f"req-{number}"}
    keys = {"order_id": f"o-{number}"}
    message = Message(index=0, source="apigateway", name="POST /orders", keys=keys)
    begin = Begin(**ids, function="place-order", start_us=start_us, messages=(message,), keys=keys)
    end = End(
        **ids, function="place-order", start_us=start_us, end_us=start_us + 90_000, duration_us=90_000, outcome=outcome
    )
    return [begin, end] if ended else [begin]


def write(store: Store, *orders: list[Begin | End]) -> None:
    store.write(batch_of([record for order in orders for record in order]))


def keys_of(window) -> list[str]:
    return [flow.keys["order_id"] for flow in window.flows]


def test_flows_come_newest_first(store, source, now_us):
    write(store, *(an_order(number, now_us - 60 * SECOND_US + number) for number in range(5)))

    window = source.window("", 0, 3)

    assert keys_of(window) == ["o-4", "o-3", "o-2"]


def test_what_is_written_later_changes_the_token_and_the_window(store, source, now_us):
    write(store, an_order(1, now_us - SECOND_US, ended=False))
    before = source.token()
    assert [flow.status for flow in source.window("", 0, 10).flows] == ["running"]

    write(store, an_order(1, now_us - SECOND_US), an_order(2, now_us))

    assert source.token() != before
    assert [flow.status for flow in source.window("", 0, 10).flows] == ["done", "done"]


def test_a_change_deep_in_a_long_list_is_seen_and_every_flow_stands_once(store, source, now_us):
    count = 3 * TOP_ROWS
    write(store, *(an_order(number, now_us - (count - number) * 1_000, ended=number != 7) for number in range(count)))
    assert len(source.window("", 0, count).flows) == count

    write(store, an_order(7, now_us - (count - 7) * 1_000), an_order(count, now_us))
    window = source.window("", 0, count + 1)

    assert keys_of(window) == [f"o-{number}" for number in range(count, -1, -1)]
    assert {flow.status for flow in window.flows} == {"done"}


def test_any_id_finds_the_flow(store, source, now_us):
    write(store, *(an_order(number, now_us) for number in range(3)))

    assert [source.flow(each).keys["order_id"] for each in ("o-1", "order_id=o-1", "req-1", f"{1:032x}")] == ["o-1"] * 4
    assert source.flow("o-99") is None


def test_a_filter_is_the_command_lines_own(store, source, now_us):
    write(store, an_order(1, now_us), an_order(2, now_us + 1, outcome="error"))

    assert keys_of(source.window("status:failed", 0, 10)) == ["o-2"]
    with pytest.raises(BadFilter):
        source.window("status:slow", 0, 10)


def test_a_store_that_is_not_there_yet_is_opened_when_it_is(path, now_us):
    source = StoreSource(f"sqlite:///{path}")
    with pytest.raises(StoreMissing):
        source.token()

    with open_to_write(f"sqlite:///{path}") as store:
        write(store, an_order(1, now_us))

    assert keys_of(source.window("", 0, 10)) == ["o-1"]
    source.close()


def test_a_store_that_is_replaced_by_another_file_is_opened_anew(path, source, now_us):
    with open_to_write(f"sqlite:///{path}") as store:
        write(store, an_order(1, now_us))
    assert keys_of(source.window("", 0, 10)) == ["o-1"]

    for file in path.parent.glob("orders.db*"):
        file.unlink()
    with pytest.raises(StoreMissing):
        source.token()
    with open_to_write(f"sqlite:///{path}") as store:
        write(store, an_order(2, now_us))

    assert keys_of(source.window("", 0, 10)) == ["o-2"]


def test_a_filtered_list_is_kept_up_to_date_by_what_changed(store, source, now_us):
    write(store, *(an_order(number, now_us - 10_000 + number, outcome="error") for number in range(3)))
    assert keys_of(source.window("status:failed", 0, 10)) == ["o-2", "o-1", "o-0"]

    write(store, an_order(3, now_us, outcome="error"), an_order(4, now_us + 1))

    assert keys_of(source.window("status:failed", 0, 10)) == ["o-3", "o-2", "o-1", "o-0"]
    assert keys_of(source.window("status:done", 0, 10)) == ["o-4"]


def test_a_flow_that_no_longer_fits_leaves_the_filtered_list(store, source, now_us):
    write(store, an_order(1, now_us, ended=False), an_order(2, now_us + 1, ended=False))
    assert keys_of(source.window("status:running", 0, 10)) == ["o-2", "o-1"]

    write(store, an_order(2, now_us + 1))

    assert keys_of(source.window("status:running", 0, 10)) == ["o-1"]


def test_a_store_that_is_behind_is_shown_as_such(source, store, now_us):
    write(store, an_order(1, now_us))
    assert source.window("", 0, 10).total == 1
    assert source.caution is None

    source.close()
    store.write(Batch(positions={NAME: json.dumps({"up_to_us": now_us - 3_600 * SECOND_US, "said_at_us": now_us})}))
    source.token()

    assert "so far, 1h00 behind" in source.caution


def test_an_order_number_is_found_however_many_flows_are_newer(source, store, now_us, monkeypatch):
    monkeypatch.setattr(query, "MOST_LOOKED_AT", 5)
    monkeypatch.setattr(listing, "SEARCHED_S", -1.0, raising=False)
    write(store, *(an_order(number, now_us - 60 * SECOND_US + number) for number in range(20)))

    assert keys_of(source.window("o-3", 0, 5)) == ["o-3"]
    assert keys_of(source.window("o-33", 0, 5)) == []
