"""The one place that swallows: whatever goes wrong in the layer stays in the layer.

`BaseException` passes, and so does what a signal handler of the function raises: a timeout or an exit is the user's.
"""

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType

failures: "dict[str, int]" = {}
"""How often each step failed since the last end record, which carries them away."""


class never_break_the_user:  # noqa: N801  reads as a sentence: with never_break_the_user("read the trigger")
    """Runs a step of the layer; `step` is a phrase that finishes "could not …"."""

    __slots__ = ("_step",)

    def __init__(self, step: str) -> None:
        self._step = step

    def __enter__(self) -> None:
        return None

    def __exit__(
        self,
        exc_type: "type[BaseException] | None",
        exc: "BaseException | None",
        traceback: "TracebackType | None",
    ) -> bool:
        if exc is None or not isinstance(exc, Exception):
            return False
        note(self._step, exc)
        return True


def note(step: str, error: Exception) -> None:
    """Counts a failed step, and names it on stderr the first time; an error that is the user's goes on to the user."""
    if _is_of_a_signal_handler(error):
        raise error
    failures[step] = failures.get(step, 0) + 1
    if failures[step] == 1:
        try:
            told = f"{error!r:.300}"
        except Exception:  # noqa: BLE001  an exception of a library may not even be printable
            told = type(error).__name__
        complain(f"could not {step}, the function goes on without it: {told}")


def _is_of_a_signal_handler(error: Exception) -> bool:
    """Whether the code of a signal handler of the function is in the traceback: a timeout of its own.

    Imports nothing, an import may fail here; a function that has set a handler has imported `signal`.
    """
    try:
        signal = sys.modules["signal"]
        names = ("SIGALRM", "SIGINT", "SIGTERM", "SIGUSR1", "SIGUSR2")
        handlers = [getattr(signal.getsignal(getattr(signal, name)), "__code__", None) for name in names]
        step = error.__traceback__
        while step is not None:
            if step.tb_frame.f_code in handlers:
                return True
            step = step.tb_next
    except Exception:  # noqa: BLE001  nothing is around this that could catch
        return False
    return False


def complain(sentence: str) -> None:
    """One line on stderr, never more than a nuisance."""
    try:
        sys.stderr.write(f"[hopscope] {sentence}\n")
    except Exception:  # noqa: BLE001  a function may have closed or replaced its stderr
        return


def failures_taken() -> "dict[str, int] | None":
    """The counts since the last call, or None when nothing failed."""
    if not failures:
        return None
    taken = dict(failures)
    failures.clear()
    return taken
