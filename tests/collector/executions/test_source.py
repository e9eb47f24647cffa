"""Executions read into flows: from AWS (a fake that ships beside the real one) and from files."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from hopscope_collector.errors import NotASource, SourceFailed
from hopscope_collector.executions import History
from hopscope_collector.executions.description import Description
from hopscope_collector.executions.event import HistoryEvent
from hopscope_collector.executions.file_source import ExecutionsFileSource
from hopscope_collector.executions.source import ExecutionsSource, Wanted
from hopscope_collector.executions.step_functions import MemoryExecutions
from hopscope_collector.sources.contract import Lines, Source, Stop

MACHINE = "arn:aws:states:eu-west-1:111111111111:stateMachine:orders-eu"
SECOND = 1_000_000


def arn(name: str) -> str:
    return f"arn:aws:states:eu-west-1:111111111111:execution:orders-eu:{name}"


Events = Callable[[str], tuple[HistoryEvent, ...]]


@pytest.fixture
def a_history(events_of: Events) -> Callable[..., History]:
    def a_history(name: str, at_s: int = 1, *, is_over: bool = True, between: str = "", **described: Any) -> History:
        table = f"1 ExecutionStarted <- 0\n{between}\n" + ("99 ExecutionSucceeded <- 0" if is_over else "")
        status = "SUCCEEDED" if is_over else "RUNNING"
        known = {"status": status, "state_machine_arn": MACHINE, "started_us": at_s * SECOND, **described}
        return History(events_of(table), Description(arn(name), **known))

    return a_history


AHistory = Callable[..., History]


def lines_of(history: History) -> list[str]:
    """What the store would be given, as far as it matters here: `o-1 RUNNING [1]`."""
    described = history.description
    if described is None:
        return []
    events = " ".join(str(each) for each in sorted({event.id for event in history.events}))
    return [f"{described.arn.rpartition(':')[2]} {described.status} [{events}]"]


def source_of(text: str, aws: MemoryExecutions, **wanted: Any) -> ExecutionsSource:
    return ExecutionsSource(text, aws, lines_of, Wanted(**{"poll_s": 0, **wanted}))


def read(source: Source, position: str | None = None) -> tuple[list[str], str | None]:
    """What was handed over, and the last position."""
    batches = list(source.lines(position, Stop()))
    return said(batches), next((each.position for each in reversed(batches) if each.position), position)


def said(batches: Iterable[Lines]) -> list[str]:
    return [text for each in batches for text in each.texts]


def test_executions_of_machines_are_handed_over_oldest_first(a_history: AHistory) -> None:
    aws = MemoryExecutions([a_history("b", 2), a_history("a", 1), a_history("c", 3, is_over=False)])

    assert read(source_of("orders-", aws))[0] == ["a SUCCEEDED [1 99]", "b SUCCEEDED [1 99]", "c RUNNING [1]"]


def test_what_is_over_is_never_read_again(a_history: AHistory) -> None:
    aws = MemoryExecutions([a_history("a", 100), a_history("b", 200, is_over=False)])
    _, position = read(source_of(MACHINE, aws))
    aws.histories = [a_history("a", 100), a_history("b", 200), a_history("c", 300)]

    handed, position = read(source_of(MACHINE, aws), position)
    nothing, _ = read(source_of(MACHINE, aws), position)

    assert handed == ["b SUCCEEDED [1 99]", "c SUCCEEDED [1 99]"]
    assert nothing == ["c SUCCEEDED [1 99]"], "within the overlap, which costs one more read and stores nothing"
    assert aws.read.count("a after 0") == 1


def test_of_a_running_execution_only_new_events_are_asked_for(a_history: AHistory) -> None:
    aws = MemoryExecutions([a_history("a", is_over=False)])
    states = iter([a_history("a", is_over=False, between="2 PassStateEntered <- 0 name=A"), None, a_history("a")])
    handed: list[str] = []

    for lines in source_of(arn("a"), aws, is_followed=True).lines(None, Stop()):
        handed += lines.texts
        if lines.is_idle and (later := next(states, None)):
            aws.histories[0] = later

    assert handed == ["a RUNNING [1]", "a RUNNING [1 2]", "a SUCCEEDED [1 2 99]"]
    assert aws.read == ["a after 0", "a after 1", "a after 2", "a after 2"]


def test_a_redrive_is_followed_though_it_began_long_ago(a_history: AHistory) -> None:
    aws = MemoryExecutions([a_history("a", 100), a_history("b", 900)])
    _, position = read(source_of(MACHINE, aws))
    aws.histories[0] = a_history("a", 100, between="98 ExecutionRedriven <- 0", redrives=1)

    handed, position = read(source_of(MACHINE, aws), position)
    again, _ = read(source_of(MACHINE, aws), position)

    assert handed[0] == "a SUCCEEDED [1 98 99]"
    assert [each for each in again if each.startswith("a ")] == []


def test_children_of_a_map_run_come_with_their_parent(a_history: AHistory) -> None:
    between = (
        "2 MapStateEntered <- 0 name=Each\n3 MapStateStarted <- 2 length=1\n4 MapRunStarted <- 3 mapRunArn=arn:run"
    )
    child = a_history("child", 2, map_run_arn="arn:run")
    aws = MemoryExecutions([a_history("parent", 1, between=between), child])

    batches = list(source_of(MACHINE, aws).lines(None, Stop()))

    assert said(batches) == ["child SUCCEEDED [1 99]", "parent SUCCEEDED [1 2 3 4 99]"]
    assert [bool(each.position) for each in batches] == [False, True, False], "the position is past both, or neither"


def test_nested_executions_come_with_their_parent(a_history: AHistory) -> None:
    """Of another state machine, however deep; an Express child has no history to ask for."""
    between = """
        2 TaskStateEntered <- 0 name=Start
        3 TaskScheduled <- 2 resourceType=states resource=startExecution
        4 TaskSucceeded <- 3 resourceType=states resource=startExecution output='{{"ExecutionArn": "{}"}}'
    """
    express = arn("x").replace(":execution:", ":express:")
    aws = MemoryExecutions(
        [
            a_history("a", 1, between=between.format(arn("b"))),
            a_history("b", 1, between=between.format(arn("c")), state_machine_arn="another"),
            a_history("c", 1, between=between.format(express), state_machine_arn="another"),
        ]
    )

    handed, _ = read(source_of(MACHINE, aws))

    assert [text.partition(" ")[0] for text in handed] == ["b", "c", "a"]


class WithoutPermission(MemoryExecutions):
    def described(self, arn: str) -> Description:
        if arn.endswith(":b"):
            raise SourceFailed(f"{arn}: AWS refuses DescribeExecution")
        return super().described(arn)


def test_a_nested_execution_that_cannot_be_read_is_refused_and_the_rest_goes_on(a_history: AHistory) -> None:
    between = f"""
        2 TaskStateEntered <- 0 name=Start
        3 TaskSucceeded <- 2 resourceType=states resource=startExecution output='{{"ExecutionArn": "{arn("b")}"}}'
    """
    batches = list(source_of(MACHINE, WithoutPermission([a_history("a", between=between)])).lines(None, Stop()))

    assert [(each.reason, each.place) for lines in batches for each in lines.refused] == [
        ("unreadable_execution", arn("b"))
    ]
    assert said(batches) == ["a SUCCEEDED [1 2 3 99]"]


def test_only_what_began_since_is_read(a_history: AHistory) -> None:
    aws = MemoryExecutions([a_history("old", 1, redrives=1), a_history("new", 1_000)])

    assert read(source_of("orders", aws, since_us=500 * SECOND))[0] == ["new SUCCEEDED [1 99]"]


def test_following_ends_when_told_to(a_history: AHistory) -> None:
    stop = Stop()
    source = source_of(MACHINE, MemoryExecutions([a_history("a", is_over=False)]), is_followed=True)

    for lines in source.lines(None, stop):
        if lines.is_idle:
            stop.set()

    assert source.name == f"executions:{MACHINE} at memory"


def test_a_prefix_that_no_machine_has_is_named() -> None:
    with pytest.raises(NotASource, match="no state machine's name begins so"):
        read(source_of("nothing-", MemoryExecutions()))
    with pytest.raises(NotASource, match="names nothing"):
        source_of("", MemoryExecutions())


HISTORY = {"events": [{"id": 1, "previousEventId": 0, "timestamp": 1, "type": "ExecutionStarted"}]}
DESCRIBED = {"executionArn": arn("a"), "status": "RUNNING", "startDate": 1}


def test_a_saved_history_is_a_source(tmp_path: Path) -> None:
    file = tmp_path / "history.json"
    file.write_text(json.dumps(HISTORY) + json.dumps(DESCRIBED))

    assert read(ExecutionsFileSource(file, lines_of))[0] == ["a RUNNING [1]"]


def test_a_history_without_its_arn_is_refused_with_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "history.json"
    file.write_text(json.dumps(HISTORY))

    (refused,) = [each for lines in ExecutionsFileSource(file, lines_of).lines(None, Stop()) for each in lines.refused]

    assert (refused.reason, refused.place) == ("no_arn", "execution 1")
    assert "expected its describe output beside the history" in refused.message


def test_what_is_no_history_fails_with_the_file_s_name(tmp_path: Path) -> None:
    file = tmp_path / "history.json"
    file.write_text("{}")

    with pytest.raises(SourceFailed, match=r"executions-file:.*history\.json: found an object with no keys"):
        read(ExecutionsFileSource(file, lines_of))
    with pytest.raises(NotASource, match="does not exist"):
        ExecutionsFileSource(tmp_path / "missing", lines_of)
