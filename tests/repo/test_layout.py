"""The tree is the architecture: what is where, what may import what, and that the checks are clean."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

BIN = Path(sys.executable).parent
MEMBERS = {
    "wire": "hopscope_wire",
    "lambda_layer": "hopscope_layer",
    "collector": "hopscope_collector",
    "tui": "hopscope_tui",
    "stage": "hopscope_stage",
}
DRAWERS = {"utils", "util", "helpers", "helper", "common", "manager", "base", "misc"}


@pytest.mark.parametrize(("folder", "package"), MEMBERS.items())
def test_a_member_holds_one_prefixed_package_and_no_loose_module(root: Path, folder: str, package: str) -> None:
    packages = {path.parent.name for path in (root / folder).glob("*/__init__.py")}

    assert packages == {package}
    assert list((root / folder).glob("*.py")) == []


def test_no_module_is_a_drawer(root: Path, sources: list[Path]) -> None:
    assert [str(path.relative_to(root)) for path in sources if path.stem in DRAWERS] == []


@pytest.mark.parametrize("path", ["pyproject.toml", *(f"{folder}/pyproject.toml" for folder in MEMBERS)])
def test_every_dependency_has_its_reason_on_its_line(root: Path, path: str) -> None:
    text = (root / path).read_text()
    project = tomllib.loads(text)
    named = list(project["project"].get("dependencies", []))
    named += [each for group in project.get("dependency-groups", {}).values() for each in group]
    named += project.get("build-system", {}).get("requires", [])
    unexplained = [
        each
        for each in named
        if not each.startswith("hopscope-") and not re.search(rf'"{re.escape(each)}".*# \w', text)
    ]

    assert unexplained == []


@pytest.mark.parametrize(
    "command",
    [["lint-imports", "--no-cache"], ["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"]],
    ids=lambda command: command[0] + (" format" if "format" in command else ""),
)
def test_a_check_of_the_house_is_clean(root: Path, command: list[str]) -> None:
    ran = subprocess.run([BIN / command[0], *command[1:]], cwd=root, capture_output=True, text=True, check=False)

    assert ran.returncode == 0, ran.stdout[-4000:] + ran.stderr[-2000:]
