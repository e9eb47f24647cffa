"""`hopscope event`: what is wrong with what it was given, by the name of what was given."""

import json
from pathlib import Path

from click.testing import CliRunner

from hopscope_tui.commands.event import command

EVENT = {"Records": [{"eventSource": "aws:sqs", "messageId": "m-1", "body": "{}", "attributes": {}}]}


def test_an_event_comes_from_a_file_or_from_standard_input(tmp_path: Path) -> None:
    file = tmp_path / "event.json"
    file.write_text(json.dumps(EVENT))

    from_file = CliRunner().invoke(command, [str(file)])
    from_input = CliRunner().invoke(command, ["-"], input=file.read_text())
    assert from_file.output == from_input.output
    assert "sqs/m-1" in from_file.output


def test_what_is_no_event_is_said_by_its_name(tmp_path: Path) -> None:
    said = CliRunner().invoke(command, ["-"], input="{").output
    missing = CliRunner().invoke(command, [str(tmp_path / "none.json")]).output

    assert "standard input is not JSON" in said
    assert "none.json: No such file or directory; expected a file with a Lambda event" in missing
