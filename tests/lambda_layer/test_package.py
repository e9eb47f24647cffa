"""What is shipped: names, imports, and the zip."""

import json
import marshal
import re
import shutil
import subprocess
import sys
import zipfile
from importlib.util import MAGIC_NUMBER
from pathlib import Path
from types import ModuleType

import pytest

import hopscope_layer
from hopscope_layer import settings
from hopscope_layer.invocation import LAYER_VERSION

ROOT = Path(__file__).resolve().parents[2]
PUBLIC = {"annotate", "correlation_id", "handler"}
ALLOWED = {
    "hopscope_layer", "hopscope_layer.arrive", "hopscope_layer.arrive.message", "hopscope_layer.arrive.queue",
    "hopscope_layer.body_hash", "hopscope_layer.bootstrap", "hopscope_layer.current", "hopscope_layer.guard",
    "hopscope_layer.imports", "hopscope_layer.invocation", "hopscope_layer.keys", "hopscope_layer.reading",
    "hopscope_layer.sampling", "hopscope_layer.settings", "hopscope_layer.transport",
    "hopscope_wire", "hopscope_wire.context", "hopscope_wire.encode", "hopscope_wire.fields",
    "_blake2",  # the hash of bodies: a C module, not the hashlib around it
}  # fmt: skip
"""On top of what the runtime client has loaded, after one SQS message was handled. Every name here is a decision."""

MEASURE = """
import os, sys
sys.path.insert(0, sys.argv[1])
import awslambdaric.__main__
import types
sys.modules["app"] = types.SimpleNamespace(handler=lambda event, context: None)
os.environ["HOPSCOPE_HANDLER"] = "app.handler"
before = set(sys.modules)
import hopscope_layer
record = {"messageId": "m", "body": "{}", "attributes": {}, "messageAttributes": {}, "eventSource": "aws:sqs"}
hopscope_layer.handler({"Records": [record]}, None)
import json
print("\\n" + json.dumps(sorted(set(sys.modules) - before)))
"""


def test_the_public_names_are_few() -> None:
    found = {name for name, value in vars(hopscope_layer).items() if not isinstance(value, ModuleType)}

    assert set(hopscope_layer.__all__) == PUBLIC
    assert {name for name in found if not name.startswith("_")} - PUBLIC == {"TYPE_CHECKING"}


def test_the_version_in_the_records_is_the_one_of_the_package() -> None:
    project = (ROOT / "lambda_layer" / "pyproject.toml").read_text()

    assert re.findall(r'^version = "(.+)"$', project, re.MULTILINE) == [LAYER_VERSION]


def test_an_unknown_name_says_which_there_are() -> None:
    with pytest.raises(AttributeError, match="it has annotate, correlation_id, handler"):
        _ = hopscope_layer.nothing  # type: ignore[attr-defined]


def test_without_an_invocation_the_public_functions_do_nothing() -> None:
    hopscope_layer.annotate(order_id="o-1")

    assert hopscope_layer.correlation_id() is None


def test_the_import_budget(opt: Path) -> None:
    """In a clean interpreter that holds the runtime client: nothing else is imported that is not on the list."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(opt / "python")], capture_output=True, text=True, check=True, cwd=opt
    )

    loaded = set(json.loads(done.stdout.splitlines()[-1]))
    assert loaded - ALLOWED == set()


def test_two_builds_are_the_same_bytes(layer_zip: Path, tmp_path: Path) -> None:
    build = ROOT / "lambda_layer" / "packaging" / "build_zip.py"
    subprocess.run([sys.executable, str(build), str(tmp_path / "again.zip")], check=True, capture_output=True)

    assert (tmp_path / "again.zip").read_bytes() == layer_zip.read_bytes()


SOURCES = "python/hopscope_layer/sources.txt"


def test_the_zip_holds_the_layer_and_nothing_of_the_rest(layer_zip: Path) -> None:
    tag = sys.implementation.cache_tag
    with zipfile.ZipFile(layer_zip) as archive:
        names = {entry.filename: entry for entry in archive.infolist()}
        sources = [each.partition(b"\n")[0].decode() for each in archive.read(SOURCES).split(b"\0")]
        pycs = [archive.read(name) for name in names if name.endswith(".pyc")]
        bytecode = archive.read(f"python/hopscope_layer/{tag}.bin")

    assert set(names) == {
        "hopscope",
        "python/hopscope_layer/__init__.py",
        f"python/hopscope_layer/__pycache__/__init__.{tag}.pyc",
        f"python/hopscope_layer/{tag}.bin",
        SOURCES,
    }
    assert names["hopscope"].external_attr >> 16 == 0o100755
    layer = ROOT / "lambda_layer"
    paths = [path.relative_to(layer).with_suffix("") for path in (layer / "hopscope_layer").rglob("*.py")]
    wire = {f"hopscope_wire.{name}" for name in ("__init__", "fields", "context", "encode")}
    assert set(sources) == ({".".join(path.parts) for path in paths} | wire) - {"hopscope_layer.__init__"}
    assert {pyc[4:8] for pyc in pycs} == {b"\x01\x00\x00\x00"}, "unchecked hash: valid wherever it is unpacked"
    assert bytecode[:4] == MAGIC_NUMBER
    assert set(marshal.loads(bytecode[4:])) < set(sources)
    assert layer_zip.stat().st_size <= 60 * 1024


def test_every_module_that_a_usual_cold_start_needs_comes_as_bytecode(layer_zip: Path) -> None:
    with zipfile.ZipFile(layer_zip) as archive:
        bytecode = archive.read(f"python/hopscope_layer/{sys.implementation.cache_tag}.bin")

    hot = {name.removesuffix(".__init__") for name in marshal.loads(bytecode[4:])}
    assert {name for name in ALLOWED if "." in name} <= hot


def test_without_usable_bytecode_the_sources_are_loaded(opt: Path, tmp_path: Path) -> None:
    """Another version of Python, or a damaged file."""
    for content in (None, b"", b"????", MAGIC_NUMBER + b"????", MAGIC_NUMBER + marshal.dumps(7)):
        folder = tmp_path / f"opt-{content!r}"
        shutil.copytree(opt, folder)
        bytecode = folder / "python" / "hopscope_layer" / f"{sys.implementation.cache_tag}.bin"
        bytecode.unlink()
        if content is not None:
            bytecode.write_bytes(content)

        done = subprocess.run(
            [sys.executable, "-c", MEASURE, str(folder / "python")], capture_output=True, text=True, check=True
        )

        assert '"record":"end"' in done.stdout


def test_the_wrapper_replaces_a_handler_in_the_arguments_and_starts_itself_once(opt: Path) -> None:
    wrapper = str(opt / "hopscope")

    done = subprocess.run(
        [wrapper, "/bin/sh", "-c", 'echo "$0|$1|$_HANDLER|$HOPSCOPE_HANDLER"', "app.handler", "a b"],
        env={"PATH": "/usr/bin:/bin", "_HANDLER": "app.handler", "HOPSCOPE_WRAPPED": wrapper},
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip

    assert done.stdout == "hopscope_layer.handler|a b|hopscope_layer.handler|app.handler\n"


def test_every_setting_is_documented() -> None:
    page = (ROOT / "docs" / "layer.md").read_text()

    assert [each.name for each in settings.TABLE if f"`{each.name}`" not in page] == []
    assert "`HOPSCOPE_WRAPPED`" in page
