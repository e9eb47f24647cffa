"""Live Tail, over sessions in a list; over HTTP it is in test_on_emulator.py."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from hopscope_collector.errors import NotASource, SourceFailed
from hopscope_collector.sources import patience
from hopscope_collector.sources.contract import Lines, Stop
from hopscope_collector.sources.live import OVERLAP_MS, LiveSource
from hopscope_collector.sources.live_tail import LiveLine, MemoryTail, Update, update_of
from hopscope_collector.sources.log_events import LogEvent, MemoryLogs

NOW_MS = 1_790_000_000_000
GROUP = "/aws/lambda/orders-place"


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Prevents a test from waiting as long as a person would."""
    monkeypatch.setattr(patience, "LONGEST_PAUSE_S", 0.0)


def a_line(text: str, at_ms: int = NOW_MS, group: str = GROUP) -> LiveLine:
    return LiveLine(group, at_ms, f"{text}\n")


def some_logs(*events: tuple[str, int], **given: Any) -> MemoryLogs:
    return MemoryLogs(
        {GROUP: [LogEvent(text, at_ms, text) for text, at_ms in events]}, endpoint="http://127.0.0.1:1", **given
    )


def followed(logs: MemoryLogs, tail: MemoryTail, position: str | None = None, since_ms: int = 0) -> list[Lines]:
    """Everything until the sessions are used up."""
    stop = Stop()
    source = LiveSource("/aws/lambda/orders-", logs, tail, since_ms, now_ms=lambda: NOW_MS)

    def until_idle() -> Iterator[Lines]:
        for lines in source.lines(position, stop):
            yield lines
            if lines.is_idle and tail.is_used_up:
                stop.set()

    return list(until_idle())


def texts(batches: list[Lines]) -> list[str]:
    return [text for lines in batches for text in lines.texts]


def last_position(batches: list[Lines]) -> str | None:
    return next((lines.position for lines in reversed(batches) if lines.position), None)


def lost() -> Exception:
    return EndpointConnectionError(endpoint_url="https://stream-logs")


def test_lines_come_with_their_group_time_and_function() -> None:
    other = a_line("two", NOW_MS - 1, "/ecs/printer")

    batches = followed(some_logs(), MemoryTail([[Update(), Update([a_line("one"), other])]]))

    first, second = (each for each in batches if each.texts)
    assert (first.texts, first.function, first.at_us, first.places) == (
        ["one"],
        "orders-place",
        [NOW_MS * 1_000],
        [GROUP],
    )
    assert (second.texts, second.function) == (["two"], None)


def test_the_first_time_it_begins_now() -> None:
    logs = some_logs(("old", NOW_MS - OVERLAP_MS - 1))

    assert texts(followed(logs, MemoryTail([[Update(), Update([a_line("new")])]]))) == ["new"]


def test_what_was_logged_while_nobody_listened_is_asked_for() -> None:
    position = json.dumps({"reached_ms": NOW_MS - 500_000})
    logs = some_logs(("one", NOW_MS - 500_000), ("meanwhile", NOW_MS - 300_000))

    read = texts(followed(logs, MemoryTail([[Update(), Update([a_line("two")])]]), position))

    assert set(read) == {"one", "meanwhile", "two"}
    assert read[-1] == "two"


def test_the_position_is_the_youngest_line_that_was_handed_over() -> None:
    lines = Update([a_line("one", NOW_MS - 500_000), a_line("two", NOW_MS - 400_000)])

    batches = followed(some_logs(), MemoryTail([[Update(), lines]]), json.dumps({"reached_ms": NOW_MS - 600_000}))

    assert last_position(batches) == json.dumps({"reached_ms": NOW_MS - 400_000})


def test_the_gap_goes_no_further_back_than_wanted() -> None:
    logs = some_logs(("long ago", NOW_MS - 10 * OVERLAP_MS))
    position = json.dumps({"reached_ms": NOW_MS - 20 * OVERLAP_MS})

    assert texts(followed(logs, MemoryTail(), position, since_ms=NOW_MS - 2 * OVERLAP_MS)) == []


def test_what_was_logged_while_the_connection_was_lost_is_asked_for() -> None:
    logs = some_logs(("between", NOW_MS - 1))
    tail = MemoryTail([[Update(), Update([a_line("one", NOW_MS - 2)]), lost()], [Update(), Update([a_line("two")])]])

    assert set(texts(followed(logs, tail))) == {"one", "between", "two"}


def test_a_session_that_aws_ends_after_three_hours_is_begun_again() -> None:
    tail = MemoryTail([[Update(), Update([a_line("one")])], [Update(), Update([a_line("two")])]])

    followed(some_logs(), tail)

    assert len(tail.asked) == 2


def test_a_sample_is_said_once_a_session() -> None:
    sampled = Update([a_line("one")], is_sampled=True)

    batches = followed(some_logs(), MemoryTail([[Update(), sampled, sampled, lost()], [Update(), sampled]]))

    notices = [each.notice for each in batches if each.notice]
    assert notices[0] == "1 log group: /aws/lambda/orders-place"
    assert notices[1:] == ["AWS hands over a sample: more than 500 lines in a second; logs: misses none"] * 2


def test_more_groups_than_live_tail_takes_are_said() -> None:
    logs = MemoryLogs({f"/aws/lambda/orders-{number}": [] for number in range(11)})

    with pytest.raises(NotASource, match="11 log groups begin so, Live Tail takes 10"):
        followed(logs, MemoryTail())


def test_a_prefix_without_groups_is_said() -> None:
    with pytest.raises(NotASource, match="no log group's name begins so"):
        followed(MemoryLogs(), MemoryTail())


def test_a_session_that_is_refused_ends_the_source() -> None:
    with pytest.raises(SourceFailed, match="AccessDenied"):
        followed(some_logs(), MemoryTail([[SourceFailed("live: AWS refuses StartLiveTail: AccessDenied")]]))


def test_logs_that_answered_before_are_asked_until_they_answer_again() -> None:
    """Somebody watches: an hour without a connection is no reason to stop watching."""
    throttled = ClientError({"Error": {"Code": "ThrottlingException", "Message": "slow down"}}, "FilterLogEvents")
    logs = some_logs(failures=[throttled for _ in range(2 * patience.TRIES)])

    notices = [lines.notice for lines in followed(logs, MemoryTail()) if lines.notice]

    throttling = "FilterLogEvents: ThrottlingException: slow down; asked again in 0 s"
    assert notices[1:] == [*[throttling] * (2 * patience.TRIES - 1), "answers again"]


@pytest.mark.parametrize(
    "identifier",
    [GROUP, f"123456789012:{GROUP}", f"arn:aws:logs:eu-west-1:123456789012:log-group:{GROUP}"],
)
def test_a_group_is_known_by_name_account_and_name_or_arn(identifier: str) -> None:
    event = {"logGroupIdentifier": identifier, "timestamp": 7, "message": "one", "ingestionTime": 8}

    update = update_of({"sessionUpdate": {"sessionMetadata": {"sampled": True}, "sessionResults": [event]}})

    assert update == Update([LiveLine(GROUP, 7, "one")], is_sampled=True)
