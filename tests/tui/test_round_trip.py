"""Out of one collector over OTLP and into another, as processes: the same flows, each handed on once."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hopscope_collector.store.contract import batch_of
from hopscope_collector.store.sqlite import SqliteStore
from hopscope_wire.model import Begin, End, Message, Send, WireError

START_US = 1_763_725_867_000_000


def an_order(number: int) -> list[Begin | End]:
    """Placed over HTTP; told over a bus; the second consumer got it in a batch of two and failed at first."""
    trace, digits = f"6920530b{number:024x}", f"{number:011x}"
    at_us = START_US + number * 1_000_000
    keys = {"order_id": f"o-{number}"}
    send = Send(
        f"{digits}a0001",
        "events",
        "PutEvents",
        "orders",
        "order_placed",
        (f"events/{number}",),
        at_us + 50_000,
        900,
        extra={"attributes": {"source": "shop"}},
    )
    event = Message(
        0,
        "events",
        (f"events/{number}",),
        trace,
        f"00-{trace}-{send.send_id}-01",
        name="order_placed",
        keys=keys,
        sent_us=at_us + 60_000,
    )
    one = {
        "trace_id": trace,
        "invocation_id": f"{digits}a0000",
        "request_id": f"a{number}",
        "function": "place-order",
        "root": trace,
        "start_us": at_us,
    }
    two = {
        **one,
        "invocation_id": f"{digits}b0000",
        "request_id": f"b{number}",
        "function": "notify",
        "start_us": at_us + 80_000,
    }
    three = {**two, "invocation_id": f"{digits}c0000", "start_us": at_us + 900_000}
    return [
        Begin(**one, messages=(Message(0, "apigateway", name="POST /orders", keys=keys),), cold_start=True),
        End(**one, end_us=at_us + 60_000, duration_us=60_000, outcome="ok", sends=(send,)),
        Begin(**two, messages=(event,)),
        End(**two, end_us=at_us + 90_000, duration_us=10_000, outcome="error", error=WireError("Refused", "not now")),
        Begin(**three, messages=(event,)),
        End(**three, end_us=at_us + 910_000, duration_us=10_000, outcome="ok"),
    ]


def hopscope(*words: str) -> str:
    ran = subprocess.run(
        [sys.executable, "-m", "hopscope_tui", *words], capture_output=True, text=True, timeout=60, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@pytest.fixture
def here(tmp_path: Path) -> str:
    with SqliteStore(tmp_path / "here.db") as store:
        store.write(batch_of([record for number in range(1, 21) for record in an_order(number)]))
    return f"sqlite:///{tmp_path / 'here.db'}"


@pytest.fixture
def there(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """A collector that listens: its URL and its store's."""
    store = f"sqlite:///{tmp_path / 'there.db'}"
    words = ["collect", "--listen", "127.0.0.1:0", "--store", store]
    process = subprocess.Popen(
        [sys.executable, "-m", "hopscope_tui", *words], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    )
    assert process.stderr is not None
    said = process.stderr.readline()
    found = re.search(r"listening at (http://[\d.:]+)", said)
    assert found, said
    yield found[1], store
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)


def flows_in(store: str) -> list[Any]:
    found: list[Any] = json.loads(hopscope("flows", "--store", store, "--json", "--limit", "100"))["flows"]
    return found


def test_every_flow_comes_back_as_it_was_and_nothing_twice(here: str, there: tuple[str, str]) -> None:
    url, store = there

    for _ in range(2):
        hopscope("collect", "--export", f"otlp:{url}", "--once", "--store", here)

    assert flows_in(store) == flows_in(here)
    stats = json.loads(hopscope("stats", "--store", store, "--json"))
    assert (stats["stored"], stats["repeated"], stats["refused"]) == (20 * 4, 0, {})


def test_one_flow_is_shown_over_there(here: str, there: tuple[str, str]) -> None:
    url, store = there

    hopscope("show", "o-7", "--otlp", url, "--store", here)

    assert [flow["keys"] for flow in flows_in(store)] == [{"order_id": "o-7"}]
