"""The tests of this folder on every other CPython that Lambda runs and that is installed."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(__file__).parent.relative_to(ROOT)
VERSIONS = ("3.10", "3.11", "3.12", "3.13", "3.14")
THIS = f"{sys.version_info[0]}.{sys.version_info[1]}"
ELSEWHERE = {
    "test_pythons.py": "is what starts the others",
    "test_event_command.py": "asks the terminal UI, which does not run on Lambda",
    "test_runtime.py::test_a_function_answers_the_same_and_writes_two_records": "goes over all Pythons itself",
    "test_integrations.py::test_aioboto3_is_followed_like_boto3": "has an environment of its own",
    "test_integrations.py::test_our_context_is_the_parent_of_spans_without_one_and_a_send_names_its_span": "likewise",
    "test_integrations.py::test_httpx_carries_like_urllib3": "likewise",
}
"""What runs only with the Python of this run, and why."""

FEWER = {"HYPOTHESIS_PROFILE": "few", "DIFFERENTIAL_EVENTS": "200"}
"""What differs between Pythons shows early; the long search is that of this run."""


@pytest.mark.parametrize("version", [version for version in VERSIONS if version != THIS])
def test_the_tests_of_the_layer_pass_on(
    version: str, interpreter: Callable[[str], str], tmp_path: Path, subtests: pytest.Subtests
) -> None:
    left_out = [f"--{'deselect' if '::' in name else 'ignore'}={FOLDER / name}" for name in ELSEWHERE]
    report = tmp_path / "report.xml"
    command = [interpreter(version), "-m", "pytest", FOLDER, "-q", "-p", "no:cacheprovider", f"--junit-xml={report}"]
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "HOPSCOPE_CORPUS") if name in os.environ}
    sources = {"PYTHONPATH": f"{ROOT / 'wire'}:{ROOT / 'lambda_layer'}", "PYTHONDONTWRITEBYTECODE": "1"}

    done = subprocess.run(
        [*command, *left_out],
        check=False,
        cwd=ROOT,
        env={**kept, **sources, **FEWER},
        capture_output=True,
        text=True,
        timeout=900,
    )

    assert done.returncode == 0, done.stdout[-8_000:] + done.stderr[-2_000:]
    for name, reason in skipped_of(report):
        with subtests.test(msg=f"{version} {name}"):
            pytest.skip(reason)


def skipped_of(report: Path) -> list[tuple[str, str]]:
    """Name and reason of every test that was skipped."""
    cases = ElementTree.parse(report).getroot().iter("testcase")
    return [(case.get("name", ""), found.get("message", "")) for case in cases for found in case.iter("skipped")]


@pytest.mark.parametrize("name", ELSEWHERE)
def test_what_is_left_out_is_there(name: str) -> None:
    file, _, function = name.partition("::")

    assert f"def {function}(" in (ROOT / FOLDER / file).read_text() if function else (ROOT / FOLDER / file).exists()
