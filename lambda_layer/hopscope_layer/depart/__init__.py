"""What leaves: every AWS call of the function passes here, the ones that hand over a message are recorded.

`botocore.client.BaseClient._make_api_call` is the one door: it is given the parameters before they are checked and
serialised, it returns the parsed response or raises, and clients, resources, threads and stubs all go through it.
"""

from hopscope_layer import current
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
    """Puts our door before botocore's."""
    client = module.BaseClient
    client._make_api_call = _door(client._make_api_call)


def _door(original: "Callable[..., Any]") -> "Callable[..., Any]":
    def _make_api_call(self: "Any", operation_name: str, api_params: "Any") -> "Any":
        if operation_name not in NAMES or current.invocation is None:
            return original(self, operation_name, api_params)
        call, params = None, api_params
        try:
            call, params = prepared(self, operation_name, api_params)
        except Exception as fault:  # noqa: BLE001  the boundary of every hook
            note(f"follow {operation_name}", fault)
        response, failure = None, None
        try:
            try:
                response = original(self, operation_name, params)
            except Exception as error:
                if call is None or not call.was_refused_for_its_carrier(error):
                    raise
                response = original(self, operation_name, api_params)
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


def prepared(client: "Any", operation_name: str, api_params: "Any") -> "tuple[Call | None, Any]":
    """The call as we follow it, None if we do not, and the parameters to make it with; the caller's stay."""
    invocation = current.invocation
    key = (client.meta.service_model.endpoint_prefix, operation_name)
    place = OPERATIONS.get(key)
    if invocation is None or place is None or not isinstance(api_params, dict):
        return None, api_params
    call = _class_at(place)(invocation, key)
    return call, call.leave(api_params)


_classes: "dict[str, type[Call]]" = {}


def _class_at(place: str) -> "type[Call]":
    found = _classes.get(place)
    if found is None:
        from importlib import import_module

        home, _, name = place.partition(":")
        found = _classes[place] = getattr(import_module("hopscope_layer.depart." + home), name)
    return found
