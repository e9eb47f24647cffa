"""Lambda: Invoke. The payload is the callee's own; the client context of a synchronous call takes the carrier."""

import binascii
import json

from hopscope_layer.depart.call import Call, text_of
from hopscope_wire.fields import ATTRIBUTE_NAME

TYPE_CHECKING = False
if TYPE_CHECKING:
    Params = dict[str, object]
    Sent = dict[str, object]

MAX_CLIENT_CONTEXT_BYTES = 3_583
"""Of the base64 text (Lambda API reference, Invoke)."""


class Invoke(Call):
    """A synchronous or asynchronous invocation: its request id is the one that the callee's context names."""

    DESTINATION = ("FunctionName",)
    __slots__ = ()

    def describe(self, entry: "Params", sent: "Sent") -> object:
        kind = entry.get("InvocationType")
        if isinstance(kind, str):
            sent["name"] = kind
        return entry.get("Payload")

    def payloads(self, entry: "Params") -> "list[object]":
        return [text_of(entry.get("Payload"))]

    def carried(self, entry: "Params", sent: "Sent", carrier: str) -> "Params":
        if entry.get("InvocationType") not in (None, "RequestResponse"):
            return super().carried(entry, sent, carrier)
        if entry.get("DurableExecutionName") is not None:
            self.skip(sent, "idempotent_name")
            return entry
        client_context = _with_carrier(entry.get("ClientContext", ""), carrier)
        if client_context is None:
            self.skip(sent, "present")
            return entry
        if len(client_context) > MAX_CLIENT_CONTEXT_BYTES:
            self.skip(sent, "size_limit")
            return entry
        sent["carried"] = True
        return {**entry, "ClientContext": client_context}

    def refs(self, answer: "Params", sent: "Sent") -> "list[str]":
        metadata = answer.get("ResponseMetadata")
        request_id = metadata.get("RequestId") if isinstance(metadata, dict) else None
        refs = [f"lambda/{request_id}"] if request_id else []
        if answer.get("DurableExecutionArn"):
            refs.append(f"durable/{answer['DurableExecutionArn']}")
        if answer.get("FunctionError"):
            sent["functionError"] = answer["FunctionError"]
        return refs


def _with_carrier(client_context: object, carrier: str) -> "str | None":
    """The client context with our entry in its `custom`.

    None when the caller's own has no `custom`, so that the callee can tell what was there before, or is not JSON.
    An empty text stands for one that was not given.
    """
    found: object = {"custom": {}}
    if client_context != "":
        try:
            found = json.loads(binascii.a2b_base64(str(client_context)))
        except ValueError:
            return None
    custom = found.get("custom") if isinstance(found, dict) else None
    if not isinstance(found, dict) or not isinstance(custom, dict) or ATTRIBUTE_NAME in custom:
        return None
    if client_context != "" and not custom:
        return None
    text = json.dumps({**found, "custom": {**custom, ATTRIBUTE_NAME: carrier}}, separators=(",", ":"))
    return binascii.b2a_base64(text.encode(), newline=False).decode("ascii")
