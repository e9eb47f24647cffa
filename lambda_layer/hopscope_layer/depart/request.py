"""The carrier into a request that botocore has serialised already.

To check and serialise one more message attribute takes botocore longer than the rest of a send takes the layer.
So a call of one message that has no attributes is serialised as the function made it, and ours joins it afterwards:

    SQS   JSON    `, "MessageAttributes": {"hopscope": …}}` in place of the closing brace
    SNS   a form  three more fields

Any other protocol, or attributes that another library added meanwhile: botocore serialises it all once more.
"""

import binascii

from hopscope_layer.depart.limits import MAX_ATTRIBUTES
from hopscope_layer.guard import note
from hopscope_wire.fields import ATTRIBUTE_NAME

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Params = dict[str, object]

_JSON = b', "MessageAttributes": {"' + ATTRIBUTE_NAME.encode() + b'": {"DataType": "Binary", "BinaryValue": "'
_FORM = "MessageAttributes.entry.1."


class Carrying(dict):  # type: ignore[type-arg]  # a subscript at run time would cost an import
    """The parameters of a call, and what joins them after they were serialised."""

    __slots__ = ("carrier", "sent")

    carrier: bytes
    sent: "dict[str, object]"


def enclosing(original: "Callable[..., Any]") -> "Callable[..., Any]":
    """botocore's serialising step, after which the carrier goes in."""

    def _convert_to_request_dict(self: "Any", api_params: "Any", *arguments: "Any", **options: "Any") -> "Any":
        request = original(self, api_params, *arguments, **options)
        if type(api_params) is Carrying:
            try:
                if "MessageAttributes" not in api_params and _joined(request, api_params.carrier):
                    api_params.sent["carried"] = True
                    return request
                merged = _merged(api_params)
                if merged is not None:
                    request = original(self, merged, *arguments, **options)
                    api_params.sent["carried"] = True
            except Exception as fault:  # noqa: BLE001  the boundary of every hook
                note("add the carrier", fault)
        return request

    return _convert_to_request_dict


def _joined(request: "Any", carrier: bytes) -> bool:
    body, text = request["body"], binascii.b2a_base64(carrier, newline=False)
    if type(body) is bytes and body[:2] == b'{"' and body[-1:] == b"}":
        request["body"] = b'%b%b%b"}}}' % (body[:-1], _JSON, text)
    elif type(body) is dict and "Message" in body:
        body.update(
            {
                _FORM + "Name": ATTRIBUTE_NAME,
                _FORM + "Value.DataType": "Binary",
                _FORM + "Value.BinaryValue": text.decode("ascii"),
            }
        )
    else:
        return False
    return True


def _merged(params: Carrying) -> "Params | None":
    """The parameters with our attribute beside others; None when there is no room for it."""
    others = params.get("MessageAttributes", {})
    if not isinstance(others, dict) or ATTRIBUTE_NAME in others or len(others) >= MAX_ATTRIBUTES:
        return None
    return {
        **params,
        "MessageAttributes": {**others, ATTRIBUTE_NAME: {"DataType": "Binary", "BinaryValue": params.carrier}},
    }
