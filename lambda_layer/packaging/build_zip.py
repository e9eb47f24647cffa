"""Builds the Lambda layer: `python build_zip.py dist/layer.zip [--python OTHER ...]`.

    hopscope                    the exec wrapper, executable
    python/hopscope_layer/      the layer
    python/hopscope_wire/       the part of the record format that runs on Lambda

The sources are shipped without what a running function has no use for: docstrings, comments and annotations.
The modules of `COLD_START` also come as bytecode of this interpreter, and of those named with `--python`. It is of the
*unchecked hash* kind: `/opt` is read-only and its file times mean nothing, so the interpreter neither compiles nor
compares. A function on another version of Python compiles the sources at each cold start (20 ms), so build for the
version that the functions run on.

The same sources and interpreter give the same bytes: entries are sorted, times fixed, nothing of the machine is in it.
"""

import argparse
import ast
import base64
import json
import subprocess
import sys
import zipfile
from pathlib import Path

LAYER = Path(__file__).resolve().parent.parent
WIRE = LAYER.parent / "wire" / "hopscope_wire"
WIRE_MODULES = ("__init__.py", "fields.py", "context.py", "encode.py")
COLD_START = (
    "hopscope_layer/__init__", "hopscope_layer/bootstrap", "hopscope_layer/guard", "hopscope_layer/settings",
    "hopscope_layer/imports", "hopscope_layer/invocation", "hopscope_layer/current", "hopscope_layer/transport",
    "hopscope_layer/body_hash", "hopscope_layer/keys", "hopscope_layer/propagation",
    "hopscope_layer/arrive/__init__", "hopscope_layer/arrive/message", "hopscope_layer/arrive/queue",
    "hopscope_layer/arrive/carriers", "hopscope_layer/arrive/bus", "hopscope_layer/arrive/moments",
    "hopscope_layer/arrive/web", "hopscope_layer/depart/__init__", "hopscope_layer/depart/call",
    "hopscope_layer/depart/attributes", "hopscope_layer/depart/limits", "hopscope_layer/depart/queue",
    "hopscope_layer/depart/topic", "hopscope_layer/depart/bus", "hopscope_layer/depart/splice",
    "hopscope_wire/__init__", "hopscope_wire/fields", "hopscope_wire/context", "hopscope_wire/encode",
)  # fmt: skip
"""What a function of the usual kind loads in its first invocation. Bytecode of the rest is not worth its bytes."""

LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The first moment that a zip can name."""

COMPILE = """
import base64, importlib.util, json, sys
from importlib._bootstrap_external import _code_to_hash_pyc
compiled = {}
for name, source in json.load(sys.stdin).items():
    raw = source.encode()
    code = compile(raw, "/opt/" + name, "exec", dont_inherit=True, optimize=2)
    pyc = bytes(_code_to_hash_pyc(code, importlib.util.source_hash(raw), False))
    compiled[importlib.util.cache_from_source(name, optimization="")] = base64.b64encode(pyc).decode()
json.dump(compiled, sys.stdout)
"""
"""Runs in a fresh interpreter each time: what is interned in this one would show in the bytes."""


def sources() -> "dict[str, bytes]":
    """Every Python file of the layer by its name in the zip."""
    package = LAYER / "hopscope_layer"
    files = {f"python/hopscope_layer/{path.relative_to(package).as_posix()}": path for path in package.rglob("*.py")}
    files.update({f"python/hopscope_wire/{name}": WIRE / name for name in WIRE_MODULES})
    return {name: stripped(files[name].read_text(encoding="utf-8")) for name in sorted(files)}


class _Stripper(ast.NodeTransformer):
    """Takes docstrings, annotations and `if TYPE_CHECKING:` blocks out of a tree."""

    def visit(self, node: ast.AST) -> "ast.AST | None":
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            return None
        if isinstance(node, ast.AnnAssign):
            return None if node.value is None else ast.Assign([node.target], node.value, lineno=node.lineno)
        self.generic_visit(node)
        if isinstance(node, ast.arg):
            node.annotation = None
        if isinstance(node, ast.FunctionDef):
            node.returns = None
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)):
            node.body = [each for each in node.body if not _is_docstring(each)] or [ast.Pass()]
        return node


def _is_docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def stripped(source: str) -> bytes:
    """The source with everything that it does and nothing that it says."""
    tree = _Stripper().visit(ast.parse(source))
    return (ast.unparse(ast.fix_missing_locations(tree)) + "\n").encode()


def bytecode(files: "dict[str, bytes]", python: str) -> "dict[str, bytes]":
    """The bytecode of the modules of `COLD_START` for one interpreter, by its name in the zip."""
    texts = json.dumps({f"python/{name}.py": files[f"python/{name}.py"].decode() for name in COLD_START})
    done = subprocess.run(
        [python, "-I", "-X", "no_debug_ranges", "-c", COMPILE], input=texts, capture_output=True, text=True, check=True
    )
    return {name: base64.b64decode(pyc) for name, pyc in json.loads(done.stdout).items()}


def write(target: Path, files: "dict[str, bytes]") -> None:
    """Writes the zip with its entries in order."""
    target.parent.mkdir(parents=True, exist_ok=True)
    wrapper = (LAYER / "packaging" / "hopscope").read_bytes()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        _add(archive, "hopscope", wrapper, mode=0o755)
        for name in sorted(files):
            _add(archive, name, files[name], mode=0o644)


def _add(archive: zipfile.ZipFile, name: str, content: bytes, *, mode: int) -> None:
    entry = zipfile.ZipInfo(name, LONG_AGO)
    entry.external_attr = (0o100000 | mode) << 16
    entry.create_system = 3
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, content, compresslevel=9)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description="build the Hopscope Lambda layer")
    parser.add_argument("target", type=Path, help="the zip to write, such as dist/layer.zip")
    parser.add_argument("--python", action="append", default=[], help="another interpreter to add bytecode for")
    arguments = parser.parse_args()
    files = sources()
    everything = dict(files)
    for python in [sys.executable, *arguments.python]:
        everything.update(bytecode(files, python))
    write(arguments.target, everything)
    size_bytes = arguments.target.stat().st_size
    print(
        f"{arguments.target}: {size_bytes:,} bytes, {len(files)} modules, bytecode for {1 + len(arguments.python)} interpreter(s)"
    )


if __name__ == "__main__":
    main()
