"""Which flows are recorded in full. (pure) Decided once, where a flow begins; the decision travels in the carrier.

Where no carrier came along, the trace id decides: every function with the same share says the same of the same trace.
"""

from hopscope_wire.context import DEBUG, SAMPLED


def flags_of(trace_id: str, sample: float, debug: float) -> int:
    """The flags of a flow that begins here."""
    flags = SAMPLED if sample >= 1.0 or _place(trace_id[-8:]) < sample else 0
    if debug > 0.0 and (debug >= 1.0 or _place(trace_id[-16:-8]) < debug):
        flags |= SAMPLED | DEBUG
    return flags


def _place(digits: str) -> float:
    """Eight hex digits as a number from 0 to just below 1."""
    return int(digits, 16) / 0x1_0000_0000
