"""Flows of a real collector over HTTP, on a port of its own."""

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from hopscope_collector.api.listener import Listener
from hopscope_collector.api.settings import Limits, Settings
from hopscope_collector.client import ClientError
from hopscope_collector.lag import NAME
from hopscope_collector.rules_file import rules_for
from hopscope_collector.search.filter import BadFilter
from hopscope_collector.store.contract import Batch, Store, batch_of
from hopscope_collector.store.location import open_to_read, open_to_write
from hopscope_tui.lists.sorting import order_of
from hopscope_tui.sources.collector import CollectorSource
from hopscope_wire.model import Begin, End, Message

SECOND_US = 1_000_000
LONG_ENOUGH_S = 120.0


def an_order(number: int, start_us: int, *, took_us: int = 90_000, outcome: str = "ok") -> list[Begin | End]:
    """One invocation of `place-order`, with the order's key."""
    ids = {"trace_id": f"{number + 1:032x}", "invocation_id": f"{number:012x}0000", "request_id": f"req-{number}"}
    keys = {"order_id": f"o-{number}"}
    message = Message(index=0, source="apigateway", name="POST /orders", keys=keys)
    begin = Begin(**ids, function="place-order", start_us=start_us, messages=(message,), keys=keys)
    end = End(
        **ids,
        function="place-order",
        start_us=start_us,
        end_us=start_us + took_us,
        duration_us=took_us,
        outcome=outcome,
    )
    return [begin, end]


@pytest.fixture
def now_us() -> int:
    return time.time_ns() // 1_000


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_to_write(f"sqlite:///{tmp_path / 'orders.db'}") as opened:
        yield opened


@contextmanager
def listening(store: Store, path: Path, port: int = 0) -> Iterator[str]:
    settings = Settings("127.0.0.1", port, None, None, None, Limits())
    url = f"sqlite:///{path / 'orders.db'}"
    rules = rules_for(None, "memory:")
    with Listener(settings, store, lambda: open_to_read(url), rules=rules, say=print, ended=lambda: None) as listener:
        yield listener.url


@pytest.fixture
def source(store: Store, tmp_path: Path) -> Iterator[CollectorSource]:
    with listening(store, tmp_path) as url:
        source = CollectorSource(url)
        yield source
        source.close()


def write(store: Store, *orders: list[Begin | End]) -> None:
    store.write(batch_of([record for order in orders for record in order]))


def keys_of(window) -> list[str]:
    return [flow.keys["order_id"] for flow in window.flows]


def until(condition) -> bool:
    """A thread listens: give it the time it takes."""
    end_s = time.monotonic() + LONG_ENOUGH_S
    while not condition() and time.monotonic() < end_s:
        time.sleep(0.02)
    return bool(condition())


def test_flows_come_newest_first_and_what_is_written_later_is_heard(store, source, now_us):
    write(store, *(an_order(number, now_us - 60 * SECOND_US + number) for number in range(3)))
    assert until(lambda: source.token()[0] > 0)
    assert keys_of(source.window("", 0, 10)) == ["o-2", "o-1", "o-0"]
    before = source.token()[0]

    write(store, an_order(3, now_us))

    assert until(lambda: source.token()[0] > before)
    assert keys_of(source.window("", 0, 10)) == ["o-3", "o-2", "o-1", "o-0"]


def test_more_flows_than_a_page_holds_are_read_as_they_are_scrolled_to(store, source, now_us):
    write(store, *(an_order(number, now_us - (700 - number) * 1_000) for number in range(700)))

    window = source.window("", 600, 100)

    assert keys_of(window) == [f"o-{number}" for number in range(99, -1, -1)]
    assert window.total == 700


def test_it_sorts_filters_counts_kinds_and_finds(store, source, now_us):
    write(
        store, *(an_order(number, now_us - 10 * SECOND_US + number, took_us=90_000 * number) for number in range(1, 4))
    )
    write(store, an_order(4, now_us - 5 * SECOND_US, outcome="error"))

    assert keys_of(source.window("", 0, 2, order_of("took"))) == ["o-3", "o-2"]
    assert keys_of(source.window("", 0, 9, order_of("-took")))[-1] == "o-3"
    assert keys_of(source.window("status:failed", 0, 10)) == ["o-4"]
    assert [(kind.flows, kind.failed) for kind in source.kinds("").kinds] == [(4, 1)]
    assert source.flow("o-4").status == "failed"
    assert source.flow("o-99") is None
    with pytest.raises(BadFilter):
        source.window("status:slow", 0, 10)


def test_a_collector_that_is_behind_says_so(store, source, now_us):
    store.write(Batch(positions={NAME: json.dumps({"up_to_us": now_us - 3_600_000_000, "said_at_us": now_us})}))
    source.window("", 0, 10)

    assert "so far, 1h00 behind" in source.caution


def test_a_collector_that_goes_away_is_said_and_comes_back(store, tmp_path, now_us):
    write(store, an_order(1, now_us))
    with ExitStack() as first:
        url = first.enter_context(listening(store, tmp_path))
        source = CollectorSource(url)
        assert until(lambda: source.token()[0] > 0)
        assert source.caution is None

    assert until(lambda: source.caution is not None)
    assert "not connected since" in source.caution
    with pytest.raises(ClientError):
        source.window("", 0, 10)

    with listening(store, tmp_path, int(url.rsplit(":", 1)[-1])):
        assert until(lambda: source.caution is None)
        assert keys_of(source.window("", 0, 10)) == ["o-1"]
        source.close()


def test_nobody_there_is_an_error_with_the_next_step(now_us):
    source = CollectorSource("http://127.0.0.1:9")

    with pytest.raises(ClientError, match="hopscope collect --listen"):
        source.window("", 0, 10)
    source.close()
