"""aws-xray-sdk, and Powertools Tracer that stands on it: the correlation id on the first subsegment of an invocation.

Lambda's own segment cannot be annotated; the first subsegment that the function opens is the one around its handler.
"""

from hopscope_layer import current
from hopscope_layer.guard import never_break_the_user

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any

ANNOTATION = "correlation_id"


def hook(module: "ModuleType") -> None:
    """Follows the recorder when it opens a subsegment."""
    recorder = module.AWSXRayRecorder
    recorder.begin_subsegment = _annotating(recorder.begin_subsegment)


def _annotating(original: "Callable[..., Any]") -> "Callable[..., Any]":
    def begin_subsegment(self: "Any", *arguments: "Any", **options: "Any") -> "Any":
        subsegment = original(self, *arguments, **options)
        with never_break_the_user("annotate a subsegment"):
            now = current.invocation
            if now is not None and not now.is_annotated and subsegment is not None:
                subsegment.put_annotation(ANNOTATION, current.correlation_id())
                now.is_annotated = True
        return subsegment

    return begin_subsegment
