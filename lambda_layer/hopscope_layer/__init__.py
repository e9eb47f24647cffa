"""Hopscope inside a user's function: three names, loaded when they are first used.

handler            what `_HANDLER` names; runs the function in `HOPSCOPE_HANDLER` and records every hop
correlation_id()   the id that people know this flow by
annotate()         adds business keys to this invocation
"""

__all__ = ["annotate", "correlation_id", "handler"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from hopscope_layer.current import annotate, correlation_id

    handler: Callable[[object, object], object]


def __getattr__(name: str) -> object:
    # The user's module is loaded here, when the runtime asks for the handler: in the init phase, as without the layer.
    if name == "handler":
        from hopscope_layer.bootstrap import attached

        found = attached()
    elif name in __all__:
        from hopscope_layer import current

        found = getattr(current, name)
    else:
        raise AttributeError(f"module 'hopscope_layer' has no attribute {name!r}; it has {', '.join(__all__)}")
    globals()[name] = found
    return found
