"""Powertools Logger: the correlation id in every line, unless the function set one itself; debug level on demand."""

import logging

from hopscope_layer import current
from hopscope_layer.guard import never_break_the_user
from hopscope_wire.context import DEBUG

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any

_lowered: "list[tuple[logging.Logger, int]]" = []
"""Loggers that log at debug level until the invocation ends, with the level they had."""


def hook(module: "ModuleType") -> None:
    """Puts the id into a record just before it is formatted, so that each message of a batch has its own."""
    formatter = module.LambdaPowertoolsFormatter
    formatter.format = _with_correlation_id(formatter.format)
    current.at_begin.append(_lower_levels)
    current.at_end.append(_restore_levels)


def _with_correlation_id(original: "Callable[..., str]") -> "Callable[..., str]":
    def format(self: "Any", record: "logging.LogRecord") -> str:
        with never_break_the_user("put the correlation id into a log line"):
            if not self.log_format.get("correlation_id") and not hasattr(record, "correlation_id"):
                found = current.correlation_id()
                if found is not None:
                    record.correlation_id = found
        return original(self, record)

    return format


def _lower_levels(invocation: "current.Invocation") -> None:
    if not invocation.flags & DEBUG:
        return
    for logger in list(logging.root.manager.loggerDict.values()):
        if isinstance(logger, logging.Logger) and hasattr(logger, "powertools_handler"):
            _lowered.append((logger, logger.level))
            logger.setLevel(logging.DEBUG)


def _restore_levels(invocation: "current.Invocation") -> None:  # noqa: ARG001  every observer is given it
    while _lowered:
        logger, level = _lowered.pop()
        # A level that the function set meanwhile stays.
        if logger.level == logging.DEBUG:
            logger.setLevel(level)
