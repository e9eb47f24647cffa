"""The layer installs and runs alone: with the wire format and nothing else."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

INVOKE = """
import json, os, sys, types
sys.path.insert(0, os.getcwd())
os.environ["HOPSCOPE_HANDLER"] = "app.handler"
import hopscope_layer
context = types.SimpleNamespace(aws_request_id="r-1", function_name="alone", get_remaining_time_in_millis=lambda: 3000)
result = hopscope_layer.handler({"hello": "world"}, context)
print(json.dumps({"result": result, "modules": sorted(name for name in sys.modules if name.startswith("hopscope"))}))
"""


@pytest.fixture(scope="module")
def python(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python that holds the layer and its one dependency."""
    uv = shutil.which("uv", path=f"{root / '.cache/uv/bin'}:{Path(sys.executable).parent}") or shutil.which("uv")
    if uv is None:
        pytest.skip("uv is not there; make test installs it into .cache/uv")
    home = tmp_path_factory.mktemp("alone")
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, home], check=True)
    found = home / "bin" / "python"
    install = [uv, "pip", "install", "--quiet", "--python", found, root / "wire", root / "lambda_layer"]
    subprocess.run(install, check=True)
    return found


def test_nothing_but_the_wire_format_comes_along(root: Path, python: Path) -> None:
    names = "import importlib.metadata as m; print(sorted(d.name for d in m.distributions()))"
    installed = subprocess.run([python, "-I", "-c", names], check=True, capture_output=True, text=True).stdout

    assert installed.strip() == "['hopscope-layer', 'hopscope-wire']"


def test_a_handler_runs_with_the_layer_and_nothing_else(python: Path, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("def handler(event, context):\n    return {'seen': event}\n")

    ran = subprocess.run([python, "-c", INVOKE], cwd=tmp_path, check=True, capture_output=True, text=True)

    begin, end, answer = ran.stdout.splitlines()
    assert [json.loads(line)["record"] for line in (begin, end)] == ["begin", "end"]
    assert json.loads(answer)["result"] == {"seen": {"hello": "world"}}
    assert not {"hopscope_wire.model", "hopscope_wire.decode"} & set(json.loads(answer)["modules"])
