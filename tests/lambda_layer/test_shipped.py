"""What the build does to the sources, and what the layer knows of the runtime client's inside."""

import importlib.util
import sys
import traceback
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import awslambdaric.bootstrap
import pytest
from awslambdaric.lambda_context import LambdaContext

from hopscope_layer import bootstrap, invocation, transport
from hopscope_layer.settings import settings_of

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def build() -> ModuleType:
    path = ROOT / "lambda_layer" / "packaging" / "build_zip.py"
    spec = importlib.util.spec_from_file_location("build_zip_of_the_layer", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SOURCES = {
    "variables get short names": (
        "def f(parameter):\n    first_name = parameter + 1\n    second_name = first_name * 2\n    return second_name\nr = f(3)", 8,
    ),
    "parameters keep theirs": ("def f(*, long_parameter=2):\n    longer = long_parameter\n    return longer\nr = f(long_parameter=5)", 5),
    "a name of the module is not a variable": ("a = 7\ndef f():\n    variable = a\n    return variable + a\nr = f()", 14),
    "a builtin is not hidden": ("def f():\n    number_of = len('abc')\n    return len('de') + number_of\nr = f()", 5),
    "a scope inside keeps both": (
        "def f():\n    outer_name = 3\n    def g():\n        return outer_name\n    return g() + (lambda: outer_name)()\nr = f()", 6,
    ),
    "a comprehension": ("def f(xs):\n    doubled = [2 * each for each in xs]\n    return [each for each in doubled if each > 2]\nr = f([1, 2])", [4]),
    "an exception keeps its name": (
        "def f():\n    try:\n        int('x')\n    except ValueError as error:\n        text = str(error)[:7]\n        return text\nr = f()", "invalid",
    ),
    "an import keeps its name": ("def f():\n    import json\n    value_of = json.loads('1')\n    return value_of\nr = f()", 1),
    "a global stays one": ("count = 0\ndef f():\n    global count\n    count = count + 1\n    return count\nr = f() + f()", 3),
    "a format": ("def f(number):\n    shown_value = number * 2\n    return f'{shown_value:04x} {shown_value!r} is {shown_value if shown_value else 0}'\nr = f(8)", "0010 16 is 16"),
    "blanks in texts": ("r = 'a  b' + \"\\t=  ,\" + f'{1 + 1} : {  2  }'", "a  b\t=  ,2 : 2"),
    "words beside each other": ("x = 1 if not None is None else 2\nr = [x for x in (1,) if x not in (2,)] and x or-1", 2),
    "numbers beside words": ("r = [1 if 0x1f else 2, 1.5 .real, 3 .real]", [1, 1.5, 3]),
    "annotations and docstrings go": ('def f(x: "int") -> "int":\n    """Says."""\n    y: int = x\n    z: int\n    return y\nr = f(1)', 1),
    "only a docstring": ('class A:\n    """Says."""\ndef f():\n    """Says."""\nr = [A.__doc__, f()]', [None, None]),
    "what is only for types goes": ("TYPE_CHECKING = False\nif TYPE_CHECKING:\n    import nothing_like_this\nr = 1", 1),
    "unpacking and loops": ("def f(pairs):\n    total = 0\n    for left, (middle, *others) in pairs:\n        total += left + middle + len(others)\n    with_else = total\n    while with_else > 10:\n        with_else -= 1\n    return with_else\nr = f([(1, (2, 3, 4))])", 5),
    "a walrus": ("def f(text):\n    if (found := text.find('b')) > 0:\n        return found\nr = f('ab')", 1),
    "more variables than letters": ("def f():\n" + "".join(f"    name_{n} = {n}\n" for n in range(80)) + "    return name_0 + name_79\nr = f()", 79),
}  # fmt: skip


@pytest.mark.parametrize("case", SOURCES)
def test_a_stripped_source_does_what_the_source_does(case: str, build: ModuleType) -> None:
    source, expected = SOURCES[case]
    found: dict[str, Any] = {}

    exec(build.stripped(source).decode(), found)

    assert found["r"] == expected
    assert len(build.stripped(source)) <= len(source)


def test_every_module_of_the_layer_survives_the_stripping(build: ModuleType) -> None:
    texts = build.sources()

    for name, text in texts.items():
        code = compile(text, name, "exec")
        assert code.co_names or name.endswith("__init__"), name
    assert len(texts) > 50
    assert not any(b'"""' in text or b" # " in text for text in texts.values())


PRIVATE = {
    "the loader of handlers": lambda: callable(awslambdaric.bootstrap._get_handler),
    "what a fault is reported by": lambda: issubclass(awslambdaric.bootstrap.FaultException, Exception),
    "how a fault is built": lambda: set(awslambdaric.bootstrap.build_fault_result((ValueError, ValueError("a"), None), None)) >= {"errorType", "errorMessage", "stackTrace"},
    "the moment of the deadline": lambda: LambdaContext("r", {}, {}, 1_900_000_000_000)._epoch_deadline_time_in_ms == 1_900_000_000_000,
    "the stream that flushes by itself": lambda: awslambdaric.bootstrap.Unbuffered.__name__ == "Unbuffered",
    "frames that are left out": lambda: "bootstrap.py" in Path(awslambdaric.bootstrap.__file__).name,
}  # fmt: skip


@pytest.mark.parametrize("case", PRIVATE)
def test_what_we_know_of_the_inside_of_the_runtime_client_is_still_so(case: str) -> None:
    """Each has a fallback; this says when it is going to be used."""
    assert PRIVATE[case]()


def test_without_the_inside_of_the_runtime_client_handlers_are_loaded_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "awslambdaric.bootstrap", ModuleType("awslambdaric.bootstrap"))

    assert bootstrap._loaded("json.dumps") is sys.modules["json"].dumps
    with pytest.raises(ImportError, match="names no handler"):
        bootstrap._loaded("")
    with pytest.raises(ModuleNotFoundError, match="nowhere"):
        bootstrap._loaded("nowhere.handler")


@pytest.mark.parametrize(
    ("context", "deadline_us"),
    [
        (None, None),
        (SimpleNamespace(), None),
        (SimpleNamespace(get_remaining_time_in_millis=lambda: "soon"), None),
        (SimpleNamespace(_epoch_deadline_time_in_ms=7), 7_000),
    ],
)
def test_a_deadline_is_told_only_where_it_is_known(context: Any, deadline_us: int | None) -> None:
    assert invocation._deadline_us(context) == deadline_us


class Plain:
    """A stream that does not flush by itself."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def write(self, text: str) -> None:
        self.calls.append(text)

    def flush(self) -> None:
        self.calls.append("flush")


def test_a_stream_that_keeps_what_it_is_given_is_flushed(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = Plain()
    monkeypatch.setattr(sys, "stdout", plain)

    transport.write({"record": "begin"})

    assert plain.calls == ['{"hopscope":1,"record":"begin"}\n', "flush"]


def test_no_frame_of_ours_is_in_the_traceback_that_a_person_reads() -> None:
    def users(event: Any, context: Any) -> Any:
        raise KeyError(event)

    handler = bootstrap._wrapped(users, settings_of({}))
    with pytest.raises(KeyError) as raised:
        handler("why", None)  # type: ignore[operator]
    files = [Path(frame.filename).name for frame in traceback.extract_tb(raised.value.__traceback__)]

    # `bootstrap.py` is the file that the runtime client leaves out; here it stands for the runtime.
    assert [file for file in files if file != "bootstrap.py"] == [Path(__file__).name] * 2
