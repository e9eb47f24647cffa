"""Payloads in records: opt-in, redacted, cut. What is private is taken out before the cut, never after it."""

import json

from hopscope_layer.redact import Redactor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hopscope_layer.arrive.message import Arrived
    from hopscope_layer.current import Invocation
    from hopscope_layer.settings import Settings

    Record = dict[str, object]

MAX_REDACTED_CHARS = 1_000_000
"""A longer payload is not looked through, and so not recorded: cutting it first could hide the shape of a secret."""

MAX_SHOWN_BYTES = 50_000
"""Of one payload as the wire writes it, whatever the settings say; a message or a send cannot be split over lines."""

MAX_PAYLOADS_BYTES = 60_000
"""Of all payloads beside an error: with the most of everything else an end record stays below a line's limit."""

_redactors: "dict[int, Redactor]" = {}


def shown(payload: object, settings: "Settings") -> "str | None":
    """A payload as it may be recorded, None when there is none or it is too long to be looked through."""
    if payload is None:
        return None
    if isinstance(payload, (bytes, bytearray)):
        payload = bytes(payload).decode("utf-8", "replace")
    if isinstance(payload, str) and len(payload) > MAX_REDACTED_CHARS:
        return None
    redactor = _redactors.get(id(settings))
    if redactor is None:
        redactor = Redactor(settings.redact_keys, settings.redact_secret, with_email=settings.redact_email)
        _redactors[id(settings)] = redactor
    text = redactor.text(payload)
    cut = text.encode("utf-8", "replace")[: settings.capture_bytes].decode("utf-8", "ignore")[:MAX_SHOWN_BYTES]
    while len(json.dumps(cut)) > MAX_SHOWN_BYTES - 20:
        cut = cut[: len(cut) * 3 // 4]
    return cut if len(cut) == len(text) else cut + "…"


def of_message(message: "Arrived", settings: "Settings") -> "str | None":
    """The innermost payload of a message: what its sender sent."""
    payload = message.body if message.body is not None else message.payloads[-1] if message.payloads else None
    if callable(payload):
        payload = payload()
    if isinstance(payload, dict) and "headers" in payload:
        payload = payload.get("body")
    return shown(payload, settings)


def add_to_end(invocation: "Invocation", record: "Record", *, failed: bool) -> None:
    """Payloads into the end record: those of sends wait in it; those of messages, when only an error shows them."""
    settings = invocation.settings
    payloads = [sent.pop("payload", None) for sent in invocation.sends]
    for sent, payload in zip(invocation.sends, payloads):  # noqa: B905  they have the same length
        if settings.capture == "on" or failed:
            text = shown(payload, settings)
            if text is not None:
                sent["payload"] = text
    if settings.capture == "error" and failed:
        left_bytes = MAX_PAYLOADS_BYTES
        record["payloads"] = found = []
        for message in invocation.arrived:
            text = of_message(message, settings) if left_bytes > 0 else None
            left_bytes -= len(json.dumps(text)) if text else 0
            found.append(text if left_bytes >= 0 else None)
