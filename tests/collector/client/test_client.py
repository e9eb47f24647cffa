"""The client against a real collector, and against one that fails in every way."""

import asyncio
import difflib
import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, aclosing, closing, contextmanager
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hopscope_collector.api.listener import Listener
from hopscope_collector.api.settings import Settings
from hopscope_collector.client import (
    AsyncClient,
    Changed,
    Client,
    NotAnAnswer,
    NotTaken,
    SeveralFlows,
    Taken,
    Unreachable,
)
from hopscope_collector.client.address import NotACollectorUrl, address_of
from hopscope_collector.client.retrying import COMEBACK, Patience
from hopscope_collector.documented.flow_from_json import flow_from_json
from hopscope_collector.documented.flow_json import flow_json
from hopscope_collector.executions.as_json import execution_as_json
from hopscope_collector.executions.from_json import execution_from_json
from hopscope_collector.flow import Broker, Failure, Flow, Hop, Link, Send, Wait
from hopscope_collector.kinds import Window
from hopscope_collector.rules_file import rules_for
from hopscope_collector.search.filter import BadFilter
from hopscope_collector.store.location import open_to_read, open_to_write

FOLDER = Path(__file__).parents[3] / "collector/hopscope_collector/client"
HASTE = Patience(tries=3, first_pause_s=0.001, longest_pause_s=0.002)
AT_US = 1_790_000_000_000_000


def a_line(number: int, **more: object) -> str:
    identity = {"traceId": f"{number:032x}", "invocationId": f"{number:012x}0000", "requestId": f"r-{number}"}
    return json.dumps(
        {"hopscope": 1, "record": "begin", **identity, "function": "f", "startUs": AT_US + number, **more}
    )


@contextmanager
def listening(url: str, port: int = 0, token: str | None = None) -> Iterator[str]:
    with (
        open_to_write(url) as store,
        Listener(
            Settings("127.0.0.1", port, token), store, lambda: open_to_read(url),
            rules=rules_for(None, url), say=pytest.fail, ended=lambda: None,
        ) as listener,
    ):  # fmt: skip
        yield listener.url


@pytest.fixture
def store(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'hopscope.db'}"


@pytest.fixture
def collector(store: str) -> Iterator[str]:
    with listening(store) as url:
        yield url


def test_what_was_sent_is_read_as_the_collector_s_own_values(collector: str) -> None:
    with Client(collector) as client:
        assert client.send([a_line(1), a_line(2), "{"]) == Taken(2, 2, 0, {}, others=1)
        assert client.send([a_line(1)]).repeated == 1
        pages = [client.flows(limit=1)]
        pages.append(client.flows(limit=1, after=pages[0].after))
        flow = client.flow("r-1")

        assert [flow.id for page in pages for flow in page.flows] == [f"{2:032x}", f"{1:032x}"]
        assert flow is not None
        assert flow.hops[0].request_id == "r-1"
        assert [each.id for each in client.all_flows("id:r-2")] == [f"{2:032x}"]
        assert client.flow("nobody") is None
        assert client.execution("arn:aws:states:::x") is None
        assert client.executions(flow) == ()
        assert client.stats().stored == 2
        assert client.kinds(Window(AT_US, AT_US + 9, 3)).arrivals == (2, 0, 0)


async def test_the_asynchronous_client_says_the_same(collector: str) -> None:
    async with AsyncClient(collector) as client:
        await client.send([a_line(1), a_line(2)])

        assert [flow.id async for flow in client.all_flows()] == [f"{2:032x}", f"{1:032x}"]
        assert (await client.stats()).stored == 2
        assert (await client.changes_since(0)).is_everything


def test_the_two_clients_are_one_text_but_for_await() -> None:
    """What is fixed in one is fixed in the other."""
    there = FOLDER.joinpath("asynchronous.py").read_text()
    there = re.sub(r"\basync |\bawait ", "", there)
    renames = {"AsyncClient": "Client", "AsyncIterator": "Iterator", "AsyncBaseTransport": "BaseTransport",
               "asyncio.sleep": "time.sleep", "aclose": "close", "__aenter__": "__enter__", "__aexit__": "__exit__",
               "aread": "read", "aiter_lines": "iter_lines"}  # fmt: skip
    for name, plain in renames.items():
        there = there.replace(name, plain)
    here, there = ("".join(text.split()) for text in (FOLDER.joinpath("synchronous.py").read_text(), there))
    begin = "PAGE="

    difference = difflib.SequenceMatcher(None, here[here.index(begin) :], there[there.index(begin) :], autojunk=False)

    assert difference.ratio() > 0.97


def test_people_import_it_by_a_shorter_name() -> None:
    import hopscope.client
    import hopscope_collector.client

    names = hopscope_collector.client.__all__
    assert [getattr(hopscope.client, name) for name in names] == [
        getattr(hopscope_collector.client, name) for name in names
    ]


def test_an_error_comes_as_what_it_is(collector: str) -> None:
    with Client(collector) as client:
        with pytest.raises(BadFilter) as bad:
            client.flows("fn:a stauts:x")
        with pytest.raises(NotTaken, match="cursor is none of ours"):
            client.flows(after="nope")
        batch = [{"index": n, "source": "sqs", "refs": [f"sqs/{n}"]} for n in (0, 1)]
        client.send([a_line(7, messages=batch)])
        with pytest.raises(SeveralFlows) as several:
            client.flow("r-7")
        candidates = [client.flow(each) for each in several.value.candidates]

    assert (bad.value.start, bad.value.end) == (5, 11)
    assert [flow and flow.id for flow in candidates] == list(several.value.candidates)
    assert len(candidates) == 2


def test_changes_go_on_where_they_were_when_the_collector_comes_back(store: str) -> None:
    with ExitStack() as stack:
        first = stack.enter_context(ExitStack())
        url = first.enter_context(listening(store))
        client = stack.enter_context(Client(url, patience=Patience(tries=20, first_pause_s=0.02)))
        client.send([a_line(1)])
        changes = client.changes()
        opening = next(changes)
        client.send([a_line(2)])
        told = next(changes)
        first.close()
        stack.enter_context(listening(store, httpx.URL(url).port or 0))
        client.send([a_line(3)])
        later = next(changes)

    assert opening.is_everything
    assert told.ids == (f"{2:032x}",)
    assert later == Changed(later.token, (f"{3:032x}",))


def test_a_collector_that_stops_says_that_it_has_no_more_to_say(store: str) -> None:
    with ExitStack() as running:
        url = running.enter_context(listening(store))
        with Client(url, patience=Patience(tries=1)) as client, closing(client.changes()) as changes:
            client.send([a_line(1)])
            assert next(changes)
            running.close()
            with pytest.raises(Unreachable, match="ended what it had to say"):
                list(changes)


def test_the_token_is_brought_from_the_environment_or_by_hand(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    token = "a-token-that-nobody-guesses"
    with listening(store, token=token) as url:
        with Client(url) as stranger, pytest.raises(NotTaken) as refused:
            stranger.stats()
        with Client(url, token) as friend:
            assert friend.stats().received == 0
        monkeypatch.setenv("HOPSCOPE_TOKEN", token)
        with Client(url) as friend:
            assert friend.stats().received == 0

    assert (refused.value.status, refused.value.type) == (401, "no_token")


@pytest.mark.parametrize("url", ["nope", "ftp://x", "http://", "http://name:secret@127.0.0.1:1", "http://a:b"])
def test_an_address_that_will_not_do_is_said_without_what_is_secret_in_it(url: str) -> None:
    with pytest.raises(NotACollectorUrl) as refused:
        address_of(url, None)
    assert "secret" not in str(refused.value)


def test_a_token_does_not_travel_in_the_clear_to_another_machine() -> None:
    with pytest.raises(NotACollectorUrl, match="https"):
        address_of("http://hopscope.example:4318", "a-token-that-nobody-guesses")


def test_this_machine_is_asked_past_the_proxies_of_the_environment(
    collector: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy elsewhere would read the token."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")

    with Client(collector) as client:
        assert client.stats().received == 0


def test_an_id_that_holds_another_end_of_a_line_is_heard_whole(collector: str) -> None:
    """Readers of lines take more for their ends than newlines."""
    odd = "r-\u2028-\x85-\x0b-"
    report = {"type": "platform.report", "time": "2026-09-21T12:00:00Z",
              "record": {"requestId": odd, "status": "success", "metrics": {"durationMs": 1.0}}}  # fmt: skip

    with Client(collector) as client, closing(client.changes()) as changes:
        client.send([a_line(1)])
        next(changes)
        client.send([json.dumps(report)])

        assert next(changes).ids == (f"lambda/{odd}",)


class Answers:
    """A collector that answers from a list, and keeps what it was asked."""

    def __init__(self, *answers: httpx.Response | type[httpx.HTTPError]) -> None:
        self._answers = list(answers)
        self.asked: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(str(request.url.path))
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, httpx.Response):
            return answer
        raise answer("no", request=request)


STATS = {"hopscope": 1, "received": 0, "stored": 0, "repeated": 0, "refused": {}, "examples": {}, "kept": 0, "pruned": 0,
         "facts": 0, "oldest_us": None, "newest_us": None}  # fmt: skip
BUSY = {"hopscope": 1, "error": {"type": "overloaded", "message": "busy", "do": "send the same again later"}}


def of_busy() -> httpx.Response:
    return httpx.Response(503, json=BUSY, headers={"retry-after": "1"})


def test_a_busy_collector_is_asked_again_and_not_for_ever() -> None:
    once, always = Answers(of_busy(), httpx.ConnectError, httpx.Response(200, json=STATS)), Answers(of_busy())

    with Client("http://127.0.0.1:1", patience=HASTE, transport=httpx.MockTransport(once)) as client:
        assert client.stats().received == 0
    with (
        Client("http://127.0.0.1:1", patience=HASTE, transport=httpx.MockTransport(always)) as client,
        pytest.raises(NotTaken, match="busy"),
    ):
        client.stats()

    assert (len(once.asked), len(always.asked)) == (3, 3)


def test_nobody_there_is_said_with_what_to_start() -> None:
    gone = Answers(httpx.ConnectError)

    with Client("http://127.0.0.1:1", patience=HASTE, transport=httpx.MockTransport(gone)) as client:
        with pytest.raises(Unreachable, match="hopscope collect --listen"):
            client.stats()
        with pytest.raises(Unreachable):
            next(client.changes())


def test_a_stream_that_always_ends_is_not_asked_for_ever() -> None:
    ended = Answers(httpx.Response(200, content=b": ping\n\n", headers={"content-type": "text/event-stream"}))

    with (
        Client("http://127.0.0.1:1", patience=HASTE, transport=httpx.MockTransport(ended)) as client,
        pytest.raises(Unreachable, match="ended"),
    ):
        next(client.changes())

    assert len(ended.asked) == 3


def test_a_stream_that_lasted_is_taken_up_again_as_if_it_were_the_first() -> None:
    change = b'id: 7\nevent: changes\ndata: {"hopscope":1,"token":7,"ids":[],"everything":true}\n\n'
    streams = [httpx.Response(200, content=each, headers={"content-type": "text/event-stream"})
               for each in (b": ping\n\n", b": ping\n\n", b": ping\n\n", change)]  # fmt: skip
    patience = Patience(tries=2, first_pause_s=0.001, held_s=0)

    with Client("http://127.0.0.1:1", patience=patience, transport=httpx.MockTransport(Answers(*streams))) as client:
        assert next(client.changes()).token == 7


def test_who_listens_waits_as_long_as_a_collector_takes_to_start_again() -> None:
    assert sum(COMEBACK.pauses_s()) > 20


async def test_who_stops_listening_lets_go_of_the_connection(collector: str) -> None:
    async with AsyncClient(collector) as client:
        for _ in range(3):
            async with aclosing(client.changes()) as changes:
                assert (await anext(changes)).is_everything


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, content=b"<html>"),
        httpx.Response(200, json=[]),
        httpx.Response(200, json={"hopscope": 2}),
        httpx.Response(200, json={"hopscope": 1}),
        httpx.Response(404, json={"detail": "Not Found"}),
        httpx.Response(500, json={"hopscope": 1, "error": "x"}),
        httpx.Response(302, headers={"location": "http://evil.example/"}),
    ],
)
def test_what_is_no_collector_is_said_so(answer: httpx.Response) -> None:
    asked: list[Callable[[Client], object]] = [Client.stats, lambda client: client.changes_since(0)]
    for each in asked:
        with (
            Client("http://127.0.0.1:1", patience=HASTE, transport=httpx.MockTransport(Answers(answer))) as client,
            pytest.raises(NotAnAnswer),
        ):
            each(client)


TEXTS = st.text(max_size=5)
MAYBE = st.none() | st.integers(0, 9)
KEYS = st.dictionaries(TEXTS, TEXTS, max_size=2)
ERRORS = st.none() | st.builds(Failure, TEXTS, TEXTS, st.none() | TEXTS)
REFS = st.lists(TEXTS, max_size=2).map(tuple)
HOPS = st.builds(
    Hop, id=TEXTS, invocation_id=TEXTS, function=TEXTS, request_id=TEXTS, status=st.just("done"), trace_id=TEXTS,
    started_us=st.integers(0, 9), message_index=st.integers(0, 9), attempt=st.integers(1, 3), source=TEXTS, refs=REFS,
    name=st.none() | TEXTS, origin=st.none() | TEXTS, ended_us=MAYBE, deadline_us=MAYBE, sent_us=MAYBE,
    correlation_id=st.none() | TEXTS, keys=KEYS, attributes=KEYS, body_bytes=MAYBE, error=ERRORS,
    clock_offset_us=st.integers(-3, 3), batch_size=st.integers(1, 3), root=st.none() | TEXTS,
)  # fmt: skip
SENDS = st.builds(
    Send, id=TEXTS, hop=TEXTS, service=TEXTS, operation=TEXTS, sent_us=st.integers(0, 9), destination=st.none() | TEXTS,
    name=st.none() | TEXTS, refs=REFS, duration_us=MAYBE, is_of_batch=st.booleans(), carried=st.booleans(),
    skipped=st.none() | TEXTS, body_bytes=MAYBE, keys=KEYS, error=ERRORS,
)  # fmt: skip
LINKS = st.builds(
    Link, TEXTS, TEXTS, st.just(("carrier", "ref")), TEXTS, waited_us=st.none() | st.integers(-3, 3),
    through=st.lists(st.builds(Broker, st.just("queue"), TEXTS, MAYBE), max_size=2).map(tuple),
)  # fmt: skip
WAITS = st.builds(Wait, TEXTS, TEXTS, st.integers(0, 9), MAYBE, st.just("waiting"), send=st.none() | TEXTS)
FLOWS = st.builds(
    Flow, id=TEXTS, status=st.just("done"), started_us=st.integers(0, 9), hops=st.lists(HOPS, min_size=1, max_size=3).map(tuple),
    sends=st.lists(SENDS, max_size=2).map(tuple), links=st.lists(LINKS, max_size=2).map(tuple), traces=REFS,
    waits=st.lists(WAITS, max_size=2).map(tuple), correlation_id=st.none() | TEXTS, keys=KEYS, ended_us=MAYBE,
    executions=REFS, notes=REFS,
)  # fmt: skip


@given(FLOWS)
def test_a_flow_comes_back_as_it_went(flow: Flow) -> None:
    assert flow_from_json(json.loads(json.dumps(flow_json(flow)))) == flow


@given(FLOWS, st.data())
def test_an_answer_whose_flow_lacks_something_is_none(flow: Flow, data: st.DataObject) -> None:
    found = flow_json(flow)
    del found[data.draw(st.sampled_from(["id", "status", "hops", "sends", "links", "traces", "keys"]))]
    answers = {"flow": {"hopscope": 1, "flow": found}, "flows": {"hopscope": 1, "flows": [found]}}

    for name, asked in (("flow", lambda client: client.flow("x")), ("flows", Client.flows)):
        answer = Answers(httpx.Response(200, json=answers[name]))
        with (
            Client("http://127.0.0.1:1", patience=HASTE, transport=httpx.MockTransport(answer)) as client,
            pytest.raises(NotAnAnswer, match="the answer holds no flow"),
        ):
            asked(client)


def test_an_execution_comes_back_as_it_went(corpus: Path) -> None:
    from hopscope_collector.executions.assemble import execution_of
    from hopscope_collector.executions.errors import NotAnExecution
    from hopscope_collector.executions.saved import executions_from_file

    compared = 0
    for path in sorted(corpus.rglob("*.json")):
        try:
            with path.open("rb") as file:
                histories = executions_from_file(file)
        except NotAnExecution:
            continue
        for history in histories:
            shown = json.loads(json.dumps(execution_as_json(execution_of(history))))
            assert without_sizes(execution_as_json(execution_from_json(shown))) == without_sizes(shown), path
            compared += 1
    assert compared


def without_sizes(shown: object) -> object:
    """Sizes of payloads are not payloads: the tree has no place for them."""
    if isinstance(shown, dict):
        return {
            name: without_sizes(value) for name, value in shown.items() if name not in ("input_bytes", "output_bytes")
        }
    if isinstance(shown, (list, tuple)):
        return [without_sizes(each) for each in shown]
    return shown


def test_no_pause_is_longer_than_patience_allows() -> None:
    patience = Patience(tries=3_000, first_pause_s=1, longest_pause_s=5)

    assert len(list(patience.pauses_s())) == 2_999
    assert all(pause_s <= 5 for pause_s in patience.pauses_s())
    assert [patience.asked_s(asked, 1) for asked in ("3", "999", "soon", None, "-1")] == [3, 5, 1, 1, 1]
    assert asyncio.iscoroutinefunction(AsyncClient.stats)
