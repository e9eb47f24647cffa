"""Ids, and the carrier that takes them across a broker.

A carrier is one line of printable ASCII, the same for every broker:

    00-5e1b41515ac6c58f5b4c1d5f6a7b8c9d-9f1c22ab03d40001-01            W3C traceparent
    00-5e1b41515ac6c58f5b4c1d5f6a7b8c9d-9f1c22ab03d40001-01;order%2042 and the correlation id, if it is another one

The third part is the id of the send. The sends of one invocation share its first twelve digits, so that a
consumer names its producer even when the producer's end record never came.
"""

import os

from hopscope_wire.fields import MAX_CORRELATION_ID_CHARS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SAMPLED: "Final" = 0x01
"""The flow is recorded in full (W3C trace flag)."""

DEBUG: "Final" = 0x40
"""The flow asks every function on its way to log at debug level. W3C leaves this bit free."""

# No regular expressions here: compiling one costs more of the user's cold start than reading a hundred carriers.
_HEX = "0123456789abcdef"
_ANY_HEX = "0123456789abcdefABCDEF"
_BASE_CHARS = 55
_MAX_ESCAPED_CHARS = 3 * MAX_CORRELATION_ID_CHARS
_SAFE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.~:/@+=,-")
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


def carrier_of(context: Context) -> str:
    """The context as one line of printable ASCII, at most 440 characters."""
    base = f"00-{context.trace_id}-{context.send_id}-{context.flags:02x}"
    if context.correlation_id is None:
        return base
    return f"{base};{_escaped(context.correlation_id)}"


def context_of(carrier: str) -> "Context | None":
    """The context that a carrier holds, or None when it is not one of ours, damaged or too long."""
    trace_id, send_id, flags, rest = carrier[3:35], carrier[36:52], carrier[53:55], carrier[55:]
    dashes = carrier[:3] + carrier[35:36] + carrier[52:53]
    if dashes != "00---" or len(carrier) < _BASE_CHARS or (trace_id + send_id + flags).strip(_HEX):
        return None
    if trace_id == _ZERO_TRACE:
        return None
    if not rest:
        return Context(trace_id, send_id, int(flags, 16))
    escaped = rest[1:]
    if rest[0] != ";" or not escaped or len(escaped) > _MAX_ESCAPED_CHARS or not _is_one_word(escaped):
        return None
    correlation_id = _unescaped(escaped)
    if len(correlation_id) > MAX_CORRELATION_ID_CHARS:
        return None
    # A control character would break the logs and headers that the id goes to; the trace still counts.
    return Context(trace_id, send_id, int(flags, 16), correlation_id if correlation_id.isprintable() else None)


def trace_id_of_root(trace_header: str) -> "str | None":
    """The 32 hex digits of the Root in an `X-Amzn-Trace-Id`, `AWSTraceHeader` or `_X_AMZN_TRACE_ID`, if it has one."""
    start = trace_header.find("Root=1-")
    while start >= 0:
        digits = trace_header[start + 7 : start + 15] + trace_header[start + 16 : start + 40]
        if (
            len(digits) == 32
            and trace_header[start + 15] == "-"
            and not digits.strip(_ANY_HEX)
            and (start == 0 or trace_header[start - 1] == ";" or trace_header[start - 1].isspace())
            and (len(trace_header) == start + 40 or trace_header[start + 40] not in _ANY_HEX)
        ):
            return digits.lower()
        start = trace_header.find("Root=1-", start + 7)
    return None


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


def _is_one_word(text: str) -> bool:
    return text.isascii() and text.isprintable() and " " not in text


def _escaped(text: str) -> str:
    """Percent-encoded UTF-8. By hand: `urllib.parse` is an import that the runtime has not made."""
    return "".join([chr(byte) if byte in _SAFE else f"%{byte:02X}" for byte in text.encode("utf-8", "replace")])


def _unescaped(text: str) -> str:
    first, *rest = text.split("%")
    raw = [first]
    for part in rest:
        is_escape = len(part) >= 2 and not part[:2].strip("0123456789ABCDEF")
        raw.append(chr(int(part[:2], 16)) + part[2:] if is_escape else "%" + part)
    return "".join(raw).encode("latin-1").decode("utf-8", "replace")
