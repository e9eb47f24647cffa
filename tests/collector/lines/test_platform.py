"""What the Lambda platform says of an invocation."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hopscope_collector.lines.platform import PlatformFact, fact_in
from hopscope_collector.lines.sorting import SortedLines

ID = "7c9567b5-107b-4a6c-8798-0157ac21db52"
AT_US = 1_790_000_000_000_000


def a_fact(kind: Any, **given: Any) -> PlatformFact:
    return PlatformFact(**{"kind": kind, "request_id": ID, "at_us": AT_US, "function": "place-order", **given})


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (f"START RequestId: {ID} Version: $LATEST", a_fact("start", version="$LATEST")),
        (
            (
                f"REPORT RequestId: {ID}\tDuration: 38.12 ms\tBilled Duration: 39 ms\tMemory Size: 512 MB\t"
                "Max Memory Used: 85 MB\tInit Duration: 512.08 ms\t"
            ),
            a_fact("report", duration_us=38_120, billed_us=39_000, memory_mb=512, max_memory_mb=85, init_us=512_080),
        ),
        (
            (
                f"REPORT RequestId: {ID}  Init Duration: 0.42 ms  Duration: 1218.03 ms    Billed Duration: 1219 ms   "
                "Memory Size: 512 MB    Max Memory Used: 512 MB"
            ),
            a_fact("report", duration_us=1_218_030, billed_us=1_219_000, memory_mb=512, max_memory_mb=512, init_us=420),
        ),
        (
            (
                f"REPORT RequestId: {ID}\tDuration: 469.40 ms\tBilled Duration: 500 ms\tMemory Size: 1024 MB\t"
                "Max Memory Used: 21 MB\tRestore Duration: 474.16 ms\tBilled Restore Duration: 75 ms"
            ),
            a_fact("report", duration_us=469_400, billed_us=500_000, memory_mb=1024, max_memory_mb=21, init_us=474_160),
        ),
        (
            (
                f"REPORT RequestId: {ID}\tDuration: 3000.00 ms\tBilled Duration: 3000 ms\tMemory Size: 128 MB\t"
                "Max Memory Used: 35 MB\tStatus: timeout"
            ),
            a_fact(
                "report",
                duration_us=3_000_000,
                billed_us=3_000_000,
                memory_mb=128,
                max_memory_mb=35,
                status="timeout",
            ),
        ),
        (
            (
                f"REPORT RequestId: {ID}\tDuration: 12.00 ms\tBilled Duration: 12 ms\tMemory Size: 128 MB\t"
                "Max Memory Used: 128 MB\tStatus: error\tError Type: Runtime.OutOfMemory"
            ),
            a_fact(
                "report",
                duration_us=12_000,
                billed_us=12_000,
                memory_mb=128,
                max_memory_mb=128,
                status="error",
                error="Runtime.OutOfMemory",
            ),
        ),
        (
            f"2020-02-25T22:04:08.390Z {ID} Task timed out after 3.00 seconds",
            a_fact("timeout", at_us=1_582_668_248_390_000, status="timeout", duration_us=3_000_000),
        ),
        (
            f"RequestId: {ID} Error: Task timed out after 30.00 seconds",
            a_fact("timeout", status="timeout", duration_us=30_000_000),
        ),
        (
            f"RequestId: {ID} Error: Runtime exited with error: signal: killed",
            a_fact("exit", status="failure", error="Runtime exited with error: signal: killed"),
        ),
        (
            f"RequestId: {ID} Process exited before completing request",
            a_fact("exit", status="failure", error="Process exited before completing request"),
        ),
        (
            (
                f'{{"time":"2026-09-21T14:13:20.000Z","type":"platform.start","record":{{"requestId":"{ID}","version":"7",'
                '"tracing":{"type":"X-Amzn-Trace-Id","value":"Root=1-6352a70e-1e2c502e358361800241fd45;Sampled=1"}}}'
            ),
            a_fact("start", version="7", root="6352a70e1e2c502e358361800241fd45"),
        ),
        (
            (
                f'{{"time":"2026-09-21T14:13:20.000Z","type":"platform.runtimeDone","record":{{"requestId":"{ID}",'
                '"status":"timeout","metrics":{"durationMs":3000.0}}}'
            ),
            a_fact("runtime-done", status="timeout", duration_us=3_000_000),
        ),
        (
            (
                f'{{"time":"2026-09-21T14:13:20.000Z","type":"platform.report","record":{{"requestId":"{ID}","status":"failure",'
                '"errorType":"Runtime.ExitError","metrics":{"durationMs":2599.4,"billedDurationMs":2600,"memorySizeMB":128,'
                '"maxMemoryUsedMB":94,"initDurationMs":549.04}}}'
            ),
            a_fact(
                "report",
                status="failure",
                error="Runtime.ExitError",
                duration_us=2_599_400,
                billed_us=2_600_000,
                memory_mb=128,
                max_memory_mb=94,
                init_us=549_040,
            ),
        ),
    ],
)
def test_a_platform_line_is_read(line: str, expected: PlatformFact) -> None:
    assert fact_in(line, AT_US, "place-order") == expected


def test_the_time_is_taken_from_the_prefix_when_the_source_knows_none() -> None:
    line = f"2026-09-21T14:13:20.000123+00:00 2026/09/21/[$LATEST]abc START RequestId: {ID} Version: $LATEST"

    assert fact_in(line) == PlatformFact("start", ID, AT_US + 123, version="$LATEST")


def test_a_time_that_nobody_knows_is_zero() -> None:
    assert fact_in(f"START RequestId: {ID} Version: 3") == PlatformFact("start", ID, 0, version="3")


@pytest.mark.parametrize(
    "line",
    [
        f"END RequestId: {ID}",
        "INIT_START Runtime Version: python:3.9",
        "INIT_REPORT Init Duration: 9999.93 ms\tPhase: init\tStatus: timeout",
        "Task timed out after",
        "my RequestId: is none",
        '{"type":"platform.start"}',
        '{"type":"platform.start","record":[]}',
        '{"type":"platform.initStart","time":"","record":{"requestId":"x"}}',
        'broken {"type":"platform.start","record":{"requ',
        f"[INFO]\t2024-05-04T13:58:12.928Z\t{ID}\tRequestId log message",
    ],
)
def test_other_lines_hold_no_fact(line: str) -> None:
    assert fact_in(line) is None


@pytest.mark.parametrize(
    ("line", "kind", "status", "error"),
    [
        (f"RequestId: {ID} Error: fork/exec /opt/bootstrap: exec format error", "exit", "failure",
         "fork/exec /opt/bootstrap: exec format error"),
        (f"RequestId: {ID} Error: Couldn't find valid bootstrap(s): [/opt/bootstrap]", "exit", "failure",
         "Couldn't find valid bootstrap(s): [/opt/bootstrap]"),
        (f"REPORT RequestId: {ID}\tDuration: 3000.00 ms\tStatus: error\tError Type: Sandbox.Timedout", "report",
         "timeout", "Sandbox.Timedout"),
        (json.dumps({"type": "platform.runtimeDone", "record":
                     {"requestId": ID, "status": "error", "errorType": "Sandbox.Timedout"}}), "runtime-done",
         "timeout", "Sandbox.Timedout"),
        (json.dumps({"type": "platform.fault", "record":
                     f"RequestId: {ID} Error: Runtime exited with error: exit status 1\nRuntime.ExitError"}), "exit",
         "failure", "Runtime exited with error: exit status 1"),
    ],
)  # fmt: skip
def test_other_ways_in_which_lambda_says_that_a_run_failed(line: str, kind: str, status: str, error: str) -> None:
    fact = fact_in(line)

    assert fact is not None
    assert (fact.kind, fact.request_id, fact.status, fact.error) == (kind, ID, status, error)


def test_the_root_on_the_line_after_a_report_belongs_to_it() -> None:
    """One event of two lines in CloudWatch, two lines in a file."""
    report = f"REPORT RequestId: {ID}\tDuration: 1.76 ms\tMemory Size: 128 MB\t"
    xray = "XRAY TraceId: 1-5e61292c-cc1229a4dfbeae1043928548\tSegmentId: 07a85e713f6302b2\tSampled: true\t"
    found = SortedLines("-")
    found.add_all([report, xray, "my own line", xray], range(1, 5))

    assert [getattr(each, "root", None) for each in found.facts] == [None, "5e61292ccc1229a4dfbeae1043928548"]
    assert found.others == 2


@given(st.text(), st.sampled_from(["RequestId: ", "REPORT RequestId: ", '"platform.', "Task timed out after "]))
def test_no_line_makes_it_raise(text: str, mark: str) -> None:
    fact_in(text + mark + text)


def test_every_recorded_line_of_start_report_and_death_is_read(corpus: Path) -> None:
    recorded = [json.loads(line) for line in (corpus / "loglines/text_lines.jsonl").read_text().splitlines()]
    lines = [each["line"] for each in recorded if not each["has_placeholder"]]
    wanted = [each for each in lines if each.startswith(("START RequestId", "REPORT RequestId")) and "..." not in each]

    facts = [fact_in(each) for each in wanted]

    assert len(wanted) >= 20
    assert None not in facts


def test_recorded_platform_events_are_read(corpus: Path) -> None:
    recorded = [json.loads(line) for line in (corpus / "loglines/platform_events.jsonl").read_text().splitlines()]
    events = [each["event"] for each in recorded]
    wanted = [
        json.dumps(each)
        for each in events
        if each["type"] in {"platform.start", "platform.report"} and "requestId" in each["record"]
    ]

    assert len(wanted) >= 5
    assert all(fact_in(each) for each in wanted)
