"""Starts MiniStack with whole logs; runs as a script in the emulator's own environment.

MiniStack 1.5.33 takes a function's output for complete when nothing arrived for 5 ms. On a busy machine the last
lines of an invocation then miss its log, to appear in the next one's or nowhere. Here a Python worker says when it
has written everything (`MARK`), and MiniStack waits for that.
"""

import importlib
import queue
import sys
from collections.abc import Callable
from typing import Any

MARK = "\x1ehopscope-stage: that was all"
"""The end of a worker's output; no handler prints this."""

DIES_WITHIN_S = 0.05
"""How long a worker that died may take to be noticed: it has said all it can."""

ANSWER = '_real_stdout.write(json.dumps({{"status": "{}"'


def say_when_done(script: str) -> str:
    """The worker's script, marking the end of its output before each answer.

    Raises:
        ValueError: this is not the script we know.
    """
    start, loop, invocations = script.partition("while True:")
    for status in ("ok", "error"):
        answer = ANSWER.format(status)
        if invocations.count(answer) != 1:
            raise ValueError("MiniStack's worker script is not the one of 1.5.33")
        invocations = invocations.replace(answer, f"sys.__stderr__.write({MARK + chr(10)!r}); {answer}")
    return start + loop + invocations


def output_of(lines: "queue.Queue[str]", is_alive: Callable[[], bool]) -> str:
    """Everything up to the mark, or up to the worker's death."""
    kept: list[str] = []
    while True:
        try:
            line = lines.get(timeout=DIES_WITHIN_S)
        except queue.Empty:
            if is_alive():
                continue
            return "\n".join(kept)
        text, mark, _ = line.partition(MARK)
        if text or not mark:
            kept.append(text)
        if mark:
            return "\n".join(kept)


def patch(runtime: Any) -> None:
    """Make MiniStack's workers for Python say when they are done, and wait for it."""
    runtime._PYTHON_WORKER_SCRIPT = say_when_done(runtime._PYTHON_WORKER_SCRIPT)
    unmarked = runtime.Worker._drain_stderr_bounded

    def drain(worker: Any, *arguments: float, **options: float) -> str:
        is_marked = type(worker) is runtime.Worker and worker.config.get("Runtime", "").startswith("python")
        if is_marked:
            return output_of(worker._stderr_queue, worker._stderr_thread.is_alive)
        return str(unmarked(worker, *arguments, **options))

    runtime.Worker._drain_stderr_bounded = drain


if __name__ == "__main__":
    patch(importlib.import_module("ministack.core.lambda_runtime"))
    sys.exit(importlib.import_module("ministack.app").main())
