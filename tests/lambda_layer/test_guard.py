"""The guard: what it swallows, what it lets through, what it says."""

import signal
import sys
from collections.abc import Iterator
from types import FrameType

import pytest

from hopscope_layer import current, guard
from hopscope_layer.guard import failures_taken, never_break_the_user


@pytest.fixture(autouse=True)
def no_failures_left() -> Iterator[None]:
    failures_taken()
    yield
    failures_taken()


@pytest.mark.parametrize(
    "error", [ValueError("x"), KeyError(), RecursionError(), MemoryError(), StopIteration(), UnicodeError()]
)
def test_it_swallows_every_exception_and_counts_it(error: Exception) -> None:
    for _ in range(3):
        with never_break_the_user("read the trigger"):
            raise error

    assert failures_taken() == {"read the trigger": 3}
    assert failures_taken() is None


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(3), GeneratorExit()])
def test_it_lets_nothing_but_base_exceptions_out(error: BaseException) -> None:
    with pytest.raises(type(error)), never_break_the_user("read the trigger"):
        raise error

    assert failures_taken() is None


def test_it_says_what_it_could_not_do_once(capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        with never_break_the_user("read the trigger"):
            raise ValueError("why")

    assert capsys.readouterr().err == (
        "[hopscope] could not read the trigger, the function goes on without it: ValueError('why')\n"
    )


def test_an_error_that_cannot_be_shown_and_a_closed_stderr_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)

    with never_break_the_user("read the trigger"):
        raise ValueError("why")

    assert failures_taken() == {"read the trigger": 1}


def test_what_a_signal_handler_of_the_function_raises_is_the_users() -> None:
    """A function's own timeout may fire while the layer works."""

    def mine(number: int, frame: FrameType | None) -> None:
        raise TimeoutError("mine")

    before = signal.signal(signal.SIGALRM, mine)
    try:
        with pytest.raises(TimeoutError, match="mine"), never_break_the_user("read the trigger"):
            signal.raise_signal(signal.SIGALRM)
        with pytest.raises(TimeoutError, match="mine"):
            _noted()
    finally:
        signal.signal(signal.SIGALRM, before)

    assert failures_taken() is None


def _noted() -> None:
    try:
        signal.raise_signal(signal.SIGALRM)
    except Exception as error:  # noqa: BLE001  as the two boundaries of the layer do
        guard.note("begin", error)


def test_the_guard_itself_imports_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without file descriptors no import works."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr("builtins.__import__", refuse)
    with never_break_the_user("read the trigger"):
        raise ValueError("why")
    monkeypatch.delitem(sys.modules, "signal")
    with never_break_the_user("read the trigger"):
        raise ValueError("why")
    monkeypatch.undo()

    assert failures_taken() == {"read the trigger": 2}


def test_a_key_without_a_name_is_named_on_stderr_and_ignored(capsys: pytest.CaptureFixture[str]) -> None:
    current.annotate("o-1")

    assert "a key needs a name" in capsys.readouterr().err
