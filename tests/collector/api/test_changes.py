"""`/v1/changes`: at once as JSON, or as events for as long as somebody listens."""

import itertools
import json
from collections.abc import Iterator
from contextlib import closing

import httpx
import pytest

from hopscope_collector.client import Changed, Client
from hopscope_collector.store.contract import Changes
from hopscope_collector.store.memory import MemoryStore


def events_of(answer: httpx.Response) -> Iterator[dict[str, str]]:
    """Event by event, as name → value."""
    lines = (line for line in answer.iter_lines() if not line.startswith(":"))
    while True:
        event = dict(line.split(": ", 1) for line in itertools.takewhile(bool, lines))
        if event:
            yield event


def listen(client: httpx.Client, **headers: str):
    return client.stream("GET", "/v1/changes", headers={"accept": "text/event-stream", **headers})


def test_at_once_it_says_what_changed_since_a_token(collector, a_line) -> None:
    collector.post(a_line(1))
    first = collector.get("/v1/changes").json()
    collector.post(a_line(2))

    changes = collector.get("/v1/changes", since=first["token"]).json()

    assert first["everything"]
    assert (changes["ids"], changes["everything"]) == ([f"{2:032x}"], False)


def test_a_listener_is_told_as_it_happens(collector, a_line) -> None:
    collector.post(a_line(1))
    with collector.client() as client, listen(client) as answer:
        events = events_of(answer)
        opening = next(events)
        collector.post(a_line(2))
        event = next(events)

    assert json.loads(opening["data"])["everything"]
    assert event["event"] == "changes"
    assert json.loads(event["data"])["ids"] == [f"{2:032x}"]
    assert event["id"] == str(json.loads(event["data"])["token"])


def test_an_empty_store_says_so_once(collector, a_line) -> None:
    with collector.client() as client, listen(client) as answer:
        events = events_of(answer)
        opening = next(events)
        collector.post(a_line(1))
        second = next(events)

    assert json.loads(opening["data"])["token"] == 0
    assert json.loads(second["data"])["token"] > 0


def test_who_lost_the_connection_goes_on_where_it_was(collector, a_line) -> None:
    collector.post(a_line(1))
    with collector.client() as client:
        with listen(client) as answer:
            opening = next(events_of(answer))
        collector.post(a_line(2))
        collector.post(a_line(3))
        with listen(client, **{"last-event-id": opening["id"]}) as answer:
            event = next(events_of(answer))

    assert json.loads(event["data"])["ids"] == [f"{2:032x}", f"{3:032x}"]


@pytest.mark.parametrize("last", ["x", "-1", "9" * 40, "1e3"])
def test_a_last_event_that_is_none_of_ours_is_refused(collector, last) -> None:
    with collector.client() as client, listen(client, **{"last-event-id": last}) as answer:
        assert answer.status_code == 400


def test_one_listener_too_many_is_asked_to_come_again(serve) -> None:
    collector = serve(listeners=1)
    with collector.client() as client, listen(client) as first:
        events = events_of(first)  # kept: a generator that is dropped closes the connection
        assert next(events)
        with listen(client) as second:
            assert (second.status_code, second.headers.get("retry-after")) == (503, "10")


def test_a_listener_that_left_makes_room(serve) -> None:
    collector = serve(listeners=1)
    for _ in range(3):
        with collector.client() as client:
            for _try in range(100):
                with listen(client) as answer:
                    if answer.status_code == 200:
                        assert next(events_of(answer))
                        break
            else:
                pytest.fail("no room after a hundred tries")


class BusyStore(MemoryStore):
    """One in which very much changed while somebody was away."""

    def changes_since(self, token: int) -> Changes:
        return Changes(9, tuple(f"{number:032x}" for number in range(20_000 if token < 9 else 0)))


def test_who_was_away_for_too_long_reads_everything_again(serve) -> None:
    """An event of megabytes is more than a reader holds, and would be sent again at every try."""
    collector = serve(store=BusyStore())

    assert collector.get("/v1/changes", since=1).json() == {"hopscope": 1, "token": 9, "ids": [], "everything": True}
    with Client(collector.url) as client, closing(client.changes(since=1)) as changes:
        assert next(changes) == Changed(9, is_everything=True)
