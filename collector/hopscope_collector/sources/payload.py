"""What a stream or a queue delivers, as texts that `lines/sorting.py` sorts out (pure).

what a Kinesis producer packed together   each record in it, as below
gzip (a CloudWatch Logs subscription)     one text, base64: unpacked, with its limits, where every envelope is
one JSON document, however it is laid out one text
an SNS notification                       its message, as above
anything else                             its lines
"""

import base64
import json
from collections.abc import Sequence

from hopscope_collector.sources.aggregated import packed_within

_GZIP = b"\x1f\x8b"


def texts_of(payload: bytes) -> Sequence[str]:
    """The texts in the data of a stream's record."""
    packed = packed_within(payload)
    if packed is not None:
        return [text for each in packed for text in _texts_of_one(each)]
    return _texts_of_one(payload)


def _texts_of_one(payload: bytes) -> Sequence[str]:
    if payload.startswith(_GZIP):
        return [base64.b64encode(payload).decode("ascii")]
    return texts_of_body(payload.decode("utf-8", "surrogateescape"))


def texts_of_body(body: str) -> Sequence[str]:
    """The texts in the body of a queue's message."""
    text = body.strip()
    if not text.startswith(("{", "[")):
        return text.split("\n")
    if "\n" not in text and '"Message"' not in text:
        return [text]
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return text.split("\n")
    message = document.get("Message") if isinstance(document, dict) else None
    if isinstance(message, str) and document.get("Type") == "Notification":
        return texts_of_body(message)
    return [text]
