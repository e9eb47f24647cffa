"""Histories recorded from AWS, each against what the recording itself says."""

import json
import random
from collections import Counter
from pathlib import Path

from hopscope_collector.executions import execution_as_json, execution_of, histories_in
from hopscope_collector.executions.definition import definition_of
from hopscope_collector.executions.unreached import unknown_states

LAST = {
    "ExecutionSucceeded": "SUCCEEDED",
    "ExecutionFailed": "FAILED",
    "ExecutionTimedOut": "TIMED_OUT",
    "ExecutionAborted": "ABORTED",
    "ExecutionStarted": "RUNNING",
    "ExecutionRedriven": "RUNNING",
}


def recordings(corpus: Path) -> list[Path]:
    return sorted((corpus / "sfn_histories").glob("*.json"))


def test_every_recorded_history_is_one_whole_tree(corpus: Path) -> None:
    wrong: list[str] = []
    counted: Counter[str] = Counter()
    for path in recordings(corpus):
        recorded = json.loads(path.read_text())["history"]["events"]
        counted.update(event["type"] for event in recorded)
        (history,) = histories_in(path.read_text())
        execution = execution_of(history)
        placed = Counter(execution.events)
        for state in execution.walk():
            placed.update(state.events)
            for iteration in state.iterations:
                placed.update(iteration.events)
        entered = sum(event["type"].endswith("StateEntered") for event in recorded)
        is_whole = (
            execution.unattached == ()
            and placed == Counter(event["id"] for event in recorded)
            and sum(1 for _ in execution.walk()) == entered
            and execution.status == LAST[max(recorded, key=lambda event: event["id"])["type"]]
            and not any(state.is_assumed for state in execution.walk())
        )
        wrong += [] if is_whole else [path.name]

    print("\n".join(f"{number:6} {type_}" for type_, number in counted.most_common()))
    assert wrong == []
    assert counted.total() > 2_000


def test_every_recorded_history_gives_the_same_tree_when_shuffled(corpus: Path) -> None:
    wrong: list[str] = []
    for path in recordings(corpus):
        (history,) = histories_in(path.read_text())
        events = list(history.events)
        random.Random(path.name).shuffle(events)
        shuffled = type(history)(tuple(events))
        wrong += [] if execution_of(shuffled) == execution_of(history) else [path.name]

    assert wrong == []


def test_every_entered_state_that_was_left_has_both_times(corpus: Path) -> None:
    for path in recordings(corpus):
        (history,) = histories_in(path.read_text())
        exits = sum(event.type.endswith("StateExited") for event in history.events)
        states = list(execution_of(history).walk())

        assert sum(state.exited_us is not None for state in states) == exits, path.name
        assert all(state.entered_us is not None for state in states), path.name


def test_every_attempt_is_one_recorded_schedule(corpus: Path) -> None:
    for path in recordings(corpus):
        (history,) = histories_in(path.read_text())
        scheduled = sum(event.type.endswith("Scheduled") for event in history.events)
        attempts = sum(len(state.attempts) for state in execution_of(history).walk())

        assert attempts == scheduled, path.name


def test_every_recorded_definition_is_read_and_knows_the_states_of_its_history(corpus: Path) -> None:
    for path in recordings(corpus):
        recorded = json.loads(path.read_text())
        if recorded["definition_match"] != "exact":
            continue
        definition = definition_of((corpus / "sfn_histories" / recorded["definitions"][0]).read_text())
        (history,) = histories_in(path.read_text())

        assert unknown_states(execution_of(history), definition) == (), path.name


def test_the_ids_of_published_messages_are_those_that_were_delivered(corpus: Path) -> None:
    """The recordings that span a state machine and what it sent to."""
    for path in sorted((corpus / "chains" / "stepfunctions").glob("*.json")):
        chain = json.loads(path.read_text())
        refs = {
            ref
            for recorded in chain["content"].values()
            if isinstance(recorded, dict) and "events" in recorded
            for history in histories_in(json.dumps(recorded))
            for state in execution_of(history).walk()
            for ref in state.identity.refs
        }
        sent = {
            link["value"]
            for link in chain["links"]
            if any(where.endswith((".EventId", ".MessageId")) for where in link["fields"])
        }

        assert sent <= {ref.partition("/")[2] for ref in refs}, path.name


def test_no_task_token_is_shown_or_stored(corpus: Path) -> None:
    tokens: set[str] = set()
    shown: list[str] = []
    for path in recordings(corpus):
        text = path.read_text()
        tokens.update(each.split('\\"')[0] for each in text.split('TaskToken\\": \\"')[1:])
        (history,) = histories_in(text)
        shown.append(json.dumps(execution_as_json(execution_of(history), with_payloads=True)))

    everything = "\n".join(shown)
    assert len(tokens) > 5
    assert [token for token in tokens if token in everything] == []
