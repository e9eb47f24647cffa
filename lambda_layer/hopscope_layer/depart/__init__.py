"""What leaves: every AWS call of the function passes here, the ones that hand over a message are recorded.

`botocore.client.BaseClient._make_api_call` is the one door: it is given the parameters before they are checked and
serialised, it returns the parsed response or raises, and clients, resources, threads and stubs all go through it.
"""

from hopscope_layer import current
from hopscope_layer.depart.request import enclosing
from hopscope_layer.guard import note

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any

    from hopscope_layer.depart.call import Call

OPERATIONS = {
    ("sqs", "SendMessage"): "queue:SendMessage",
    ("sqs", "SendMessageBatch"): "queue:SendMessageBatch",
    ("sns", "Publish"): "topic:Publish",
    ("sns", "PublishBatch"): "topic:PublishBatch",
    ("events", "PutEvents"): "bus:PutEvents",
    ("eventsv2", "PutEvents"): "custom_bus:PutEventsV2",
    ("eventsv2", "PutRawEvents"): "custom_bus:PutRawEvents",
    ("lambda", "Invoke"): "function:Invoke",
    ("lambda", "InvokeWithResponseStream"): "function:Invoke",
    ("states", "StartExecution"): "execution:StartExecution",
    ("states", "StartSyncExecution"): "execution:StartExecution",
    ("states", "SendTaskSuccess"): "execution:SendTask",
    ("states", "SendTaskFailure"): "execution:SendTask",
    ("kinesis", "PutRecord"): "stream:PutRecord",
    ("kinesis", "PutRecords"): "stream:PutRecords",
    ("firehose", "PutRecord"): "stream:FirehosePutRecord",
    ("firehose", "PutRecordBatch"): "stream:FirehosePutRecordBatch",
    ("dynamodb", "PutItem"): "table:WriteItem",
    ("dynamodb", "UpdateItem"): "table:WriteItem",
    ("dynamodb", "DeleteItem"): "table:WriteItem",
    ("dynamodb", "BatchWriteItem"): "table:WriteItems",
    ("dynamodb", "TransactWriteItems"): "table:WriteItems",
    ("s3", "PutObject"): "bucket:PutObject",
    ("s3", "CopyObject"): "bucket:PutObject",
    ("s3", "CompleteMultipartUpload"): "bucket:PutObject",
    ("scheduler", "CreateSchedule"): "schedule:CreateSchedule",
}
"""(endpoint prefix, operation) to the class, in a module of this folder, that knows its parameters and its response."""

NAMES = frozenset(operation for _, operation in OPERATIONS)


def hook(module: "ModuleType") -> None:
    """Puts our door before botocore's, and ourselves behind its serialising step."""
    client = module.BaseClient
    client._make_api_call = _door(client._make_api_call)
    client._convert_to_request_dict = enclosing(client._convert_to_request_dict)


def _door(original: "Callable[..., Any]") -> "Callable[..., Any]":
    # `coroutines.py` has this function once more, with `await`.
    def _make_api_call(self: "Any", operation_name: str, api_params: "Any") -> "Any":
        if operation_name not in NAMES or current.invocation is None:
            return original(self, operation_name, api_params)
        call, params = None, api_params
        try:
            call, params = prepared(self, operation_name, api_params, can_enclose=True)
        except Exception as fault:  # noqa: BLE001  the boundary of every hook
            note(f"follow {operation_name}", fault)
        if call is None:
            return original(self, operation_name, api_params)
        while True:
            try:
                response = original(self, operation_name, params)
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


def prepared(client: "Any", operation_name: str, api_params: "Any", *, can_enclose: bool) -> "tuple[Call | None, Any]":
    """The call as we follow it, None if we do not, and the parameters to make it with; the caller's stay.

    `can_enclose` says that a carrier may join the request after it was serialised.
    """
    invocation = current.invocation
    key = (client._service_model.endpoint_prefix, operation_name)
    known = _classes.get(key) or _class_of(key)
    if invocation is None or known is None or not isinstance(api_params, dict):
        return None, api_params
    call = known(invocation, key)
    call.can_enclose = can_enclose
    return call, call.leave(api_params)


_classes: "dict[tuple[str, str], type[Call]]" = {}


def _class_of(key: "tuple[str, str]") -> "type[Call] | None":
    place = OPERATIONS.get(key)
    if place is None:
        return None
    from importlib import import_module

    home, _, name = place.partition(":")
    found: "type[Call]" = getattr(import_module("hopscope_layer.depart." + home), name)
    _classes[key] = found
    return found
