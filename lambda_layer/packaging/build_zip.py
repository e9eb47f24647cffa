"""Builds the Lambda layer: `python build_zip.py dist/layer.zip [--python OTHER]...`.

    hopscope                                 the exec wrapper, executable
    python/hopscope_layer/__init__.py        the package, and how it finds its modules: `loading.py`
    python/hopscope_layer/<cache tag>.bin    bytecode of the modules that a usual cold start needs
    python/hopscope_layer/sources.txt        the sources of all modules, in one file: the zip compresses them as a whole

The record format, `hopscope_wire`, has no folder of its own: all of it is in the same two files.

The sources are shipped without what a running function has no use for: docstrings, comments and annotations.
The bytecode is of this interpreter, or of those named with `--python`. It names the version that can read it and
nothing else: `/opt` is read-only and its file times mean nothing, so nothing is compared. A function on another version
of Python compiles the sources at each cold start (20 ms), so build for the version that the functions run on.

The same sources and interpreter give the same bytes: entries are sorted, times fixed, nothing of the machine is in it.
"""

import argparse
import ast
import base64
import builtins
import io
import json
import string
import subprocess
import sys
import tokenize
import zipfile
from pathlib import Path

LAYER = Path(__file__).resolve().parent.parent
WIRE = LAYER.parent / "wire" / "hopscope_wire"
WIRE_MODULES = ("__init__", "fields", "context", "encode")
COLD_START = {
    "hopscope_layer": (
        "bootstrap", "guard", "settings", "imports", "invocation", "current", "transport", "reading", "sampling",
        "body_hash", "keys", "arrive/__init__", "arrive/message", "arrive/queue", "arrive/bus",
        "arrive/web", "depart/__init__", "depart/call", "depart/attributes", "depart/limits", "depart/queue",
        "depart/bus", "depart/splice", "depart/request",
    ),
    "hopscope_wire": ("__init__", "fields", "context", "encode"),
}  # fmt: skip
"""What a function of the usual kind loads in its first invocation. Bytecode of the rest is not worth its bytes."""

PACKAGE = "hopscope_layer/__init__"
"""The one module that Python finds by itself; `loading.py` stands in front of it and finds the others."""

LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The first moment that a zip can name."""

COMPILE = """
import ast, base64, importlib.util, json, marshal, sys, types
sent = json.load(sys.stdin)
codes = {}
def flat(code):
    # One line for all of a module, eight instructions an entry: 0xE8 is "no column", then how far the line moves.
    runs, rest = divmod(len(code.co_code) // 2, 8)
    lines = bytes([0xEF, 0]) * runs + (bytes([0xE7 + rest, 0]) if rest else b"")
    inner = [flat(each) if isinstance(each, types.CodeType) else each for each in code.co_consts]
    return code.replace(co_consts=tuple(inner), co_qualname=code.co_name, co_linetable=lines, co_firstlineno=1)
def compiled(name, source):
    code = compile(source, "/opt/python/" + name + ".py", "exec", dont_inherit=True, optimize=2)
    return marshal.dumps(flat(code) if sys.version_info >= (3, 11) else code)
for name in sorted(sent["hot"]):
    codes[name.replace("/", ".")] = compiled(name, sent["hot"][name])
bundle = importlib.util.MAGIC_NUMBER + marshal.dumps(codes)
source = sent["package"]
head = importlib.util.MAGIC_NUMBER + (1).to_bytes(4, "little") + importlib.util.source_hash(source.encode())
files = {
    sys.implementation.cache_tag + ".bin": bundle,
    f"__pycache__/__init__.{sys.implementation.cache_tag}.pyc": head + compiled(sent["name"], source),
}
json.dump({name: base64.b64encode(content).decode() for name, content in files.items()}, sys.stdout)
"""
"""Runs in a fresh interpreter each time: what is interned in this one would show in the bytes.

A function's code says of every line that it is the first of its module, and its qualified name is its name: tables of
lines are a sixth of bytecode, and nobody reads a traceback of ours but for the names of the functions in it.

The package's own `.pyc` is of the *unchecked hash* kind.
"""


def sources() -> "dict[str, bytes]":
    """Every module of the layer, stripped, by its path without `.py`."""
    package = LAYER / "hopscope_layer"
    files = {
        f"hopscope_layer/{path.relative_to(package).with_suffix('').as_posix()}": path for path in package.rglob("*.py")
    }
    files.update({f"hopscope_wire/{name}": WIRE / f"{name}.py" for name in WIRE_MODULES})
    texts = {name: stripped(files[name].read_text(encoding="utf-8")) for name in sorted(files)}
    texts[PACKAGE] = stripped((LAYER / "packaging" / "loading.py").read_text(encoding="utf-8")) + texts[PACKAGE]
    return texts


class _Stripper(ast.NodeTransformer):
    """Takes docstrings, annotations and `if TYPE_CHECKING:` blocks out of a tree."""

    def visit(self, node: ast.AST) -> "ast.AST | None":
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            return None
        if isinstance(node, ast.Assign) and ast.unparse(node) == "TYPE_CHECKING = False":
            return None
        if isinstance(node, ast.AnnAssign):
            return None if node.value is None else ast.Assign([node.target], node.value, lineno=node.lineno)
        self.generic_visit(node)
        if isinstance(node, ast.arg):
            node.annotation = None
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            node.returns = None
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            node.body = [each for each in node.body if not _is_docstring(each)] or [ast.Pass()]
        return node


def _shorten(tree: ast.Module) -> None:
    """Gives the local variables of every function short names; parameters keep theirs, callers may name them.

    A function with another scope inside stays as it is: its variables may belong to both.
    """
    outer = set(dir(builtins)) | {name for statement in tree.body for name in _bound_by(statement)}
    for function in ast.walk(tree):
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)) and not _has_scopes(function):
            names = [node for node in ast.walk(function) if isinstance(node, ast.Name)]
            parameters = {node.arg for node in ast.walk(function.args) if isinstance(node, ast.arg)}
            imported = {name for node in ast.walk(function) for name in _bound_by(node)}
            kept = outer | parameters | imported
            locals_ = sorted({node.id for node in names if isinstance(node.ctx, ast.Store)} - kept)
            free = [each for each in string.ascii_letters if each not in kept | {node.id for node in names}]
            short = dict(zip(locals_, free))  # noqa: B905  what is left over keeps its name
            for node in names:
                node.id = short.get(node.id, node.id)


def _bound_by(node: ast.AST) -> "list[str]":
    """The names that a definition, an import, an `except` or an assignment at the top of a module binds."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return [node.name]
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return [each.asname or each.name.partition(".")[0] for each in node.names]
    if isinstance(node, ast.ExceptHandler):
        return [node.name] if node.name else []
    if isinstance(node, ast.stmt) and getattr(node, "col_offset", 0) == 0:
        return [each.id for each in ast.walk(node) if isinstance(each, ast.Name)]
    return []


def _has_scopes(function: ast.AST) -> bool:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef, ast.Global, ast.Nonlocal)
    return any(isinstance(node, kinds) for node in ast.walk(function) if node is not function)


def _is_docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def stripped(source: str) -> bytes:
    """The source with everything that it does and nothing that it says, indented by tabs."""
    tree = ast.parse(source)
    _Stripper().visit(tree)
    _shorten(tree)
    text = ast.unparse(ast.fix_missing_locations(tree)) + "\n"
    return tight(text).encode()


def tight(source: str) -> str:
    """The source without the blanks that nobody needs: only two words beside each other keep one."""
    parts: list[str] = []
    before: tokenize.TokenInfo | None = None
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type in (tokenize.INDENT, tokenize.DEDENT, tokenize.NL, tokenize.ENDMARKER):
            continue
        if token.type == tokenize.NEWLINE:
            parts.append("\n")
            before = None
            continue
        if before is None:
            # No string of an unparsed tree spans lines, so every leading blank is indentation.
            parts.append("\t" * ((len(token.line) - len(token.line.lstrip(" "))) // 4))
        elif before.end != token.start and _is_wordy(before.string[-1]) and _is_wordy(token.string[0], also="."):
            parts.append(" ")
        parts.append(token.string)
        before = token
    return "".join(parts)


def _is_wordy(character: str, *, also: str = "") -> bool:
    """Whether the character would join a word before it; a point only joins a number."""
    return character.isalnum() or character in "_\"'" + also


def bytecode(texts: "dict[str, bytes]", python: str) -> "dict[str, bytes]":
    """The files with the bytecode of one interpreter, by their name in the zip."""
    hot = [f"{package}/{name}" for package, names in COLD_START.items() for name in names]
    sent = {
        "hot": {name: texts[name].decode() for name in hot},
        "name": PACKAGE,
        "package": texts[PACKAGE].decode(),
    }
    command = [python, "-I", "-X", "no_debug_ranges", "-c", COMPILE]
    done = subprocess.run(command, input=json.dumps(sent), capture_output=True, text=True, check=True)  # noqa: S603  ours
    found = json.loads(done.stdout)
    return {f"python/hopscope_layer/{name}": base64.b64decode(content) for name, content in found.items()}


def all_sources(texts: "dict[str, bytes]") -> bytes:
    """The sources of all modules but the package itself, in a form that every interpreter reads."""
    names = [name for name in sorted(texts) if name != PACKAGE]
    return b"\0".join([name.replace("/", ".").encode() + b"\n" + texts[name] for name in names])


def write(target: Path, texts: "dict[str, bytes]", pythons: "list[str]") -> None:
    """Writes the layer."""
    target.parent.mkdir(parents=True, exist_ok=True)
    files = {f"python/{PACKAGE}.py": texts[PACKAGE], "python/hopscope_layer/sources.txt": all_sources(texts)}
    for python in pythons:
        files.update(bytecode(texts, python))
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        _add(archive, "hopscope", _wrapper(), mode=0o755)
        for name in sorted(files):
            _add(archive, name, files[name], mode=0o644)


def _wrapper() -> bytes:
    """The exec wrapper without its comments."""
    lines = (LAYER / "packaging" / "hopscope").read_bytes().splitlines(keepends=True)
    return b"".join([line for line in lines if not line.startswith(b"# ")])


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
    parser.add_argument(
        "--python", action="append", help="interpreter whose bytecode goes in, may be repeated (default: this one)"
    )
    arguments = parser.parse_args()
    texts = sources()
    write(arguments.target, texts, arguments.python or [sys.executable])
    size_bytes = arguments.target.stat().st_size
    print(f"{arguments.target}: {size_bytes:,} bytes, {len(texts)} modules")


if __name__ == "__main__":
    main()
