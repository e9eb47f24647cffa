"""CloudWatch Logs by polling, over logs in a dictionary."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from botocore.stub import Stubber

from hopscope_collector.errors import NotASource, SourceFailed
from hopscope_collector.sources import cloudwatch, log_events, patience
from hopscope_collector.sources.cloudwatch import OPEN_MS, SLICE_MS, CloudWatchSource, Span
from hopscope_collector.sources.contract import Lines, Stop
from hopscope_collector.sources.log_events import CloudWatchLogs, GroupGone, LogEvent, LogGroup, MemoryLogs

NOW_MS = 1_790_000_000_000
GROUP = "/aws/lambda/orders-place"


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Prevents a test from waiting as long as a person would."""
    monkeypatch.setattr(cloudwatch, "PAUSE_S", 0.0)
    monkeypatch.setattr(patience, "LONGEST_PAUSE_S", 0.0)


def an_event(number: int, at_ms: int = NOW_MS - 1_000, message: str = "") -> LogEvent:
    return LogEvent(f"{number:056d}", at_ms, message or f"line {number}\n")


def once(logs: MemoryLogs, position: str | None = None, **given: Any) -> list[Lines]:
    span = Span(**{"since_ms": NOW_MS - 2 * SLICE_MS, **given})
    return list(CloudWatchSource("/aws/lambda/orders-", logs, span, now_ms=lambda: NOW_MS).lines(position, Stop()))


def texts(batches: list[Lines]) -> list[str]:
    return [text for lines in batches for text in lines.texts]


def last_position(batches: list[Lines]) -> str | None:
    return next((lines.position for lines in reversed(batches) if lines.position), None)


def a_throttling() -> ClientError:
    return ClientError({"Error": {"Code": "ThrottlingException", "Message": "slow down"}}, "FilterLogEvents")


def test_every_page_is_read_though_empty_ones_come_between() -> None:
    logs = MemoryLogs({GROUP: [an_event(number) for number in range(10)]}, page_size=3)

    assert texts(once(logs)) == [f"line {number}" for number in range(10)]


def test_a_page_that_breaks_off_without_a_token_is_gone_on_with(monkeypatch: pytest.MonkeyPatch) -> None:
    """An emulator gives ten thousand events and says nothing of the rest."""
    monkeypatch.setattr(log_events, "MOST_EVENTS", 4)
    ages_ms = [0, 1, 1, 2, 3, 3, 3, 4, OPEN_MS + 1, SLICE_MS, SLICE_MS]
    events = [an_event(number, NOW_MS - age_ms) for number, age_ms in enumerate(ages_ms)]

    read = texts(once(MemoryLogs({GROUP: events}, page_size=4, has_tokens=False)))

    assert set(read) == {f"line {number}" for number in range(len(ages_ms))}


def test_a_millisecond_with_more_events_than_a_page_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_events, "MOST_EVENTS", 4)
    logs = MemoryLogs({GROUP: [an_event(number, NOW_MS) for number in range(9)]}, page_size=4, has_tokens=False)

    assert len(texts(once(logs))) == 4


def test_it_says_once_which_groups_it_reads() -> None:
    logs = MemoryLogs({f"/aws/lambda/orders-{letter}": [an_event(1)] for letter in "abcd"})

    notices = [lines.notice for lines in once(logs) if lines.notice]

    assert notices == ["4 log groups: /aws/lambda/orders-a, /aws/lambda/orders-b, /aws/lambda/orders-c, …"]


def test_it_says_which_group_it_is_at_and_up_to_when() -> None:
    reached = [lines.reached for lines in once(MemoryLogs({GROUP: [an_event(1, NOW_MS - 7)]})) if lines.texts]

    assert reached == [f"up to 2026-09-21 14:13:19.993 UTC, {GROUP}"]


def test_every_group_of_the_prefix_is_read_and_no_other() -> None:
    logs = MemoryLogs({GROUP: [an_event(1)], "/aws/lambda/orders-pay": [an_event(2)], "/aws/lambda/x": [an_event(3)]})

    batches = once(logs)

    assert sorted(texts(batches)) == ["line 1", "line 2"]
    assert {lines.function for lines in batches if lines.texts} == {"orders-place", "orders-pay"}


def test_a_second_run_hands_over_only_what_is_new() -> None:
    logs = MemoryLogs({GROUP: [an_event(number) for number in range(4)]})
    position = last_position(once(logs))

    logs.events[GROUP].append(an_event(4))

    assert texts(once(logs, position)) == ["line 4"]


def test_a_line_that_becomes_readable_late_is_still_found() -> None:
    logs = MemoryLogs({GROUP: [an_event(1, NOW_MS - 1_000)]})
    position = last_position(once(logs))

    logs.events[GROUP].insert(0, an_event(2, NOW_MS - OPEN_MS + 1_000))

    assert texts(once(logs, position)) == ["line 2"]


def test_lines_of_the_same_millisecond_are_told_apart_by_their_ids() -> None:
    logs = MemoryLogs({GROUP: [an_event(1, NOW_MS)]})
    position = last_position(once(logs))

    logs.events[GROUP].append(an_event(2, NOW_MS, "line 1\n"))

    assert texts(once(logs, position)) == ["line 1"]


@pytest.mark.parametrize("handed_over", range(1, 9))
def test_an_interrupted_run_goes_on_without_losing_a_line(handed_over: int) -> None:
    """Interrupted after any number of batches: the rest and what was read before are everything."""
    ages_ms = [0, 10_000, OPEN_MS, SLICE_MS, SLICE_MS + 1, 2 * SLICE_MS - 1]
    logs = MemoryLogs(
        {GROUP: [an_event(number, NOW_MS - age_ms) for number, age_ms in enumerate(ages_ms)]}, page_size=1
    )
    read = once(logs)[:handed_over]

    read += once(logs, last_position(read))

    assert set(texts(read)) == {f"line {number}" for number in range(len(ages_ms))}


def test_the_settled_past_is_not_asked_for_again() -> None:
    logs = MemoryLogs({GROUP: [an_event(1, NOW_MS - SLICE_MS)]})
    position = last_position(once(logs))

    assert position is not None
    (group,) = json.loads(position).values()
    assert group["from_ms"] == NOW_MS - OPEN_MS
    assert texts(once(logs, position)) == []


def test_an_earlier_beginning_reads_what_was_not_read_yet() -> None:
    logs = MemoryLogs({GROUP: [an_event(1, NOW_MS - 5 * SLICE_MS)]})
    position = last_position(once(logs))

    assert texts(once(logs, position, since_ms=NOW_MS - 9 * SLICE_MS)) == ["line 1"]
    assert texts(once(logs, position, since_ms=NOW_MS)) == []


def test_the_end_of_the_wanted_time_is_excluded() -> None:
    logs = MemoryLogs({GROUP: [an_event(1, NOW_MS - 2_000), an_event(2, NOW_MS - 1_000)]})

    assert texts(once(logs, until_ms=NOW_MS - 1_000)) == ["line 1"]


def test_throttling_and_lost_connections_are_waited_out() -> None:
    failures = [a_throttling(), EndpointConnectionError(endpoint_url="https://logs"), a_throttling()]

    assert texts(once(MemoryLogs({GROUP: [an_event(1)]}, failures=list(failures)))) == ["line 1"]


def test_what_does_not_pass_is_said_with_the_last_error() -> None:
    logs = MemoryLogs({GROUP: [an_event(1)]}, failures=[a_throttling() for _ in range(patience.TRIES)])

    with pytest.raises(SourceFailed, match=r"no answer after 10 tries.*slow down"):
        once(logs)


def test_a_group_that_is_deleted_meanwhile_is_passed_over() -> None:
    logs = MemoryLogs({"/aws/lambda/orders-a": [an_event(1)], GROUP: [an_event(2)]}, failures=[GroupGone()])

    assert texts(once(logs)) == ["line 2"]


def test_aws_s_word_for_a_deleted_group_is_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, "eu-central-1")
    logs = CloudWatchLogs()
    with Stubber(logs._client) as aws:
        aws.add_client_error("filter_log_events", "ResourceNotFoundException", "gone")

        with pytest.raises(GroupGone):
            logs.page(LogGroup("arn", GROUP), (0, None), None)


def test_a_prefix_without_groups_is_said() -> None:
    with pytest.raises(NotASource, match="no log group's name begins so"):
        once(MemoryLogs())


def test_an_event_of_several_lines_is_several_lines() -> None:
    logs = MemoryLogs({GROUP: [an_event(1, message="one\ntwo\n")]})

    (lines,) = (each for each in once(logs) if each.texts)

    assert lines.texts == ["one", "two"]
    assert lines.places == [f"{GROUP} event {1:056d}"] * 2


def test_following_goes_on_with_lines_that_come_later() -> None:
    logs = MemoryLogs({GROUP: [an_event(1, NOW_MS)]}, endpoint="http://127.0.0.1:1")
    stop = Stop()
    following = CloudWatchSource("/aws/lambda/", logs, Span(NOW_MS, is_followed=True), now_ms=lambda: NOW_MS).lines(
        None, stop
    )
    read = []
    for lines in following:
        read += lines.texts
        if lines.is_idle and len(read) == 1:
            logs.events["/aws/lambda/new"] = [an_event(2, NOW_MS)]
        elif len(read) == 2:
            stop.set()

    assert read == ["line 1", "line 2"]
