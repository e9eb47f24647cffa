"""`hopscope demo` as a person would run it, and what the other verbs then say of the same orders."""

import gzip
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hopscope_stage.example import load

pytestmark = [pytest.mark.stage, pytest.mark.xdist_group("stage-demo")]

FLOWS = 14
SEED = 7
STATUS_OF_FATE = {
    "smooth": "done",
    "half-way": "done",
    "never-accepted": "overdue",
    "printer-asleep": "recovered",
    "printer-broken": "dead-lettered",
    "promo-late": "recovered",
    "counted-twice": "duplicated",
}
EXACT = {"carrier", "ref"}

Hopscope = Callable[..., str]


@pytest.fixture(scope="module")
def hopscope(layer_zip: Path) -> Hopscope:
    def run(*arguments: str, **variables: str) -> str:
        command = [sys.executable, "-m", "hopscope_tui", *arguments]
        if arguments[0] == "demo":
            command += ["--layer", str(layer_zip)]
        ran = subprocess.run(
            command, env={**os.environ, **variables}, capture_output=True, text=True, timeout=300, check=False
        )
        assert ran.returncode == 0, f"{ran.stdout[-3000:]}\n{ran.stderr[-3000:]}"
        return ran.stdout

    return run


@dataclass(frozen=True)
class Shown:
    """One run of the demo."""

    printed: str
    store: str
    flows: list[dict[str, Any]]


@pytest.fixture(scope="module", params=["on", "off"])
def shown(request: pytest.FixtureRequest, hopscope: Hopscope, tmp_path_factory: pytest.TempPathFactory) -> Shown:
    folder = tmp_path_factory.mktemp(f"propagation-{request.param}")
    options = ["--no-tui", "--flows", str(FLOWS), "--seed", str(SEED), "--keep", str(folder)]
    printed = hopscope("demo", *options, HOPSCOPE_PROPAGATION=request.param)
    store = f"sqlite:///{folder / 'hopscope.db'}"
    return Shown(printed, store, json.loads(hopscope("flows", "--store", store, "--json"))["flows"])


def test_every_order_is_one_flow_with_its_key(shown: Shown) -> None:
    orders = Counter(flow["keys"].get("order_id") for flow in shown.flows)

    assert orders == Counter({order.order_id: 1 for order in load().plan(FLOWS, SEED)})


def test_what_went_wrong_is_told_apart_by_the_status(shown: Shown) -> None:
    statuses = {flow["keys"]["order_id"]: flow["status"] for flow in shown.flows}

    assert statuses == {order.order_id: STATUS_OF_FATE[order.fate] for order in load().plan(FLOWS, SEED)}


def test_what_went_wrong_is_told_apart_by_the_hops(shown: Shown) -> None:
    flows = {flow["keys"]["order_id"]: flow for flow in shown.flows}
    fates = {order.fate: flows[order.order_id]["hops"] for order in load().plan(FLOWS, SEED)}

    printed = [(hop["attempt"], hop["status"]) for hop in fates["printer-asleep"] if hop["function"] == "print-ticket"]
    assert printed == [(1, "failed"), (2, "failed"), (3, "done")]
    given_up = [hop["status"] for hop in fates["printer-broken"] if hop["function"] == "print-ticket"]
    assert given_up[-1] == "dead-lettered"
    counted = [hop for hop in fates["counted-twice"] if hop["function"] == "award-points"]
    assert [hop["refs"] for hop in counted] == [counted[0]["refs"]] * 2
    assert len({hop["request_id"] for hop in counted}) == 2


def test_links_show_what_they_stand_on(shown: Shown, request: pytest.FixtureRequest) -> None:
    evidence = {each for flow in shown.flows for link in flow["links"] for each in link["all_evidence"]}
    propagation = request.node.callspec.params["shown"]

    assert evidence <= ({"carrier", "ref", "header", "key"} if propagation == "on" else {"ref", "header", "key"})
    assert ("carrier" in evidence) == (propagation == "on")


def test_the_people_s_steps_join_by_key_and_everything_else_by_id(shown: Shown) -> None:
    asked = {"accept-order", "complete-order", "wait-for-acceptance", "wait-for-completion"}
    for flow in shown.flows:
        functions = {hop["id"]: hop["function"] for hop in flow["hops"]}
        by_key = {functions[link["to"]] for link in flow["links"] if link["evidence"] not in EXACT}

        assert by_key <= asked


def test_an_order_through_the_state_machine_shows_its_execution(shown: Shown) -> None:
    machined = {order.order_id for order in load().plan(FLOWS, SEED) if order.via == "state-machine"}

    assert machined
    assert {flow["keys"]["order_id"] for flow in shown.flows if flow["executions"]} == machined


@pytest.mark.parametrize("part", ["refs", "request_id", "trace_id", "id"])
def test_any_id_of_an_order_finds_its_flow(shown: Shown, hopscope: Hopscope, part: str) -> None:
    flow = next(flow for flow in shown.flows if flow["status"] == "recovered")
    value = flow["hops"][-1][part]
    id_text = value[0].split("/", 1)[1] if isinstance(value, list) else value

    found = json.loads(hopscope("show", id_text, "--store", shown.store, "--json"))["flow"]

    assert found["keys"] == flow["keys"]


def test_the_demo_prints_the_flows_one_in_full_and_a_summary(shown: Shown) -> None:
    assert f"{FLOWS} orders, {FLOWS} of them one flow each" in shown.printed
    assert "one order in full" in shown.printed


def test_damage_is_counted_and_costs_nothing_else(hopscope: Hopscope, tmp_path: Path) -> None:
    """A corrupt line, half a line, binary garbage and 5 MB in one line; and the same file a second time."""
    good = [line_of(number) for number in range(20)]
    garbage = random.Random(5).randbytes(500).replace(b"\n", b"")
    bad = [
        good[0].replace(b'"traceId":"', b'"traceId":"zz'),
        good[1][: len(good[1]) // 2],
        b'{"hopscope":1,"record":"begin' + garbage,
        b'{"hopscope":1,"record":"begin","x":"' + b"y" * 5_000_000 + b'"}',
        good[2].replace(b'"hopscope":1', b'"hopscope":9'),
    ]
    log = tmp_path / "lambda.log.gz"
    log.write_bytes(gzip.compress(b"\n".join([*bad, *good]) + b"\n"))
    store = f"sqlite:///{tmp_path / 'hopscope.db'}"

    def stats() -> dict[str, Any]:
        hopscope("collect", f"file:{log}", "--once", "--store", store)
        found: dict[str, Any] = json.loads(hopscope("stats", "--store", store, "--json"))
        assert found["received"] == found["stored"] + found["repeated"] + sum(found["refused"].values())
        return found

    first, second = stats(), stats()

    assert first["stored"] == len(good)
    assert sum(first["refused"].values()) == len(bad)
    assert second["stored"] == first["stored"]
    assert second["refused"] == first["refused"]
    assert second["repeated"] == len(good) + len(bad)


def line_of(number: int) -> bytes:
    record = {
        "hopscope": 1,
        "record": "begin",
        "traceId": f"{number + 1:032x}",
        "invocationId": f"{number + 1:012x}0000",
        "requestId": f"r-{number}",
        "function": "place-order",
        "startUs": 1_763_725_867_000_000 + number,
    }
    return json.dumps(record, separators=(",", ":")).encode()


def test_a_terminal_that_closes_ends_the_demo_and_its_collector(layer_zip: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hopscope_tui", "demo", "--no-tui", "--layer", str(layer_zip)]
    demo = subprocess.Popen(
        [*command, "--keep", str(tmp_path)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert demo.stdout is not None
    said = ""
    while "placing" not in said and (line := demo.stdout.readline()):
        said += line
    while demo.poll() is None and not mentioned_by_processes(f"sqlite:///{tmp_path}"):
        time.sleep(0.05)
    demo.send_signal(signal.SIGHUP)
    assert demo.wait(timeout=120) == 128 + signal.SIGHUP, said
    assert mentioned_by_processes(f"sqlite:///{tmp_path}") == []


def mentioned_by_processes(text: str) -> list[str]:
    running = subprocess.run(["ps", "-Aww", "-o", "args="], capture_output=True, text=True, check=True).stdout
    return [line for line in running.splitlines() if text in line]
