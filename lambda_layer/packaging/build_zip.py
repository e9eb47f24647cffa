"""Builds the Lambda layer: `python build_zip.py dist/layer.zip [--python OTHER]`.

    hopscope                                the exec wrapper, executable
    python/hopscope_layer/__init__.py       the package; its modules are in
    python/hopscope_layer/modules.zip       one archive, stored: the outer zip compresses it as a whole, a third smaller
    python/hopscope_wire/__init__.py        the record format; its modules are in the same archive

The sources are shipped without what a running function has no use for: docstrings, comments and annotations.
The modules of `COLD_START` also come as bytecode of this interpreter, or of the one named with `--python`. It is of the
*unchecked hash* kind: `/opt` is read-only and its file times mean nothing, so the interpreter neither compiles nor
compares. A function on another version of Python compiles the sources at each cold start (20 ms), so build for the
version that the functions run on.

The same sources and interpreter give the same bytes: entries are sorted, times fixed, nothing of the machine is in it.
"""

import argparse
import ast
import base64
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

LAYER = Path(__file__).resolve().parent.parent
WIRE = LAYER.parent / "wire" / "hopscope_wire"
WIRE_MODULES = ("__init__", "fields", "context", "encode")
COLD_START = {
    "hopscope_layer": (
        "bootstrap", "guard", "settings", "imports", "invocation", "current", "transport", "reading", "sampling",
        "body_hash", "keys", "propagation", "arrive/__init__", "arrive/message", "arrive/queue", "arrive/bus",
        "arrive/web", "depart/__init__", "depart/call", "depart/attributes", "depart/limits", "depart/queue",
        "depart/bus", "depart/splice",
    ),
    "hopscope_wire": ("fields", "context", "encode"),
}  # fmt: skip
"""What a function of the usual kind loads in its first invocation. Bytecode of the rest is not worth its bytes."""

PATH_LINE = {
    "hopscope_layer": '__path__ = [__file__.rpartition("/")[0] + "/modules.zip/hopscope_layer"]\n',
    "hopscope_wire": (
        '__path__ = [__file__.rpartition("/")[0].rpartition("/")[0] + "/hopscope_layer/modules.zip/hopscope_wire"]\n'
    ),
}
"""Where a package finds its modules: `zipimport` reads them, which every interpreter has loaded when it starts."""

LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The first moment that a zip can name."""

COMPILE = """
import base64, importlib.util, json, sys
from importlib._bootstrap_external import _code_to_hash_pyc
compiled = {}
for name, source in json.load(sys.stdin).items():
    raw = source.encode()
    code = compile(raw, "/opt/python/" + name + ".py", "exec", dont_inherit=True, optimize=2)
    pyc = bytes(_code_to_hash_pyc(code, importlib.util.source_hash(raw), False))
    compiled[name] = base64.b64encode(pyc).decode()
json.dump({"tag": sys.implementation.cache_tag, "compiled": compiled}, sys.stdout)
"""
"""Runs in a fresh interpreter each time: what is interned in this one would show in the bytes."""


def sources() -> "dict[str, bytes]":
    """Every module of the layer, stripped, by its path without `.py`."""
    package = LAYER / "hopscope_layer"
    files = {
        f"hopscope_layer/{path.relative_to(package).with_suffix('').as_posix()}": path for path in package.rglob("*.py")
    }
    files.update({f"hopscope_wire/{name}": WIRE / f"{name}.py" for name in WIRE_MODULES})
    texts = {name: stripped(files[name].read_text(encoding="utf-8")) for name in sorted(files)}
    for package_name, line in PATH_LINE.items():
        texts[f"{package_name}/__init__"] = line.encode() + texts[f"{package_name}/__init__"]
    return texts


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
    """The source with everything that it does and nothing that it says, indented by tabs."""
    tree = ast.parse(source)
    _Stripper().visit(tree)
    # No string of an unparsed tree spans lines, so every leading blank is indentation.
    lines = ast.unparse(ast.fix_missing_locations(tree)).splitlines()
    return "".join([_indented(line) + "\n" for line in lines]).encode()


def _indented(line: str) -> str:
    text = line.lstrip(" ")
    return "\t" * ((len(line) - len(text)) // 4) + text


def bytecode(texts: "dict[str, bytes]", python: str) -> "tuple[str, dict[str, bytes]]":
    """The cache tag of an interpreter, and its bytecode of the given modules by their path."""
    sent = json.dumps({name: text.decode() for name, text in texts.items()})
    command = [python, "-I", "-X", "no_debug_ranges", "-c", COMPILE]
    done = subprocess.run(command, input=sent, capture_output=True, text=True, check=True)  # noqa: S603  ours
    found = json.loads(done.stdout)
    return found["tag"], {name: base64.b64decode(pyc) for name, pyc in found["compiled"].items()}


def modules_zip(texts: "dict[str, bytes]", python: str) -> "tuple[bytes, dict[str, bytes]]":
    """The archive of the modules, and the bytecode of the two packages, which stays outside, by its name in the zip.

    `zipimport` knows no cache tags, so the archive has room for the bytecode of one interpreter; another one sees that
    it is not its own and reads the source.
    """
    packages = [f"{package}/__init__" for package in PATH_LINE]
    hot = [f"{package}/{name}" for package, names in COLD_START.items() for name in names]
    tag, compiled = bytecode({name: texts[name] for name in packages + hot}, python)
    outside = {
        f"python/{package}/__pycache__/__init__.{tag}.pyc": compiled[f"{package}/__init__"] for package in PATH_LINE
    }
    entries = {f"{name}.py": text for name, text in texts.items() if name not in packages}
    entries.update({f"{name}.pyc": compiled[name] for name in hot})
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_STORED) as archive:
        # Sources first, then bytecode: texts of one kind compress better side by side.
        for name in sorted(entries, key=lambda name: (name.endswith(".pyc"), name)):
            _add(archive, name, entries[name], mode=0o644, compression=zipfile.ZIP_STORED)
    return inner.getvalue(), outside


def write(target: Path, texts: "dict[str, bytes]", python: str) -> None:
    """Writes the layer."""
    modules, outside = modules_zip(texts, python)
    target.parent.mkdir(parents=True, exist_ok=True)
    files = {f"python/{package}/__init__.py": texts[f"{package}/__init__"] for package in PATH_LINE}
    files = {**files, **outside, "python/hopscope_layer/modules.zip": modules}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        _add(archive, "hopscope", (LAYER / "packaging" / "hopscope").read_bytes(), mode=0o755)
        for name in sorted(files):
            _add(archive, name, files[name], mode=0o644)


def _add(
    archive: zipfile.ZipFile, name: str, content: bytes, *, mode: int, compression: int = zipfile.ZIP_DEFLATED
) -> None:
    entry = zipfile.ZipInfo(name, LONG_AGO)
    entry.external_attr = (0o100000 | mode) << 16
    entry.create_system = 3
    entry.compress_type = compression
    archive.writestr(entry, content, compresslevel=9)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description="build the Hopscope Lambda layer")
    parser.add_argument("target", type=Path, help="the zip to write, such as dist/layer.zip")
    parser.add_argument(
        "--python", default=sys.executable, help="interpreter whose bytecode goes in (default: this one)"
    )
    arguments = parser.parse_args()
    texts = sources()
    write(arguments.target, texts, arguments.python)
    size_bytes = arguments.target.stat().st_size
    print(f"{arguments.target}: {size_bytes:,} bytes, {len(texts)} modules")


if __name__ == "__main__":
    main()
