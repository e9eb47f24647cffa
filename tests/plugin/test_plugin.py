"""The plugin's own tests, which run on Node's runner, and what its package holds."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest

from hopscope_layer.settings import TABLE

ROOT = Path(__file__).parents[2]
PLUGIN = ROOT / "plugin"


def test_the_plugin_s_own_tests_pass(node: str) -> None:
    ran = subprocess.run([node, "--test"], cwd=PLUGIN, capture_output=True, text=True, check=False)

    assert ran.returncode == 0, ran.stdout[-6000:] + ran.stderr[-2000:]


def test_every_variable_that_the_plugin_writes_is_one_that_the_layer_reads() -> None:
    written = variables_in(PLUGIN.glob("lib/**/*.js"))
    read_by_the_wrapper = variables_in([ROOT / "lambda_layer" / "packaging" / "hopscope"])

    assert written <= {setting.name for setting in TABLE} | read_by_the_wrapper


def variables_in(files: Iterable[Path]) -> set[str]:
    return {name for path in files for name in re.findall(r"\bHOPSCOPE_[A-Z_]+\b", path.read_text())}


def test_index_js_is_a_schema_and_a_table_of_hooks() -> None:
    assert len((PLUGIN / "index.js").read_text().splitlines()) <= 60


def test_the_package_has_no_runtime_dependency_and_its_lock_names_no_registry() -> None:
    package = json.loads((PLUGIN / "package.json").read_text())
    lock = (PLUGIN / "package-lock.json").read_text()

    assert "dependencies" not in package
    assert '"resolved"' not in lock


def test_the_npm_package_holds_the_layer_and_the_plugin_and_nothing_else(
    node: str, layer_zip: Path, tmp_path: Path
) -> None:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed: it makes the package")
    copy = tmp_path / "plugin"
    shutil.copytree(PLUGIN, copy, ignore=shutil.ignore_patterns("node_modules", "layer.zip"))
    (tmp_path / "dist").mkdir()
    shutil.copy(layer_zip, tmp_path / "dist" / "layer.zip")

    command = [npm, "pack", "--json", "--offline"]
    packed = json.loads(subprocess.run(command, cwd=copy, capture_output=True, text=True, check=True).stdout)[0]

    paths = {file["path"] for file in packed["files"]}
    assert {path for path in paths if not path.startswith("lib/")} == {
        "LICENSE", "README.md", "index.js", "layer.zip", "package.json",
    }  # fmt: skip
    assert {path for path in paths if path.startswith("lib/")} == {
        path.relative_to(PLUGIN).as_posix() for path in (PLUGIN / "lib").rglob("*.js")
    }


def test_every_handler_of_the_food_order_is_deployed() -> None:
    folder = ROOT / "examples" / "food_order"
    text = (folder / "serverless.yml").read_text()
    deployed = set(re.findall(r"handler: handlers/(\w+)\.handler", text))

    assert deployed == {path.stem for path in (folder / "handlers").glob("*_*.py")}


def test_every_mark_of_the_food_order_s_machine_is_filled_in() -> None:
    folder = ROOT / "examples" / "food_order"
    marks = re.findall(r"\$\{([a-z.-]+)\}", (folder / "order_flow.asl.json").read_text())
    names = {re.sub(r"(?:^|[.-])([a-z])", lambda found: found[1].upper(), mark) for mark in marks}

    filled_in = re.search(r"DefinitionSubstitutions:\n((?: {10}.*\n)+)", (folder / "serverless.yml").read_text())
    assert filled_in
    assert set(re.findall(r"^ {10}(\w+):", filled_in[1], re.MULTILINE)) == names


def test_every_variable_that_the_food_order_reads_is_set() -> None:
    folder = ROOT / "examples" / "food_order"
    read = {
        name
        for path in (folder / "handlers").glob("*.py")
        for name in re.findall(r"""os\.environ\[["'](\w+)["']\]""", path.read_text())
    }
    environment = re.search(r"  environment:\n((?: {4}.*\n)+)", (folder / "serverless.yml").read_text())

    assert environment
    assert read <= set(re.findall(r"^ {4}(\w+):", environment[1], re.MULTILINE))
