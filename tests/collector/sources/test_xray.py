"""X-Ray: from segment documents to hops, over files and over the real client against a server that speaks the API.

No emulator that runs here has X-Ray, and no recorded traces are at hand: the segments follow the documented shapes, and
botocore's own model checks what the server answers.
"""

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hopscope_collector.errors import NotASource
from hopscope_collector.flow import Flow
from hopscope_collector.ingest import collect
from hopscope_collector.lines.sorting import SortedLines
from hopscope_collector.query import Flows
from hopscope_collector.rules import Rules
from hopscope_collector.sources.contract import Stop
from hopscope_collector.sources.naming import Wanted, sources_of
from hopscope_collector.store.contract import batch_of
from hopscope_collector.store.memory import MemoryStore
from hopscope_collector.xray.documents import documents_in
from hopscope_collector.xray.segments import NotASegment, lines_of
from hopscope_wire.model import Begin, End, Message

ROOT = "1-6920530b-7bf7412957c1c0de00000001"
TRACE = "6920530b7bf7412957c1c0de00000001"
START_S = 1_763_725_867.0
START_US = 1_763_725_867_000_000
QUEUE_URL = "https://sqs.eu-central-1.amazonaws.com/123456789012/tickets"


def a_segment(number: int, name: str, from_s: float, to_s: float, **facts: Any) -> dict[str, Any]:
    return {"id": f"{number:016x}", "name": name, "start_time": START_S + from_s, "end_time": START_S + to_s, **facts}


def a_trace() -> list[dict[str, Any]]:
    """`place-order` sends to a queue whose consumer, `print-ticket`, fails: two functions, and a queue in between."""
    call = a_segment(
        4, "SQS", 0.30, 0.33, namespace="aws",
        aws={"operation": "SendMessage", "queue_url": QUEUE_URL, "message_id": "m-1", "request_id": "q-1", "region": "eu-central-1"},
    )  # fmt: skip
    phases = [a_segment(5, "Initialization", 0.05, 0.25), a_segment(6, "Invocation", 0.25, 0.40, subsegments=[call]),
              a_segment(7, "Overhead", 0.40, 0.41)]  # fmt: skip
    wait = a_segment(11, "QueueTime", 0.33, 0.63)
    refused = {"exceptions": [{"id": "e" * 16, "type": "PrinterAsleep", "message": "no answer"}]}
    documents = [
        a_segment(1, "place-order", 0.0, 0.42, origin="AWS::Lambda", aws={"request_id": "r-1"}),
        a_segment(2, "place-order", 0.05, 0.41, origin="AWS::Lambda::Function", parent_id=f"{1:016x}", aws={"function_arn": "arn:aws:lambda:…:place-order"},
                  subsegments=phases, annotations={"correlation_id": "c-42", "secret": "s3cr3t"}, metadata={"default": {"body": "s3cr3t"}}),
        a_segment(10, "tickets", 0.33, 0.63, origin="AWS::SQS::Queue", parent_id=f"{4:016x}", inferred=True, subsegments=[wait]),
        a_segment(20, "print-ticket", 0.63, 0.90, origin="AWS::Lambda", parent_id=f"{10:016x}", aws={"request_id": "r-2"}, fault=True, cause=refused,
                  subsegments=[a_segment(21, "Dwell Time", 0.63, 0.70)]),
    ]  # fmt: skip
    return [{"trace_id": ROOT, **document} for document in documents]


def layer_records() -> list[Begin | End]:
    """What our layer recorded of `place-order`; its end never came."""
    return [
        Begin(TRACE, "00000000000a0000", "r-1", "place-order", START_US + 250_000, (Message(0, "apigateway", name="POST /orders", keys={"order_id": "o-42"}),),
              deadline_us=START_US + 30_000_000)
    ]  # fmt: skip


def saved(trace: list[dict[str, Any]]) -> str:
    """As `aws xray batch-get-traces` prints it."""
    segments = [{"Id": each["id"], "Document": json.dumps(each)} for each in trace]
    return json.dumps(
        {
            "Traces": [{"Id": ROOT, "Duration": 0.9, "LimitExceeded": False, "Segments": segments}],
            "UnprocessedTraceIds": [],
        }
    )


def flow_of(store: MemoryStore) -> Flow:
    (flow,) = Flows(store, Rules(), lambda: START_US + 100_000_000).find(TRACE)
    return flow


class Unheard:
    def progress(self, source: str, collected: Any) -> None: ...
    def say(self, words: str) -> None: ...


def collected(store: MemoryStore, text: str, wanted: Wanted | None = None) -> Any:
    return collect(sources_of(text, wanted or Wanted()), store, Unheard(), Stop())


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "traces.json"
    path.write_text(saved(a_trace()))
    return path


def test_functions_that_only_x_ray_saw_are_hops_that_say_so(file):
    store = MemoryStore()
    collected(store, f"xray-file:{file}")

    flow = flow_of(store)
    assert [(hop.function, hop.request_id, hop.status, hop.attributes["instrumented-by"]) for hop in flow.hops] == [
        ("place-order", "r-1", "done", "X-Ray"),
        ("print-ticket", "r-2", "failed", "X-Ray"),
    ]
    assert flow.hops[1].error is not None
    assert (flow.hops[1].error.type, flow.hops[1].error.message) == ("PrinterAsleep", "no answer")
    (send,) = flow.sends
    assert (send.service, send.operation, send.refs) == ("sqs", "SendMessage", ("sqs/m-1",))
    assert [(link.from_id, link.to_id, link.is_exact) for link in flow.links] == [(send.id, flow.hops[1].id, True)]
    assert flow.correlation_id == "c-42"


def test_what_our_layer_recorded_stays_and_gets_the_numbers_that_only_x_ray_knows(file):
    store = MemoryStore()
    store.write(batch_of(layer_records()))
    collected(store, f"xray-file:{file}")

    flow = flow_of(store)
    placed, printed = flow.hops
    assert (placed.id, placed.name, placed.keys["order_id"]) == ("00000000000a0000.0", "POST /orders", "o-42")
    assert (placed.status, placed.ended_us) == ("done", START_US + 420_000)
    assert "instrumented-by" not in placed.attributes
    assert [printed.function, *[(link.from_id.partition(".")[0][:12], link.is_exact) for link in flow.links]] == [
        "print-ticket",
        ("00000000000a", True),
    ]


def test_cold_start_overhead_and_time_in_queues_are_told(file):
    with_ids = a_trace()
    with_ids[1]["aws"]["request_id"] = "r-1"
    file.write_text(saved(with_ids))
    store = MemoryStore()
    store.write(batch_of(layer_records()))
    collected(store, f"xray-file:{file}")

    placed, printed = flow_of(store).hops
    assert {name: placed.attributes[name] for name in ("init-us", "overhead-us")} == {
        "init-us": "200000",
        "overhead-us": "10000",
    }
    assert printed.attributes["queue-us"] == "370000"


def test_payloads_of_segments_are_not_kept(file):
    store = MemoryStore()
    collected(store, f"xray-file:{file}")

    assert "s3cr3t" not in repr(flow_of(store)) + repr(store.records_of([TRACE]))


def test_a_segment_that_is_not_over_waits_for_its_end():
    (open_one, *_) = a_trace()
    open_one = {name: value for name, value in open_one.items() if name != "end_time"} | {"in_progress": True}

    assert list(lines_of([open_one]).texts) == []


def test_reading_twice_changes_nothing(file):
    store = MemoryStore()
    first = collected(store, f"xray-file:{file}")
    second = collected(store, f"xray-file:{file}")

    assert (first.stored, second.stored, second.repeated) == (4, 0, 4)


@pytest.mark.parametrize("kind", ["lines", "list", "retrieved"])
def test_documents_are_found_however_they_were_saved(tmp_path, kind):
    path = tmp_path / "traces"
    trace = a_trace()
    path.write_text(
        {
            "lines": "\n".join(json.dumps(each) for each in trace),
            "list": json.dumps(trace, indent=2),
            "retrieved": saved(trace).replace('"Segments"', '"Spans"'),
        }[kind]
    )
    store = MemoryStore()
    collected(store, f"xray-file:{path}")

    assert len(flow_of(store).hops) == 2


@pytest.mark.parametrize("text", ["", "{}", "not json", '{"Traces": []}', "[1, 2]"])
def test_a_file_without_segments_is_said(tmp_path, text):
    (tmp_path / "x.json").write_text(text)

    (failed,) = collected(MemoryStore(), f"xray-file:{tmp_path / 'x.json'}").failed
    assert "expected" in str(failed)


def test_a_file_that_is_missing_is_said():
    with pytest.raises(NotASource, match="does not exist; expected what `aws xray batch-get-traces` prints"):
        sources_of("xray-file:/nowhere", Wanted())


def test_a_damaged_trace_is_refused_and_counted_and_the_others_go_on(file):
    trace = a_trace()
    damaged = [{**trace[0], "trace_id": ROOT.replace("6920530b", "6920530c"), "id": "nonsense"}]
    file.write_text(json.dumps([*damaged, *trace]))
    store = MemoryStore()
    found = collected(store, f"xray-file:{file}")

    assert (found.refused, store.stats().refused, len(flow_of(store).hops)) == (1, {"not_a_segment": 1}, 2)


anything = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.just(10**400) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from([
        "trace_id", "id", "name", "start_time", "end_time", "parent_id", "origin", "aws", "http", "subsegments", "cause", "links",
        "namespace", "annotations", "fault", "request", "url", "exceptions", "request_id", "inferred"]), inner, max_size=6),
    max_leaves=24,
)  # fmt: skip


@given(st.dictionaries(st.sampled_from(sorted(a_trace()[1])), anything, max_size=8), st.integers(0, 3))
def test_whatever_stands_in_a_segment_it_is_read_or_refused(changes, number):
    trace = a_trace()
    trace[number] |= changes

    try:
        found = lines_of(trace)
    except NotASegment:
        return
    kept = SortedLines("x")
    kept.add_all(found.texts, range(len(found.texts)), [None] * len(found.texts))
    assert kept.refused == []


@pytest.mark.parametrize("no_time", [10**400, -1, 0, True, float("nan"), float("inf"), "1763725867", None])
def test_a_number_that_is_no_time_is_refused(no_time):
    with pytest.raises(NotASegment, match="expected seconds since 1970"):
        lines_of([{**a_trace()[0], "start_time": no_time}])


def test_a_subsegment_that_was_sent_on_its_own_belongs_to_its_segment():
    """A long-running function sends what is over before its own segment is."""
    first, second, *others = a_trace()
    (phases, call) = ([each for each in second["subsegments"] if each["name"] != "Invocation"],
                      second["subsegments"][1]["subsegments"][0])  # fmt: skip
    alone = {"trace_id": ROOT, "type": "subsegment", "parent_id": second["id"], **call}
    apart = [alone, first, {**second, "subsegments": phases}, *others]

    assert sorted(lines_of(apart).texts) == sorted(lines_of(a_trace()).texts)
    assert lines_of([alone]).texts == []


class XRay(ThreadingHTTPServer):
    """X-Ray's documented API over HTTP: what boto3 asks is answered from a list of traces, in pages of one."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.traces: dict[str, list[dict[str, Any]]] = {}
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.is_in_transaction_search = False
        self.not_switched_on = "InvalidRequestException"
        self.is_behind = False
        self.looks = 0
        self.fails = 0
        self.url = f"http://127.0.0.1:{self.server_port}"

    def answer(self, path: str, asked: dict[str, Any]) -> dict[str, Any]:
        self.asked.append((path, asked))
        return {
            "/TraceSummaries": self.summaries,
            "/Traces": self.batch,
            "/StartTraceRetrieval": lambda _: {"RetrievalToken": "t-1"},
            "/ListRetrievedTraces": self.retrieved,
        }[path](asked)

    def summaries(self, asked: dict[str, Any]) -> dict[str, Any]:
        fitting = [
            each
            for each, trace in self.traces.items()
            if asked["StartTime"] <= trace[0]["start_time"] < asked["EndTime"]
        ]
        at = int(asked.get("NextToken", "0"))
        page = [{"Id": each, "Duration": len(self.traces[each]), "IsPartial": False} for each in fitting[at : at + 1]]
        return {
            "TraceSummaries": page,
            "TracesProcessedCount": len(fitting),
            **({"NextToken": str(at + 1)} if at + 1 < len(fitting) else {}),
        }

    def batch(self, asked: dict[str, Any]) -> dict[str, Any]:
        assert len(asked["TraceIds"]) <= 5, "BatchGetTraces takes five ids"
        known = [] if self.is_in_transaction_search else [each for each in asked["TraceIds"] if each in self.traces]
        first = known[:1] if self.is_behind else known
        return {"Traces": [self.trace(each, "Segments") for each in first], "UnprocessedTraceIds": known[len(first) :]}

    def retrieved(self, asked: dict[str, Any]) -> dict[str, Any]:
        self.looks += 1
        if self.looks < 3:
            return {"RetrievalStatus": "RUNNING", "TraceFormat": "XRAY", "Traces": []}
        return {
            "RetrievalStatus": "COMPLETE",
            "TraceFormat": asked["TraceFormat"],
            "Traces": [self.trace(each, "Spans") for each in self.traces],
        }

    def trace(self, trace_id: str, name: str) -> dict[str, Any]:
        return {
            "Id": trace_id,
            "Duration": 1.0,
            name: [{"Id": each["id"], "Document": json.dumps(each)} for each in self.traces[trace_id]],
        }


class _Answer(BaseHTTPRequestHandler):
    server: XRay

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])) or "{}")
        status, answer = 200, {}
        if self.server.fails:
            self.server.fails -= 1
            status, answer = 429, {"__type": "ThrottledException", "Message": "slow down"}
        elif self.path == "/StartTraceRetrieval" and not self.server.is_in_transaction_search:
            status, answer = 400, {"__type": self.server.not_switched_on, "Message": "no Transaction Search"}
        else:
            answer = self.server.answer(self.path, asked)
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing: pytest shows what matters."""


@pytest.fixture
def xray(monkeypatch) -> Iterator[XRay]:
    for name, value in (
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_DEFAULT_REGION", "eu-central-1"),
    ):
        monkeypatch.setenv(name, value)
    with XRay() as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


ALL_OF_IT = Wanted(since_us=START_US - 1_000_000, until_us=START_US + 7_300_000_000)


def other(number: int) -> tuple[str, list[dict[str, Any]]]:
    """Another trace, hours after the first."""
    trace_id = f"1-6920530b-{number:024x}"
    return trace_id, [
        {**each, "trace_id": trace_id, "start_time": each["start_time"] + number, "end_time": each["end_time"] + number}
        for each in a_trace()
    ]


def test_traces_that_fit_a_filter_are_collected_page_by_page(xray):
    xray.traces = {ROOT: a_trace(), **dict(other(number) for number in range(3_601, 3_608))}
    store = MemoryStore()
    found = collected(store, 'xray:service("place-order")', ALL_OF_IT)

    assert (found.failed, found.stored) == ([], 8 * 4)
    assert {asked["FilterExpression"] for path, asked in xray.asked if path == "/TraceSummaries"} == {
        'service("place-order")'
    }
    spans = [asked["EndTime"] - asked["StartTime"] for path, asked in xray.asked if path == "/TraceSummaries"]
    assert max(spans) <= 3_600


def test_with_transaction_search_they_are_retrieved_instead(xray):
    xray.traces = {ROOT: a_trace()}
    xray.is_in_transaction_search = True
    store = MemoryStore()
    collected(store, f"xray:{ROOT}", ALL_OF_IT)

    assert len(flow_of(store).hops) == 2
    assert [path for path, _ in xray.asked] == ["/Traces", "/StartTraceRetrieval", *["/ListRetrievedTraces"] * 3]


def test_a_second_run_goes_on_where_the_first_ended(xray):
    xray.traces = {ROOT: a_trace()}
    store = MemoryStore()
    collected(store, "xray:*", replace(ALL_OF_IT, until_us=START_US + 3_600_000_000))
    xray.asked.clear()
    collected(store, "xray:*", ALL_OF_IT)

    starts = [asked["StartTime"] for path, asked in xray.asked if path == "/TraceSummaries"]
    assert min(starts) == START_S + 3_600 - 300


def test_traces_that_x_ray_did_not_get_to_are_asked_for_again(xray):
    xray.traces = {ROOT: a_trace(), **dict(other(number) for number in range(1, 3))}
    xray.is_behind = True
    store = MemoryStore()
    collected(store, f"xray:{','.join(list(xray.traces)[:2])}", ALL_OF_IT)

    assert store.stats().stored == 2 * 4


@pytest.mark.parametrize("refusal", ["InvalidRequestException", "ResourceNotFoundException"])
def test_a_trace_that_nobody_knows_is_named(xray, refusal):
    unknown = ROOT.replace("00000001", "0000dead")
    xray.not_switched_on = refusal
    (source,) = sources_of(f"xray:{unknown}", ALL_OF_IT)

    notices = [lines.notice for lines in source.lines(None, Stop())]
    assert notices == [f"X-Ray has no segments of {unknown}; it keeps them for 30 days"]


def test_who_stops_in_the_middle_of_a_window_goes_on_there(xray):
    xray.traces = {ROOT: a_trace(), **dict(other(number) for number in range(1, 105))}
    stop = Stop()
    (source,) = sources_of("xray:*", ALL_OF_IT)

    positions = []
    for lines in source.lines(None, stop):
        stop.set()
        positions.append(lines.position)
    assert [position for position in positions if position is not None] == []


def test_a_trace_that_grew_is_read_again(xray):
    xray.traces = {ROOT: a_trace()[:2]}
    stop = Stop()
    (source,) = sources_of("xray:*", replace(ALL_OF_IT, until_us=START_US + 60_000_000, is_followed=True))
    texts: list[str] = []
    for lines in source.lines(None, stop):
        texts += lines.texts
        if len(xray.traces[ROOT]) == 2 and texts:
            xray.traces[ROOT] = a_trace()
        elif any("print-ticket" in text for text in texts):
            stop.set()

    assert sum(path == "/Traces" for path, _ in xray.asked) == 2


def test_throttling_is_waited_out(xray):
    xray.traces = {ROOT: a_trace()}
    xray.fails = 2
    store = MemoryStore()

    assert collected(store, f"xray:{ROOT}", ALL_OF_IT).failed == []
    assert len(flow_of(store).hops) == 2


@given(st.text(max_size=80) | st.recursive(anything, st.lists, max_leaves=4).map(json.dumps))
def test_whatever_stands_in_a_file_it_is_read_or_refused(text):
    try:
        found = documents_in(text)
    except NotASegment as error:
        assert "expected" in str(error) or "is not JSON" in str(error)
    else:
        assert all(isinstance(each, dict) for each in found)
