"""Files and functions stay small enough to be read whole; an exception is argued in RATIONALE.md."""

import ast
from collections.abc import Iterator
from pathlib import Path

MODULE_LINES = 400
BODY_LINES = 50
POSITIONAL = 6


def test_no_module_is_longer_than_can_be_read_unless_the_rationale_says_why(root: Path, sources: list[Path]) -> None:
    rationale = (root / "RATIONALE.md").read_text()
    long = {str(path.relative_to(root)): len(path.read_text().splitlines()) for path in sources}

    assert {name: lines for name, lines in long.items() if lines > MODULE_LINES and name not in rationale} == {}


def test_no_function_has_a_longer_body_than_fits_a_screen(root: Path, sources: list[Path]) -> None:
    found = [
        f"{path.relative_to(root)}:{function.lineno} {function.name}: {lines} lines"
        for path in sources
        for function in functions_of(path)
        if (lines := body_lines(function)) > BODY_LINES
    ]

    assert found == []


def test_no_function_takes_more_positional_parameters_than_can_be_told_apart(root: Path, sources: list[Path]) -> None:
    found = [
        f"{path.relative_to(root)}:{function.lineno} {function.name}"
        for path in sources
        for function in functions_of(path)
        if len(function.args.posonlyargs) + len(function.args.args) > POSITIONAL
    ]

    assert found == []


def functions_of(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(), str(path))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of the body without its docstring."""
    body = function.body
    if ast.get_docstring(function) is not None and len(body) > 1:
        body = body[1:]
    return (body[-1].end_lineno or 0) - body[0].lineno + 1
