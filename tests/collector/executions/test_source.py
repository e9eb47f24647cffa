"""Executions read into flows: from AWS (a fake that ships beside the real one) and from files."""

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hopscope_collector.errors import NotASource, SourceFailed
from hopscope_collector.executions import History
from hopscope_collector.executions.description import Description
from hopscope_collector.executions.event import HistoryEvent
from hopscope_collector.executions.file_source import ExecutionsFileSource
from hopscope_collector.executions.source import ExecutionsSource
from hopscope_collector.executions.step_functions import MemoryExecutions
from hopscope_collector.sources.contract import Lines, Source, Stop
from hopscope_wire.decode import record_of
from hopscope_wire.model import Begin, End

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


def read(source: Source, position: str | None = None) -> tuple[list[str], str | None]:
    """What was handed over, as `begin o-1`, and the last position."""
    batches = list(source.lines(position, Stop()))
    return said(batches), next((each.position for each in reversed(batches) if each.position), position)


def said(batches: Iterable[Lines]) -> list[str]:
    records = [record_of(text) for each in batches for text in each.texts]
    return [f"{'begin' if isinstance(each, Begin) else 'end'} {each.request_id.rpartition(':')[2]}" for each in records]


def test_executions_of_machines_are_handed_over_oldest_first(a_history: AHistory) -> None:
    aws = MemoryExecutions([a_history("b", 2), a_history("a", 1), a_history("c", 3, is_over=False)])

    handed, _ = read(ExecutionsSource("orders-", aws))

    assert handed == ["begin a", "end a", "begin b", "end b", "begin c"]
    assert aws.read == [arn("a"), arn("b")], "a running execution has no history to read yet"


def test_what_is_over_is_never_read_again(a_history: AHistory) -> None:
    aws = MemoryExecutions([a_history("a", 100), a_history("b", 200, is_over=False)])
    _, position = read(ExecutionsSource(MACHINE, aws))
    aws.histories = [a_history("a", 100), a_history("b", 200), a_history("c", 300)]

    handed, position = read(ExecutionsSource(MACHINE, aws), position)
    nothing, _ = read(
        ExecutionsSource(MACHINE, aws),
        json.dumps({MACHINE: {**json.loads(position or "")[MACHINE], "from_us": 400 * SECOND}}),
    )

    assert handed == ["begin b", "end b", "begin c", "end c"]
    assert nothing == []
    assert aws.read == [arn("a"), arn("b"), arn("c")]


def test_a_redrive_is_read_when_it_is_over(a_history: AHistory) -> None:
    aws = MemoryExecutions([a_history("a", 100), a_history("b", 900)])
    _, position = read(ExecutionsSource(MACHINE, aws))
    aws.histories[0] = a_history("a", 100, between="98 ExecutionRedriven <- 0", redrives=1)

    handed, position = read(ExecutionsSource(MACHINE, aws), position)
    again, _ = read(ExecutionsSource(MACHINE, aws), position)

    assert [each for each in handed if each.endswith(" a")] == ["begin a", "begin a", "end a"]
    assert [each for each in again if each.endswith(" a")] == []


def test_children_of_a_map_run_come_with_their_parent(a_history: AHistory) -> None:
    between = "2 MapStateEntered <- 0 name=Each\n3 MapStateStarted <- 2 length=1\n4 MapRunStarted <- 3 mapRunArn=arn:run\n5 MapRunSucceeded <- 4"
    child = a_history("child", 2, map_run_arn="arn:run")
    aws = MemoryExecutions([a_history("parent", 1, between=between), child])

    batches = list(ExecutionsSource(MACHINE, aws).lines(None, Stop()))

    assert said(batches) == ["begin child", "end child", "begin parent", "end parent"]
    records = [record_of(text) for each in batches for text in each.texts]
    sends = [send.refs for each in records if isinstance(each, End) for send in each.sends]
    assert sends == [(f"states/{arn('child')}",)]


def test_only_what_began_since_is_read(a_history: AHistory) -> None:
    aws = MemoryExecutions([a_history("old", 1, redrives=1), a_history("new", 1_000)])

    assert read(ExecutionsSource("orders", aws, since_us=500 * SECOND))[0] == ["begin new", "end new"]


def test_one_execution_is_followed_until_it_is_over(a_history: AHistory) -> None:
    aws = MemoryExecutions([a_history("a", is_over=False)])
    source = ExecutionsSource(arn("a"), aws, is_followed=True, poll_s=0)
    batches = []

    for lines in source.lines(None, Stop()):
        batches.append(lines)
        aws.histories[0] = a_history("a")

    assert said(batches) == ["begin a", "begin a", "end a"]


def test_following_ends_when_told_to(a_history: AHistory) -> None:
    stop = Stop()
    source = ExecutionsSource(MACHINE, MemoryExecutions([a_history("a", is_over=False)]), is_followed=True, poll_s=0)

    for lines in source.lines(None, stop):
        if lines.is_idle:
            stop.set()

    assert source.name == f"executions:{MACHINE} at memory"


def test_a_prefix_that_no_machine_has_is_named() -> None:
    with pytest.raises(NotASource, match="no state machine's name begins so"):
        read(ExecutionsSource("nothing-", MemoryExecutions()))
    with pytest.raises(NotASource, match="names nothing"):
        ExecutionsSource("", MemoryExecutions())


HISTORY = {"events": [{"id": 1, "previousEventId": 0, "timestamp": 1, "type": "ExecutionStarted"}]}
DESCRIBED = {"executionArn": arn("a"), "status": "RUNNING", "startDate": 1}


def test_a_saved_history_is_a_source(tmp_path: Path) -> None:
    file = tmp_path / "history.json"
    file.write_text(json.dumps(HISTORY) + json.dumps(DESCRIBED))

    assert read(ExecutionsFileSource(file))[0] == ["begin a"]


def test_a_history_without_its_arn_is_refused_with_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "history.json"
    file.write_text(json.dumps(HISTORY))

    (refused,) = [each for lines in ExecutionsFileSource(file).lines(None, Stop()) for each in lines.refused]

    assert (refused.reason, refused.place) == ("no_arn", "execution 1")
    assert "expected its describe output beside the history" in refused.message


def test_what_is_no_history_fails_with_the_file_s_name(tmp_path: Path) -> None:
    file = tmp_path / "history.json"
    file.write_text("{}")

    with pytest.raises(SourceFailed, match=r"executions-file:.*history\.json: found an object with no keys"):
        read(ExecutionsFileSource(file))
    with pytest.raises(NotASource, match="does not exist"):
        ExecutionsFileSource(tmp_path / "missing")


def test_every_recording_can_be_collected(corpus: Path, tmp_path: Path) -> None:
    for path in sorted((corpus / "sfn_histories").glob("*.json")):
        described = {**DESCRIBED, "executionArn": arn(path.stem)}
        file = tmp_path / path.name
        file.write_text(path.read_text() + json.dumps(described))

        handed, _ = read(ExecutionsFileSource(file))

        assert handed[0] == f"begin {path.stem}"


def test_a_description_alone_is_collected(a_history: AHistory) -> None:
    """Express executions have no history to ask for."""
    aws = MemoryExecutions([replace(a_history("a", ended_us=2 * SECOND), events=())])

    assert read(ExecutionsSource(MACHINE, aws))[0] == ["begin a", "end a"]
