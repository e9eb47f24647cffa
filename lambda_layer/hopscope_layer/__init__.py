"""Hopscope inside a user's function: three names, loaded when they are first used.

handler            what `_HANDLER` names; runs the function in `HOPSCOPE_HANDLER` and records every hop
correlation_id()   the id that people know this flow by
annotate()         adds business keys to this invocation
"""

__all__ = ["annotate", "correlation_id", "handler"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hopscope_layer.bootstrap import handler
    from hopscope_layer.current import annotate, correlation_id

_HOME = {"handler": "bootstrap", "correlation_id": "current", "annotate": "current"}


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'hopscope_layer' has no attribute {name!r}; it has {', '.join(__all__)}")
    from importlib import import_module

    return getattr(import_module("hopscope_layer." + _HOME[name]), name)
