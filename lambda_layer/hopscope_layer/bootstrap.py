"""The redirect: `_HANDLER` names this handler, `HOPSCOPE_HANDLER` the user's.

The runtime client leaves frames of files called `bootstrap.py` out of the stack traces that it reports, so a function
that raises reports the same bytes with and without the layer: that is why this file has this name.
"""

import os
import sys

from hopscope_layer.guard import note
from hopscope_layer.settings import settings_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from hopscope_layer.settings import Settings

    Handler = Callable[[object, object], object]

OUR_NAME = "hopscope_layer.handler"


def attached() -> object:
    """The user's handler, loaded as the runtime loads it, with the layer around it.

    Everything that goes wrong while it is loaded is reported as it would be without the layer.
    """
    settings = settings_of(os.environ)
    users = _loaded(settings.handler)
    if not settings.enabled or not callable(users):
        return users
    try:
        return _wrapped(users, settings)
    except Exception as error:  # noqa: BLE001  the function must start, whatever is wrong with the layer
        note("attach the layer", error)
        return users


def _wrapped(users: "Handler", settings: "Settings") -> "Handler":
    from hopscope_layer import imports
    from hopscope_layer.invocation import begin, end

    imports.watch(for_http=bool(settings.http))

    def handler(event: object, context: object) -> object:
        invocation = None
        try:
            invocation, event = begin(event, context, settings)
        except Exception as error:  # noqa: BLE001  the last line of defence: a fault in the guard itself
            note("begin", error)
        try:
            result = users(event, context)
        except BaseException as error:
            try:
                if invocation is not None:
                    end(invocation, None, error)
                _hide(error)
            except Exception as fault:  # noqa: BLE001  as above
                note("end", fault)
            raise
        try:
            if invocation is not None:
                end(invocation, result, None)
        except Exception as fault:  # noqa: BLE001  as above
            note("end", fault)
        return result

    return handler


def _hide(error: BaseException) -> None:
    """Leaves our frames out of the traceback, so that a person reads what they would have read without the layer."""
    step = error.__traceback__
    while step is not None:
        following = step.tb_next
        if following is not None and str(following.tb_frame.f_globals.get("__name__")).startswith("hopscope_layer."):
            step.tb_next = following.tb_next
        else:
            step = following


def _loaded(name: str) -> object:
    """The object that `module.attribute` names, with the runtime client's own loader where there is one."""
    if not name or name == OUR_NAME:
        raise _fault(
            "Runtime.MalformedHandlerName",
            f"HOPSCOPE_HANDLER={name!r} names no handler; "
            "expected the function's own, such as HOPSCOPE_HANDLER=app.handler",
            None,
        )
    runtime = sys.modules.get("awslambdaric.bootstrap")
    load = getattr(runtime, "_get_handler", None) or _loaded_plainly
    known = getattr(runtime, "FaultException", None)
    try:
        return load(name)
    except Exception as error:  # reported as the runtime reports what a module raises while it is imported
        build = getattr(runtime, "build_fault_result", None)
        if known is None or build is None or isinstance(error, known):
            raise
        found = build(sys.exc_info(), None)
        raise _fault(found["errorType"], found["errorMessage"], found["stackTrace"]) from None


def _loaded_plainly(name: str) -> object:
    from importlib import import_module

    module, _, attribute = name.rpartition(".")
    return getattr(import_module(module.replace("/", ".")), attribute)


def _fault(kind: str, message: str, trace: "list[str] | None") -> Exception:
    known = getattr(sys.modules.get("awslambdaric.bootstrap"), "FaultException", None)
    if known is None:
        return ImportError(message)
    fault: Exception = known(kind, message, trace)
    return fault
