"""How functions get the layer (pure).

none       the function as its author wrote it
redirect   its handler is `hopscope_layer.handler`, which runs the author's: works everywhere
wrapper    `AWS_LAMBDA_EXEC_WRAPPER=/opt/hopscope`, its handler untouched: needs the real runtime client
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

from hopscope_stage.errors import LayerMissing
from hopscope_stage.shapes import Function

Attach = Literal["none", "redirect", "wrapper"]
ATTACHES: tuple[str, ...] = get_args(Attach)

REDIRECT_HANDLER = "hopscope_layer.handler"
WRAPPER = "/opt/hopscope"


@dataclass(frozen=True, slots=True)
class Attachment:
    """What every traced function gets."""

    how: Attach = "none"
    layer_zip: Path | None = None
    """None only when nothing is attached."""

    settings: Mapping[str, str] = field(default_factory=dict)
    """`HOPSCOPE_*` variables, as the layer reads them."""

    def check(self) -> None:
        """Refuse to promise a layer that is not there.

        Raises:
            LayerMissing: says how to make one.
        """
        if self.how != "none" and (self.layer_zip is None or not self.layer_zip.is_file()):
            raise LayerMissing(
                f"attach={self.how!r} needs the layer, and there is no zip at {self.layer_zip}; "
                "run `make layer`, or attach='none' to run without"
            )


def handler_of(function: Function, attachment: Attachment) -> str:
    """The handler that Lambda is told."""
    return REDIRECT_HANDLER if function.is_traced and attachment.how == "redirect" else function.handler


def variables_of(function: Function, attachment: Attachment, keys: str) -> dict[str, str]:
    """The function's environment, its references not yet filled in; its own variables win over the stage's."""
    if not function.is_traced or attachment.how == "none":
        return dict(function.environment)
    ours = {"HOPSCOPE_KEYS": keys} if keys else {}
    if attachment.how == "redirect":
        ours["HOPSCOPE_HANDLER"] = function.handler
    else:
        ours["AWS_LAMBDA_EXEC_WRAPPER"] = WRAPPER
    return {**ours, **attachment.settings, **function.environment}
