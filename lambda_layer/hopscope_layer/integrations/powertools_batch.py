"""Powertools' asynchronous batch processor: which record a coroutine works on.

The synchronous processor iterates the records one by one and needs no help. The asynchronous one starts a coroutine
for every record and lets them run side by side, so the record is remembered in the context of its task.
"""

from contextvars import ContextVar

from hopscope_layer import current
from hopscope_layer.guard import never_break_the_user

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any

_METHOD = "_async_process_record"


def hook(module: "ModuleType") -> None:
    """Wraps the method in every processor that has one of its own."""
    current.task_message = ContextVar("hopscope_message", default=None)
    for processor in list(vars(module).values()):
        if isinstance(processor, type) and _METHOD in vars(processor):
            setattr(processor, _METHOD, _remembering(vars(processor)[_METHOD]))


def _remembering(original: "Callable[..., Any]") -> "Callable[..., Any]":
    async def _async_process_record(self: "Any", record: "Any") -> "Any":
        with never_break_the_user("follow an asynchronous batch"):
            current.enter_record(record)
        return await original(self, record)

    return _async_process_record
