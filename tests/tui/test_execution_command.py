"""`hopscope execution` as a person types it."""

import gzip
import json
from collections.abc import Callable
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from hopscope_tui.cli import main

ARN = "arn:aws:states:eu-west-1:111111111111:execution:orders:o-42"
EXPRESS = "arn:aws:states:eu-west-1:111111111111:express:orders:o-42:7c9e"
EVENTS = [
    {"id": 1, "previousEventId": 0, "timestamp": 1.0, "type": "ExecutionStarted"},
    {
        "id": 2,
        "previousEventId": 0,
        "timestamp": 2.0,
        "type": "TaskStateEntered",
        "stateEnteredEventDetails": {"name": "Ask\x1b[2J", "input": '{"card": "4111"}'},
    },
    {
        "id": 3,
        "previousEventId": 2,
        "timestamp": 3.0,
        "type": "TaskScheduled",
        "taskScheduledEventDetails": {
            "resourceType": "sqs",
            "resource": "sendMessage.waitForTaskToken",
            "parameters": '{"MessageBody": {"TaskToken": "a-task-token-of-an-emulator"}}',
        },
    },
]
HISTORY = {"events": EVENTS}
DEFINITION = {
    "StartAt": "Ask\x1b[2J",
    "States": {"Ask\x1b[2J": {"Type": "Task", "Next": "Done"}, "Done": {"Type": "Succeed"}},
}


class Said(NamedTuple):
    code: object
    out: str
    err: str


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    def run(*arguments: object) -> Said:
        with pytest.raises(SystemExit) as end:
            main(["execution", *map(str, arguments)])
        return Said(end.value.code, *capsys.readouterr())

    return run


Run = Callable[..., Said]


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    file = tmp_path / "history.json"
    file.write_text(json.dumps(HISTORY))
    return file


def test_a_saved_history_is_drawn_without_a_store(run: Run, saved: Path) -> None:
    said = run(saved)

    assert (said.code, said.err) == (0, "")
    assert "◌ Ask␛[2J" in said.out
    assert "waiting for callback since 1970-01-01 00:00:03.000 UTC" in said.out
    assert "\x1b" not in said.out


def test_the_json_is_the_documented_contract(run: Run, saved: Path) -> None:
    value = json.loads(run(saved, "--json").out)

    assert value["hopscope"] == 1
    assert value["execution"]["status"] == "RUNNING"
    assert value["execution"]["events"] == [1]
    assert value["execution"]["unattached"] == []
    assert [(state["name"], state["events"]) for state in value["execution"]["states"]] == [("Ask\x1b[2J", [2, 3])]


def test_payloads_stay_private_unless_asked_for_and_tokens_always(run: Run, saved: Path) -> None:
    assert "4111" not in run(saved).out + run(saved, "--json").out
    shown = run(saved, "--json", "--payloads").out

    assert "4111" in shown
    assert "a-task-token" not in shown


def test_a_definition_shows_what_was_not_reached(run: Run, saved: Path, tmp_path: Path) -> None:
    definition = tmp_path / "definition.json"
    definition.write_text(json.dumps(DEFINITION))

    assert "· Done" in run(saved, "--definition", definition).out
    value = json.loads(run(saved, "--definition", definition, "--json").out)["execution"]
    assert value["not_reached"] == [{"name": "Done", "type": "Succeed", "inside": [], "bypassed": False}]
    assert [state["name"] for state in value["states"]] == ["Ask\x1b[2J"]


def test_a_definition_of_another_machine_is_noted(run: Run, saved: Path, tmp_path: Path) -> None:
    definition = tmp_path / "definition.json"
    definition.write_text(json.dumps({"StartAt": "B", "States": {"B": {"Type": "Pass", "End": True}}}))

    assert (
        "note: not in the definition, which may be of another revision: Ask␛[2J"
        in run(saved, "--definition", definition).out
    )


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: gzip.compress(text.encode()),
        lambda text: text.encode("utf-16"),
        lambda text: text.encode("utf-8-sig"),
    ],
)
def test_files_are_read_as_people_have_them(run: Run, tmp_path: Path, encode: Callable[[str], bytes]) -> None:
    file = tmp_path / "history"
    file.write_bytes(encode(json.dumps(HISTORY)))

    assert run(file).code == 0


def test_stdin_is_read_as_a_dash(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(json.dumps(HISTORY).encode())))

    assert "1 state" in run("-").out


def test_one_of_several_executions_can_be_chosen(run: Run, tmp_path: Path) -> None:
    lines = [log_line(number, arn) for arn in (EXPRESS, EXPRESS + "0") for number in (1, 2)]
    file = tmp_path / "log.jsonl"
    file.write_text("\n".join(map(json.dumps, lines)))

    assert run(file).out.count("express execution") == 2
    assert len(json.loads(run(file, "--json").out)["executions"]) == 2
    assert json.loads(run(file, "--json", "--arn", EXPRESS + "0").out)["execution"]["arn"] == EXPRESS + "0"
    said = run(file, "--arn", ARN)
    assert (said.code, "expected one of" in said.err) == (2, True)


def test_an_arn_for_a_file_that_says_none_is_not_to_be_given(run: Run, saved: Path) -> None:
    assert "no history in the file says its ARN; leave --arn out" in run(saved, "--arn", ARN).err


def log_line(number: int, arn: str) -> dict[str, Any]:
    type_ = "ExecutionStarted" if number == 1 else "ExecutionSucceeded"
    return {
        "id": str(number),
        "type": type_,
        "details": {},
        "previous_event_id": str(number - 1),
        "event_timestamp": "1700000000000",
        "execution_arn": arn,
    }


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("arn:aws:state:eu-west-1:111111111111:execution:orders:o-42", "is not the ARN of an execution; expected arn:"),
        ("ARN:AWS:states:eu-west-1", "is not the ARN of an execution; expected arn:"),
        ("arn:aws:states:eu-west-1:111111111111:stateMachine:orders", "names a state machine; expected arn:"),
    ],
)
def test_a_mistyped_arn_is_no_missing_file(run: Run, typed: str, says: str) -> None:
    said = run(typed)

    assert (said.code, said.out) == (2, "")
    assert f"hopscope: {typed} {says}" in said.err


def test_a_missing_definition_is_not_called_an_execution(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "history.json"
    file.write_text(json.dumps(HISTORY))

    said = run(file, "--definition", tmp_path / "none.json")

    assert said.code == 2
    assert said.err.endswith("expected a file that holds the state machine\n")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "an empty file"),
        (json.dumps(HISTORY, indent=1).encode()[:200], "Was the file cut? Save it again"),
        (b"hello", "line 1 is not JSON"),
        (b'{"events": [{"id": "x"}]}', "event 1 of document 1 has id 'x'"),
        (b'{"Records": []}', "an object with Records"),
        (b"\x00\xff\xfe\x80", "bytes that are no text"),
        (b"\x1f\x8bnot gzip", "a damaged gzip file"),
        (b'{"\x1b[2J": 1}', "an object with ␛[2J"),
    ],
)
def test_bad_input_is_one_clear_line_and_exit_code_2(run: Run, tmp_path: Path, content: bytes, says: str) -> None:
    file = tmp_path / "bad"
    file.write_bytes(content)

    said = run(file)

    assert (said.code, said.out) == (2, "")
    assert said.err.startswith(f"hopscope: {file}: ")
    assert says in said.err
    assert "expected" in said.err
    assert said.err.count("\n") == 1
    assert "\x1b" not in said.err


@pytest.mark.parametrize("option", ["file", "definition"])
def test_a_file_that_is_not_there_is_named(run: Run, saved: Path, tmp_path: Path, option: str) -> None:
    missing = tmp_path / "missing.json"

    said = run(missing) if option == "file" else run(saved, "--definition", missing)

    assert said.code == 2
    assert f"cannot read {missing}: No such file or directory" in said.err


def test_a_definition_that_is_none_is_blamed_on_its_file(run: Run, saved: Path) -> None:
    said = run(saved, "--definition", saved)

    assert said.code == 2
    assert f"{saved}: States of the definition is missing" in said.err


def test_every_recording_is_drawn_and_printed(run: Run, corpus: Path) -> None:
    for path in sorted((corpus / "sfn_histories").glob("*.json")):
        recorded = json.loads(path.read_text())
        definition = [
            argument
            for file in recorded["definitions"][:1]
            for argument in ("--definition", corpus / "sfn_histories" / file)
        ]

        drawn, printed = run(path, *definition), run(path, *definition, "--json")

        assert (drawn.code, printed.code, drawn.err, printed.err) == (0, 0, "", ""), path.name
        assert max(map(len, drawn.out.splitlines())) <= 80, path.name
        assert json.loads(printed.out)["execution"]["unattached"] == []
