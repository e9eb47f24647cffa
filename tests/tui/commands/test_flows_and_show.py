"""`hopscope flows` and `hopscope show` as a person runs them."""

import json
import re
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.cells import cell_len

from hopscope_collector.store.contract import batch_of
from hopscope_collector.store.sqlite import SqliteStore
from hopscope_tui.cli import _hopscope
from hopscope_wire.model import Begin, End, Message, Send, WireError

TRACE = "6920530b7bf7412957c1c0de00000001"
KEYS = {"order_id": "o-42"}
RULES = '[[expect]]\nafter = "restaurant_notified"\nexpect = "order_accepted"\nwithin = "1m"\n'
HOSTILE = "\x1b[2J\u202e[red]x[/] 寿司" + "y" * 300


def an_order():
    """Placed ten minutes ago; the notification failed once; nobody has accepted."""
    start_us = time.time_ns() // 1000 - 600_000_000
    placed = {"trace_id": TRACE, "invocation_id": "00000000000a0000", "request_id": "req-a", "function": "place-order",
              "start_us": start_us}  # fmt: skip
    event = Message(
        0, "events", ("events/7bf73129",), TRACE, f"00-{TRACE}-00000000000a0001-01", name="order_placed", keys=KEYS
    )
    put = Send(
        "00000000000a0001", "events", "PutEvents", "orders", "order_placed", ("events/7bf73129",), start_us + 50_000
    )
    told = Send(
        "00000000000c0001", "events", "PutEvents", "orders", "restaurant_notified", ("events/8c",), start_us + 1_100_000
    )
    tries = [
        {**placed, "invocation_id": f"00000000000{letter}0000", "request_id": "req-b", "function": "notify-restaurant",
         "start_us": start_us + after_us} for letter, after_us in (("b", 60_000), ("c", 1_060_000))
    ]  # fmt: skip
    return [
        Begin(**placed, messages=(Message(0, "apigateway", ("apigateway/gw",), name="POST /orders", keys=KEYS),)),
        End(**placed, end_us=start_us + 84_000, duration_us=84_000, outcome="ok", sends=(put,)),
        Begin(**tries[0], messages=(event,)),
        End(
            **tries[0],
            end_us=start_us + 70_000,
            duration_us=10_000,
            outcome="error",
            error=WireError("TimeoutError", HOSTILE),
        ),
        Begin(**tries[1], messages=(event,)),
        End(**tries[1], end_us=start_us + 1_270_000, duration_us=210_000, outcome="ok", sends=(told,)),
    ]


@pytest.fixture
def hopscope(tmp_path, monkeypatch):
    """Runs a verb on a store with one order and a rule, on a terminal of 80 columns."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    url = f"sqlite:///{tmp_path}/hopscope.db"
    (tmp_path / "hopscope.toml").write_text(RULES)
    with SqliteStore(Path(tmp_path / "hopscope.db")) as store:
        store.write(batch_of(an_order()))
    return lambda *words: CliRunner().invoke(_hopscope, [*words, "--store", url])


def test_flows_is_one_line_a_flow(hopscope):
    result = hopscope("flows")

    heading, line = result.output.splitlines()
    assert heading.split() == ["status", "key", "now", "at", "time", "took", "age", "hops"]
    assert line.startswith("◔ overdue       o-42     waiting: order_accepted")


def test_flows_as_json_holds_whole_flows(hopscope):
    found = json.loads(hopscope("flows", "--json").output)

    (flow,) = found["flows"]
    assert (found["hopscope"], found["more"]) == (1, False)
    assert {**flow, "execution_details": []} == json.loads(hopscope("show", "o-42", "--json").output)["flow"]


def test_show_as_json_is_the_contract(hopscope):
    flow = json.loads(hopscope("show", "order_id=o-42", "--json").output)["flow"]

    assert flow["id"] == TRACE
    assert (flow["status"], flow["keys"], flow["traces"], flow["executions"]) == ("overdue", KEYS, [TRACE], [])
    assert flow["ended_us"] is None
    assert [(hop["function"], hop["attempt"], hop["status"]) for hop in flow["hops"]] == [
        ("place-order", 1, "done"),
        ("notify-restaurant", 1, "failed"),
        ("notify-restaurant", 2, "done"),
    ]
    assert [hop["error"] and hop["error"]["type"] for hop in flow["hops"]] == [None, "TimeoutError", None]
    assert [(send["id"], send["hop"], send["refs"], send["error"]) for send in flow["sends"]] == [
        ("00000000000a0001", "00000000000a0000.0", ["events/7bf73129"], None),
        ("00000000000c0001", "00000000000c0000.0", ["events/8c"], None),
    ]
    assert [(link["from"], link["to"], link["evidence"], link["all_evidence"]) for link in flow["links"]] == [
        ("00000000000a0001", "00000000000b0000.0", "carrier", ["carrier", "ref"]),
        ("00000000000a0001", "00000000000c0000.0", "carrier", ["carrier", "ref"]),
    ]
    assert [(wait["after"], wait["expected"], wait["state"]) for wait in flow["waits"]] == [
        ("restaurant_notified", "order_accepted", "overdue")
    ]


def test_show_draws_the_tree_with_its_evidence(hopscope):
    lines = hopscope("show", "o-42").output.splitlines()

    text = "\n".join(lines)
    assert lines[0] == "◔ overdue  order_id=o-42  POST /orders › order_placed"
    assert lines[1].startswith("  3 hops, 1 retry, 2 links by id · goes on since 10m")
    assert "✔ place-order  POST /orders" in text
    assert "↺ └─ notify-restaurant ×2  order_placed" in text
    assert "exact: our context 00000000000a0001 came along; message id agrees" in text
    assert "attempt 1 failed after 10ms: TimeoutError: ␛[2J\\u202e[red]x[/]" in text
    assert re.search(r"◔ +[├└]─ waiting: order_accepted +since \d+m\d\d, \d+m\d\d too late", text)


@pytest.mark.parametrize(("option", "begins"), [("--html", "<!doctype html>"), ("--svg", "<svg ")])
def test_show_writes_a_page_or_a_picture_that_only_its_owner_reads(hopscope, tmp_path, option, begins):
    path = tmp_path / "shared"

    result = hopscope("show", "o-42", option, str(path))

    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.startswith(f"wrote {path}, ")
    assert path.read_text().startswith(begins)
    assert path.stat().st_mode & 0o777 == 0o600
    assert hopscope("show", "o-42", option, "-").stdout.startswith(begins)


def test_show_shows_one_way_at_a_time(hopscope):
    result = hopscope("show", "o-42", "--json", "--mermaid")

    assert result.exit_code == 2
    assert "--json and --mermaid are different ways to show a flow; expected one of them" in result.output


def test_show_as_mermaid_is_a_sequence_diagram(hopscope):
    lines = hopscope("show", "o-42", "--mermaid").output.splitlines()

    assert lines[0] == "sequenceDiagram"
    assert [line.strip() for line in lines[1:5]] == [
        "participant p1 as caller",
        "participant p2 as place-order",
        "participant p3 as bus orders",
        "participant p4 as notify-restaurant",
    ]
    assert [line.strip() for line in lines[5:10]] == [
        "p1->>p2: POST /orders",
        "p2->>p3: order_placed",
        "p3->>p4: order_placed (waited 10ms)",
        "p4--xp4: TimeoutError (attempt 1)",
        "p3->>p4: order_placed attempt 2 (waited 1.0s)",
    ]
    assert lines[-1].strip().startswith("Note over p4: overdue order_accepted since")


def test_nothing_that_a_message_held_acts_on_the_terminal_or_passes_its_edge(hopscope):
    output = hopscope("show", "o-42").output

    assert "\x1b" not in output
    assert max(map(cell_len, output.splitlines())) <= 80


@pytest.mark.parametrize("verb", [["show", "o-43"], ["show", "\x1b[2J"]])
def test_an_id_that_nothing_has(hopscope, verb):
    result = hopscope(*verb)

    assert result.exit_code == 2
    assert "no flow is known by" in result.output
    assert "`hopscope flows` lists what there is" in result.output


def test_a_filter_that_cannot_be_understood(hopscope):
    result = hopscope("flows", "status:dnoe")

    assert (result.exit_code, "'dnoe' is no status; expected one of" in result.output) == (2, True)


def test_a_filter_that_nothing_fits(hopscope):
    assert hopscope("flows", "status:done").output == "no flow fits status:done\n"


def test_a_store_that_is_empty(tmp_path):
    url = f"sqlite:///{tmp_path}/empty.db"
    SqliteStore(tmp_path / "empty.db").close()

    result = CliRunner().invoke(_hopscope, ["flows", "--store", url])

    assert result.exit_code == 0
    assert "holds no flow yet; collect some: hopscope collect file:PATH, or try: hopscope demo" in result.output


def test_rules_that_are_wrong_are_said(hopscope, tmp_path):
    (tmp_path / "hopscope.toml").write_text("[keys]\njoin = 1")

    result = hopscope("flows")

    assert result.exit_code == 2
    assert "'join' in keys is no rule; expected one of joining, max_traces_per_value" in result.output


def test_an_empty_id_is_said_to_be_one(hopscope):
    result = hopscope("show", " ")

    assert result.exit_code == 2
    assert "the ID is empty; expected a trace id" in str(result.exception) + result.output
