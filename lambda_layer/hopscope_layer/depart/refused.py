"""Calls that AWS refused as a whole, perhaps for the carrier in them.

A queue or a topic may have a maximum of its own that no parameter of the call tells. Nothing was delivered, so the
call is made again with the caller's own parameters. When that succeeds the carrier was the reason: calls to this
destination that are as large, or larger, go without one from then on, for as long as the process lives.
"""

from hopscope_layer.depart.call import refused_bytes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hopscope_layer.depart.call import Call

MAX_REMEMBERED = 100
"""Destinations; past them all are forgotten."""

CODES = (
    "InvalidParameterValue",
    "InvalidParameter",
    "InvalidParameterValueException",
    "ParameterValueInvalid",
    "MessageTooLong",
    "BatchRequestTooLong",
    "AWS.SimpleQueueService.BatchRequestTooLong",
    "ValidationException",
)
"""Error codes of a call that was refused for its content (API references of SQS, SNS, EventBridge, Lambda)."""


def for_its_carrier(call: "Call", carrying: "list[dict[str, object]]", error: BaseException) -> bool:
    """Whether the content was refused and something in it was ours, which is then counted as skipped."""
    response = getattr(error, "response", None)
    said = response.get("Error") if isinstance(response, dict) else None
    if not isinstance(said, dict) or said.get("Code") not in CODES:
        return False
    for sent in carrying:
        del sent["carried"]
        call.skip(sent, "refused")
    call.was_refused = True
    return True


def remember(call: "Call") -> None:
    """Notes that the call succeeded without its carrier."""
    if len(refused_bytes) >= MAX_REMEMBERED:
        refused_bytes.clear()
    for sent in call.sends:
        destination = sent.get("destination")
        refused_bytes[destination] = min(call.size_bytes, refused_bytes.get(destination, call.size_bytes))
