"""Ids, and the carrier that takes them across a broker.

A carrier is one line of printable ASCII, the same for every broker:

    00-5e1b41515ac6c58f5b4c1d5f6a7b8c9d-9f1c22ab03d40001-01            W3C traceparent
    00-5e1b41515ac6c58f5b4c1d5f6a7b8c9d-9f1c22ab03d40001-01;order%2042 and the correlation id, if it is another one

The third part is the id of the send. The sends of one invocation share its first twelve digits, so that a
consumer names its producer even when the producer's end record never came.
"""

import os
import re

from hopscope_wire.fields import MAX_CORRELATION_ID_CHARS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SAMPLED: "Final" = 0x01
"""The flow is recorded in full (W3C trace flag)."""

DEBUG: "Final" = 0x40
"""The flow asks every function on its way to log at debug level. W3C leaves this bit free."""

_CARRIER = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:;([!-~]{1,384}))?\Z")
_ROOT = re.compile(r"(?:^|[;\s])Root=1-([0-9a-fA-F]{8})-([0-9a-fA-F]{24})(?![0-9a-fA-F])")
_ESCAPED = re.compile(r"%([0-9A-F]{2})")
_TO_ESCAPE = re.compile(rb"[^A-Za-z0-9_.~:/@+=,-]")
_ZERO_TRACE = "0" * 32
_SENDS_COUNTED = 0xFFFF


class Context:
    """What travels with a message: whose flow it belongs to and which send it is.

    `correlation_id` is None when it is the trace id itself.
    """

    __slots__ = ("correlation_id", "flags", "send_id", "trace_id")

    def __init__(self, trace_id: str, send_id: str, flags: int = SAMPLED, correlation_id: "str | None" = None) -> None:
        self.trace_id = trace_id
        self.send_id = send_id
        self.flags = flags
        self.correlation_id = correlation_id

    def __repr__(self) -> str:
        return f"Context({carrier_of(self)!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Context) and carrier_of(self) == carrier_of(other)

    def __hash__(self) -> int:
        return hash(carrier_of(self))


def carrier_of(context: Context) -> str:
    """The context as one line of printable ASCII, at most 440 characters."""
    base = f"00-{context.trace_id}-{context.send_id}-{context.flags:02x}"
    if context.correlation_id is None:
        return base
    return f"{base};{_escaped(context.correlation_id)}"


def context_of(carrier: str) -> "Context | None":
    """The context that a carrier holds, or None when it is not one of ours, damaged or too long."""
    match = _CARRIER.match(carrier)
    if match is None or match[1] == _ZERO_TRACE:
        return None
    correlation_id = _unescaped(match[4]) if match[4] else None
    if correlation_id is not None and len(correlation_id) > MAX_CORRELATION_ID_CHARS:
        return None
    return Context(match[1], match[2], int(match[3], 16), correlation_id)


def trace_id_of_root(trace_header: str) -> "str | None":
    """The 32 hex digits of the Root in an `X-Amzn-Trace-Id`, `AWSTraceHeader` or `_X_AMZN_TRACE_ID`, if it has one."""
    match = _ROOT.search(trace_header)
    if match is None:
        return None
    return (match[1] + match[2]).lower()


def new_trace_id(now_s: int) -> str:
    """A trace id of the form that X-Ray accepts as a Root: eight digits of epoch seconds, then 24 random ones."""
    return f"{now_s & 0xFFFFFFFF:08x}{os.urandom(12).hex()}"


def new_invocation_id() -> str:
    """Twelve random hex digits and `0000`. Made per invocation: SnapStart clones everything made at init."""
    return os.urandom(6).hex() + "0000"


def send_id(invocation_id: str, number: int) -> str:
    """The id of the invocation's send `number`, counted from 1; past 65,535 sends the id is random."""
    if number > _SENDS_COUNTED:
        return os.urandom(8).hex()
    return f"{invocation_id[:12]}{number:04x}"


def _escaped(text: str) -> str:
    """Percent-encoded UTF-8. By hand: `urllib.parse` is an import that the runtime has not made."""
    encoded = text.encode("utf-8", "replace")
    return _TO_ESCAPE.sub(lambda match: b"%%%02X" % match[0][0], encoded).decode("ascii")


def _unescaped(text: str) -> str:
    raw = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
    return raw.encode("latin-1").decode("utf-8", "replace")
