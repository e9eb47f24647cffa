"""Cold starts that failed or took too long are told of by the platform without naming an invocation."""

import json

import pytest

from hopscope_collector.lines.platform import PlatformFact
from hopscope_collector.lines.sorting import SortedLines

AT_US = 1_790_000_000_000_000
ONE, OTHER = (f"2026/11/21/[$LATEST]{digit * 32}" for digit in "ab")
TIMEOUT = "INIT_REPORT Init Duration: 9999.93 ms\tPhase: init\tStatus: timeout"
RETRIED = "INIT_REPORT Init Duration: 3001.20 ms\tPhase: invoke\tStatus: error\tError Type: Runtime.ExitError"


def start(request_id):
    return f"START RequestId: {request_id} Version: $LATEST"


def cold_starts(*lines, as_places=False):
    """What is found of cold starts in (log stream, line) of one batch, the stream in the line or beside it."""
    found = SortedLines("logs:/aws/lambda/", "orders")
    for number, (stream, line) in enumerate(lines):
        text = line if as_places else f"2026-11-21T10:00:00Z {stream} {line}"
        found.add(text, f"/aws/lambda/orders {stream} event {number}" if as_places else number, AT_US + number)
    return [fact for fact in found.facts if isinstance(fact, PlatformFact) and fact.kind == "init"]


@pytest.mark.parametrize("as_places", [True, False])
def test_the_next_start_in_the_same_stream_waited_for_it(as_places):
    lines = [(ONE, TIMEOUT), (OTHER, start("r2")), (ONE, start("r1"))]

    assert cold_starts(*lines, as_places=as_places) == [
        PlatformFact("init", "r1", AT_US, "orders", "timeout", init_us=9_999_930)
    ]


def test_one_that_is_tried_again_belongs_to_what_runs():
    found = cold_starts((ONE, start("r1")), (OTHER, start("r2")), (ONE, RETRIED))

    assert [(each.request_id, each.status, each.error, each.init_us) for each in found] == [
        ("r1", "error", "Runtime.ExitError", 3_001_200)
    ]


def test_without_a_stream_nothing_is_guessed():
    found = SortedLines("file:orders.log")
    found.add(TIMEOUT, 1)
    found.add(start("r1"), 2)

    assert [fact.kind for fact in found.facts] == ["start"]


def test_a_subscription_s_payload_names_its_stream():
    events = [{"id": "1", "timestamp": 1_790_000_000_000, "message": text} for text in (TIMEOUT, start("r1"))]
    payload = {
        "messageType": "DATA_MESSAGE",
        "logGroup": "/aws/lambda/orders",
        "logStream": ONE,
        "subscriptionFilters": [],
        "logEvents": events,
    }
    found = SortedLines("kinesis:logs")
    found.add(json.dumps(payload), "shard-0 sequence 1")

    assert [(fact.kind, fact.request_id, fact.function) for fact in found.facts] == [
        ("start", "r1", "orders"),
        ("init", "r1", "orders"),
    ]


def test_a_batch_of_the_telemetry_api_is_of_one_environment():
    record = {"initializationType": "on-demand", "phase": "init", "status": "failure", "errorType": "Runtime.ExitError"}
    batch = [
        {
            "time": "2026-09-21T14:13:20.000Z",
            "type": "platform.initReport",
            "record": {**record, "metrics": {"durationMs": 812.5}},
        },
        {"time": "2026-09-21T14:13:21.000Z", "type": "platform.start", "record": {"requestId": "r1"}},
    ]
    found = SortedLines("-")
    found.add(json.dumps(batch), 1)

    (init,) = (fact for fact in found.facts if fact.kind == "init")
    assert (init.request_id, init.status, init.error, init.init_us, init.at_us) == (
        "r1",
        "failure",
        "Runtime.ExitError",
        812_500,
        AT_US,
    )


def test_recorded_lines_are_read(corpus):
    recorded = [json.loads(line) for line in (corpus / "loglines/text_lines.jsonl").read_text().splitlines()]
    lines = [each["line"] for each in recorded if "INIT_REPORT" in each["line"] and not each["has_placeholder"]]
    events = [
        json.loads(line)["event"] for line in (corpus / "loglines/platform_events.jsonl").read_text().splitlines()
    ]
    reports = [json.dumps(each) for each in events if each["type"] == "platform.initReport"]

    assert len(lines) >= 2
    assert len(reports) >= 2
    for line in (*lines, *reports):
        (init,) = cold_starts((ONE, line), (ONE, start("r1")), as_places=True)
        assert init.init_us
