"""`hopscope show` of a flow whose clocks disagree: times as recorded, the correction said as such."""

import json

import pytest
from click.testing import CliRunner

from hopscope_collector.store.contract import batch_of
from hopscope_collector.store.sqlite import SqliteStore
from hopscope_tui.cli import _hopscope
from hopscope_wire.model import Begin, End, Message, Send

START_US = 1_763_725_867_000_000
BEHIND_US = 7_300_000


@pytest.fixture
def shown(tmp_path, monkeypatch):
    """Prints what `show` says of an order that a function received 7.3 s before it was sent."""
    sender = {"trace_id": f"{1:032x}", "invocation_id": f"{1:012x}0000", "request_id": "r1", "function": "place-order"}
    consumer = {**sender, "invocation_id": f"{2:012x}0000", "request_id": "r2", "function": "notify-user"}
    put = Send(f"{1:012x}0001", "events", "PutEvents", "orders", "placed", ("events/e1",), START_US)
    received = Message(0, "events", ("events/e1",), name="placed")
    early_us = START_US - BEHIND_US
    records = [
        Begin(**sender, start_us=START_US, messages=(Message(0, "apigateway", ()),)),
        End(**sender, start_us=START_US, end_us=START_US + 1, duration_us=1, outcome="ok", sends=(put,)),
        Begin(**consumer, start_us=early_us, messages=(received,)),
        End(**consumer, start_us=early_us, end_us=early_us + 5, duration_us=5, outcome="ok"),
    ]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    with SqliteStore(tmp_path / "hopscope.db") as store:
        store.write(batch_of(records))
    url = f"sqlite:///{tmp_path}/hopscope.db"
    return lambda *options: CliRunner().invoke(_hopscope, ["show", "r1", "--store", url, *options]).output


def test_the_correction_stands_below_the_hop_and_in_the_notes(shown):
    printed = shown()

    assert "its clock is at least 7.3s behind: corrected, it began 2025-11-21 11:51:07.000 UTC" in printed
    assert "! clock of notify-user is at least 7.3 s behind that of place-order" in printed
    assert "-7.3s" in printed


def test_the_json_keeps_what_was_recorded(shown):
    flow = json.loads(shown("--json"))["flow"]

    assert [(hop["function"], hop["started_us"], hop["clock_offset_us"]) for hop in flow["hops"]] == [
        ("notify-user", START_US - BEHIND_US, BEHIND_US),
        ("place-order", START_US, 0),
    ]
