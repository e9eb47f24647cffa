"""OpenTelemetry: our context is the parent of the function's spans when they have no other.

The active span's id goes into our records, so that a send is found from its span and a span from its send.
"""

import sys

from hopscope_layer import current
from hopscope_wire.context import SAMPLED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

_attached: "list[Any]" = []
"""The tokens of contexts that are attached until the invocation ends."""


def hook(module: "ModuleType") -> None:
    """Follows the invocations from the next one on; `module` is `opentelemetry.trace`, which is loaded by then."""

    def attach(invocation: "current.Invocation") -> None:
        if module.get_current_span().get_span_context().is_valid:
            return
        message = invocation.arrived[0].context if len(invocation.arrived) == 1 else None
        parent_id = message.send_id if message is not None else invocation.invocation_id
        parent = module.SpanContext(
            int(invocation.trace_id, 16),
            int(parent_id, 16),
            is_remote=True,
            trace_flags=module.TraceFlags(invocation.flags & SAMPLED),
        )
        _attached.append(_context().attach(module.set_span_in_context(module.NonRecordingSpan(parent))))

    def detach(invocation: "current.Invocation") -> None:  # noqa: ARG001  every observer is given it
        while _attached:
            _context().detach(_attached.pop())

    def span_id() -> "str | None":
        span = module.get_current_span().get_span_context()
        return format(span.span_id, "016x") if span.is_valid and not span.is_remote else None

    current.at_begin.append(attach)
    current.at_end.append(detach)
    current.active_span_id = span_id


def _context() -> "Any":
    """`opentelemetry.context`, which `opentelemetry.trace` imports."""
    return sys.modules["opentelemetry.context"]
