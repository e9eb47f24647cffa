"""`hopscope event FILE`."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from hopscope_tui.commands.event import command

CARRIER = "00-5e1b41515ac6c58f5b4c1d5f6a7b8c9d-9f1c22ab03d40001-01;web-7781"
EVENT = {
    "detail-type": "order_placed",
    "id": "e-1",
    "source": "orders",
    "detail": {"_hopscope": CARRIER, "orderId": "o-1"},
}


def shown(event: Any, *options: str, env: dict[str, str] | None = None) -> Any:
    return CliRunner(env=env).invoke(
        command, ["-", *options], input=event if isinstance(event, str) else json.dumps(event)
    )


def test_an_event_is_shown_as_json_one_entry_a_message() -> None:
    found = json.loads(shown(EVENT, "--json", env={"HOPSCOPE_KEYS": "order_id=detail.orderId"}).output)

    message = found[0].pop("message")
    assert found == [
        {
            "source": "events",
            "refs": ["events/e-1"],
            "carrier": {
                "trace_id": "5e1b41515ac6c58f5b4c1d5f6a7b8c9d",
                "send_id": "9f1c22ab03d40001",
                "flags": 1,
                "correlation_id": "web-7781",
                "text": CARRIER,
            },
            "trace_header": None,
            "correlation_id": "web-7781",
            "keys": {"order_id": "o-1"},
        }
    ]
    assert message["name"] == "order_placed"


def test_a_recorded_event_with_notes_is_unwrapped() -> None:
    wrapped = {"kind": "events", "source": "a repository", "identities": {}, "carriers": [], "event": EVENT}

    assert shown(wrapped, "--json").output == shown(EVENT, "--json").output


def test_people_read_lines(tmp_path: Path) -> None:
    file = tmp_path / "event.json"
    file.write_text(json.dumps(EVENT))

    output = CliRunner(env={"HOPSCOPE_KEYS": "order_id=detail.orderId"}).invoke(command, [str(file)]).output

    assert output.splitlines()[0] == "events  events/e-1"
    assert "key order_id" in output
    assert "web-7781" in output


def test_nothing_in_an_event_acts_on_the_terminal() -> None:
    output = shown({**EVENT, "id": "\x1b[31mred\x1b]0;title\x07"}).output

    assert "\x1b" not in output
    assert "\x07" not in output


@pytest.mark.parametrize("event", [[1, 2], {"an": "order"}, 7, None, []])
def test_an_event_that_nobody_knows_is_called_so(event: Any) -> None:
    output = shown(event).output

    assert output.startswith("unknown  no refs: no event of AWS that the layer knows; one hop")
    assert [message["refs"] for message in json.loads(shown(event, "--json").output)] == [[]]


@pytest.mark.parametrize("text", ["", "{", "[1", "\x00", "nothing"])
def test_what_is_no_json_is_refused_in_words(text: str) -> None:
    result = shown(text, "--json")

    assert result.exit_code == 2
    assert "standard input is not JSON" in result.output


def test_a_file_that_is_not_there_is_refused_in_words() -> None:
    result = CliRunner().invoke(command, ["/nowhere/event.json"])

    assert result.exit_code == 2
    assert (
        "cannot read /nowhere/event.json: No such file or directory; expected a file with a Lambda event"
        in result.output
    )
