"""Whole invocations as tools print them: the record is found, and what the platform says of it, with its time."""

import pytest

from hopscope_collector.lines.sorting import SortedLines
from hopscope_collector.search.moments import iso_us

STREAM = f"2026/11/21/[$LATEST]{'4b' * 16}"
RECORD = (
    '{"hopscope":1,"record":"begin","traceId":"5e1b41515ac6c58f5b4c1d5f6a7b8c9d","invocationId":"9f1c22ab03d40000",'
    '"requestId":"r1","function":"place-order","startUs":1795255500123000}'
)
REPORT = "REPORT RequestId: r1\tDuration: 3000.00 ms\tBilled Duration: 3000 ms\tMemory Size: 128 MB\tStatus: timeout"
LINES = ("START RequestId: r1 Version: $LATEST", RECORD, "an order was placed", "END RequestId: r1", REPORT)
ENDED = "2026-11-21T10:05:04.000+00:00"

AWS_LOGS_TAIL = [f"2026-11-21T10:05:04.000000+00:00 {STREAM} {line}" for line in LINES]
PRINTED = {
    "aws logs tail": (AWS_LOGS_TAIL, iso_us(ENDED)),
    "aws logs tail --format short": ([f"2026-11-21T10:05:04 {line}" for line in LINES], iso_us(ENDED)),
    "aws logs tail --color on": (
        [f"\x1b[32m2026-11-21T10:05:04.000000+00:00\x1b[0m \x1b[36m{STREAM}\x1b[0m {line}" for line in LINES],
        iso_us(ENDED),
    ),
    "sls logs": (["", *LINES[:2], "2026-11-21 10:05:01.000 (+00:00)\tr1\tINFO\tan order", *LINES[3:], "", ""], 0),
    "an export to S3": ([f"2026-11-21T10:05:04.000Z {line}" for line in LINES], iso_us(ENDED)),
    "aws logs filter-log-events --output text": (
        [f"EVENTS\t3750{number}\t1795255504000\t{STREAM}\t{line}\t1795255504000" for number, line in enumerate(LINES)],
        0,
    ),
}


@pytest.mark.parametrize("tool", PRINTED)
def test_an_invocation_is_found_in_what_a_tool_prints(tool):
    lines, reported_us = PRINTED[tool]
    found = SortedLines("-")
    for number, line in enumerate(lines, 1):
        found.add(line, number)

    assert [each.invocation_id for each in found.records] == ["9f1c22ab03d40000"]
    assert [(fact.kind, fact.request_id) for fact in found.facts] == [("start", "r1"), ("report", "r1")]
    assert (found.facts[-1].status, found.facts[-1].at_us) == ("timeout", reported_us)
    assert found.refused == []
