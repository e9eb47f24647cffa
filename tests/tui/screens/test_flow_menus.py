"""What can be done with the thing under the cursor: copy, open, export, read its log."""

import json
import stat

import pytest

from hopscope_collector.errors import SourceFailed
from hopscope_collector.payloads import Payloads
from hopscope_tui.screens.flow import FlowScreen
from hopscope_tui.sources.invocation_logs import LogLine, LogLines
from hopscope_tui.sources.memory import MemorySource
from hopscope_tui.widgets.inspector import Inspector


def facts(pilot) -> str:
    shown = pilot.app.screen.query_one(Inspector)
    return "\n".join(shown.render_line(y).text.rstrip() for y in range(shown.size.height))


def said(pilot) -> str:
    return "\n".join(f"{each.title}: {each.message}" for each in pilot.app._notifications)


async def test_another_id_is_copied_by_its_number(orders, hopscope):
    async with hopscope(MemorySource([orders.overdue()]), orders.start_us) as pilot:
        await pilot.keys("enter", "down", "down", "y", "2")

        assert pilot.app.clipboard == "7bf73129"


async def test_without_a_browser_the_address_of_the_console_is_copied(orders, hopscope, monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "TERM_PROGRAM", "WT_SESSION"):
        monkeypatch.delenv(name, raising=False)
    async with hopscope(MemorySource([orders.overdue()]), orders.start_us) as pilot:
        await pilot.keys("enter", "down", "down", "o", "2")

        assert pilot.app.clipboard == (
            "https://eu-central-1.console.aws.amazon.com/lambda/home?region=eu-central-1#/functions/notify-restaurant"
        )


FORMATS = {
    "1": (".html", "<!doctype html>"),
    "2": (".svg", "<svg"),
    "3": (".mmd", "sequencediagram"),
    "4": (".json", "{"),
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Where exports go."""
    monkeypatch.setenv("HOPSCOPE_EXPORT_DIR", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("number", FORMATS)
async def test_a_flow_is_exported_into_a_file_of_its_owner(orders, hopscope, folder, number):
    suffix, begins = FORMATS[number]
    async with hopscope(MemorySource([orders.overdue()]), orders.start_us) as pilot:
        await pilot.keys("enter", "e", number)

        path = folder / f"hopscope-o-42{suffix}"
        assert path.read_text(encoding="utf-8").lower().startswith(begins)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert f"exported: {path}" in said(pilot)


async def test_what_is_exported_twice_is_two_files(orders, hopscope, folder):
    async with hopscope(MemorySource([orders.overdue()]), orders.start_us) as pilot:
        await pilot.keys("enter", "e", "4", "e", "4")

        assert sorted(path.name for path in folder.iterdir()) == ["hopscope-o-42-2.json", "hopscope-o-42.json"]
        assert json.loads((folder / "hopscope-o-42.json").read_text())["flow"]["status"] == "overdue"


async def test_a_folder_that_is_not_there_is_made(orders, hopscope, tmp_path, monkeypatch):
    monkeypatch.setenv("HOPSCOPE_EXPORT_DIR", str(tmp_path / "a" / "missing"))
    async with hopscope(MemorySource([orders.overdue()]), orders.start_us) as pilot:
        await pilot.keys("enter", "e", "4")

        assert (tmp_path / "a" / "missing" / "hopscope-o-42.json").exists()


async def test_a_folder_that_cannot_be_made_is_a_message(orders, hopscope, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("HOPSCOPE_EXPORT_DIR", str(tmp_path / "file" / "below"))
    async with hopscope(MemorySource([orders.overdue()]), orders.start_us) as pilot:
        await pilot.keys("enter", "e", "4")

        assert "not exported: cannot write" in said(pilot)


async def opened(pilot, orders, log_lines) -> None:
    order = orders.overdue()
    pilot.app.push_screen(FlowScreen(pilot.app.source, order, log_lines=log_lines))
    await pilot.settle()


async def test_the_log_lines_of_an_invocation_come_when_they_are_asked_for(orders, hopscope):
    lines = LogLines((LogLine(orders.start_us + 7_000, "[ERROR] the printer is on fire"),))
    async with hopscope(MemorySource([orders.overdue()]), orders.start_us, (100, 40)) as pilot:
        await opened(pilot, orders, lambda _hop: lines)
        assert "l reads the lines of this invocation" in facts(pilot)

        await pilot.keys("l")
        assert "7ms  [ERROR] the printer is on fire" in facts(pilot)


async def test_why_there_are_no_log_lines_stands_in_their_place(orders, hopscope):
    def refused(_hop):
        raise SourceFailed(
            "log lines: no AWS credentials; log in with `aws sso login`, or set AWS_PROFILE to one that has them"
        )

    async with hopscope(MemorySource([orders.overdue()]), orders.start_us, (100, 40)) as pilot:
        await opened(pilot, orders, refused)
        await pilot.keys("l")

        assert "or set AWS_PROFILE to one that has them" in " ".join(facts(pilot).split())


async def test_a_captured_payload_folds_and_says_what_is_another_than_what_was_sent(orders, hopscope):
    source = MemorySource([orders.overdue()])
    source.captured = Payloads(
        {"b.0": '{"orderId": "o-42", "lines": [1, 2], "note": "{\\"kind\\": \\"none\\"}"}'},
        {"a1": '{"orderId": "o-41", "lines": [1, 2]}'},
    )
    async with hopscope(source, orders.start_us, (100, 60)) as pilot:
        await pilot.keys("enter", "down", "down")
        await pilot.pilot.pause(0.3)  # the payload is read once the cursor rests
        await pilot.settle()

        assert '~ orderId  "o-41"  →  "o-42"' in facts(pilot)
        assert "+ note.kind" in facts(pilot)
        assert "  ▾ lines: [ 2" in facts(pilot)

        await pilot.keys("tab")
        inspector = pilot.app.screen.query_one(Inspector)
        text = facts(pilot).split("\n")
        inspector.cursor = next(place for place, row in enumerate(text) if "lines: [" in row)
        await pilot.keys("enter")
        assert "  ▸ lines: [ 1, 2]" in facts(pilot)


async def test_the_facts_take_more_room_none_and_some_again(orders, hopscope):
    async with hopscope(MemorySource([orders.overdue()]), orders.start_us, (80, 24)) as pilot:
        await pilot.keys("enter")
        some = pilot.app.screen.query_one(Inspector).size.height

        await pilot.keys("i")
        assert pilot.app.screen.query_one(Inspector).size.height > some

        await pilot.keys("i")
        assert not pilot.app.screen.query_one(Inspector).display
        assert "i shows the facts" in pilot.screen_text()

        await pilot.keys("i")
        assert pilot.app.screen.query_one(Inspector).size.height == some
