"""`--collector URL`: the same answers as from the store, over HTTP."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hopscope_collector.api.listener import Listener
from hopscope_collector.api.settings import Settings
from hopscope_collector.rules_file import rules_for
from hopscope_collector.store.location import open_to_read, open_to_write

SAMPLES = Path(__file__).parents[3] / "wire/samples"


@pytest.fixture
def places(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """URLs of a store with the samples, and of the collector that serves it."""
    url = f"sqlite:///{tmp_path / 'hopscope.db'}"
    lines = tmp_path / "lines.log"
    lines.write_text("\n".join(" ".join(path.read_text().split()) for path in sorted(SAMPLES.glob("*.json"))))
    assert run("collect", f"file:{lines}", "--once", "--store", url).returncode == 0
    with (
        open_to_write(url) as store,
        Listener(
            Settings("127.0.0.1", 0), store, lambda: open_to_read(url),
            rules=rules_for(None, url), say=pytest.fail, ended=lambda: None,
        ) as listener,
    ):  # fmt: skip
        yield url, listener.url


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hopscope_tui", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize(
    "arguments",
    [["flows", "--json"], ["flows", "--json", "--limit", "1"], ["flows", "status:failed"], ["stats", "--json"]],
    ids=" ".join,
)
def test_a_collector_answers_as_its_store_does(places: tuple[str, str], arguments: list[str]) -> None:
    store, collector = places

    here, there = run(*arguments, "--store", store), run(*arguments, "--collector", collector)

    assert (there.returncode, there.stderr) == (here.returncode, here.stderr)
    assert there.stdout == here.stdout


def test_a_flow_is_shown_as_from_the_store(places: tuple[str, str]) -> None:
    store, collector = places
    flow_id = json.loads(run("flows", "--json", "--store", store).stdout)["flows"][-1]["hops"][0]["request_id"]

    for way in (["--json"], ["--mermaid"], []):
        here, there = (run("show", flow_id, *way, *place) for place in (["--store", store], ["--collector", collector]))
        assert (there.returncode, there.stdout) == (here.returncode, here.stdout), way


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["show", "nobody"], 2, "no flow is known by 'nobody'"),
        (["flows", "stauts:x"], 2, "'stauts' is no field"),
        (["flows", "--store", "memory:"], 2, "leave out --store"),
    ],
)
def test_what_cannot_be_answered_is_said_as_always(
    places: tuple[str, str], arguments: list[str], code: int, said: str
) -> None:
    ran = run(*arguments, "--collector", places[1])

    assert ran.returncode == code
    assert said in ran.stderr


def test_nobody_there_is_one_line() -> None:
    ran = run("stats", "--collector", "http://127.0.0.1:9")

    assert ran.returncode == 1
    assert ran.stderr.startswith("hopscope: no answer from http://127.0.0.1:9")
    assert ran.stderr.count("\n") == 1
