"""The log lines of one invocation among those of its group."""

from hopscope_tui.sources.invocation_logs import LogLine, lines_of


def an_event(message, stream="s1", at_ms=1):
    return {"message": message, "logStreamName": stream, "timestamp": at_ms}


def test_what_stands_between_its_first_and_its_last_line_in_its_stream_belongs_to_it():
    events = [
        an_event("REPORT RequestId: before", at_ms=1),
        an_event("START RequestId: r-1 Version: 3\n", at_ms=2),
        an_event("START RequestId: r-2", stream="s2", at_ms=2),
        an_event("the printer does not answer\nat all", at_ms=3),
        an_event('{"hopscope": 1, "record": "end"}'.replace(": 1", ":1"), at_ms=4),
        an_event("REPORT RequestId: r-1 Duration: 1 ms", at_ms=5),
        an_event("START RequestId: after", at_ms=6),
    ]

    assert lines_of(events, "r-1") == (
        LogLine(2_000, "START RequestId: r-1 Version: 3"),
        LogLine(3_000, "the printer does not answer"),
        LogLine(3_000, "at all"),
        LogLine(5_000, "REPORT RequestId: r-1 Duration: 1 ms"),
    )


def test_a_request_without_a_line_has_none():
    assert lines_of([an_event("START RequestId: r-1")], "r-2") == ()
