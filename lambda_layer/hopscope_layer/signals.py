"""Exceptions that a signal handler of the function raised while our code happened to run."""

import signal

HANDLED = (signal.SIGALRM, signal.SIGINT, signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2)
"""Signals that functions have handlers for: timeouts of their own, and the end of the environment."""


def is_from_one(error: Exception) -> bool:
    """Whether the code of a signal handler is in the traceback."""
    handlers = [getattr(signal.getsignal(each), "__code__", None) for each in HANDLED]
    step = error.__traceback__
    while step is not None:
        if step.tb_frame.f_code in handlers:
            return True
        step = step.tb_next
    return False
