"""The same door for coroutines: aiobotocore and aioboto3."""

from hopscope_layer import current
from hopscope_layer.depart import NAMES, answered, prepared

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
        call, params = prepared(self, operation_name, api_params)
        try:
            response = await original(self, operation_name, params)
        except BaseException as error:
            answered(call, None, error)
            raise
        answered(call, response, None)
        return response

    _make_api_call.__wrapped__ = original  # type: ignore[attr-defined]
    return _make_api_call
