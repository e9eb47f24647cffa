"""Which flows are recorded in full. (pure) Decided where a flow begins; the decision travels in the carrier.

a carrier came along                           its flags, and from then on everywhere
the flow has a business key that is chosen     recorded by every hop that knows the key, whatever a carrier says:
                                               parts of a flow that only the key joins decide alike
neither                                        the trace id decides: functions with the same share say the same
something failed before                        recorded from there on: a retry, a dead letter
"""

from hopscope_layer import body_hash
from hopscope_wire.context import DEBUG, SAMPLED


def flags_of(trace_id: str, sample: float, debug: float) -> int:
    """The flags of a flow that begins here."""
    flags = SAMPLED if sample >= 1.0 or _place(trace_id[-8:]) < sample else 0
    if debug > 0.0 and (debug >= 1.0 or _place(trace_id[-16:-8]) < debug):
        flags |= SAMPLED | DEBUG
    return flags


def is_chosen(keys: object, sample: float) -> bool:
    """Whether one of these business keys is in the share."""
    if not isinstance(keys, dict):
        return False
    return any(_place(body_hash.measured(f"{name}={value}")[1][-8:]) < sample for name, value in keys.items())


def has_failed_before(fields: "dict[str, object]") -> bool:
    """Whether a message says of itself that somebody could not handle it."""
    attempt, attributes = fields.get("attempt"), fields.get("attributes")
    if isinstance(attempt, int) and attempt > 1:
        return True
    if not isinstance(attributes, dict):
        return False
    # A destination's record of a success has a condition, too.
    return not attributes.keys().isdisjoint(_FAILED) or attributes.get("condition", "Success") != "Success"


_FAILED = ("dead-letter-source", "error-message")
"""Attributes of what a dead-letter queue delivers."""


def _place(digits: str) -> float:
    """Eight hex digits as a number from 0 to just below 1."""
    return int(digits, 16) / 0x1_0000_0000
