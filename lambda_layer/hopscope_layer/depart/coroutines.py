"""The same door for coroutines: aiobotocore and aioboto3."""

from hopscope_layer import current
from hopscope_layer.depart import NAMES, prepared
from hopscope_layer.guard import note

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any


def hook(module: "ModuleType") -> None:
    """Puts our door before aiobotocore's; its class overrides botocore's method, so a call passes one door only."""
    client = module.AioBaseClient
    client._make_api_call = _door(client._make_api_call)


def _door(original: "Callable[..., Any]") -> "Callable[..., Any]":
    async def _make_api_call(self: "Any", operation_name: str, api_params: "Any") -> "Any":
        if operation_name not in NAMES or current.invocation is None:
            return await original(self, operation_name, api_params)
        call, params = None, api_params
        try:
            call, params = prepared(self, operation_name, api_params)
        except Exception as fault:  # noqa: BLE001  the boundary of every hook
            note(f"follow {operation_name}", fault)
        response, failure = None, None
        try:
            try:
                response = await original(self, operation_name, params)
            except Exception as error:
                if call is None or not call.was_refused_for_its_carrier(error):
                    raise
                response = await original(self, operation_name, api_params)
        except BaseException as error:
            failure = error
            raise
        finally:
            try:
                if call is not None:
                    call.close(response, failure)
            except Exception as fault:  # noqa: BLE001  as above
                note("read the response", fault)
        return response

    _make_api_call.__wrapped__ = original  # type: ignore[attr-defined]
    return _make_api_call
