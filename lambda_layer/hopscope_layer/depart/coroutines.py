"""The same door for coroutines: aiobotocore and aioboto3. Their serialising step is left alone."""

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
            call, params = prepared(self, operation_name, api_params, can_enclose=False)
        except Exception as fault:  # noqa: BLE001  the boundary of every hook
            note(f"follow {operation_name}", fault)
        if call is None:
            return await original(self, operation_name, api_params)
        while True:
            try:
                response = await original(self, operation_name, params)
            except BaseException as error:
                tries_again = False
                try:
                    tries_again = call.failed(error)
                except Exception as fault:  # noqa: BLE001  as above
                    note("read the error", fault)
                if not tries_again:
                    raise
                params = api_params
                continue
            try:
                call.answered(response)
            except Exception as fault:  # noqa: BLE001  as above
                note("read the response", fault)
            return response

    _make_api_call.__wrapped__ = original  # type: ignore[attr-defined]
    return _make_api_call
